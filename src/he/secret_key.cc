// Constant time: as threshold_parts.h says.
#include "he/secret_key.h"

#include <algorithm>

#include "base/check.h"
#include "he/encoding.h"
#include "he/noise.h"
#include "he/ring.h"
#include "he/sample.h"
#include "he/wire.h"

namespace concordat::he {

SecretKey::SecretKey(Set set, RandomSource& random, Kernel kernel)
    : set_(set), kernel_(kernel), transforms_(Of(set).primes * kRingDegree) {
  CHECK(!Of(set).threshold);
  Stream stream(random);
  const auto secret = SampleTernary(stream);
  for (std::size_t prime = 0; prime < Of(set).primes; ++prime)
    Ring::Of(prime, kernel).Lift(transforms_.part(prime * kRingDegree, kRingDegree), secret.all());
}

std::span<const std::uint64_t> SecretKey::Transform(std::size_t prime) const {
  return transforms_.part(prime * kRingDegree, kRingDegree);
}

std::size_t SeededBytes(const Shape& shape) { return BytesOf(Kind::kSeeded, shape); }

// c0 = e + encoded values - a s, for each polynomial.
Result<Bytes> EncryptSeeded(const SecretKey& key, std::span<const std::uint64_t> values,
                            RandomSource& random) {
  const Shape shape{.set = key.set(), .values = values.size()};
  TRY(CheckShape(shape));
  Seed seed;
  random.Fill(seed);
  Stream stream(random);
  Bytes message = Begin(Kind::kSeeded, shape);
  SetSeed(message, seed);
  Secret<std::uint64_t> row(kRingDegree), product(kRingDegree);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    const Residues a = UniformHalf(shape.set, seed, polynomial);
    const std::size_t size = CoefficientsOf(shape, polynomial);
    const auto error = SampleError(stream, key.kernel());
    const Encoding encoded(shape.set, values.subspan(polynomial * kRingDegree, size));
    for (std::size_t prime = 0; prime < Of(shape.set).primes; ++prime) {
      const Ring& ring = Ring::Of(prime, key.kernel());
      ring.Multiply(product.all(), ConstRow(a).subspan(prime * kRingDegree, kRingDegree),
                    key.Transform(prime));
      ring.Inverse(product.all());
      std::ranges::fill(row.all(), 0);
      ring.AddSmall(row.all(), error.all());
      encoded.AddTo(row.all(), prime, key.kernel());
      ring.Subtract(row.all(), product.all());
      Write(message, InSeeded(shape, polynomial, prime), row.part(0, size), LanesOf(key.kernel()));
    }
  }
  return message;
}

Result<Bytes> Expand(const Shape& shape, ByteView seeded, Kernel kernel) {
  TRY(CheckHeader(seeded, Kind::kSeeded, shape));
  const Lanes& lanes = LanesOf(kernel);
  Bytes message = Begin(Kind::kCiphertext, shape);
  SetContributions(message, 1);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    const Residues a = UniformHalf(shape.set, SeedOf(seeded), polynomial);
    Residues row(CoefficientsOf(shape, polynomial));
    for (std::size_t prime = 0; prime < Of(shape.set).primes; ++prime) {
      TRY(Read(row, seeded, InSeeded(shape, polynomial, prime), prime, lanes));
      Write(message, InCiphertext(shape, polynomial, Half::kC0, prime), row, lanes);
      Write(message, InCiphertext(shape, polynomial, Half::kC1, prime),
            ConstRow(a).subspan(prime * kRingDegree, kRingDegree), lanes);
    }
  }
  return message;
}

namespace {

// The polynomial whose product with another has, as its first coefficient, the sum of that one's selected
// coefficients: 1 for X^0, and -X^(n-i) for X^-i.
Secret<std::int8_t> Selection(std::span<const std::uint8_t> selected) {
  Secret<std::int8_t> small(kRingDegree);
  for (std::size_t i = 0; i < selected.size(); ++i)
    small.all()[(kRingDegree - i) % kRingDegree] =
        static_cast<std::int8_t>(i == 0 ? selected[0] : -selected[i]);
  return small;
}

// Adds the selected coefficients of one row to a residue.
void AddSelected(std::uint64_t& sum, ConstRow row, std::span<const std::uint8_t> selected,
                 const Modulus& modulus) {
  for (std::size_t i = 0; i < row.size(); ++i)
    sum = modulus.Add(sum, row[i] & (0 - std::uint64_t{selected[i]}));
}

}  // namespace

