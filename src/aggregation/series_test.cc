#include "aggregation/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "aggregation/masks.h"
#include "aggregation/testing_sum.h"

namespace concordat::aggregation {
namespace {

using testing::HasSubstr;

// Parties of one series, their numbers in each round, and whatever a relay may do between them.
class Troupe {
 public:
  explicit Troupe(std::size_t parties, std::size_t colluding = 0, bool shown = true, std::uint64_t seed = 1)
      : cast_(CastOf({.parties = std::max<std::size_t>(parties, 2), .quorum = 2, .colluding = 0}, seed)) {
    for (std::size_t i = 0; i < parties; ++i) terms.parties.push_back(cast_.keys[i].verify_key());
    terms.colluding = colluding;
    terms.shown = shown;
    terms.context.fill(7);
    for (std::size_t i = 0; i < parties; ++i) {
      random_.push_back(std::make_unique<SeededRandom>(100 * seed + i));
      members.push_back(std::make_unique<SeriesParty>(terms, i, cast_.keys[i], *random_[i]));
    }
  }

  std::vector<Bytes> Pledges() const {
    std::vector<Bytes> pledges;
    for (const auto& member : members) pledges.push_back(member->Pledge());
    return pledges;
  }
  void Meet() {
    for (auto& member : members) ASSERT_TRUE(member->Meet(Pledges()));
  }
  // What each adds in a round: numbers at the edges of what 128 bits of one party may hold, and between.
  static std::vector<Int128> ValuesOf(std::size_t party, std::uint32_t round) {
    const auto p = static_cast<Int128>(party);
    return {p * 1000 + round, -(Int128{1} << 118) + p, (Int128{1} << 118) - round, 0};
  }
  std::vector<Bytes> Contribute(std::uint32_t round, const std::string& subject = "state") {
    std::vector<Bytes> contributions;
    for (std::size_t i = 0; i < members.size(); ++i)
      contributions.push_back(members[i]->Contribute(AsBytes(subject), ValuesOf(i, round)));
    return contributions;
  }
  std::vector<Int128> Truth(std::uint32_t round, std::uint32_t set = ~0U) const {
    std::vector<Int128> sum(4);
    for (std::size_t i = 0; i < members.size(); ++i) {
      for (std::size_t k = 0; k < 4 && (set >> i & 1) != 0; ++k) sum[k] += ValuesOf(i, round)[k];
    }
    return sum;
  }

  const crypto::SigningKey& key(std::size_t party) const { return cast_.keys[party]; }

  SeriesTerms terms;
  std::vector<std::unique_ptr<SeriesParty>> members;

