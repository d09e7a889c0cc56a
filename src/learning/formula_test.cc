#include "learning/formula.h"

#include <fmt/format.h>

namespace concordat::learning {
namespace {

// Terms in their order, offsets, strata and all else, as the normal form writes them.
TEST(ParseFormula, WritesItsNormalForm) {
  const struct {
    const char* text;
    const char* normal;
  } cases[] = {
      {"y ~ a + b", "y ~ a + b"},
      {"~a", "~ a"},
      {"a+b", "~ a + b"},
      {"1", "~ 1"},
      {"y ~ 0", "y ~ 0"},
      {"y ~ a - 1", "y ~ 0 + a"},
      {"y ~ a - 1 + 1", "y ~ a"},
      {"y ~ a - 0", "y ~ a"},
      {"y ~ -1 + a", "y ~ 0 + a"},
      {"y ~ a - (b - 1)", "y ~ a:b - a:b + a"},
      {"y ~ a * b", "y ~ a + b + a:b"},
      {"y ~ a:b + a + b", "y ~ a + b + a:b"},
      {"y ~ b + a:b", "y ~ b + b:a"},
      {"y ~ a:b + b", "y ~ a:b - a:b + b + a:b"},
      {"y ~ (a + b + c)^2 - a:c", "y ~ a + b + c + a:b + b:c"},
      {"y ~ (a + b)**3", "y ~ a + b + a:b"},
      {"y ~ a / (b + c)", "y ~ a + a:b + a:c"},
      {"y ~ (a + b) / c", "y ~ a + b + a:b:c"},
      {"y ~ a * a + a:a", "y ~ a"},
      {"log(y+1)~I( x^2 )+exp(-x/2e5)", "log(y + 1) ~ I(x^2) + exp(-x/2e+05)"},
      {"y ~ poly(x, degree=2, raw=TRUE)", "y ~ poly(x, degree = 2, raw = TRUE)"},
      {"y ~ bs(x, knots=c(1,2.50), Boundary.knots=c(-1, 9))",
       "y ~ bs(x, knots = c(1, 2.5), Boundary.knots = c(-1, 9))"},
      {"Surv(days, died) ~ age + strata(sex, site())", "Surv(days, died) ~ age + strata(sex, site())"},
      {"Surv(entry,days, died)~age", "Surv(entry, days, died) ~ age"},
      {"Surv(0, days + 1, died) ~ 1", "Surv(0, days + 1, died) ~ 1"},
      {"cbind(cured,all-cured) ~ age", "cbind(cured, all - cured) ~ age"},
      {"y ~ a + offset(log(n)) + (1 | site())", "y ~ a + offset(log(n)) + (1 | site())"},
      {"y ~ \"blood pressure\" + `a-b` + .x", "y ~ `blood pressure` + `a-b` + .x"},
      {"y ~ \xc3\xa9t\xc3\xa9", "y ~ \xc3\xa9t\xc3\xa9"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto formula = ParseFormula(c.text);
    ASSERT_TRUE(formula) << formula.error().message;
    EXPECT_EQ(ToText(*formula), c.normal);
    const auto again = ParseFormula(c.normal);
    ASSERT_TRUE(again) << again.error().message;
    EXPECT_EQ(*again, *formula);
  }
}

TEST(ParseFormula, KeepsOnlyWhatItCanRead) {
  const struct {
    const char* text;
    const char* reason;
    int position;
    const char* hint;  // a part of it
  } cases[] = {
      {"", "formula_syntax", 0, "column's name"},
      {"y ~", "formula_syntax", 3, "column's name"},
      {"y ~ a b", "formula_syntax", 6, "+"},
      {"y ~ a ~ b", "formula_syntax", 6, "+"},
      {"y ~ (a + b", "formula_syntax", 10, "')'"},
      {"y ~ a + ;", "formula_syntax", 8, "signs are"},
      {"y ~ a + \"b", "formula_syntax", 8, "\"a name\""},
      {"y ~ 2 + a", "formula_syntax", 4, "I("},
      {"y ~ a:1", "formula_syntax", 6, "I("},
      {"y ~ a^x", "formula_syntax", 6, "I(x^2)"},
      {"y ~ a^99", "formula_syntax", 6, "I(x^2)"},
      {"y ~ .", "formula_syntax", 4, "name the columns"},
      {"y ~ y", "formula_syntax", 4, "right side"},
      {"y ~ factor(sex)", "formula_syntax", 4, "declared is a factor"},
      {"y ~ scale(x)", "formula_syntax", 4, "I((x - 50) / 10)"},
      {"y ~ lgo(x)", "formula_syntax", 4, "did you mean log()?"},
      {"y ~ poly(x, 2)", "formula_syntax", 4, "poly(x, 2, raw = TRUE)"},
      {"y ~ poly(x, 11, raw = TRUE)", "formula_syntax", 12, "1 to 10"},
      {"y ~ bs(x, df = 5)", "formula_syntax", 10, "knots"},
      {"y ~ bs(x, knots = c(2, 1))", "formula_syntax", 10, "ascend"},
      {"y ~ ns(x, degree = 2)", "formula_syntax", 10, "ns() has none"},
      {"y ~ a - offset(n)", "formula_syntax", 8, "outermost"},
      {"y ~ a:offset(n)", "formula_syntax", 6, "term of its own"},
      {"y ~ (1 | a) + (1 | b)", "formula_syntax", 15, "once"},
      {"y ~ x + 1e999", "formula_syntax", 8, "scale"},
      {"Surv(time) ~ a", "formula_syntax", 9, "','"},
      {"Surv(a, b, c, d) ~ a", "formula_syntax", 12, "')'"},
      {"cbind(a) ~ b", "formula_syntax", 7, "','"},
      {"cbind(a, b, c) ~ d", "formula_syntax", 10, "')'"},
      {"y ~ Surv(a, b)", "formula_syntax", 4, "before ~"},
      {"log(cbind(a, b)) ~ c", "formula_syntax", 4, "before ~"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto formula = ParseFormula(c.text);
    ASSERT_FALSE(formula) << ToText(*formula);
    EXPECT_EQ(formula.error().reason, c.reason);
    EXPECT_EQ(formula.error().position, c.position) << formula.error().message;
    EXPECT_NE(formula.error().hint.find(c.hint), std::string::npos) << formula.error().hint;
  }
}

std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

std::string Names(int count) {
  std::string all = "x0";
  for (int i = 1; i < count; ++i) all += fmt::format("+x{}", i);
  return all;
}

TEST(ParseFormula, HasLimits) {
  for (const std::string& text :
       {Repeat("a+", 3000) + "a", Repeat("(", 100) + "a" + Repeat(")", 100), "I(" + Repeat("-", 100) + "a)",
        Names(65), "(" + Names(40) + ")^2", "(" + Names(60) + ")^10:(" + Names(60) + ")^10"}) {
    const auto formula = ParseFormula(text);
    ASSERT_FALSE(formula) << text;
    EXPECT_EQ(formula.error().reason, "formula_too_large") << text;
  }
  EXPECT_TRUE(ParseFormula(Names(64)));
  EXPECT_TRUE(ParseFormula(Repeat("(", 30) + "a" + Repeat(")", 30)));
}

TEST(NumberText, IsThatOfR) {
  const struct {
    double number;
    const char* text;
  } cases[] = {{0, "0"},           {2, "2"},
               {-0.5, "-0.5"},     {1e5, "1e+05"},
               {123456, "123456"}, {1e-4, "1e-04"},
               {0.0012, "0.0012"}, {1e15, "1e+15"},
               {0.1 + 0.2, "0.3"}, {1.0 / 3, "0.333333333333333"},
               {1e-300, "1e-300"}, {12345678.5, "12345678.5"}};
  for (const auto& c : cases) EXPECT_EQ(NumberText(c.number), c.text);
}

}  // namespace
}  // namespace concordat::learning
