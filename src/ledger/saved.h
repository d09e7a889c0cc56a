// What folds came to at a checkpoint, kept beside the store so that a start need not read every entry.
//
// A cache: bound to the checkpoint it was made at, signed with the ledger's key, and thrown away on any
// doubt. Format: docs/formats/folds.md. Why: docs/adr/0006-saved-folds.md.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/keys.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/fold.h"

namespace concordat::ledger {

struct SavedFolds {
  Checkpoint head;  // after which they were saved
  Time newest{};    // of the entry before that
  // Entries before it that folds of few kinds are given.
  std::vector<std::uint64_t> few;
  std::map<std::string, Json> states;  // by form
};

std::string FormatSaved(const SavedFolds& saved, const crypto::SigningKey& key);
// Errors: kCorrupt when it is not signed with this key, or says nothing that FormatSaved would.
Result<SavedFolds> ParseSaved(std::string_view text, const crypto::VerifyKey& key);
// Errors: ReadFile's, ParseSaved's.
Result<SavedFolds> ReadSaved(const std::filesystem::path& file, const crypto::VerifyKey& key);

// A fold and what it says of itself, asked once.
struct FoldPart {
  explicit FoldPart(Fold* fold) : fold(fold), kinds(fold->Kinds()), form(fold->Form()) {}
  bool Takes(std::string_view kind) const;
  // Is it brought back by the entries of its kinds alone?
  bool few() const { return form.empty() && !kinds.empty(); }

  Fold* fold;
  std::vector<std::string> kinds;
  std::string form;
};

std::vector<FoldPart> PartsOf(const std::vector<Fold*>& folds);
// Gives an entry to those that take it. Was one of them a fold of few kinds?
bool Give(const std::vector<FoldPart>& parts, const Entry& entry);
// Can all of them be brought back without the whole ledger?
bool CanSave(const std::vector<FoldPart>& parts);
std::map<std::string, Json> StatesOf(const std::vector<FoldPart>& parts);
// Takes up the states. Errors: kCorrupt when they are not those of `parts`; then all are to be cleared.
Result<void> LoadStates(const std::vector<FoldPart>& parts, const std::map<std::string, Json>& states);

}  // namespace concordat::ledger
