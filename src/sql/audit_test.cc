#include "sql/audit.h"

#include <gtest/gtest.h>

#include "sql/bind_type.h"
#include "sql/operation.h"
#include "sql/testing_bind.h"

namespace concordat::sql {
namespace {

// Says the age by a hundred, of people with an age.
class Hundredth final : public Model {
 public:
  const std::vector<ModelInput>& inputs() const override { return inputs_; }
  Expr Score(const std::vector<Expr>& inputs) const override {
    return Clipped(
        sql::Operation(Op::kDivide, Type::kNumber, {inputs[0], Literal(Value(100.0), Type::kNumber)}),
        {0, 1});
  }
  std::string Title() const override { return "lewisham/hundredth version 1"; }

 private:
  std::vector<ModelInput> inputs_ = {{"age", false}};
};

Outcome<Query> Ask(const std::string& text) {
  const FindModel find = [](const std::string&) -> Outcome<ModelPtr> {
    return std::make_shared<Hundredth>();
  };
  return Bind(TRY(ParseQuestion(text)), PeopleScope(), find);
}

std::vector<std::string> NamesOf(const Query& query) {
  std::vector<std::string> names;
  for (const Output& output : query.outputs) names.push_back(output.name);
  return names;
}

constexpr char kCalibration[] =
    "SELECT * FROM concordat.calibration('m', 'people', outcome => employed, bins => 4)";

TEST(Report, OfCalibrationIsAGroupedQuestion) {
  const auto query = Ask(kCalibration);
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(NamesOf(*query),
            (std::vector<std::string>{"bin", "from", "to", "count", "predicted", "observed"}));
  EXPECT_EQ(query->groups.front().domain,
            (std::vector<Value>{std::int64_t{1}, std::int64_t{2}, std::int64_t{3}, std::int64_t{4}}));
  EXPECT_EQ(query->aggregates.size(), 3u);  // rows, scores, outcomes
  EXPECT_EQ(query->order.size(), 1u);
  EXPECT_EQ(query->models.size(), 1u);
}

TEST(Report, OfFairnessIsAGroupedQuestion) {
  const auto query =
      Ask("SELECT * FROM concordat.fairness('m', 'people', outcome => employed, by => 'region', threshold => "
          "0.25)");
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(NamesOf(*query).front(), "region");
  EXPECT_EQ(query->groups.front().domain->size(), 3u);  // north, south, NULL
  EXPECT_EQ(query->aggregates.size(), 5u);              // rows, selected, both, outcomes, scores
}

// So that whoever asks it both ways pays once.
TEST(Report, IsTheSameQuestionHoweverItIsSpelt) {
  const std::string spelt =
      "select * from concordat . calibration(model => 'm', data => 'people', bins => 4, outcome => employed)";
  EXPECT_EQ(ParseQuestion(kCalibration)->normal, ParseQuestion(spelt)->normal);
  const std::string other =
      "SELECT * FROM concordat.calibration('m', 'people', outcome => employed, bins => 5)";
  EXPECT_NE(ParseQuestion(kCalibration)->normal, ParseQuestion(other)->normal);
}

TEST(Report, TakesWhatFollowsIt) {
  const auto query = Ask(std::string(kCalibration) + " ORDER BY observed DESC LIMIT 2");
  ASSERT_TRUE(query) << query.error().message;
  EXPECT_EQ(query->order.size(), 1u);
  EXPECT_TRUE(query->order.front().descending);
  EXPECT_EQ(query->limit, 2);
}

TEST(Report, TakesInputsAndNumbers) {
  for (const char* text :
       {"SELECT * FROM concordat.calibration('m', 'people', employed, age => age + 1)",
        "SELECT * FROM concordat.calibration('m', 'people', outcome => cost, low => -10, high => 50)",
        "SELECT * FROM concordat.fairness('m', 'people', outcome => cost > 5, by => age / 20)",
        "SELECT * FROM concordat.fairness('m', 'people', outcome => employed, by => region) AS f LIMIT 1"})
    EXPECT_TRUE(Ask(text)) << text << ": " << Ask(text).error().message;
}

TEST(Report, RefusesWhatIsNone) {
  const struct {
    const char* text;
    const char* reason;
  } cases[] = {
      {"SELECT * FROM concordat.calibration('m', 'people')", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', outcome => employed)", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, 4)", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, outcome => employed)",
       "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, bins => 1)", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, bins => 2.5)", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, bins => age)", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, bins => $1)", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, low => 1, high => 0)",
       "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', people, employed)", "report_arguments"},
      {"SELECT * FROM concordat.calibration('m', 'people', DISTINCT employed)", "not_sql"},
      {"SELECT * FROM concordat.fairness('m', 'people', employed)", "report_arguments"},
      {"SELECT * FROM concordat.fairness('m', 'people', employed, by => person)", "unit_exposed"},
      {"SELECT * FROM concordat.calibration('m', 'peeple', employed)", "unknown_table"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed, years => age)", "model_arguments"},
      {"SELECT bin FROM concordat.calibration('m', 'people', employed)", "report_not_alone"},
      {"SELECT *, 1 FROM concordat.calibration('m', 'people', employed)", "report_not_alone"},
      {"SELECT * FROM concordat.calibration('m', 'people', employed) WHERE bin > 1", "report_not_alone"},
      {"SELECT DISTINCT * FROM concordat.calibration('m', 'people', employed)", "report_not_alone"},
      {"WITH w AS (SELECT age FROM people) SELECT * FROM concordat.calibration('m', 'w', employed)",
       "report_not_alone"},
      {"SELECT * FROM LATERAL concordat.calibration('m', 'people', employed)", "report_not_alone"},
      {"SELECT count(*) FROM people WHERE age IN (SELECT bin FROM concordat.calibration('m', 'people', "
       "employed))",
       "subquery_expression"},
  };
  for (const auto& c : cases) {
    const auto query = Ask(c.text);
    ASSERT_FALSE(query) << c.text;
    EXPECT_EQ(query.error().reason, c.reason) << c.text << ": " << query.error().message;
  }
}

}  // namespace
}  // namespace concordat::sql
