#include "aggregation/shamir.h"

#include <array>
#include <cstring>
#include <set>

#include "base/check.h"

namespace concordat::aggregation {
namespace {

// 32 elements of the field, eight a word.
using Lanes = std::array<std::uint64_t, 4>;

constexpr std::uint64_t Everywhere(std::uint8_t byte) { return 0x0101010101010101ULL * byte; }

// By x: a shift, and where a bit left a byte, x^8 = x^4 + x^3 + x + 1. Without branches, without tables.
std::uint64_t TimesX(std::uint64_t word) {
  const std::uint64_t left = (word >> 7) & Everywhere(1);
  return ((word << 1) & Everywhere(0xfe)) ^ (left * 0x1b);
}

// By a public factor, whose bits alone decide what is done.
Lanes Times(Lanes lanes, std::uint8_t factor) {
  Lanes product{};
  for (; factor != 0; factor >>= 1) {
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      if ((factor & 1) != 0) product[i] ^= lanes[i];
      lanes[i] = TimesX(lanes[i]);
    }
  }
  return product;
}

void Add(Lanes& to, const Lanes& more) {
  for (std::size_t i = 0; i < to.size(); ++i) to[i] ^= more[i];
}

Lanes LanesOf(const crypto::Secret32& secret) {
  Lanes lanes;
  std::memcpy(lanes.data(), secret.data(), sizeof lanes);
  return lanes;
}

void Wipe(std::span<Lanes> lanes) {
  crypto::Wipe({reinterpret_cast<std::uint8_t*>(lanes.data()), lanes.size_bytes()});
}

crypto::Secret32 SecretOf(Lanes& lanes) {
  crypto::Secret32 secret;
  std::memcpy(secret.data(), lanes.data(), sizeof lanes);
  Wipe({&lanes, 1});
  return secret;
}

// Of public values alone.
std::uint8_t Product(std::uint8_t a, std::uint8_t b) { return static_cast<std::uint8_t>(Times({a}, b)[0]); }

std::uint8_t Inverse(std::uint8_t a) {  // a^254
  std::uint8_t power = 1;
  for (int bit = 7; bit >= 0; --bit) {
    power = Product(power, power);
    if (bit != 0) power = Product(power, a);
  }
  return power;
}

// The factor of the share at `point` in the polynomial's value at 0.
std::uint8_t Weight(std::uint8_t point, std::span<const Share> shares) {
  std::uint8_t weight = 1;
  for (const Share& other : shares) {
    if (other.point == point) continue;
    const auto between = static_cast<std::uint8_t>(other.point ^ point);
    weight = Product(weight, Product(other.point, Inverse(between)));
  }
  return weight;
}

}  // namespace

std::vector<Share> Deal(const crypto::Secret32& seed, std::span<const std::uint8_t> points,
                        std::size_t threshold, RandomSource& random) {
  CHECK(threshold >= 1 && threshold <= points.size());
  CHECK(std::set(points.begin(), points.end()).size() == points.size());
  std::vector<Lanes> coefficients(threshold);  // of x^0, x^1, ...
  coefficients[0] = LanesOf(seed);
  for (std::size_t i = 1; i < threshold; ++i)
    random.Fill({reinterpret_cast<std::uint8_t*>(coefficients[i].data()), sizeof(Lanes)});
  std::vector<Share> shares;
  for (const std::uint8_t point : points) {
    CHECK(point != 0);
    Lanes value{};
    for (std::size_t i = threshold; i-- > 0;) {  // Horner
      value = Times(value, point);
      Add(value, coefficients[i]);
    }
    shares.push_back({point, SecretOf(value)});
  }
  Wipe(coefficients);
  return shares;
}

Result<crypto::Secret32> Restore(std::span<const Share> shares) {
  std::set<std::uint8_t> points;
  Lanes seed{};
  for (const Share& share : shares) {
    if (share.point == 0 || !points.insert(share.point).second)
      return Fail(ErrorCode::kInvalidArgument, "two shares of one holder, or of none");
    Add(seed, Times(LanesOf(share.value), Weight(share.point, shares)));
  }
  if (shares.empty()) return Fail(ErrorCode::kInvalidArgument, "no shares");
  return SecretOf(seed);
}

}  // namespace concordat::aggregation
