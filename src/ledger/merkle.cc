#include "ledger/merkle.h"

#include <bit>

namespace concordat::ledger {
namespace {

constexpr std::uint8_t kLeaf = 0x00;
constexpr std::uint8_t kNode = 0x01;

// Largest power of two below `size`. Precondition: size > 1.
std::uint64_t Split(std::uint64_t size) { return std::bit_floor(size - 1); }

// Root of leaves [begin, begin + size). `begin` is a multiple of the power of two at or above `size`.
Result<Hash> RangeRoot(std::uint64_t begin, std::uint64_t size, const NodeReader& read) {
  if (std::has_single_bit(size)) return read(std::countr_zero(size), begin / size);
  const std::uint64_t left = Split(size);
  const Hash left_root = TRY(RangeRoot(begin, left, read));
  return NodeHash(left_root, TRY(RangeRoot(begin + left, size - left, read)));
}

// PATH(m, D[n]) over leaves [begin, begin + size).
Result<void> Path(std::uint64_t index, std::uint64_t begin, std::uint64_t size, const NodeReader& read,
                  std::vector<Hash>& proof) {
  if (size == 1) return {};
  const std::uint64_t left = Split(size);
  if (index < left) {
    TRY(Path(index, begin, left, read, proof));
    proof.push_back(TRY(RangeRoot(begin + left, size - left, read)));
  } else {
    TRY(Path(index - left, begin + left, size - left, read, proof));
    proof.push_back(TRY(RangeRoot(begin, left, read)));
  }
  return {};
}

// SUBPROOF(m, D[n], b) over leaves [begin, begin + size).
Result<void> Subproof(std::uint64_t old_size, std::uint64_t begin, std::uint64_t size, bool known,
                      const NodeReader& read, std::vector<Hash>& proof) {
  if (old_size == size) {
    if (!known) proof.push_back(TRY(RangeRoot(begin, size, read)));
    return {};
  }
  const std::uint64_t left = Split(size);
  if (old_size <= left) {
    TRY(Subproof(old_size, begin, left, known, read, proof));
    proof.push_back(TRY(RangeRoot(begin + left, size - left, read)));
  } else {
    TRY(Subproof(old_size - left, begin + left, size - left, false, read, proof));
    proof.push_back(TRY(RangeRoot(begin, left, read)));
  }
  return {};
}

}  // namespace

Hash LeafHash(ByteView leaf) { return crypto::Sha256({ByteView(&kLeaf, 1), leaf}); }

Hash NodeHash(const Hash& left, const Hash& right) {
  return crypto::Sha256({ByteView(&kNode, 1), left, right});
}

Hash RootOf(std::span<const Hash> hashes) {
  if (hashes.empty()) return crypto::Sha256(ByteView{});
  if (hashes.size() == 1) return hashes[0];
  const auto left = static_cast<std::size_t>(Split(hashes.size()));
  return NodeHash(RootOf(hashes.first(left)), RootOf(hashes.subspan(left)));
}

Result<std::vector<Hash>> InclusionProof(std::uint64_t index, std::uint64_t size, const NodeReader& read) {
  if (index >= size) return Fail(ErrorCode::kInvalidArgument, "no such entry in a ledger of that size");
  std::vector<Hash> proof;
  TRY(Path(index, 0, size, read, proof));
  return proof;
}

// RFC 9162 section 2.1.3.2.
bool VerifyInclusion(std::uint64_t index, std::uint64_t size, const Hash& leaf, std::span<const Hash> proof,
                     const Hash& root) {
  if (index >= size) return false;
  std::uint64_t node = index, last = size - 1;
  Hash hash = leaf;
  for (const Hash& sibling : proof) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      hash = NodeHash(sibling, hash);
      while (node % 2 == 0 && node != 0) {
        node /= 2;
        last /= 2;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node /= 2;
    last /= 2;
  }
  return last == 0 && hash == root;
}

Result<std::vector<Hash>> ConsistencyProof(std::uint64_t old_size, std::uint64_t size,
                                           const NodeReader& read) {
  if (old_size == 0 || old_size > size)
    return Fail(ErrorCode::kInvalidArgument, "no proof between ledgers of these sizes");
  std::vector<Hash> proof;
  TRY(Subproof(old_size, 0, size, true, read, proof));
  return proof;
}

// RFC 9162 section 2.1.4.2.
bool VerifyConsistency(std::uint64_t old_size, std::uint64_t size, const Hash& old_root, const Hash& root,
                       std::span<const Hash> proof) {
  if (old_size == 0 || old_size > size) return false;
  if (old_size == size) return proof.empty() && old_root == root;
  std::uint64_t node = old_size - 1, last = size - 1;
  while (node % 2 == 1) {
    node /= 2;
    last /= 2;
  }
  if (!std::has_single_bit(old_size)) {
    if (proof.empty()) return false;
  }
  Hash old_hash = std::has_single_bit(old_size) ? old_root : proof[0];
  Hash hash = old_hash;
  for (const Hash& sibling : proof.subspan(std::has_single_bit(old_size) ? 0 : 1)) {
    if (last == 0) return false;
    if (node % 2 == 1 || node == last) {
      old_hash = NodeHash(sibling, old_hash);
      hash = NodeHash(sibling, hash);
      while (node % 2 == 0 && node != 0) {
        node /= 2;
        last /= 2;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    node /= 2;
    last /= 2;
  }
  return last == 0 && old_hash == old_root && hash == root;
}

}  // namespace concordat::ledger
