#include "node/remember.h"

#include <fmt/format.h>

#include "base/file.h"
#include "crypto/note.h"

namespace concordat::node {
namespace {

constexpr std::size_t kLongestRemembered = 1 << 16;

Result<ledger::Checkpoint> OpenNote(std::string_view text, const crypto::VerifyKey& key) {
  const auto note = crypto::ParseNote(text);
  const auto signers = note ? crypto::VerifyNote(*note, {key}) : Result<std::vector<std::string>>();
  if (note && signers && !signers->empty()) {
    auto checkpoint = ledger::ParseCheckpoint(note->text);
    if (checkpoint && checkpoint->origin == key.name()) return checkpoint;
  }
  return Fail(ErrorCode::kInvalidArgument, "this is not a checkpoint signed with the key of " + key.name(),
              "give one as 'concordat ledger head' printed it, every line");
}

}  // namespace

Result<ledger::Checkpoint> CheckBeginsWith(const ledger::Ledger& ledger, std::string_view note) {
  const ledger::Checkpoint old = TRY(OpenNote(note, ledger.key()));
  const ledger::Checkpoint head = ledger.Head();
  if (old.size > head.size) {
    return Fail(
        ErrorCode::kCorrupt,
        fmt::format("{} entries were signed for, and the ledger has {}: it was put back to an earlier state",
                    old.size, head.size),
        "put the newest store back");
  }
  if (old.size == 0) return old;
  const auto proof = TRY(ledger.ProveConsistency(old.size, head.size));
  if (ledger::VerifyConsistency(old.size, head.size, old.root, head.root, proof)) return old;
  return Fail(
      ErrorCode::kCorrupt,
      fmt::format("the first {} entries are not those that were signed for: history was rewritten", old.size),
      "keep the store for inquiry and restore the newest backup");
}

Result<void> CheckRemembered(const ledger::Ledger& ledger, const std::filesystem::path& file) {
  const auto note = ReadFile(file, kLongestRemembered);
  if (!note && note.error().code == ErrorCode::kNotFound) return {};
  if (!note) return tl::unexpected(note.error());
  const auto held = CheckBeginsWith(ledger, *note);
  if (held) return {};
  if (held.error().code == ErrorCode::kInvalidArgument) {
    return Fail(
        ErrorCode::kCorrupt, file.string() + " is not a checkpoint of this member",
        "restore it from your backup; or hold the ledger against a copy you keep elsewhere, and remove it");
  }
  return Fail(
      ErrorCode::kCorrupt, fmt::format("{}: {}", file.string(), held.error().message),
      "put the newest store.db back; if there is none, 'concordat restore' makes a new home of a backup "
      "and says what it forgets");
}

Result<void> Remember(const ledger::Ledger& ledger, const std::filesystem::path& file) {
  const std::string note = TRY(ledger.SignedHead());
  if (note.empty()) return {};
  return WriteFileDurably(file, note, FileMode::kPublic);
}

}  // namespace concordat::node
