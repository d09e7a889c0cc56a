// Regressions over members that hold the rows of a small made-up table; held against R by
// test/learning/glm.py.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "learning/coordinate_descent.h"
#include "learning/methods.h"
#include "learning/normal_equations.h"
#include "learning/testing_fit.h"
#include "learning/testing_members.h"

namespace concordat::learning {
namespace {

TEST(Regression, DoesNotDependOnHowRowsAreDealt) {
  const struct {
    const char* method;
    const char* formula;
    std::map<std::string, Value> options;
  } cases[] = {
      {"lm", "cost ~ age * sex + region", {}},
      {"glm", "cost ~ age + sex", {{"family", "gamma"}, {"link", "log"}, {"weights", "weight"}}},
      {"glm", "ill ~ age + region", {{"family", "binomial"}}},
      {"glm", "visits ~ age + offset(log(age)) + sex", {{"family", "poisson"}}},
      {"glm", "ill ~ age + region", {{"family", "binomial"}, {"ridge", 0.01}}},
      {"glm", "cbind(visits, age) ~ sex", {{"family", "binomial"}, {"weights", "weight"}}},
      {"penalised", "cbind(visits, age) ~ sex + cost", {{"family", "binomial"}, {"lambda", 0.01}}},
      {"penalised", "visits ~ age + sex", {{"family", "poisson"}, {"alpha", 0.0}, {"lambda", "1, 0.1"}}},
      {"penalised", "cost ~ age + sex + region + visits", {{"alpha", 0.5}}},
      {"penalised", "ill ~ age + sex + visits", {{"family", "binomial"}, {"lambda", 0.02}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.method + std::string(" ") + c.formula);
    const Call call{c.method, c.formula, "people", c.options};
    const auto one = FitAmong(call, People(400, 1)), four = FitAmong(call, People(400, 4));
    ASSERT_TRUE(one) << one.error().message;
    ASSERT_TRUE(four) << four.error().message;
    ASSERT_EQ(one->rows.size(), four->rows.size());
    for (std::size_t i = 0; i < one->rows.size(); ++i) {
      const std::size_t at = one->columns[0].name == "lambda" ? 2 : 1;
      const double a = std::get<double>(one->rows[i][at]), b = std::get<double>(four->rows[i][at]);
      EXPECT_NEAR(a, b, 1e-12 * std::max(1.0, std::abs(a)));
    }
  }
}

struct Refused {
  const char* method;
  const char* formula;
  std::map<std::string, Value> options;
  const char* reason;
  const char* part;  // of the message
};

TEST(Regression, RefusesByTheRulesAndTheData) {
  const Refused cases[] = {
      {"glm", "cost ~ same", {}, "constant_column", "same is the same in every row"},
      {"glm", "cost ~ age + twice", {}, "collinear", "twice follows from age"},
      {"lm", "cost ~ age + twice", {}, "collinear", "twice"},
      {"glm", "cost ~ rare", {}, "level_too_small", "fewer than 10 rows are rareyes"},
      {"glm", "cost ~ rare:sex", {}, "level_too_small", "rareyes:sex"},
      {"penalised", "cost ~ rare", {}, "level_too_small", "rareyes"},
      {"glm", "rare ~ age", {{"family", "binomial"}}, "level_too_small", "not no"},
      {"glm", "cost ~ outlier", {}, "leverage_too_high", "coefficient of outlier"},
      {"glm", "outlier ~ age", {}, "leverage_too_high", "what is said of outlier"},
      {"lm", "outlier ~ age", {}, "leverage_too_high", "fewer than 10 rows decide what is said of outlier"},
      {"penalised", "outlier ~ age", {}, "leverage_too_high", "outlier"},
      {"lm", "same ~ age", {}, "constant_column", "same is the same"},
      {"glm", "cbind(visits, 1) ~ age", {}, "formula_not_supported", "no response of gaussian"},
      {"glm", "cbind(change, 1) ~ age", {{"family", "binomial"}}, "response_out_of_range", "from 0 to 1"},
      {"glm", "cbind(sex, 1) ~ age", {{"family", "binomial"}}, "column_not_number", "sex"},
      {"lm", "cbind(visits, 1) ~ age", {}, "formula_not_supported", "lm has no use for cbind"},
      {"glm", "Surv(visits, age, 1) ~ sex", {}, "formula_not_supported", "Surv"},
      {"glm", "split ~ age", {{"family", "binomial"}}, "separated", "age"},
      {"glm", "split ~ age", {{"family", "binomial"}, {"link", "probit"}}, "separated", "age"},
      {"glm", "none ~ age + region", {{"family", "poisson"}}, "separated", "regionsouth"},
      {"glm", "change ~ age", {{"family", "gamma"}}, "response_out_of_range", "above 0"},
      {"glm", "change ~ age", {{"family", "binomial"}}, "response_out_of_range", "from 0 to 1"},
      {"glm", "zero ~ age", {{"family", "poisson"}}, "no_valid_start", "same response"},
      {"glm",
       "visits ~ age",
       {{"family", "poisson"}, {"max_rounds", std::int64_t{1}}},
       "not_converged",
       "1 rounds"},
      {"glm", "empty ~ age", {}, "too_few_rows", "0 rows"},
      {"glm",
       "cost ~ poly(age, 9, raw = TRUE) * region * sex * poly(visits, 4, raw = TRUE)",
       {},
       "too_many_parameters",
       "parameters"},
      {"glm", "~ age", {}, "response_missing", ""},
      {"glm", "cost ~ strata(sex) + age", {}, "formula_not_supported", ""},
      {"glm", "cost ~ age", {{"family", "negative_binomial"}}, "theta_missing", ""},
      {"glm", "cost ~ age", {{"familly", "gamma"}}, "unknown_option", ""},
      {"penalised", "cost ~ age", {{"lambda", "0.1, x"}}, "option_invalid", "0.1, x"},
      {"penalised", "cost ~ age", {{"alpha", 0.0}}, "option_invalid", "largest lambda"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.method + std::string(" ") + c.formula);
    const auto fitted = FitAmong({c.method, c.formula, "people", c.options}, People(400, 4));
    ASSERT_FALSE(fitted);
    EXPECT_EQ(fitted.error().reason, c.reason) << fitted.error().message;
    EXPECT_NE(fitted.error().message.find(c.part), std::string::npos) << fitted.error().message;
    EXPECT_FALSE(fitted.error().hint.empty());
  }
}

TEST(Regression, ARidgeMendsSeparation) {
  const Call call{"glm", "split ~ age", "people", {{"family", "binomial"}, {"ridge", 0.01}}};
  const auto fitted = FitAmong(call, People(400, 4));
  ASSERT_TRUE(fitted) << fitted.error().message;
  EXPECT_GT(std::get<double>(fitted->rows[1][1]), 0);
}

// glm's ridge and penalised's with alpha 0 are one objective, solved by factors and by descent.
TEST(Regression, RidgesAgree) {
  const char* const formula = "ill ~ age + sex + visits";
  const auto glm =
      FitAmong({"glm", formula, "people", {{"family", "binomial"}, {"ridge", 0.05}}}, People(400, 2));
  const auto penalised =
      FitAmong({"penalised", formula, "people", {{"family", "binomial"}, {"alpha", 0.0}, {"lambda", 0.05}}},
               People(400, 2));
  ASSERT_TRUE(glm) << glm.error().message;
  ASSERT_TRUE(penalised) << penalised.error().message;
  for (std::size_t i = 0; i < glm->rows.size(); ++i)
    for (std::size_t column = 1; column < glm->columns.size(); ++column)
      EXPECT_NEAR(std::get<double>(glm->rows[i][column]), std::get<double>(penalised->rows[i][column + 1]),
                  1e-7)
          << glm->columns[column].name;
}

// A ridge makes what is estimated vary less; without one the errors are the usual ones.
TEST(Regression, RidgesHaveErrorsAndLassosNone) {
  const auto errors = [](const char* family, const char* formula, double alpha, double lambda) {
    const auto fitted =
        FitAmong({"penalised", formula, "people", {{"family", family}, {"alpha", alpha}, {"lambda", lambda}}},
                 People(400, 2));
    return fitted->rows[1][3];
  };
  const char* const ill = "ill ~ age + sex + visits";
  EXPECT_GT(std::get<double>(errors("binomial", ill, 0, 0.02)),
            std::get<double>(errors("binomial", ill, 0, 0.2)));
  EXPECT_TRUE(IsNull(errors("binomial", ill, 1, 0.02)));
  EXPECT_TRUE(IsNull(errors("binomial", ill, 0.5, 0.02)));
  const char* const cost = "cost ~ age + sex + visits";
  const auto lm = FitAmong({"lm", cost, "people", {}}, People(400, 2));
  EXPECT_NEAR(std::get<double>(errors("gaussian", cost, 0, 0)), std::get<double>(lm->rows[1][2]), 1e-9);
  const auto alike = FitAmong(
      {"penalised", "cost ~ age + twice", "people", {{"alpha", 0.0}, {"lambda", 0.0}}}, People(400, 2));
  EXPECT_EQ(alike.error().reason, "collinear");
}

// Trials as a number and trials as rows: one likelihood.
TEST(Regression, CountsAreSharesWithWeights) {
  const auto share =
      FitAmong({"glm", "I(weight / 4) ~ age", "people", {{"family", "binomial"}}}, People(400, 3));
  const auto said = FitAmong({"glm", "cbind(weight, 4 - weight) ~ age", "people", {{"family", "binomial"}}},
                             People(400, 3));
  ASSERT_TRUE(share) << share.error().message;
  ASSERT_TRUE(said) << said.error().message;
  for (std::size_t i = 0; i < 2; ++i) {
    EXPECT_NEAR(std::get<double>(said->rows[i][1]), std::get<double>(share->rows[i][1]), 1e-8);
    EXPECT_NEAR(2 * std::get<double>(said->rows[i][2]), std::get<double>(share->rows[i][2]), 1e-8);
  }
}

// Counts below the rules' minimum are not said.
TEST(Regression, SaysNoSmallCount) {
  Rules rules;
  rules.minimum_cell = 1000;
  const auto fitted =
      FitAmong({"glm", "change ~ age", "people", {{"family", "gamma"}}}, People(400, 4), rules);
  ASSERT_FALSE(fitted);
  EXPECT_EQ(fitted.error().message.find("fewer than 1000 rows"), 0U) << fitted.error().message;
}

// Whatever the agreement says: a saturated model is its rows.
TEST(Regression, RefusesSaturatedModels) {
  const Rules rules{.minimum_rows = 1, .minimum_cell = 0, .parameters_share = 10};
  for (const char* method : {"lm", "glm", "penalised"}) {
    const auto fitted = FitAmong({method, "cost ~ age + visits", "people", {}}, People(3, 2), rules);
    ASSERT_FALSE(fitted);
    EXPECT_EQ(fitted.error().reason, "too_many_parameters");
    EXPECT_TRUE(FitAmong({method, "cost ~ age", "people", {}}, People(5, 2), rules)) << method;
  }
}

TEST(Regression, MembersDeclineStatesThatAreNone) {
  const auto method =
      *MakeMethod(Methods(), {"glm", "ill ~ age", "people", {{"family", "binomial"}}}, PeopleSchema(), {});
  const std::vector<Rows> members = People(100, 1);
  const Json good = StateAfter(*method, members, 2);
  ASSERT_TRUE(method->Add(members[0], good));
  const double infinite = std::numeric_limits<double>::infinity();
  const struct {
    const char* name;
    const char* key;
    Json value;
  } cases[] = {
      {"no list", "beta", 3},
      {"too short", "beta", {1}},
      {"too long", "beta", {1, 2, 3}},
      {"words", "beta", {"a", "b"}},
      {"infinite", "beta", {1, infinite}},
      {"huge", "beta", {1, 1e300}},
      {"no fit before", "before", Json()},
      {"a round too many", "round", 26},
      {"half a round", "round", 1.5},
      {"a round before all", "round", -1},
      {"no matrix", "triangle", {1, 2}},
      {"fewer than none", "rows", -1},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json state = good;
    state[c.key] = c.value;
    EXPECT_FALSE(method->Length(state));
    EXPECT_FALSE(method->Add(members[0], state));
    const auto next = method->Next(state, {});
    ASSERT_FALSE(next);
    EXPECT_EQ(next.error().reason, "state_invalid");
  }
  for (const Json& state : {Json(), Json("x"), Json::array(), Json{{"round", "1"}}})
    EXPECT_FALSE(method->Length(state));
  EXPECT_EQ(method->Next(good, std::vector<double>{1, 2}).error().reason, "state_invalid");
}

// A state that gives all weight to a few rows shows in what a member must look at before it contributes.
TEST(Regression, EffectiveRowsTellAStateThatLooksAtFew) {
  const auto method =
      *MakeMethod(Methods(), {"glm", "visits ~ age", "people", {{"family", "poisson"}}}, PeopleSchema(), {});
  const std::vector<Rows> members = People(400, 1);
  Json state = StateAfter(*method, members, 2);
  EXPECT_GT(method->Add(members[0], state)->effective_rows, 100);
  Json steep = state;
  steep["beta"] = {0, 30};
  EXPECT_LT(method->Add(members[0], steep)->effective_rows, 30);
  steep = state;
  steep["before"] = {0, 30};
  EXPECT_LT(method->Add(members[0], steep)->effective_rows, 30);
}

TEST(NormalEquations, NamesWhatIsASumOfOthers) {
  Eigen::MatrixXd x = Eigen::MatrixXd::Random(50, 4);
  x.col(2) = 2 * x.col(0) - x.col(1);
  const Eigen::MatrixXd a = x.transpose() * x;
  const auto found = Solve(a, Eigen::VectorXd::Ones(4));
  ASSERT_FALSE(found.solved);
  EXPECT_EQ(found.dependent.column, 2);
  EXPECT_EQ(found.dependent.of, (std::vector<Eigen::Index>{0, 1}));
  const Eigen::MatrixXd less = a.topLeftCorner(2, 2);
  const auto solved = Solve(less, Eigen::VectorXd::Ones(2));
  ASSERT_TRUE(solved.solved);
  EXPECT_LT((less * solved.solved->inverse - Eigen::MatrixXd::Identity(2, 2)).norm(), 1e-13);
  EXPECT_LT((less * solved.solved->solution - Eigen::VectorXd::Ones(2)).norm(), 1e-13);
}

// The conditions of Karush, Kuhn and Tucker, which no other b fulfils.
TEST(CoordinateDescent, EndsWhereNoCoefficientWouldMove) {
  std::srand(7);
  const Eigen::Index columns = 12;
  const Eigen::MatrixXd x = Eigen::MatrixXd::Random(200, columns) +
                            Eigen::VectorXd::Random(200) * Eigen::RowVectorXd::Ones(columns);
  const Eigen::VectorXd y = x.leftCols(3).rowwise().sum() + Eigen::VectorXd::Random(200);
  const Eigen::MatrixXd a = x.transpose() * x / 200;
  const Eigen::VectorXd c = x.transpose() * y / 200, spread = Eigen::VectorXd::LinSpaced(columns, 0, 2);
  const Penalised problem{a, c, spread};
  const double largest =
      LargestLambda(problem, 1, Descend(problem, {1e6, 1}, Eigen::VectorXd::Zero(columns)));
  for (const double alpha : {1.0, 0.5, 0.0}) {
    for (const double share : {1.01, 0.5, 0.01}) {
      const double lambda = share * largest;
      const Eigen::VectorXd b = Descend(problem, {lambda, alpha}, Eigen::VectorXd::Zero(columns));
      for (Eigen::Index j = 0; j < columns; ++j) {
        const double slope = c[j] - a.row(j).dot(b) - lambda * (1 - alpha) * spread[j] * spread[j] * b[j];
        const double bound = lambda * alpha * spread[j];
        if (b[j] != 0) EXPECT_NEAR(slope, std::copysign(bound, b[j]), 1e-9);
        if (b[j] == 0) EXPECT_LE(std::abs(slope), bound + 1e-9);
      }
      if (alpha == 1 && share > 1)
        EXPECT_EQ((b.array() != 0).count(), 1) << "all but the one without a penalty";
    }
  }
}

}  // namespace
}  // namespace concordat::learning
