#include "aggregation/terms.h"

#include <gtest/gtest.h>

#include <functional>

#include "aggregation/choose.h"
#include "aggregation/testing_sum.h"
#include "he/noise.h"

namespace concordat::aggregation {
namespace {

Terms Good() { return CastOf({.way = Way::kEncryption, .parties = 5, .quorum = 4, .colluding = 2}).terms; }

TEST(CheckTerms, NamesWhatDoesNotFit) {
  const struct {
    const char* name;
    std::function<void(Terms&)> change;
    const char* message;  // "" where it fits
  } cases[] = {
      {"good", [](Terms&) {}, ""},
      {"no numbers", [](Terms& t) { t.length = 0; }, "a sum has no numbers"},
      {"too many", [](Terms& t) { t.way = Way::kMasks, t.length = kMostNumbers + 1; },
       "a sum has at most 16777216 numbers"},
      {"as many as there may be", [](Terms& t) { t.way = Way::kMasks, t.length = kMostNumbers; }, ""},
      {"encrypted", [](Terms& t) { t.length = kMostSlots; }, ""},
      {"too many encrypted", [](Terms& t) { t.length = kMostSlots + 1; },
       "a sum under encryption has at most 1048576 numbers of 64 bits"},
      {"too many wide ones", [](Terms& t) { t.width = Width::k128, t.length = kMostSlots / 5 + 1; },
       "a sum under encryption has at most 209715 numbers of 128 bits"},
      {"no way", [](Terms& t) { t.way = static_cast<Way>(3); }, "a sum goes by encryption or masks"},
      {"no width", [](Terms& t) { t.width = static_cast<Width>(32); }, "a sum is 64 or 128 bits wide"},
      {"alone", [](Terms& t) { t.parties.resize(1, t.parties[0]), t.quorum = 1, t.colluding = 0; },
       "a sum has 2 to 128 parties, not 1"},
      {"a party twice", [](Terms& t) { t.parties[1] = t.parties[0]; },
       "a sum has its parties by name, each once: member000"},
      {"not by name", [](Terms& t) { std::swap(t.parties[1], t.parties[2]); },
       "a sum has its parties by name, each once: member001"},
      {"a quorum of more than all", [](Terms& t) { t.quorum = 6; }, "a sum of 5 parties has no quorum of 6"},
      {"two quorums with no honest party in common", [](Terms& t) { t.colluding = 3; },
       "a sum of 5 parties with 3 colluding needs a quorum above 4"},
      {"half", [](Terms& t) { t.quorum = 2, t.colluding = 0; },
       "a sum of 5 parties with 0 colluding needs a quorum above 2"},
      {"all collude", [](Terms& t) { t.quorum = 5, t.colluding = 5; },
       "a sum of 5 parties with 5 colluding needs a quorum above 5"},
      {"numbers so large that they would wrap", [](Terms& t) { t.colluding = ~std::size_t{0} - 4; },
       "a sum of 5 parties with 18446744073709551611 colluding needs a quorum above 0"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Terms terms = Good();
    c.change(terms);
    const auto checked = CheckTerms(terms);
    EXPECT_EQ(checked ? "" : checked.error().message, c.message);
    EXPECT_TRUE(checked || checked.error().code == ErrorCode::kInvalidArgument);
  }
}

// A sum that the terms allow does not fail at its end, for want of room for the noise that hides its parts.
TEST(CheckTerms, AllowWhatCiphertextsHaveRoomFor) {
  EXPECT_TRUE(he::FloodingBits({.set = he::Set::kT64, .values = kMostSlots},
                               {.parties = kMostParties, .contributions = kMostParties}));
}

TEST(HashOfTerms, DependsOnAllOfThem) {
  const std::function<void(Terms&)> changes[] = {
      [](Terms& t) { t.way = Way::kMasks; }, [](Terms& t) { t.width = Width::k128; },
      [](Terms& t) { t.length += 1; },       [](Terms& t) { t.parties.pop_back(); },
      [](Terms& t) { t.quorum -= 1; },       [](Terms& t) { t.colluding -= 1; },
      [](Terms& t) { t.context[31] ^= 1; },
  };
  for (const auto& change : changes) {
    Terms terms = Good();
    change(terms);
    EXPECT_NE(HashOf(terms), HashOf(Good()));
  }
  EXPECT_EQ(HashOf(Good()), HashOf(Good()));
}

TEST(Choose, MasksUnlessAPartyAsksForEncryption) {
  const struct {
    const char* name;
    Occasion occasion;
    Way way;
  } cases[] = {
      {"one number", {.length = 1}, Way::kMasks},
      {"many", {.length = 10'000'000}, Way::kMasks},
      {"one that is not disclosed", {.length = 1, .undisclosed = true}, Way::kEncryption},
      {"as many as fit", {.length = kMostSlots, .undisclosed = true}, Way::kEncryption},
      {"as many wide ones as fit", {kMostSlots / 5, Width::k128, true}, Way::kEncryption},
  };
  for (const auto& c : cases) {
    const auto way = Choose(c.occasion);
    ASSERT_TRUE(way) << c.name;
    EXPECT_EQ(*way, c.way) << c.name;
  }
  EXPECT_FALSE(Choose({.length = kMostSlots + 1, .undisclosed = true}));
  EXPECT_FALSE(Choose({kMostSlots / 5 + 1, Width::k128, true}));
}

}  // namespace
}  // namespace concordat::aggregation
