#include "methods/methods.h"

#include <algorithm>
#include <string>

namespace concordat::methods {
namespace {

TEST(Methods, AreNamedWhereOneIsUnknown) {
  EXPECT_TRUE(std::ranges::is_sorted(All(), {}, &learning::KnownMethod::name));
  const learning::Call call{.method = "anovva", .formula = "y ~ a", .table = "t", .options = {}};
  const auto made = Make(call, {}, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "unknown_method");
  EXPECT_NE(made.error().hint.find("did you mean anova?"), std::string::npos);
  for (const learning::KnownMethod& known : All())
    EXPECT_NE(made.error().hint.find(known.name), std::string::npos) << known.name;
  EXPECT_EQ(MakeNoisy(call, {}, {}).error().reason, "unknown_method");
}

TEST(Methods, AreNamedWhereOneHasNoFormUnderNoise) {
  const auto made = MakeNoisy({.method = "mixed", .formula = "y ~ a", .table = "t", .options = {}}, {}, {});
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().reason, "no_noisy_form");
  for (const learning::KnownMethod& known : All())
    EXPECT_EQ(made.error().hint.find(known.name) != std::string::npos, known.make_noisy != nullptr)
        << known.name;
}

TEST(Methods, AreNamedThatTakeAResponseWhichOneDoesNot) {
  const struct {
    const char* formula;
    const char* takers;
  } cases[] = {{"Surv(a, b, c) ~ d", " by cox, kaplan_meier"}, {"cbind(a, b) ~ d", " by glm, penalised"}};
  for (const auto& c : cases) {
    const auto made = Make({.method = "lm", .formula = c.formula, .table = "t", .options = {}}, {}, {});
    ASSERT_FALSE(made) << c.formula;
    EXPECT_EQ(made.error().reason, "formula_not_supported");
    EXPECT_TRUE(made.error().hint.ends_with(c.takers)) << made.error().hint;
  }
}

}  // namespace
}  // namespace concordat::methods
