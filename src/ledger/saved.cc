#include "ledger/saved.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "crypto/hash.h"
#include "crypto/note.h"

namespace concordat::ledger {
namespace {

constexpr char kFormat[] = "concordat/folds/1";
constexpr std::size_t kLongest = std::size_t{256} << 20;

tl::unexpected<Error> Doubt(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "the saved folds " + what,
              "nothing is lost: they are computed from the entries again");
}

// What is signed: not a checkpoint, whose first line is a member's name.
std::string NoteText(std::string_view content) {
  return fmt::format("{}\n{}\n", kFormat, crypto::Sha256Hex(content));
}

Result<Hash> RootFrom(const std::string& text) {
  const auto bytes = FromBase64(text);
  Hash root;
  if (!bytes || bytes->size() != root.size()) return Doubt("name no root");
  std::copy(bytes->begin(), bytes->end(), root.begin());
  return root;
}

// May throw Json::exception.
Result<SavedFolds> FromJson(const Json& json) {
  SavedFolds saved;
  const Hash root = TRY(RootFrom(json.at("root").get<std::string>()));
  saved.head = {json.at("origin").get<std::string>(), json.at("size").get<std::uint64_t>(), root};
  saved.newest = Time(Milliseconds(json.at("newest").get<std::int64_t>()));
  saved.few = json.at("few").get<std::vector<std::uint64_t>>();
  for (const auto& [form, state] : json.at("folds").items()) saved.states[form] = state;
  const bool rising =
      std::is_sorted(saved.few.begin(), saved.few.end(), std::less_equal<>()) || saved.few.size() < 2;
  if (saved.head.size == 0 || !rising || (!saved.few.empty() && saved.few.back() >= saved.head.size))
    return Doubt("name entries that they cannot have had");
  return saved;
}

}  // namespace

std::string FormatSaved(const SavedFolds& saved, const crypto::SigningKey& key) {
  const std::string content = Json{
      {"origin", saved.head.origin},
      {"size", saved.head.size},
      {"root", ToBase64(saved.head.root)},
      {"newest", saved.newest.time_since_epoch().count()},
      {"few", saved.few},
      {"folds", saved.states}}.dump();
  return content + "\n" + crypto::SignNote(NoteText(content), key);
}

Result<SavedFolds> ParseSaved(std::string_view text, const crypto::VerifyKey& key) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return Doubt("are cut short");
  const std::string_view content = text.substr(0, end);
  const auto note = crypto::ParseNote(text.substr(end + 1));
  if (!note || note->text != NoteText(content))
    return Doubt("are of another version, or not as they were written");
  const auto signers = crypto::VerifyNote(*note, {key});
  if (!signers || signers->empty()) return Doubt("are not those that this node wrote");
  const Json json = Json::parse(content, nullptr, false);
  try {
    return FromJson(json);
  } catch (const Json::exception&) {
    return Doubt("are not shaped as such");
  }
}

Result<SavedFolds> ReadSaved(const std::filesystem::path& file, const crypto::VerifyKey& key) {
  return ParseSaved(TRY(ReadFile(file, kLongest)), key);
}

bool FoldPart::Takes(std::string_view kind) const {
  return kinds.empty() || std::any_of(kinds.begin(), kinds.end(),
                                      [kind](const std::string& each) { return kind.starts_with(each); });
}

std::vector<FoldPart> PartsOf(const std::vector<Fold*>& folds) { return {folds.begin(), folds.end()}; }

bool Give(const std::vector<FoldPart>& parts, const Entry& entry) {
  bool few = false;
  for (const FoldPart& part : parts) {
    if (!part.Takes(entry.kind)) continue;
    part.fold->Apply(entry);
    few = few || part.few();
  }
  return few;
}

bool CanSave(const std::vector<FoldPart>& parts) {
  return std::all_of(parts.begin(), parts.end(),
                     [](const FoldPart& part) { return part.few() || !part.form.empty(); });
}

std::map<std::string, Json> StatesOf(const std::vector<FoldPart>& parts) {
  std::map<std::string, Json> states;
  for (const FoldPart& part : parts) {
    if (!part.form.empty()) states[part.form] = part.fold->Save();
  }
  return states;
}

Result<void> LoadStates(const std::vector<FoldPart>& parts, const std::map<std::string, Json>& states) {
  std::size_t loaded = 0;
  for (const FoldPart& part : parts) {
    if (part.form.empty()) continue;
    const auto state = states.find(part.form);
    if (state == states.end()) return Doubt(fmt::format("have no {}", part.form));
    try {
      part.fold->Load(state->second);
    } catch (const Json::exception&) {
      return Doubt(fmt::format("hold {} of another shape", part.form));
    }
    ++loaded;
  }
  if (loaded != states.size()) return Doubt("hold what no fold of this version is");
  return {};
}

}  // namespace concordat::ledger
