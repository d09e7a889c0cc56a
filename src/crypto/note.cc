#include "crypto/note.h"

#include <algorithm>

#include "base/utf8.h"

namespace concordat::crypto {
namespace {

constexpr std::size_t kLongestNote = 1 << 20;
constexpr std::size_t kMostSignatures = 100;
constexpr std::string_view kSignaturePrefix = "\xE2\x80\x94 ";  // em dash, space

tl::unexpected<Error> BadNote(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "not a signed note: " + what,
              "copy the note again, whole, with its last newline");
}

// Well-formed UTF-8, with no control characters but newlines.
bool IsNoteText(std::string_view text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < 0x20 && c != '\n';
         });
}

// Unicode's White_Space beyond ASCII, whose spaces stand below 0x21.
bool IsSpace(char32_t point) {
  return point <= 0x20 || point == 0x85 || point == 0xA0 || point == 0x1680 ||
         (point >= 0x2000 && point <= 0x200A) || point == 0x2028 || point == 0x2029 || point == 0x202F ||
         point == 0x205F || point == 0x3000;
}

// Wider than our own names (IsKeyName): a signature that we do not know must not spoil the note.
bool IsForeignName(std::string_view name) {
  if (name.empty()) return false;
  while (!name.empty()) {
    const auto point = TakeCodePoint(name);
    if (!point || *point == '+' || IsSpace(*point)) return false;
  }
  return true;
}

Result<NoteSignature> ParseSignature(std::string_view line) {
  if (!line.starts_with(kSignaturePrefix)) return BadNote("a signature line without its dash");
  line.remove_prefix(kSignaturePrefix.size());
  const auto space = line.find(' ');
  if (space == line.npos || !IsForeignName(line.substr(0, space)))
    return BadNote("a signature without a name");
  const auto bytes = FromBase64(line.substr(space + 1));
  if (!bytes || bytes->size() < 5) return BadNote("a signature that is not base64");
  NoteSignature signature{.name = std::string(line.substr(0, space)),
                          .signature = {bytes->begin() + 4, bytes->end()}};
  for (int i = 0; i < 4; ++i) signature.id = signature.id << 8 | (*bytes)[static_cast<std::size_t>(i)];
  return signature;
}

// Every signature by the key counts: a wrong one beside a right one is no better than alone.
Result<bool> Check(const Note& note, const VerifyKey& key) {
  bool signed_by = false;
  for (const NoteSignature& found : note.signatures) {
    if (found.name != key.name() || found.id != key.id()) continue;
    Signature signature;
    if (found.signature.size() != signature.size())
      return Fail(ErrorCode::kCorrupt, "the signature of " + key.name() + " has a wrong length");
    std::copy(found.signature.begin(), found.signature.end(), signature.begin());
    if (!key.Verify(AsBytes(note.text), signature)) {
      return Fail(ErrorCode::kCorrupt, "the signature of " + key.name() + " does not fit the text",
                  "do not trust this note");
    }
    signed_by = true;
  }
  return signed_by;
}

}  // namespace

Result<Note> ParseNote(std::string_view bytes) {
  if (bytes.size() > kLongestNote) return BadNote("longer than 1 MB");
  if (!IsNoteText(bytes)) return BadNote("control characters or text that is not UTF-8");
  const auto split = bytes.rfind("\n\n");
  if (split == bytes.npos || !bytes.ends_with('\n')) return BadNote("no signatures");
  Note note{.text = std::string(bytes.substr(0, split + 1)), .signatures = {}};
  std::string_view rest = bytes.substr(split + 2);
  if (rest.empty()) return BadNote("no signatures");
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    note.signatures.push_back(TRY(ParseSignature(rest.substr(0, end))));
    if (note.signatures.size() > kMostSignatures) return BadNote("more than 100 signatures");
    rest.remove_prefix(end + 1);
  }
  return note;
}

std::string FormatSignature(const NoteSignature& signature) {
  Bytes bytes{static_cast<std::uint8_t>(signature.id >> 24), static_cast<std::uint8_t>(signature.id >> 16),
              static_cast<std::uint8_t>(signature.id >> 8), static_cast<std::uint8_t>(signature.id)};
  bytes.insert(bytes.end(), signature.signature.begin(), signature.signature.end());
  return std::string(kSignaturePrefix) + signature.name + " " + ToBase64(bytes) + "\n";
}

std::string FormatNote(const Note& note) {
  std::string text = note.text + "\n";
  for (const NoteSignature& signature : note.signatures) text += FormatSignature(signature);
  return text;
}

void AddSignature(Note& note, const SigningKey& key) {
  const Signature signature = key.Sign(AsBytes(note.text));
  note.signatures.push_back(
      {key.verify_key().name(), key.verify_key().id(), {signature.begin(), signature.end()}});
}

std::string SignNote(std::string_view text, const SigningKey& key) {
  Note note{.text = std::string(text), .signatures = {}};
  AddSignature(note, key);
  return FormatNote(note);
}

Result<std::vector<std::string>> VerifyNote(const Note& note, const std::vector<VerifyKey>& keys) {
  std::vector<std::string> names;
  for (const VerifyKey& key : keys) {
    if (TRY(Check(note, key))) names.push_back(key.name());
  }
  return names;
}

}  // namespace concordat::crypto
