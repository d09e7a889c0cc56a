#include "node/fit_call.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace concordat::node {
namespace {

TEST(FitStatement, WritesTheCall) {
  const struct {
    const char* name;
    Json arguments;
    const char* text;
  } cases[] = {
      {"bare",
       {{"method", "lm"}, {"formula", "y ~ x"}, {"table", "people"}},
       "SELECT * FROM concordat.lm('y ~ x', 'people')"},
      {"options of each kind",
       {{"method", "glm"},
        {"formula", "y ~ x"},
        {"table", "people"},
        {"options", {"family=binomial", "level=0.9", "ridge=1e-3", "scale=true", "link="}}},
       "SELECT * FROM concordat.glm('y ~ x', 'people', family => 'binomial', level => 0.9, ridge => 1e-3, "
       "scale => true, link => '')"},
      {"quotes",
       {{"method", "lm"}, {"formula", "y ~ 'x'"}, {"table", "it's"}, {"options", {"note=o'clock"}}},
       "SELECT * FROM concordat.lm('y ~ ''x''', 'it''s', note => 'o''clock')"},
      {"what is no number is text",
       {{"method", "lm"}, {"formula", "y"}, {"table", "t"}, {"options", {"a=nan", "b=1x"}}},
       "SELECT * FROM concordat.lm('y', 't', a => 'nan', b => '1x')"},
      {"a whole call",
       {{"method", "concordat.lm('y ~ x', 'people')"}},
       "SELECT * FROM concordat.lm('y ~ x', 'people')"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto text = FitStatement(c.arguments);
    ASSERT_TRUE(text) << text.error().message;
    EXPECT_EQ(*text, c.text);
  }
}

TEST(FitStatement, SaysWhatIsMissing) {
  const Json cases[] = {
      {{"method", "lm"}},
      {{"method", "lm"}, {"formula", "y ~ x"}},
      {{"method", "lm x"}, {"formula", "y ~ x"}, {"table", "people"}},
      {{"method", ""}, {"formula", "y ~ x"}, {"table", "people"}},
      {{"method", "lm('y', 't')"}, {"formula", "y ~ x"}},
      {{"method", "lm"}, {"formula", "y"}, {"table", "t"}, {"options", {"family"}}},
      {{"method", "lm"}, {"formula", "y"}, {"table", "t"}, {"options", {"a) -- =1"}}},
  };
  for (const Json& arguments : cases) EXPECT_FALSE(FitStatement(arguments)) << arguments;
}

}  // namespace
}  // namespace concordat::node
