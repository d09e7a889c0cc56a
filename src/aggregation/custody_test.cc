#include "aggregation/custody.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/testing_random.h"

namespace concordat::aggregation {
namespace {

// Four parties, indices 1, 2, 4 and 7 of a sum, two seeds each; quorum 3.
class CustodyTest : public ::testing::Test {
 protected:
  CustodyTest() {
    for (const std::uint16_t party : parties_) {
      holders_[party] = std::make_unique<Holder>(custody_, party, random_);
      keys_[party] = holders_[party]->public_key();
      seeds_[party] = {NewSeed(random_), NewSeed(random_)};
    }
    for (const std::uint16_t party : parties_)
      dealings_[party] = holders_[party]->Deal(keys_, seeds_[party], random_);
  }

  GivenShare GivenBy(std::uint16_t holder, std::uint16_t dealer, std::size_t seed) {
    return {
        .dealer = dealer, .seed = seed, .holder = holder, .share = holders_[holder]->ShareOf(dealer, seed)};
  }

  SeededRandom random_{1};
  const std::vector<std::uint16_t> parties_ = {1, 2, 4, 7};
  Custody custody_{.terms = {9}, .quorum = 3, .seeds = 2};
  std::map<std::uint16_t, std::unique_ptr<Holder>> holders_;
  SealingKeys keys_;
  std::map<std::uint16_t, std::vector<crypto::Secret32>> seeds_;
  std::map<std::uint16_t, Bytes> dealings_;
};

TEST_F(CustodyTest, QuorumGivesASeedBackAndFewerDoNot) {
  for (const std::uint16_t dealer : parties_) {
    Collection collection(custody_);
    collection.Learn(dealer, parties_, dealings_[dealer]);
    for (const std::uint16_t holder : parties_)
      ASSERT_TRUE(holders_[holder]->Take(dealer, dealings_[dealer]));
    for (std::size_t seed = 0; seed < 2; ++seed) {
      for (const std::uint16_t holder : {7, 1, 4}) {
        EXPECT_FALSE(collection.Restore(dealer, seed));
        const GivenShare given = GivenBy(static_cast<std::uint16_t>(holder), dealer, seed);
        ASSERT_TRUE(collection.Check(given));
        collection.Take(given);
      }
      EXPECT_EQ(ToHex(*collection.Restore(dealer, seed)), ToHex(seeds_[dealer][seed]));
    }
  }
}

TEST_F(CustodyTest, SharesOfAnotherSeedDealerOrHolderAreSeen) {
  Collection collection(custody_);
  for (const std::uint16_t dealer : parties_) {
    collection.Learn(dealer, parties_, dealings_[dealer]);
    for (const std::uint16_t holder : parties_)
      ASSERT_TRUE(holders_[holder]->Take(dealer, dealings_[dealer]));
  }
  GivenShare given = GivenBy(2, 4, 0);
  EXPECT_TRUE(collection.Check(given));
  for (GivenShare other : {GivenBy(2, 4, 1), GivenBy(2, 1, 0), GivenBy(1, 4, 0)}) {
    given.share = other.share;
    const auto checked = collection.Check(given);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error().code, ErrorCode::kPermissionDenied);
  }
}

TEST_F(CustodyTest, EveryChangedByteOfAnEntryIsSeenByItsHolder) {
  const std::size_t entry = dealings_[1].size() / parties_.size();
  for (std::size_t i = 0; i < dealings_[1].size(); ++i) {
    Bytes changed = dealings_[1];
    changed[i] ^= 0x20;
    EXPECT_EQ(holders_[4]->Take(1, changed).has_value(), i / entry != 2) << i;  // party 4 is the third
  }
}

// What one sum's shares are sealed for does not open in another, nor for another pair.
TEST_F(CustodyTest, SealsForOneSumAndOnePairAlone) {
  SeededRandom again(1);
  Custody other = custody_;
  other.terms = {10};
  std::map<std::uint16_t, std::unique_ptr<Holder>> same_keys;
  for (const std::uint16_t party : parties_) {
    same_keys[party] = std::make_unique<Holder>(other, party, again);
    ASSERT_EQ(same_keys[party]->public_key(), keys_[party]);
    (void)NewSeed(again);
    (void)NewSeed(again);
  }
  for (const std::uint16_t party : parties_) (void)same_keys[party]->Deal(keys_, seeds_[party], again);
  EXPECT_TRUE(holders_[2]->Take(1, dealings_[1]));
  EXPECT_FALSE(same_keys[2]->Take(1, dealings_[1]));
  EXPECT_FALSE(holders_[2]->Take(4, dealings_[1]));
}

}  // namespace
}  // namespace concordat::aggregation
