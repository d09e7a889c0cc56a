// Contributions under seal until quorum has agreed which they are.
//
// Ciphertexts can be added to and multiplied by whoever sees them: who contributes after seeing others' could
// contribute the negative of them and more, and be given a decryption of what it chose. So a contribution is
// sealed, the seal's seed is in the others' custody, and shares of it are given with `agree`: by then whose
// contribution is what is settled, since two sets cannot both have quorum (sum.proof.md). A party and the
// receiver do here the same.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "aggregation/encryption.h"

namespace concordat::aggregation {

class SealedContributions {
 public:
  explicit SealedContributions(const Roll& roll, const Commitments& commitments)
      : roll_(roll), commitments_(commitments), collection_(commitments.custody()) {}

  // Seals a party's own. The caller keeps the seed.
  static Bytes Seal(const Roll& roll, std::uint16_t party, const crypto::Secret32& seed, ByteView ciphertext);
  // Errors: kInvalidArgument naming whose has another length.
  static Result<void> CheckLength(const Roll& roll, const Said& contribution);

  // The hashes of a dealing that was checked.
  void Learn(std::uint16_t dealer, ByteView dealing);
  // The set that is agreed to. Errors: those of CheckLength.
  Result<void> Keep(const std::vector<Said>& contributions);
  // The shares that one who agrees gives, of the seal of each kept contribution. Takes all, or none.
  // Errors, naming it: kInvalidArgument: another length; kPermissionDenied: a share that was not dealt.
  Result<void> Take(const Said& agreement);
  // Opens the seals and adds up; the same bytes for whoever kept the same set. What is under a seal and no
  // fresh encryption is left out (Faults), by everyone alike. Errors: kPermissionDenied naming one whose
  // shares do not give back its seal's seed; kUnavailable when fewer than quorum are left.
  Result<Bytes> Sum();

  const std::vector<std::uint16_t>& included() const { return included_; }  // by index
  const std::vector<Error>& faults() const { return faults_; }
  Collection& collection() { return collection_; }

 private:
  // None of what is no fresh encryption.
  Result<std::optional<Bytes>> Open(std::uint16_t party, ByteView sealed);
  Result<void> CheckCiphertext(std::uint16_t party, ByteView ciphertext) const;

  const Roll& roll_;
  const Commitments& commitments_;
  Collection collection_;
  std::map<std::uint16_t, Bytes> sealed_;
  std::vector<std::uint16_t> included_;
  std::vector<Error> faults_;
};

}  // namespace concordat::aggregation
