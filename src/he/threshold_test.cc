#include "he/threshold.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"
#include "he/testing_session.h"

namespace concordat::he {
namespace {

using Values = std::vector<std::uint64_t>;

Values Sums(Set set, const std::vector<Values>& rows) {
  Values sums(rows[0].size());
  for (const Values& row : rows) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += row[i];
  }
  if (set == Set::kT32) {
    for (std::uint64_t& sum : sums) sum &= 0xffffffff;
  }
  return sums;
}

TEST(Threshold, OpensTheSum) {
  struct Case {
    Set set;
    std::size_t parties, values;
  };
  SeededRandom random(1);
  for (const Case& c : std::vector<Case>{{Set::kT64, 1, 1},
                                         {Set::kT64, 2, 3},
                                         {Set::kT64, 3, 8192},
                                         {Set::kT64, 4, 8193},
                                         {Set::kT64, 50, 5},
                                         {Set::kT32, 1, 17},
                                         {Set::kT32, 3, 16384},
                                         {Set::kT32, 50, 100}}) {
    const Session session(c.set, c.parties);
    std::vector<Values> rows(c.parties, Values(c.values));
    for (Values& row : rows) {
      for (std::uint64_t& value : row) value = random.NextU64();
    }
    const Shape shape{c.set, c.values};
    const Bytes sum = session.SumOf(rows, random);
    const auto partials = session.Partials(shape, sum, random);
    EXPECT_EQ(session.shares[0].size(), PublicShareBytes(c.set));
    EXPECT_EQ(sum.size(), CiphertextBytes(shape));
    EXPECT_EQ(partials[0].size(), PartialBytes(shape));
    const auto opened = Open(shape, sum, Views(partials));
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(*opened, Sums(c.set, rows));
  }
}

// Powers of two, one more and one less, each with each: every carry out of every bit.
TEST(Threshold, WrapsAtTheEdges) {
  Values edges = {0};
  for (int bit = 0; bit < 64; ++bit) {
    for (const std::uint64_t around : {-1, 0, 1}) edges.push_back((std::uint64_t{1} << bit) + around);
  }
  edges.push_back(~std::uint64_t{0});
  std::vector<Values> rows(2);
  for (const std::uint64_t a : edges) {
    for (const std::uint64_t b : edges) {
      rows[0].push_back(a);
      rows[1].push_back(b);
    }
  }
  SeededRandom random(2);
  for (const Set set : {Set::kT64, Set::kT32}) {
    const Session session(set, 2);
    const Shape shape{set, rows[0].size()};
    const Bytes sum = session.SumOf(rows, random);
    EXPECT_EQ(*Open(shape, sum, Views(session.Partials(shape, sum, random))), Sums(set, rows));
  }
}

TEST(Threshold, AddsInAnyOrderAndGrouping) {
  SeededRandom random(3);
  const Session session(Set::kT64, 3);
  const Shape shape{Set::kT64, 4};
  std::vector<Bytes> parts;
  for (std::uint64_t i = 0; i < 3; ++i) parts.push_back(*Encrypt(session.key, Values(4, i), random));
  const Bytes all = *Add(shape, Views(parts));
  EXPECT_EQ(*Add(shape, Views({parts[2], parts[0], parts[1]})), all);
  EXPECT_EQ(*Add(shape, Views({*Add(shape, Views({parts[0], parts[1]})), parts[2]})), all);
}

TEST(Threshold, MakesAShareOfItsSeed) {
  const Bytes share = KeyShare(Set::kT64, TestSeed(1), TestSeed(2)).PublicShare();
  EXPECT_EQ(KeyShare(Set::kT64, TestSeed(1), TestSeed(2)).PublicShare(), share);
  EXPECT_NE(KeyShare(Set::kT64, TestSeed(1), TestSeed(3)).PublicShare(), share);
  EXPECT_NE(KeyShare(Set::kT64, TestSeed(2), TestSeed(2)).PublicShare(), share);
  EXPECT_NE(KeyShare(Set::kT32, TestSeed(1), TestSeed(2)).PublicShare(), share);
}

// One party died; the others put its seed together and decrypt for it.
TEST(Threshold, OpensWithAReconstructedShare) {
  SeededRandom random(4);
  const Session session(Set::kT64, 3);
  const Shape shape{Set::kT64, 2};
  const Bytes sum = session.SumOf({{1, 2}, {3, 4}}, random);
  KeyShare reconstructed(Set::kT64, TestSeed(session.common), TestSeed(session.first_secret + 2));
  ASSERT_EQ(reconstructed.PublicShare(), session.shares[2]);
  auto partials = session.Partials(shape, sum, random);
  partials[2] = *DecryptPartly(std::move(reconstructed), shape, 3, sum, random);
  EXPECT_EQ(*Open(shape, sum, Views(partials)), Values({4, 6}));
}

// What does not belong together does not open; each case by itself.
TEST(Threshold, OpensNothingElse) {
  SeededRandom random(5);
  for (const Set set : {Set::kT64, Set::kT32}) {
    const Session session(set, 3), other_session(set, 3, 2000), other_seeds(set, 3, 1000, 50);
    const Shape shape{set, 3};
    const Bytes sum = session.SumOf({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, random);
    const Bytes same_values = session.SumOf({{1, 2, 3}, {4, 5, 6}, {7, 8, 9}}, random);
    const std::vector<Bytes> good = session.Partials(shape, sum, random);
    const auto refuses = [&](std::vector<Bytes> partials) {
      const auto opened = Open(shape, sum, Views(partials));
      return !opened && opened.error().code == ErrorCode::kCorrupt;
    };
    EXPECT_FALSE(refuses(good));
    EXPECT_TRUE(refuses({good[0], good[1]})) << "one missing";
    EXPECT_TRUE(refuses({good[0], good[1], good[1]})) << "one twice";
    EXPECT_TRUE(refuses({good[0], good[1], good[2], good[0]})) << "one too many";
    const auto with_last = [&](const Session& whose, ByteView of) {
      return std::vector{good[0], good[1], whose.Partials(shape, of, random)[2]};
    };
    EXPECT_FALSE(refuses(with_last(session, sum))) << "another flooding";
    EXPECT_TRUE(refuses(with_last(session, same_values))) << "of another sum";
    EXPECT_TRUE(refuses(session.Partials(shape, same_values, random))) << "all of another sum";
    EXPECT_TRUE(refuses(with_last(other_session, sum))) << "of another session";
    EXPECT_TRUE(refuses(with_last(other_seeds, sum))) << "of another seed";
  }
}

TEST(Threshold, RefusesWhatCannotBe) {
  SeededRandom random(6);
  const Session session(Set::kT32, 2);
  const Shape shape{Set::kT32, 8};
  const auto code = [](const auto& result) {
    return result ? std::string("none") : Name(result.error().code);
  };
  EXPECT_EQ(code(Encrypt(session.key, {}, random)), "invalid_argument");
  EXPECT_EQ(code(Add(shape, {})), "invalid_argument");
  EXPECT_EQ(code(JoinKeys(Set::kT32, TestSeed(1), {})), "invalid_argument");
  Bytes sum = session.SumOf({Values(8, 1), Values(8, 2)}, random);
  EXPECT_EQ(code(Open(shape, sum, {})), "invalid_argument");
  EXPECT_EQ(code(Open({Set::kT32, 0}, sum, {})), "invalid_argument");
  EXPECT_EQ(code(DecryptPartly(KeyShare(Set::kT64, TestSeed(1), TestSeed(1)), shape, 2, sum, random)),
            "invalid_argument");
  // So many contributions of so many parties that flooding has no room.
  sum[2] = sum[3] = 0xff;
  EXPECT_EQ(code(DecryptPartly(session.Share(0), shape, kMostParties, sum, random)), "resource_exhausted");
  EXPECT_EQ(code(DecryptPartly(session.Share(0), shape, 2, sum, random)), "none");
}

TEST(ThresholdDeathTest, UsesAShareOnce) {
  SeededRandom random(7);
  const Session session(Set::kT32, 1);
  const Bytes sum = session.SumOf({{5}}, random);
  KeyShare share = session.Share(0);
  ASSERT_TRUE(DecryptPartly(std::move(share), {Set::kT32, 1}, 1, sum, random));
  EXPECT_DEATH((void)DecryptPartly(std::move(share), {Set::kT32, 1}, 1, sum, random), "must hold");
}

}  // namespace
}  // namespace concordat::he
