#include "node/table.h"

#include <gtest/gtest.h>

namespace concordat::node {
namespace {

TEST(FormatTable, StandsNumbersToTheRightAndNothingAtTheEnd) {
  EXPECT_EQ(FormatTable({{"sex", "count"}, {"Female", "10772"}, {"Male", "-7.5"}, {"", ""}}),
            "sex     count\nFemale  10772\nMale     -7.5\n\n");
  EXPECT_EQ(FormatTable({}), "");
  EXPECT_EQ(FormatTable({{"a", "b"}}), "a  b\n");
}

TEST(FormatTable, CountsCharactersNotBytes) {
  EXPECT_EQ(FormatTable({{"place", "x"}, {"Žižkov", "a"}, {"Lambeth", "b"}}),
            "place    x\nŽižkov   a\nLambeth  b\n");
}

TEST(FormatTable, LetsNoValueSteerATerminal) {
  const struct {
    const char* name;
    std::string value, shown;
  } cases[] = {
      {"an escape", "\x1b[2Jgone", "\\x1B[2Jgone"},
      {"a line's end", "a\r\nb", "a\\x0D\\x0Ab"},
      {"a control of Latin-1",
       "\xc2\x9b"
       "2J",
       "\\x9B2J"},
      {"no UTF-8", "\xff", "\\xFF"},
      {"a nul", std::string("a\0b", 3), "a\\x00b"},
      {"letters", "Ångström", "Ångström"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_EQ(FormatTable({{"v"}, {c.value}}), "v\n" + c.shown + "\n");
  }
}

TEST(Shortened, CutsBetweenCharacters) {
  EXPECT_EQ(Shortened("Žižkov", 6), "Žižkov");
  EXPECT_EQ(Shortened("Žižkov", 4), "Žiž…");
  EXPECT_EQ(Shortened("", 3), "");
}

}  // namespace
}  // namespace concordat::node
