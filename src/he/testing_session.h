// A session of parties under one joint key, for tests.
#pragma once

#include "he/threshold.h"

namespace concordat::he {

std::vector<ByteView> Views(const std::vector<Bytes>& messages);
Seed TestSeed(std::uint64_t number);

// Party i's secret is TestSeed(first_secret + i), the common seed TestSeed(common).
struct Session {
  Session(Set set, std::size_t parties, std::uint64_t common = 1000, std::uint64_t first_secret = 0);

  Set set;
  std::uint64_t common, first_secret;
  std::size_t parties;
  std::vector<Bytes> shares;
  PublicKey key;

  KeyShare Share(std::size_t party) const;
  // Everybody's values encrypted and added.
  Bytes SumOf(const std::vector<std::vector<std::uint64_t>>& values, RandomSource& random) const;
  std::vector<Bytes> Partials(const Shape& shape, ByteView sum, RandomSource& random) const;
};

}  // namespace concordat::he
