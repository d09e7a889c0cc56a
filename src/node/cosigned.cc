#include "node/cosigned.h"

#include "base/file.h"
#include "ledger/witness.h"

namespace concordat::node {
namespace {

constexpr std::size_t kLongestNote = 1 << 18;

std::uint64_t SizeOf(const std::string& text) {
  const auto note = crypto::ParseNote(text);
  const auto checkpoint = note ? ledger::ParseCheckpoint(note->text) : Result<ledger::Checkpoint>();
  return note && checkpoint ? checkpoint->size : 0;
}

}  // namespace

Result<void> CosignedHead::Load() {
  auto text = ReadFile(file_, kLongestNote);
  if (!text && text.error().code == ErrorCode::kNotFound) return {};
  if (!text) return tl::unexpected(text.error());
  const std::lock_guard lock(mutex_);
  newest_ = *std::move(text);
  return {};
}

Result<void> CosignedHead::Keep(const std::string& note) {
  const std::lock_guard lock(mutex_);
  if (SizeOf(note) < SizeOf(newest_)) return {};
  const std::string merged = ledger::MergeSignatures(note, newest_);
  TRY(WriteFileDurably(file_, merged, FileMode::kPublic));
  newest_ = merged;
  return {};
}

std::string CosignedHead::Newest() const {
  const std::lock_guard lock(mutex_);
  return newest_;
}

std::string CosignedHead::On(const std::string& note) const {
  return ledger::MergeSignatures(note, Newest());
}

}  // namespace concordat::node
