#include "base/name.h"

#include <gtest/gtest.h>

namespace concordat {
namespace {

TEST(QuoteIdentifier, ClosesNoName) {
  EXPECT_EQ(QuoteIdentifier("age"), R"("age")");
  EXPECT_EQ(QuoteIdentifier(R"(a"; --)"), R"("a""; --")");
  EXPECT_EQ(QuoteIdentifier(""), R"("")");
}

TEST(Lower, LeavesOtherLettersAlone) { EXPECT_EQ(Lower("Zürich_Ö9"), "zürich_Ö9"); }

TEST(EditDistance, CountsInsertedRemovedAndReplacedLetters) {
  const struct {
    const char* a;
    const char* b;
    std::size_t distance;
  } cases[] = {{"", "", 0},       {"", "abc", 3},           {"abc", "", 3},
               {"age", "age", 0}, {"kitten", "sitting", 3}, {"nmae", "name", 2}};
  for (const auto& c : cases) EXPECT_EQ(EditDistance(c.a, c.b), c.distance) << c.a << " " << c.b;
}

TEST(NearestName, GuessesOnlyWhatIsNear) {
  const char* const known[] = {"sex", "income", "occupation", "age"};
  const struct {
    const char* word;
    const char* meant;
  } cases[] = {{"incom", "income"},
               {"ocupatoin", "occupation"},
               {"agee", "age"},
               {"ag", "age"},
               {"weight", ""},
               {"x", ""},
               {"", ""}};
  for (const auto& c : cases) EXPECT_EQ(NearestName(c.word, known), c.meant) << c.word;
  EXPECT_EQ(NearestName(std::string(100'000, 'a'), known), "");
}

}  // namespace
}  // namespace concordat
