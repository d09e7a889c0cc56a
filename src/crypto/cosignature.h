// Cosignatures: a witness's word that a log's checkpoint extends every one it saw before
// (c2sp.org/tlog-cosignature, cosignature/v1: Ed25519 with the time). Their keys are of a type of their own,
// so that nothing else that such a key signs passes for one. Format: docs/formats/cosignature.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "crypto/keys.h"
#include "crypto/note.h"

namespace concordat::crypto {

// A witness's public key. Text form (vkey): NAME+HASH+BASE64(0x04 || key).
class CosignerKey {
 public:
  CosignerKey(std::string name, const std::array<std::uint8_t, 32>& key);
  // Errors: kInvalidArgument, as VerifyKey::Parse; a key for notes is none of these.
  static Result<CosignerKey> Parse(std::string_view vkey);

  const std::string& name() const { return name_; }
  std::uint32_t id() const { return id_; }
  const std::array<std::uint8_t, 32>& bytes() const { return key_; }
  std::string Text() const;
  // The time, in seconds since 1970, of a signature by this key over a checkpoint's text.
  // Errors: kCorrupt: another length than 72 bytes, a time past 2^63 - 1, a signature that does not fit.
  Result<std::uint64_t> Verify(std::string_view text, ByteView signature) const;

 private:
  std::string name_;
  std::array<std::uint8_t, 32> key_;
  std::uint32_t id_;
};

// A witness's private key; its memory is wiped when it goes. Text form, for a file of mode 0600 alone:
// PRIVATE+KEY+NAME+HASH+BASE64(0x04 || seed).
class Cosigner {
 public:
  static Result<Cosigner> Generate(std::string name, RandomSource& random);
  static Result<Cosigner> Parse(std::string_view text);
  Cosigner(Cosigner&&) = default;
  Cosigner& operator=(Cosigner&&) = default;
  ~Cosigner();

  const CosignerKey& key() const { return key_; }
  std::string SecretText() const;
  // Preconditions: `text` ends with a newline; `time` is not before 1970.
  NoteSignature Cosign(std::string_view text, Time time) const;

 private:
  Cosigner(std::string name, const std::array<std::uint8_t, 32>& seed);

  std::array<std::uint8_t, 32> seed_;
  std::array<std::uint8_t, 64> secret_;
  CosignerKey key_;
};

struct Cosigned {
  std::string name;          // the witness's
  std::uint64_t time_s = 0;  // since 1970: when it saw nothing newer of the log
};
// Those of `keys` whose cosignatures are on the note and right. What is signed does not name the witness, so
// the same bytes under a second name count no second time. Signatures by others are passed over; one by a
// given key that is wrong makes the note an error (kCorrupt).
Result<std::vector<Cosigned>> VerifyCosignatures(const Note& note, const std::vector<CosignerKey>& keys);

}  // namespace concordat::crypto
