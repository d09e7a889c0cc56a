#include "ledger/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace concordat::ledger {

std::string CheckpointText(const Checkpoint& checkpoint) {
  return fmt::format("{}\n{}\n{}\n", checkpoint.origin, checkpoint.size, ToBase64(checkpoint.root));
}

Result<Checkpoint> ParseCheckpoint(std::string_view text) {
  const auto wrong = [] {
    return Fail(ErrorCode::kCorrupt, "not a checkpoint", "a checkpoint has a name, a size and a root");
  };
  const auto line = [&text] {
    const auto end = text.find('\n');
    const std::string_view taken = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    return taken;
  };
  Checkpoint checkpoint{.origin = std::string(line()), .size = 0, .root = {}};
  const std::string_view size = line();
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), checkpoint.size);
  if (checkpoint.origin.empty() || error != std::errc{} || end != size.data() + size.size() ||
      std::to_string(checkpoint.size) != size) {
    return wrong();
  }
  const auto root = FromBase64(line());
  if (!root || root->size() != checkpoint.root.size()) return wrong();
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  return checkpoint;
}

}  // namespace concordat::ledger
