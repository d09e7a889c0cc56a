#include "ledger/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace concordat::ledger {
namespace {

constexpr std::size_t kMostHashes = 63;

tl::unexpected<Error> Malformed(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, what, "send it again, whole, as it was written");
}

Result<Hash> ParseHash(std::string_view line) {
  const auto bytes = FromBase64(line);
  Hash hash;
  if (!bytes || bytes->size() != hash.size()) return Malformed("a line of the proof is not a hash in base64");
  std::copy(bytes->begin(), bytes->end(), hash.begin());
  return hash;
}

}  // namespace

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
  const auto size = ParseDecimal(line());
  if (checkpoint.origin.empty() || !size) return wrong();
  checkpoint.size = *size;
  const auto root = FromBase64(line());
  if (!root || root->size() != checkpoint.root.size()) return wrong();
  std::copy(root->begin(), root->end(), checkpoint.root.begin());
  return checkpoint;
}

Result<Checkpoint> OpenSigned(const crypto::Note& note, const crypto::VerifyKey& key) {
  const auto signers = TRY(crypto::VerifyNote(note, {key}));
  const auto checkpoint = ParseCheckpoint(note.text);
  if (!signers.empty() && checkpoint && checkpoint->origin == key.name()) return checkpoint;
  return Fail(ErrorCode::kInvalidArgument, "this is not a checkpoint signed with the key of " + key.name(),
              "check that the key is the log's");
}

std::string Describe(const Checkpoint& checkpoint) {
  return fmt::format("{}, {} entries, root {}", checkpoint.origin, checkpoint.size,
                     ToBase64(checkpoint.root));
}

std::string FormatHashes(std::span<const Hash> hashes) {
  std::string lines;
  for (const Hash& hash : hashes) lines += ToBase64(hash) + "\n";
  return lines;
}

Result<std::vector<Hash>> TakeHashes(std::string_view& text) {
  std::vector<Hash> hashes;
  for (;;) {
    const auto end = text.find('\n');
    if (end == text.npos) return Malformed("no empty line after the proof");
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end + 1);
    if (line.empty()) return hashes;
    if (hashes.size() == kMostHashes) return Malformed("more than 63 hashes in a proof");
    hashes.push_back(TRY(ParseHash(line)));
  }
}

Result<std::string_view> TakeLine(std::string_view& text, std::string_view word) {
  const auto end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  if (end == text.npos || !line.starts_with(word) || line.substr(word.size(), 1) != " ")
    return Malformed(fmt::format("no line that begins with '{}'", word));
  text.remove_prefix(end + 1);
  return line.substr(word.size() + 1);
}

Result<std::uint64_t> ParseDecimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && std::to_string(number) == text)
    return number;
  return Malformed("not a whole number without leading zeros");
}

}  // namespace concordat::ledger
