// The Merkle tree of RFC 6962 section 2.1, and its proofs. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "crypto/hash.h"

namespace concordat::ledger {

using crypto::Hash;

Hash LeafHash(ByteView leaf);                        // SHA-256(0x00 || leaf)
Hash NodeHash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)
// Root over hashes that are leaves of a tree, or roots of equal complete subtrees of which the last alone may
// be smaller. Of none: SHA-256 of nothing.
Hash RootOf(std::span<const Hash> hashes);

// Hash of the complete subtree of 2^level leaves that starts at leaf index * 2^level.
using NodeReader = std::function<Result<Hash>(int level, std::uint64_t index)>;

// RFC 6962 section 2.1.1: the hashes that lead from leaf `index` to the root of a tree of `size` leaves.
// Errors: kInvalidArgument unless index < size; the reader's.
Result<std::vector<Hash>> InclusionProof(std::uint64_t index, std::uint64_t size, const NodeReader& read);
bool VerifyInclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> proof,
                     const Hash& root);

// RFC 6962 section 2.1.2: that the tree of `size` leaves begins with the tree of `old_size`.
Result<std::vector<Hash>> ConsistencyProof(std::uint64_t old_size, std::uint64_t size,
                                           const NodeReader& read);
bool VerifyConsistency(std::uint64_t old_size, std::uint64_t size, const Hash& old_root, const Hash& root,
                       std::span<const Hash> proof);

}  // namespace concordat::ledger
