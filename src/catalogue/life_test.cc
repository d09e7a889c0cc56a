#include "catalogue/life.h"

#include <gtest/gtest.h>

namespace concordat::catalogue {
namespace {

Time Day(const char* text) { return *ParseTime(text); }

const Life kDraft{.stage = Stage::kDraft, .until = {}, .reason = {}};
const Life kActive{.stage = Stage::kActive, .until = {}, .reason = {}};
const Life kDeprecated{.stage = Stage::kDeprecated, .until = Day("2027-04-01"), .reason = "replaced"};
const Life kRetired{.stage = Stage::kRetired, .until = {}, .reason = {}};

TEST(Life, TakesTheStepsOfItsTableAndNoOther) {
  const struct {
    const char* name;
    Life before;
    LifeVerb verb;
    const char* when;
    const char* until;
    const char* becomes;  // a stage, or the reason of a refusal
  } rows[] = {
      {"draft", kDraft, LifeVerb::kActivate, "2027-01-01", "", "step_not_allowed"},
      {"draft", kDraft, LifeVerb::kDeprecate, "2027-01-01", "2027-02-01", "step_not_allowed"},
      {"draft", kDraft, LifeVerb::kRetire, "2027-01-01", "", "retired"},
      {"active", kActive, LifeVerb::kActivate, "2027-01-01", "", "step_not_allowed"},
      {"active", kActive, LifeVerb::kDeprecate, "2027-01-01", "2027-01-02", "deprecated"},
      {"active, at once", kActive, LifeVerb::kDeprecate, "2027-01-01", "2027-01-01", "date_passed"},
      {"active, no day", kActive, LifeVerb::kDeprecate, "2027-01-01", "", "date_passed"},
      {"active", kActive, LifeVerb::kRetire, "2027-01-01", "", "retired"},
      {"deprecated", kDeprecated, LifeVerb::kActivate, "2027-03-31", "", "active"},
      {"deprecated, another day", kDeprecated, LifeVerb::kDeprecate, "2027-03-31", "2028-01-01",
       "deprecated"},
      {"deprecated", kDeprecated, LifeVerb::kRetire, "2027-03-31", "", "retired"},
      {"deprecated, its day come", kDeprecated, LifeVerb::kActivate, "2027-04-01", "", "step_not_allowed"},
      {"deprecated, its day come", kDeprecated, LifeVerb::kDeprecate, "2027-04-01", "2028-01-01",
       "step_not_allowed"},
      {"retired", kRetired, LifeVerb::kActivate, "2027-01-01", "", "step_not_allowed"},
      {"retired", kRetired, LifeVerb::kDeprecate, "2027-01-01", "2028-01-01", "step_not_allowed"},
      {"retired", kRetired, LifeVerb::kRetire, "2027-01-01", "", "step_not_allowed"},
  };
  for (const auto& row : rows) {
    LifeStep step{
        .verb = row.verb, .product = "lewisham/claims", .by = "sam", .reason = "", .until = {}, .when = {}};
    step.when = Day(row.when);
    if (*row.until != '\0') step.until = Day(row.until);
    const auto after = Take(row.before, step);
    EXPECT_EQ(after ? Name(after->stage) : after.error().reason, row.becomes)
        << row.name << ", " << static_cast<int>(row.verb);
  }
}

TEST(Life, IsRetiredFromItsDayOnWithoutAStep) {
  EXPECT_EQ(kDeprecated.At(Day("2027-03-31")), Stage::kDeprecated);
  EXPECT_EQ(kDeprecated.At(Day("2027-04-01")), Stage::kRetired);
  EXPECT_EQ(Warning("lewisham/claims", kDeprecated, Day("2027-01-01")),
            "lewisham/claims is deprecated: it is retired on 2027-04-01 (replaced)");
  EXPECT_EQ(Warning("lewisham/claims", kDeprecated, Day("2027-04-01")), "");
  EXPECT_EQ(Warning("lewisham/claims", kActive, Day("2027-01-01")), "");
  EXPECT_EQ(Describe(kDeprecated, Day("2027-05-01")), "retired since 2027-04-01: replaced");
}

TEST(Life, KeepsAStepOverItsEntry) {
  const LifeStep step{.verb = LifeVerb::kDeprecate,
                      .product = "lewisham/claims",
                      .by = "sam",
                      .reason = "replaced",
                      .until = Day("2027-04-01"),
                      .when = {}};
  const ledger::Draft draft = DraftOf(step);
  ledger::Entry entry;
  entry.kind = draft.kind;
  entry.time = Day("2027-01-01");
  entry.body = draft.body;
  const auto read = LifeStepOf(entry);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->verb, step.verb);
  EXPECT_EQ(read->product, step.product);
  EXPECT_EQ(read->by, step.by);
  EXPECT_EQ(read->reason, step.reason);
  EXPECT_EQ(read->until, step.until);
  EXPECT_EQ(read->when, entry.time);
  entry.kind = "product.published";
  EXPECT_FALSE(LifeStepOf(entry));
}

}  // namespace
}  // namespace concordat::catalogue
