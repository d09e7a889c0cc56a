// Signed notes: a text and signatures under it that anyone can check (c2sp.org/signed-note).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "crypto/keys.h"

namespace concordat::crypto {

struct NoteSignature {
  std::string name;
  std::uint32_t id = 0;  // of the key
  Bytes signature;       // without the key id; 64 bytes for Ed25519, other lengths for kinds we do not know
};

struct Note {
  std::string text;  // ends with a newline
  std::vector<NoteSignature> signatures;
};

// Errors: kInvalidArgument: no signatures, a malformed line, control characters, not UTF-8, past 1 MB or 100
// signatures.
Result<Note> ParseNote(std::string_view bytes);
std::string FormatNote(const Note& note);
// One signature line, with its newline.
std::string FormatSignature(const NoteSignature& signature);

// Precondition: `text` ends with a newline.
std::string SignNote(std::string_view text, const SigningKey& key);
void AddSignature(Note& note, const SigningKey& key);

// The names among `keys` whose signatures are there and right. Signatures by keys not given are passed over;
// one by a given key that is wrong makes the note an error (kCorrupt).
Result<std::vector<std::string>> VerifyNote(const Note& note, const std::vector<VerifyKey>& keys);

}  // namespace concordat::crypto
