#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "he/encoding.h"
#include "he/sample.h"
#include "he/threshold_parts.h"
#include "he/wire.h"

namespace concordat::he {
namespace {

// What is drawn for one polynomial: c0 = b u + e0 + its encoded values, c1 = a u + e1.
struct Fresh {
  Fresh(Stream& stream, Kernel kernel, Encoding messages)
      : u(SampleTernary(stream)),
        e0(SampleError(stream, kernel)),
        e1(SampleError(stream, kernel)),
        values(std::move(messages)) {}
  Secret<std::int8_t> u, e0, e1;
  Encoding values;
};

}  // namespace

std::size_t CiphertextBytes(const Shape& shape) { return BytesOf(Kind::kCiphertext, shape); }

Result<Bytes> Encrypt(const PublicKey& key, std::span<const std::uint64_t> values, RandomSource& random) {
  const PublicKey::Halves& halves = *key.halves_;
  const Shape shape{.set = halves.set, .values = values.size()};
  TRY(CheckShape(shape));
  Stream stream(random);
  Bytes message = Begin(Kind::kCiphertext, shape);
  SetContributions(message, 1);
  const Lanes& lanes = LanesOf(halves.kernel);
  Secret<std::uint64_t> u(kRingDegree), row(kRingDegree);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    const std::size_t size = CoefficientsOf(shape, polynomial);
    const Fresh fresh(stream, halves.kernel,
                      Encoding(halves.set, values.subspan(polynomial * kRingDegree, size)));
    for (std::size_t prime = 0; prime < Of(halves.set).primes; ++prime) {
      const Ring& ring = Ring::Of(prime, halves.kernel);
      ring.Lift(u.all(), fresh.u.all());
      ring.Multiply(row.all(), u.all(), PartOf(halves.b, prime));
      ring.Inverse(row.all());
      ring.AddSmall(row.all(), fresh.e0.all());
      fresh.values.AddTo(row.all(), prime, halves.kernel);
      Write(message, InCiphertext(shape, polynomial, Half::kC0, prime), row.part(0, size), lanes);
      ring.Multiply(u.all(), u.all(), PartOf(halves.a, prime));
      ring.Lift(row.all(), fresh.e1.all());
      ring.Add(row.all(), u.all());
      Write(message, InCiphertext(shape, polynomial, Half::kC1, prime), row.all(), lanes);
    }
  }
  return message;
}

namespace {

// How many fresh encryptions there are in all parts, each of which has the right header.
Result<std::size_t> Contributions(const Shape& shape, std::span<const ByteView> parts) {
  std::size_t contributions = 0;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (auto checked = CheckHeader(parts[i], Kind::kCiphertext, shape); !checked)
      return tl::unexpected(About("ciphertext", i, checked.error()));
    const auto in_part = ContributionsOf(parts[i]);
    if (!in_part) return tl::unexpected(About("ciphertext", i, in_part.error()));
    contributions += *in_part;
  }
  if (contributions >= 1 && contributions <= kMostContributions) return contributions;
  return Fail(ErrorCode::kInvalidArgument,
              fmt::format("{} contributions: there must be from 1 to {}", contributions, kMostContributions));
}

struct AddedPlace {
  Place place;
  std::size_t prime;
};

Result<void> AddAt(Bytes& sum, const AddedPlace& at, std::span<const ByteView> parts, Kernel kernel) {
  const Lanes& lanes = LanesOf(kernel);
  Residues total(at.place.residues), read(at.place.residues);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (auto good = Read(read, parts[i], at.place, at.prime, lanes); !good)
      return tl::unexpected(About("ciphertext", i, good.error()));
    Ring::Of(at.prime, kernel).Add(total, read);
  }
  Write(sum, at.place, total, lanes);
  return {};
}

}  // namespace

Result<Bytes> Add(const Shape& shape, std::span<const ByteView> parts, Kernel kernel) {
  TRY(CheckShape(shape));
  const std::size_t contributions = TRY(Contributions(shape, parts));
  Bytes sum = Begin(Kind::kCiphertext, shape);
  SetContributions(sum, contributions);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    for (const Half half : {Half::kC0, Half::kC1}) {
      for (std::size_t prime = 0; prime < Of(shape.set).primes; ++prime)
        TRY(AddAt(sum, {InCiphertext(shape, polynomial, half, prime), prime}, parts, kernel));
    }
  }
  return sum;
}

}  // namespace concordat::he
