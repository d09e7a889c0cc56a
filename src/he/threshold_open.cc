#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/mutation.h"
#include "he/encoding.h"
#include "he/noise.h"
#include "he/stream.h"
#include "he/threshold_parts.h"
#include "he/wire.h"

namespace concordat::he {
namespace {

// Uniform on [-2^(bits-1), 2^(bits-1)), n coefficients, by their words from low to high.
class Flooding {
 public:
  Flooding(int bits, std::size_t size) : bits_(bits), low_(size), high_(size) {}

  void Draw(Stream& stream) {
    if (Mutated("flooding_left_out")) return;
    stream.Fill(low_.all());
    if (bits_ <= 64) return;
    stream.Fill(high_.all());
    const std::uint64_t mask = ~std::uint64_t{0} >> (128 - bits_);
    for (std::uint64_t& word : high_.all()) word &= mask;
  }

  // To the first coefficients.
  void AddTo(Row sum, const Ring& ring) const {
    const Modulus& modulus = ring.modulus();
    const Row first = sum.first(low_.all().size());
    ring.AddScaled(first, low_.all(), 1);
    ring.AddScaled(first, high_.all(), modulus.Power(2, 64));
    const std::uint64_t middle = modulus.Power(2, static_cast<std::uint64_t>(bits_ - 1));
    for (std::uint64_t& residue : first) residue = modulus.Subtract(residue, middle);
  }

 private:
  int bits_;
  Secret<std::uint64_t> low_, high_;
};

}  // namespace

std::size_t PartialBytes(const Shape& shape) { return BytesOf(Kind::kPartial, shape); }

// c1 s + flooding, for each polynomial.
Result<Bytes> DecryptPartly(KeyShare share, const Shape& shape, std::size_t parties, ByteView sum,
                            RandomSource& random) {
  CHECK(share.secrets_ != nullptr && parties >= 1 && parties <= kMostParties);
  const Kernel kernel = share.secrets_->kernel;
  if (share.set() != shape.set)
    return Fail(ErrorCode::kInvalidArgument, "the key share is of another set than the sum");
  TRY(CheckHeader(sum, Kind::kCiphertext, shape));
  const auto contributions = TRY(ContributionsOf(sum));
  const SumNoise noise{.parties = parties, .contributions = contributions};
  const int bits = TRY(FloodingBits(shape, noise));
  Stream stream(random);
  Bytes message = Begin(Kind::kPartial, shape);
  const Lanes& lanes = LanesOf(kernel);
  Secret<std::uint64_t> s(Of(shape.set).primes * kRingDegree);
  for (std::size_t prime = 0; prime < Of(shape.set).primes; ++prime)
    Ring::Of(prime, kernel).Lift(s.part(prime * kRingDegree, kRingDegree), share.secrets_->share.all());
  Secret<std::uint64_t> row(kRingDegree);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    Flooding flooding(bits, CoefficientsOf(shape, polynomial));
    flooding.Draw(stream);
    for (std::size_t prime = 0; prime < Of(shape.set).primes; ++prime) {
      const Ring& ring = Ring::Of(prime, kernel);
      TRY(Read(row.all(), sum, InCiphertext(shape, polynomial, Half::kC1, prime), prime, lanes));
      ring.Multiply(row.all(), row.all(), s.part(prime * kRingDegree, kRingDegree));
      ring.Inverse(row.all());
      flooding.AddTo(row.all(), ring);
      const Place place = InPartial(shape, polynomial, prime);
      Write(message, place, row.part(0, place.residues), lanes);
    }
  }
  return message;
}

namespace {

// Reads the sum's c0 and every partial decryption at one place, and adds them.
Result<Residues> AddAt(const Shape& shape, std::size_t polynomial, std::size_t prime, ByteView sum,
                       std::span<const ByteView> partials, Kernel kernel) {
  const Lanes& lanes = LanesOf(kernel);
  Residues total(CoefficientsOf(shape, polynomial)), read(total.size());
  TRY(Read(total, sum, InCiphertext(shape, polynomial, Half::kC0, prime), prime, lanes));
  for (std::size_t i = 0; i < partials.size(); ++i) {
    if (auto good = Read(read, partials[i], InPartial(shape, polynomial, prime), prime, lanes); !good)
      return tl::unexpected(About("partial decryption", i, good.error()));
    Ring::Of(prime, kernel).Add(total, read);
  }
  return total;
}

Result<void> CheckHeaders(const Shape& shape, ByteView sum, std::span<const ByteView> partials) {
  TRY(CheckHeader(sum, Kind::kCiphertext, shape));
  for (std::size_t i = 0; i < partials.size(); ++i) {
    if (auto good = CheckHeader(partials[i], Kind::kPartial, shape); !good)
      return tl::unexpected(About("partial decryption", i, good.error()));
  }
  if (!partials.empty() && partials.size() <= kMostParties) return {};
  return Fail(ErrorCode::kInvalidArgument, fmt::format("{} partial decryptions: there must be from 1 to {}",
                                                       partials.size(), kMostParties));
}

}  // namespace

Result<std::vector<std::uint64_t>> Open(const Shape& shape, ByteView sum, std::span<const ByteView> partials,
                                        Kernel kernel) {
  TRY(CheckHeaders(shape, sum, partials));
  const auto contributions = TRY(ContributionsOf(sum));
  const SumNoise noise{.parties = partials.size(), .contributions = contributions};
  const int bits = TRY(FloodingBits(shape, noise));
  const Uint128 bound = DistanceBound(shape.set, noise, bits);
  const std::size_t primes = Of(shape.set).primes;
  std::vector<std::uint64_t> values;
  values.reserve(shape.values);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    std::vector<Uint128> positions(CoefficientsOf(shape, polynomial));
    for (std::size_t prime = 0; prime < primes; ++prime) {
      const Residues residues = TRY(AddAt(shape, polynomial, prime, sum, partials, kernel));
      AddPosition(positions, residues, prime, primes);
    }
    for (const Uint128 position : positions) {
      const Decoded decoded = Decode(shape.set, position);
      if (decoded.distance > bound) {
        return Fail(ErrorCode::kCorrupt, "these partial decryptions do not open this sum",
                    "each must be of this sum, by a party of the joint key, and none missing");
      }
      values.push_back(decoded.message);
    }
  }
  return values;
}

}  // namespace concordat::he