 private:
  Cast cast_;
  std::vector<std::unique_ptr<SeededRandom>> random_;
};

// The numbers that masked ones come to, of a set of contributions.
std::vector<Int128> SumOf(const std::vector<Bytes>& contributions, std::uint32_t set) {
  std::vector<Uint128> sum(4);
  for (std::size_t i = 0; i < contributions.size(); ++i) {
    const auto numbers = Numbers(Width::k128, ByteView(contributions[i]).subspan(64));
    for (std::size_t k = 0; k < 4 && (set >> i & 1) != 0; ++k) sum[k] += static_cast<Uint128>(numbers[k]);
  }
  return {sum.begin(), sum.end()};
}

TEST(Series, IsExactInEachRoundAtPartiesAndReceiver) {
  for (const bool shown : {true, false}) {
    for (const std::size_t n : {1U, 2U, 3U, 5U, 8U}) {
      SCOPED_TRACE(n);
      Troupe troupe(n, n / 2, shown);
      SeriesRoll receiver(troupe.terms);
      ASSERT_TRUE(receiver.Meet(troupe.Pledges()));
      troupe.Meet();
      for (std::uint32_t round = 1; round <= 3; ++round) {
        const auto contributions = troupe.Contribute(round);
        receiver.Begin(AsBytes("state"), 4);
        EXPECT_EQ(*receiver.Close(contributions), troupe.Truth(round));
        if (!shown) continue;
        for (auto& member : troupe.members) EXPECT_EQ(*member->Close(contributions), troupe.Truth(round));
      }
    }
  }
}

// Of contributions, only all together come to what was put in: the false alarm of one set is 2^-128.
void OpensForAllAlone(const Troupe& troupe, const std::vector<Bytes>& contributions, std::uint32_t round,
                      bool all_open) {
  const std::uint32_t all = (1U << troupe.members.size()) - 1;
  for (std::uint32_t set = 1; set <= all; ++set) {
    const auto sum = SumOf(contributions, set);
    const auto truth = troupe.Truth(round, set);
    for (std::size_t k = 0; k < 4; ++k) EXPECT_EQ(sum[k] == truth[k], set == all && all_open) << set;
  }
}

TEST(Series, ShowsNothingOfFewerThanAll) {
  Troupe troupe(5, 2);
  troupe.Meet();
  const auto first = troupe.Contribute(1);
  OpensForAllAlone(troupe, first, 1, true);
  for (auto& member : troupe.members) ASSERT_TRUE(member->Close(first));
  const auto second = troupe.Contribute(2);
  OpensForAllAlone(troupe, second, 2, true);
  // Nor do two rounds together: no mask comes twice.
  std::vector<Bytes> mixed = second;
  mixed[0] = first[0];
  OpensForAllAlone(troupe, mixed, 2, false);
}

// A relay of two faces: those of one set are told of another state, or handed a round with another
// contribution of a party that signs two.
TEST(Series, OpensNothingAmongThoseWhoWereShownDifferentThings) {
  for (std::uint32_t set = 1; set < 15; ++set) {
    Troupe states(4, 1);
    states.Meet();
    std::vector<Bytes> contributions;
    for (std::size_t i = 0; i < 4; ++i) {
      const char* subject = (set >> i & 1) != 0 ? "one state" : "another";
      contributions.push_back(states.members[i]->Contribute(AsBytes(subject), Troupe::ValuesOf(i, 1)));
    }
    OpensForAllAlone(states, contributions, 1, false);
    EXPECT_FALSE(states.members[0]->Close(contributions));
  }
}

TEST(Series, OpensNothingAfterARoundThatTwoSawDifferently) {
  Troupe troupe(4, 1);
  troupe.Meet();
  SeriesRoll forger(troupe.terms);  // what party 3 knows of the view, to sign another contribution
  ASSERT_TRUE(forger.Meet(troupe.Pledges()));
  const auto first = troupe.Contribute(1);
  forger.Begin(AsBytes("state"), 4);
  std::vector<Bytes> other = first;
  Bytes body(first[3].begin() + 64, first[3].end());
  body[0] ^= 1;
  const auto signature = troupe.key(3).Sign(forger.ContributionText(3, crypto::Sha256(body)));
  other[3].assign(signature.begin(), signature.end());
  other[3].insert(other[3].end(), body.begin(), body.end());
  ASSERT_TRUE(troupe.members[0]->Close(first));
  ASSERT_TRUE(troupe.members[1]->Close(other));
  ASSERT_TRUE(troupe.members[2]->Close(first));
  ASSERT_TRUE(troupe.members[3]->Close(first));
  OpensForAllAlone(troupe, troupe.Contribute(2), 2, false);
}

TEST(Series, OpensNothingAmongThoseWhoMetOthers) {
  Troupe troupe(4, 1);
  SeededRandom random(9);
  SeriesParty second(troupe.terms, 3, troupe.key(3), random);  // party 3 pledges twice
  auto others = troupe.Pledges();
  others[3] = second.Pledge();
  ASSERT_TRUE(troupe.members[0]->Meet(others));
  for (std::size_t i = 1; i < 4; ++i) ASSERT_TRUE(troupe.members[i]->Meet(troupe.Pledges()));
  OpensForAllAlone(troupe, troupe.Contribute(1), 1, false);
}

TEST(Series, NamesWhoseMessageIsWrong) {
  const struct {
    const char* name;
    std::function<void(std::vector<Bytes>&)> spoil;
    ErrorCode code;
    const char* says;
  } cases[] = {
      {"none", [](auto& said) { said.pop_back(); }, ErrorCode::kInvalidArgument, "of each party"},
      {"short", [](auto& said) { said[1].pop_back(); }, ErrorCode::kInvalidArgument,
       "member001 sent what is"},
      {"empty", [](auto& said) { said[1].clear(); }, ErrorCode::kInvalidArgument, "member001 sent what is"},
      {"changed", [](auto& said) { said[2][70] ^= 1; }, ErrorCode::kPermissionDenied,
       "member002 did not sign"},
      {"unsigned", [](auto& said) { said[2][3] ^= 1; }, ErrorCode::kPermissionDenied,
       "member002 did not sign"},
      {"another's", [](auto& said) { said[0] = said[1]; }, ErrorCode::kPermissionDenied,
       "member000 did not sign"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Troupe troupe(3);
    auto pledges = troupe.Pledges();
    c.spoil(pledges);
    const auto met = troupe.members[1]->Meet(pledges);
    ASSERT_FALSE(met);
    EXPECT_EQ(met.error().code, c.code);
    Troupe sound(3);
    sound.Meet();
    auto contributions = sound.Contribute(1);
    c.spoil(contributions);
    const auto total = sound.members[1]->Close(contributions);
    ASSERT_FALSE(total);
    EXPECT_EQ(total.error().code, c.code);
    EXPECT_THAT(total.error().message, HasSubstr(c.says));
  }
}

TEST(Series, TakesNoKeyOfSmallOrderAndNoTermsWithoutMeaning) {
  Troupe troupe(3);
  auto pledges = troupe.Pledges();
  const SeriesRoll roll(troupe.terms);
  const crypto::X25519Public zero{};
  const auto signature = troupe.key(2).Sign(roll.PledgeText(2, zero));
  pledges[2].assign(signature.begin(), signature.end());
  pledges[2].insert(pledges[2].end(), zero.begin(), zero.end());
  EXPECT_THAT(troupe.members[0]->Meet(pledges).error().message, HasSubstr("small order"));

  SeriesTerms all_collude = troupe.terms;
  all_collude.colluding = 3;
  EXPECT_FALSE(SeriesRoll(all_collude).Meet(pledges));
  SeriesTerms twice = troupe.terms;
  twice.parties[1] = twice.parties[0];
  EXPECT_FALSE(SeriesRoll(twice).Meet(pledges));
}

}  // namespace
}  // namespace concordat::aggregation
