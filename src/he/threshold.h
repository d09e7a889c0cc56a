// Sums under a joint key: n parties encrypt, only all n together open, and only the sum.
//
// Each party makes a KeyShare for one session and publishes its public share; the joint key is the sum of
// those. Everyone encrypts under it; anyone adds. Each party then decrypts the sum partly, once, and whoever
// has all the partial decryptions opens it. Commit to public shares before any is revealed: who chooses his
// share after seeing others' chooses the joint key.
//
// Sources: Asharov, Jain, López-Alt, Tromer, Vaikuntanathan, Wichs, "Multiparty Computation with Low
// Communication, Computation and Interaction via Threshold FHE" (2012); Mouchet, Troncoso-Pastoriza, Bossuat,
// Hubaux, "Multiparty Homomorphic Encryption from Ring-Learning-with-Errors" (2021). What is claimed and what
// is not (parties keep to the protocol): he.proof.md. Bytes: docs/formats/lattice.md.
//
// Threading: all free functions and const calls from any thread, one RandomSource a thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/random.h"
#include "base/result.h"
#include "he/ntt.h"
#include "he/parameters.h"

namespace concordat::he {

inline constexpr std::size_t kMostParties = 1024;

// Lengths in bytes, all fixed by the shape.
std::size_t PublicShareBytes(Set set);
std::size_t CiphertextBytes(const Shape& shape);
std::size_t PartialBytes(const Shape& shape);

// One party's share of a session's secret key: a ternary polynomial and an error, both derived from 32 secret
// bytes (and from set and `common`, so that one seed in two sessions is two keys). The seed is what is
// Shamir-shared: who puts it together again makes the same share and compares its public share. Wiped when it
// goes; the caller wipes his seed.
class KeyShare {
 public:
  // `common` is the session's public seed of the uniform half `a`, the same for all parties.
  // Precondition (CHECK): a set for joint keys.
  KeyShare(Set set, const Seed& common, const Seed& secret, Kernel kernel = BestKernel());
  KeyShare(KeyShare&&) noexcept;
  KeyShare& operator=(KeyShare&&) noexcept;
  ~KeyShare();

  Set set() const;
  // -(a s) + e, the same bytes each time.
  Bytes PublicShare() const;

 private:
  friend Result<Bytes> DecryptPartly(KeyShare, const Shape&, std::size_t, ByteView, RandomSource&);
  struct Secrets;
  std::unique_ptr<Secrets> secrets_;
};

// The joint key. Copies share their memory.
class PublicKey {
 public:
  Set set() const;
  std::size_t parties() const;

 private:
  friend Result<PublicKey> JoinKeys(Set, const Seed&, std::span<const ByteView>, Kernel);
  friend Result<Bytes> Encrypt(const PublicKey&, std::span<const std::uint64_t>, RandomSource&);
  struct Halves;
  explicit PublicKey(std::shared_ptr<const Halves> halves) : halves_(std::move(halves)) {}
  std::shared_ptr<const Halves> halves_;
};

// From every party's public share, in any order. Errors: kInvalidArgument: no share or too many, or one that
// is malformed (named by its place from 0).
Result<PublicKey> JoinKeys(Set set, const Seed& common, std::span<const ByteView> shares,
                           Kernel kernel = BestKernel());

// Values are taken modulo t. Errors: kInvalidArgument: none, or more than kMostValues.
Result<Bytes> Encrypt(const PublicKey& key, std::span<const std::uint64_t> values, RandomSource& random);

// The encryption of the sum modulo t of what is in the parts. The same bytes for whoever adds the same parts,
// in any order. Errors: kInvalidArgument: no part, or one that is malformed (named by its place from 0).
Result<Bytes> Add(const Shape& shape, std::span<const ByteView> parts, Kernel kernel = BestKernel());

// This party's part of opening the sum. The share is used up: a second decryption of another sum by the same
// share could give a single party's values away. `parties` are those of the joint key. Noise that hides
// everything but the sum is added, as much as parties, values and the sum's own noise ask for; a sum with so
// much noise that there is no room is refused. A party decrypts only a sum that it added itself.
// Precondition (CHECK): from 1 to kMostParties, a share that was not used up.
// Errors: kInvalidArgument: malformed, or of another set; kResourceExhausted: no room.
Result<Bytes> DecryptPartly(KeyShare share, const Shape& shape, std::size_t parties, ByteView sum,
                            RandomSource& random);

// The sums, of everyone's partial decryptions, in any order. Errors: kInvalidArgument: malformed (named by
// its place from 0); kCorrupt: these do not open this sum: one is missing, of another session or of another
// sum, or somebody's bytes are wrong. That is seen by the noise left over: each value passes with a chance of
// 2^-10 at the very most, 2^-51 with three parties and 8192 values of T64.
Result<std::vector<std::uint64_t>> Open(const Shape& shape, ByteView sum, std::span<const ByteView> partials,
                                        Kernel kernel = BestKernel());

}  // namespace concordat::he
