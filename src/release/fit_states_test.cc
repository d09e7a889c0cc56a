#include "release/fit_states.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace concordat::release {
namespace {

TEST(States, TellWhatATextIsAndKeepTheNewest) {
  const struct {
    const char* name;
    const char* text;
    bool json, canonical;
  } cases[] = {
      {"canonical", R"({"base":1.5})", true, true},           {"a space", R"({"base": 1.5})", true, false},
      {"keys not in order", R"({"b":1,"a":2})", true, false}, {"no JSON", "{", false, false},
      {"a key twice", R"({"a":1,"a":1})", false, false},
  };
  States states;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    for (int time = 0; time < 2; ++time) {
      const auto state = states.Read(c.text);
      EXPECT_EQ(state.json != nullptr, c.json);
      EXPECT_EQ(state.canonical, c.canonical);
    }
  }
  const auto kept = states.Read(cases[0].text);
  EXPECT_EQ(states.Read(cases[0].text).json, kept.json) << "read once";
  EXPECT_NE(states.Read(cases[1].text).json, kept.json);
}

TEST(States, OfWhatWasTakenAreNotReadAgain) {
  States states;
  states.Take(R"({"base":2})", {{"base", 2.0}});
  const auto state = states.Read(R"({"base":2})");
  ASSERT_NE(state.json, nullptr);
  EXPECT_TRUE(state.canonical);
  EXPECT_EQ(*state.json, Json({{"base", 2}}));
  states.Take(R"({"base":2})", {{"base", 2}});
  EXPECT_EQ(states.Read(R"({"base":2})").json, state.json);
}

}  // namespace
}  // namespace concordat::release
