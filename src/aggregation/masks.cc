#include "aggregation/masks.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "aggregation/octets.h"
#include "base/check.h"
#include "crypto/hkdf.h"
#include "crypto/keystream.h"

namespace concordat::aggregation {
namespace {

static_assert(std::endian::native == std::endian::little);  // numbers lie in memory as they lie in messages

// Of the vector at a time, so that it stays in the processor's nearest memory while all masks go over it.
constexpr std::size_t kPieceBytes = 16384;

template <class Word, bool kSubtract>
void Combine(std::uint8_t* to, const std::uint8_t* more, std::size_t bytes) {
  for (std::size_t i = 0; i < bytes; i += sizeof(Word)) {
    Word a, b;
    std::memcpy(&a, to + i, sizeof a);
    std::memcpy(&b, more + i, sizeof b);
    a = kSubtract ? a - b : a + b;
    std::memcpy(to + i, &a, sizeof a);
  }
}

void Combine(Width width, bool subtract, std::span<std::uint8_t> to, const std::uint8_t* more) {
  if (width == Width::k64) {
    (subtract ? Combine<std::uint64_t, true> : Combine<std::uint64_t, false>)(to.data(), more, to.size());
  } else {
    (subtract ? Combine<Uint128, true> : Combine<Uint128, false>)(to.data(), more, to.size());
  }
}

}  // namespace

Bytes Encode(const MaskKeys& keys) { return Joined({keys.sealing, keys.masking, keys.self}); }

Result<MaskKeys> DecodeMaskKeys(ByteView bytes) {
  MaskKeys keys;
  if (!Split(bytes, {keys.sealing, keys.masking, keys.self}))
    return Fail(ErrorCode::kInvalidArgument, "sent keys of another length");
  if (crypto::HasSmallOrder(keys.sealing) || crypto::HasSmallOrder(keys.masking))
    return Fail(ErrorCode::kInvalidArgument, "sent a public key of small order");
  return keys;
}

crypto::Hash HashOfSelfSeed(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed) {
  return crypto::Sha256({Subject("concordat/sum/1/self-seed\n", terms, party), seed});
}

std::vector<std::uint16_t> Neighbours(const Terms& terms, std::uint16_t party) {
  const std::size_t n = terms.parties.size();
  const std::size_t leave = terms.colluding + n - terms.quorum;  // that collude, or are not there
  const std::size_t reach = leave / 2 + 1;                       // 2 reach > leave
  std::vector<std::uint16_t> neighbours;
  for (std::size_t other = 0; other < n; ++other) {
    const std::size_t ahead = (other + n - party) % n;
    if (ahead != 0 && std::min(ahead, n - ahead) <= reach)
      neighbours.push_back(static_cast<std::uint16_t>(other));
  }
  return neighbours;
}

Mask SelfMask(const crypto::Hash& terms, std::uint16_t party, const crypto::Secret32& seed) {
  Bytes info;
  Append(info, AsBytes("concordat/sum/1/self-mask\n"));
  Append(info, party);
  return {crypto::DeriveKey({.secret = seed, .salt = terms, .info = info}), false};
}

Mask PairMask(const crypto::Hash& terms, std::uint16_t self, const crypto::X25519Key& own,
              std::uint16_t other, const crypto::X25519Public& theirs) {
  const auto shared = own.SharedWith(theirs);
  CHECK(shared && self != other);
  const bool first = self < other;
  Bytes info;
  Append(info, AsBytes("concordat/sum/1/pair-mask\n"));
  Append(info, first ? self : other);
  Append(info, first ? other : self);
  Append(info, first ? own.public_key() : theirs);
  Append(info, first ? theirs : own.public_key());
  return {crypto::DeriveKey({.secret = *shared, .salt = terms, .info = info}), !first};
}

Mask Opposite(Mask mask) {
  mask.subtract = !mask.subtract;
  return mask;
}

std::size_t BytesOf(Width width, std::size_t length) { return length * static_cast<std::size_t>(width) / 8; }

Bytes Residues(Width width, std::span<const Int128> numbers) {
  const std::size_t each = BytesOf(width, 1);
  Bytes residues(numbers.size() * each);
  for (std::size_t i = 0; i < numbers.size(); ++i) std::memcpy(&residues[i * each], &numbers[i], each);
  return residues;
}

std::vector<Int128> Numbers(Width width, ByteView residues) {
  const std::size_t each = BytesOf(width, 1);
  std::vector<Int128> numbers(residues.size() / each);
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    std::memcpy(&numbers[i], &residues[i * each], each);
    if (width == Width::k64) numbers[i] = static_cast<std::int64_t>(numbers[i]);
  }
  return numbers;
}

void AddResidues(Width width, std::span<std::uint8_t> to, ByteView more) {
  CHECK(to.size() == more.size());
  Combine(width, false, to, more.data());
}

void AddMasks(Width width, std::span<std::uint8_t> to, const std::vector<Mask>& masks) {
  CHECK(to.size() % BytesOf(width, 1) == 0);
  std::vector<crypto::Keystream> streams;
  streams.reserve(masks.size());
  for (const Mask& mask : masks) streams.emplace_back(mask.key);
  Bytes stream(std::min(kPieceBytes, to.size()));
  while (!to.empty()) {
    const auto piece = to.first(std::min(kPieceBytes, to.size()));
    for (std::size_t i = 0; i < masks.size(); ++i) {
      streams[i].Next(std::span(stream).first(piece.size()));
      Combine(width, masks[i].subtract, piece, stream.data());
    }
    to = to.subspan(piece.size());
  }
  crypto::Wipe(stream);
}

}  // namespace concordat::aggregation