Result<Bytes> SumSelected(const Shape& shape, ByteView ciphertext, std::span<const std::uint8_t> selected,
                          Kernel kernel) {
  TRY(CheckHeader(ciphertext, Kind::kCiphertext, shape));
  CHECK(selected.size() == shape.values);
  const Lanes& lanes = LanesOf(kernel);
  const std::size_t primes = Of(shape.set).primes;
  Residues c0(primes), c1(primes * kRingDegree);
  Secret<std::uint64_t> row(kRingDegree), lifted(kRingDegree);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    const std::size_t size = CoefficientsOf(shape, polynomial);
    const auto chosen = selected.subspan(polynomial * kRingDegree, size);
    const auto selection = Selection(chosen);
    for (std::size_t prime = 0; prime < primes; ++prime) {
      const Ring& ring = Ring::Of(prime, kernel);
      const Row whole = row.all();
      TRY(Read(whole.first(size), ciphertext, InCiphertext(shape, polynomial, Half::kC0, prime), prime,
               lanes));
      AddSelected(c0[prime], whole.first(size), chosen, ring.modulus());
      TRY(Read(whole, ciphertext, InCiphertext(shape, polynomial, Half::kC1, prime), prime, lanes));
      ring.Lift(lifted.all(), selection.all());
      ring.Multiply(whole, whole, lifted.all());
      ring.Add(Row(c1).subspan(prime * kRingDegree, kRingDegree), whole);
    }
  }
  const Shape one{.set = shape.set, .values = 1};
  Bytes message = Begin(Kind::kCiphertext, one);
  SetContributions(message, 1);
  for (std::size_t prime = 0; prime < primes; ++prime) {
    Write(message, InCiphertext(one, 0, Half::kC0, prime), ConstRow(c0).subspan(prime, 1), lanes);
    Write(message, InCiphertext(one, 0, Half::kC1, prime),
          ConstRow(c1).subspan(prime * kRingDegree, kRingDegree), lanes);
  }
  return message;
}

Result<std::vector<std::uint64_t>> Decrypt(const SecretKey& key, const Shape& shape, ByteView ciphertext) {
  CHECK(key.set() == shape.set);
  TRY(CheckHeader(ciphertext, Kind::kCiphertext, shape));
  const Lanes& lanes = LanesOf(key.kernel());
  const std::size_t primes = Of(shape.set).primes;
  std::vector<std::uint64_t> values;
  values.reserve(shape.values);
  Secret<std::uint64_t> c0(kRingDegree), c1(kRingDegree);
  for (std::size_t polynomial = 0; polynomial < PolynomialsOf(shape); ++polynomial) {
    const std::size_t size = CoefficientsOf(shape, polynomial);
    Secret<Uint128> positions(size);
    for (std::size_t prime = 0; prime < primes; ++prime) {
      const Ring& ring = Ring::Of(prime, key.kernel());
      TRY(Read(c0.part(0, size), ciphertext, InCiphertext(shape, polynomial, Half::kC0, prime), prime,
               lanes));
      TRY(Read(c1.all(), ciphertext, InCiphertext(shape, polynomial, Half::kC1, prime), prime, lanes));
      ring.Multiply(c1.all(), c1.all(), key.Transform(prime));
      ring.Inverse(c1.all());
      ring.Add(c0.part(0, size), c1.part(0, size));
      AddPosition(positions.all(), c0.part(0, size), prime, primes);
    }
    for (const Uint128 position : positions.all()) {
      const Decoded decoded = Decode(shape.set, position);
      if (decoded.distance > DistanceBound(shape.set))
        return Fail(ErrorCode::kCorrupt, "it was not encrypted under this key");
      values.push_back(decoded.message);
    }
  }
  return values;
}

}  // namespace concordat::he
