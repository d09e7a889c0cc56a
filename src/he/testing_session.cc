#include "he/testing_session.h"

#include <cstring>

namespace concordat::he {
namespace {

std::vector<Bytes> SharesOf(Set set, std::size_t parties, std::uint64_t common, std::uint64_t first_secret) {
  std::vector<Bytes> shares;
  for (std::size_t i = 0; i < parties; ++i)
    shares.push_back(KeyShare(set, TestSeed(common), TestSeed(first_secret + i)).PublicShare());
  return shares;
}

}  // namespace

std::vector<ByteView> Views(const std::vector<Bytes>& messages) { return {messages.begin(), messages.end()}; }

Seed TestSeed(std::uint64_t number) {
  Seed seed{};
  std::memcpy(seed.data(), &number, sizeof number);
  return seed;
}

Session::Session(Set which, std::size_t how_many, std::uint64_t common_seed, std::uint64_t first)
    : set(which),
      common(common_seed),
      first_secret(first),
      parties(how_many),
      shares(SharesOf(which, how_many, common_seed, first)),
      key(*JoinKeys(which, TestSeed(common_seed), Views(shares))) {}

KeyShare Session::Share(std::size_t party) const {
  return {set, TestSeed(common), TestSeed(first_secret + party)};
}

Bytes Session::SumOf(const std::vector<std::vector<std::uint64_t>>& values, RandomSource& random) const {
  std::vector<Bytes> parts;
  for (const auto& row : values) parts.push_back(*Encrypt(key, row, random));
  return *Add({set, values[0].size()}, Views(parts));
}

std::vector<Bytes> Session::Partials(const Shape& shape, ByteView sum, RandomSource& random) const {
  std::vector<Bytes> partials;
  for (std::size_t i = 0; i < parties; ++i)
    partials.push_back(*DecryptPartly(Share(i), shape, parties, sum, random));
  return partials;
}

}  // namespace concordat::he
