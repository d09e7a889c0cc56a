#include "he/wire.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/check.h"

namespace concordat::he {
namespace {

constexpr std::size_t kHeaderBytes = 2;
constexpr std::size_t kCountBytes = 2;
constexpr std::array<std::string_view, 5> kKinds = {"", "public share", "ciphertext", "partial decryption",
                                                    "seeded ciphertext"};

std::string_view NameOf(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

tl::unexpected<Error> Malformed(std::string message) {
  return Fail(ErrorCode::kInvalidArgument, std::move(message));
}

// The bytes of as many polynomials, each modulo every prime.
std::size_t Whole(const Shape& shape, std::size_t polynomials) {
  return polynomials * Of(shape.set).primes * PackedBytes(kRingDegree);
}

// Polynomials by coefficients alone, one after the other.
Place Plain(const Shape& shape, std::size_t start, std::size_t polynomial, std::size_t prime) {
  const std::size_t residues = CoefficientsOf(shape, polynomial);
  return {.offset = start + Whole(shape, polynomial) + prime * PackedBytes(residues), .residues = residues};
}

std::size_t EndOf(const Place& last) { return last.offset + PackedBytes(last.residues); }

}  // namespace

std::size_t PolynomialsOf(const Shape& shape) { return (shape.values + kRingDegree - 1) / kRingDegree; }

std::size_t CoefficientsOf(const Shape& shape, std::size_t polynomial) {
  return std::min(kRingDegree, shape.values - polynomial * kRingDegree);
}

Place InPublicShare(std::size_t prime) {
  return {.offset = kHeaderBytes + prime * PackedBytes(kRingDegree), .residues = kRingDegree};
}

Place InCiphertext(const Shape& shape, std::size_t polynomial, Half half, std::size_t prime) {
  const std::size_t start = kHeaderBytes + kCountBytes + Whole(shape, polynomial);
  const Place c0 = Plain(shape, start, polynomial, half == Half::kC0 ? prime : Of(shape.set).primes);
  if (half == Half::kC0) return c0;
  return {.offset = c0.offset + prime * PackedBytes(kRingDegree), .residues = kRingDegree};
}

Place InPartial(const Shape& shape, std::size_t polynomial, std::size_t prime) {
  return Plain(shape, kHeaderBytes, polynomial, prime);
}

Place InSeeded(const Shape& shape, std::size_t polynomial, std::size_t prime) {
  return Plain(shape, kHeaderBytes + sizeof(Seed), polynomial, prime);
}

std::size_t BytesOf(Kind kind, const Shape& shape) {
  const std::size_t polynomial = PolynomialsOf(shape) - 1, prime = Of(shape.set).primes - 1;
  switch (kind) {
    case Kind::kPublicShare:
      return EndOf(InPublicShare(prime));
    case Kind::kCiphertext:
      return EndOf(InCiphertext(shape, polynomial, Half::kC1, prime));
    case Kind::kPartial:
      return EndOf(InPartial(shape, polynomial, prime));
    case Kind::kSeeded:
      return EndOf(InSeeded(shape, polynomial, prime));
  }
  CHECK(false);
}

Bytes Begin(Kind kind, const Shape& shape) {
  CHECK(CheckShape(shape).has_value());
  Bytes message(BytesOf(kind, shape));
  message[0] = static_cast<std::uint8_t>(shape.set);
  message[1] = static_cast<std::uint8_t>(kind);
  return message;
}

void Write(Bytes& message, const Place& place, ConstRow residues, const Lanes& lanes) {
  CHECK(EndOf(place) <= message.size() && residues.size() == place.residues);
  lanes.pack(std::span(message).subspan(place.offset, PackedBytes(place.residues)), residues);
}

Result<void> CheckHeader(ByteView message, Kind kind, const Shape& shape) {
  TRY(CheckShape(shape));
  if (message.size() < kHeaderBytes) return Malformed("shorter than its header");
  const Set set = TRY(SetOf(message[0]));
  if (set != shape.set)
    return Malformed(fmt::format("it is of the set {}, not {}", Of(set).name, Of(shape.set).name));
  if (message[1] != static_cast<std::uint8_t>(kind))
    return Malformed(fmt::format("it is not a {} but of kind {}", NameOf(kind), message[1]));
  if (const std::size_t bytes = BytesOf(kind, shape); message.size() != bytes)
    return Malformed(fmt::format("a {} has {} bytes here, not {}", NameOf(kind), bytes, message.size()));
  return {};
}

Result<void> Read(Row out, ByteView message, const Place& place, std::size_t prime, const Lanes& lanes) {
  CHECK(EndOf(place) <= message.size() && out.size() == place.residues);
  const Modulus modulus(kPrimes[prime]);
  if (lanes.unpack(out, message.subspan(place.offset, PackedBytes(place.residues)), modulus)) return {};
  const auto high = std::ranges::find_if(out, [&](auto residue) { return residue >= modulus.value(); });
  if (high == out.end()) return Malformed("bits after the last residue are not zero");
  return Malformed(
      fmt::format("residue {} is {}, not below the prime {}", high - out.begin(), *high, modulus.value()));
}

Result<void> CheckShape(const Shape& shape) {
  if (shape.values >= 1 && shape.values <= kMostValues) return {};
  return Malformed(fmt::format("{} values: there must be from 1 to {}", shape.values, kMostValues));
}

Result<std::size_t> ContributionsOf(ByteView ciphertext) {
  const auto count = static_cast<std::size_t>(ciphertext[kHeaderBytes] | ciphertext[kHeaderBytes + 1] << 8);
  if (count == 0) return Malformed("it says that nothing is added up in it");
  return count;
}

void SetContributions(Bytes& ciphertext, std::size_t contributions) {
  CHECK(contributions >= 1 && contributions <= kMostContributions);
  ciphertext[kHeaderBytes] = static_cast<std::uint8_t>(contributions);
  ciphertext[kHeaderBytes + 1] = static_cast<std::uint8_t>(contributions >> 8);
}

Seed SeedOf(ByteView seeded) {
  Seed seed;
  std::ranges::copy(seeded.subspan(kHeaderBytes, seed.size()), seed.begin());
  return seed;
}

void SetSeed(Bytes& seeded, const Seed& seed) { std::ranges::copy(seed, seeded.begin() + kHeaderBytes); }

Error About(std::string_view message, std::size_t number, Error error) {
  error.message = fmt::format("{} {}: {}", message, number, error.message);
  return error;
}

}  // namespace concordat::he
