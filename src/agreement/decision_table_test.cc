// The decision, condition by condition and each with each: the first that does not hold is the refusal,
// whatever the others say.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "agreement/decision.h"
#include "agreement/testing_agreement.h"

namespace concordat::agreement {
namespace {

struct Case {
  std::string text = SampleText();  // of the document
  Request request{.analyst = "ana", .agreement = "heart-study"};
  State state = State::kActive;
  std::map<std::string, Time> trainings = {{"data-ethics", At("2026-03-01")}};
  bool has_standing = true;
  bool has_analyst = true;                // or is their member a party
  Time now = At("2026-07-01T12:00:00Z");  // a Wednesday
  int asked = 0;

  void Replace(const std::string& from, const std::string& to) {
    text.replace(text.find(from), from.size(), to);
  }
  void Add(const std::string& condition) {
    const auto at = text.find("conditions: {");
    if (at == text.npos) {
      text += "conditions: {" + condition + "}\n";
    } else {
      text.insert(at + 13, condition + ", ");
    }
  }
};

// What a variant changes; two that change the same thing are not put together.
enum Touches : unsigned {
  kWho = 1,
  kNames = 2,
  kState = 4,
  kNow = 8,
  kHours = 16,
  kTraining = 32,
  kPurpose = 64,
  kAllows = 128,
  kRate = 256,
  kEpsilon = 512
};

struct Variant {
  const char* name;
  int condition;  // its place in the order
  unsigned touches;
  const char* reason;  // "" where the condition still holds
  void (*apply)(Case&);
};

const Variant kVariants[] = {
    {"analyst removed", 0, kWho, "analyst_unknown", [](Case& c) { c.has_analyst = false; }},
    {"no agreement", 1, kNames, "agreement_unknown", [](Case& c) { c.has_standing = false; }},
    {"names another", 1, kNames, "agreement_unknown", [](Case& c) { c.Replace("ana@", "ben@"); }},
    {"names another too", 1, kNames, "",
     [](Case& c) { c.Replace("[ana@lewisham]", "[ben@lewisham, ana@lewisham]"); }},
    {"draft", 2, kState, "agreement_not_active", [](Case& c) { c.state = State::kDraft; }},
    {"proposed", 2, kState | kNow, "agreement_not_active", [](Case& c) { c.state = State::kProposed; }},
    {"suspended", 2, kState | kNow, "agreement_not_active", [](Case& c) { c.state = State::kSuspended; }},
    {"revoked", 2, kState, "agreement_not_active", [](Case& c) { c.state = State::kRevoked; }},
    {"superseded", 2, kState, "agreement_not_active", [](Case& c) { c.state = State::kSuperseded; }},
    {"ended", 3, kNow | kTraining, "agreement_expired", [](Case& c) { c.now = At("2026-12-01"); }},
    {"ended long ago", 3, kNow | kTraining, "agreement_expired", [](Case& c) { c.now = At("2029-12-01"); }},
    {"last moment", 3, kNow, "", [](Case& c) { c.now = At("2026-11-30T23:59:59.999Z"); }},
    {"not begun", 4, kNow | kTraining, "agreement_not_yet_valid",
     [](Case& c) { c.now = At("2026-01-31T23:59:59.999Z"); }},
    {"a day off", 5, kHours | kNow, "outside_hours",
     [](Case& c) { c.Add("hours: {days: [sat, sun], from: '00:00', until: '24:00'}"); }},
    {"too early", 5, kHours | kNow, "outside_hours",
     [](Case& c) { c.Add("hours: {days: [wed], from: '12:01', until: '24:00'}"); }},
    {"too late", 5, kHours | kNow, "outside_hours",
     [](Case& c) { c.Add("hours: {days: [wed], from: '00:00', until: '12:00'}"); }},
    {"in hours", 5, kHours | kNow, "",
     [](Case& c) { c.Add("hours: {days: [wed], from: '12:00', until: '12:01'}"); }},
    {"no training", 6, kTraining, "training_missing", [](Case& c) { c.trainings.clear(); }},
    {"other training", 6, kTraining, "training_missing",
     [](Case& c) {
       c.trainings = {{"first-aid", At("2026-03-01")}};
     }},
    {"training ahead of time", 6, kTraining | kNow, "training_missing",
     [](Case& c) {
       c.trainings = {{"data-ethics", At("2026-07-02")}};
     }},
    {"none needed", 6, kTraining, "",
     [](Case& c) { c.Replace("training: [data-ethics], ", ""), c.trainings.clear(); }},
    {"training of last year", 7, kTraining | kNow, "training_expired",
     [](Case& c) {
       c.trainings = {{"data-ethics", At("2025-07-01")}};
     }},
    {"training's last day", 7, kTraining | kNow, "",
     [](Case& c) {
       c.trainings = {{"data-ethics", At("2025-07-02")}};
     }},
    {"another purpose", 8, kPurpose, "purpose_mismatch",
     [](Case& c) { c.request.purpose = "dpv:Marketing"; }},
    {"empty purpose", 8, kPurpose, "purpose_mismatch", [](Case& c) { c.request.purpose = ""; }},
    {"a narrower purpose", 8, kPurpose, "purpose_mismatch",
     [](Case& c) { c.request.purpose = "dpv:ScientificResearchX"; }},
    {"the purpose", 8, kPurpose, "", [](Case& c) { c.request.purpose = "dpv:ScientificResearch"; }},
    {"models alone", 9, kAllows, "analysis_not_allowed", [](Case& c) { c.Replace("[sql]", "[glm]"); }},
    {"another analysis", 9, kAllows, "analysis_not_allowed", [](Case& c) { c.request.analysis = "glm"; }},
    {"one of several", 9, kAllows, "", [](Case& c) { c.Replace("[sql]", "[glm, sql]"); }},
    {"as many as allowed", 10, kRate, "rate_exceeded",
     [](Case& c) { c.Add("questions_per_hour: 5"), c.asked = 5; }},
    {"many more", 10, kRate, "rate_exceeded",
     [](Case& c) { c.Add("questions_per_hour: 1"), c.asked = 1000; }},
    {"one fewer", 10, kRate, "", [](Case& c) { c.Add("questions_per_hour: 5"), c.asked = 4; }},
    {"no rate", 10, kRate, "", [](Case& c) { c.asked = 1'000'000; }},
    {"zero", 11, kEpsilon, "epsilon_invalid", [](Case& c) { c.request.epsilon = 0; }},
    {"negative", 11, kEpsilon, "epsilon_invalid", [](Case& c) { c.request.epsilon = -1; }},
    {"not a number", 11, kEpsilon, "epsilon_invalid", [](Case& c) { c.request.epsilon = std::nan(""); }},
    {"infinite", 11, kEpsilon, "epsilon_invalid",
     [](Case& c) { c.request.epsilon = std::numeric_limits<double>::infinity(); }},
    {"more than it may", 12, kEpsilon, "epsilon_too_large",
     [](Case& c) { c.request.epsilon = std::nextafter(0.5, 1); }},
    {"all it may", 12, kEpsilon, "", [](Case& c) { c.request.epsilon = 0.5; }},
};

// The same asked of another member: the document has two parties, and southwark vouches for its own analyst.
Case AsVisitor(Case c) {
  const auto key = [](const char* member) { return TestKey(member).verify_key().Text(); };
  c.Replace("{lewisham: self}",
            fmt::format("{{lewisham: {}, {}: {}}}", key("lewisham"), c.has_analyst ? "southwark" : "camden",
                        key(c.has_analyst ? "southwark" : "camden")));
  c.Replace("{lewisham: 2}", c.has_analyst ? "{lewisham: 2, southwark: 1}" : "{lewisham: 2, camden: 1}");
  for (const char* name : {"ana@", "ben@"}) {
    const auto at = c.text.find(name);
    if (at != c.text.npos) c.text.replace(at + 4, 8, c.has_analyst ? "southwark" : "camden");
  }
  c.request.visitor = Vouched{.home = "southwark", .trainings = std::exchange(c.trainings, {})};
  return c;
}

// Decides, and holds the findings to the decision. The refusal's reason, or "".
std::string Decided(const Case& c) {
  auto document = ParseAgreement(c.text);
  EXPECT_TRUE(document) << document.error().message;
  const Standing standing{.document = std::make_shared<const Agreement>(*std::move(document)),
                          .state = c.state};
  const Analyst analyst{.name = "ana", .trainings = c.trainings};
  const Evidence evidence{.member = "lewisham",
                          .standing = c.has_standing ? &standing : nullptr,
                          .analyst = c.has_analyst && !c.request.visitor ? &analyst : nullptr,
                          .now = c.now,
                          .asked = c.asked};
  const auto permit = Decide(c.request, evidence);
  bool reached = true;
  for (const Finding& finding : Examine(c.request, evidence)) {
    if (!reached) {
      EXPECT_EQ(finding.outcome, Finding::Outcome::kNotReached);
      continue;
    }
    EXPECT_FALSE(finding.evidence.empty()) << finding.condition;
    reached = finding.outcome == Finding::Outcome::kHolds;
    if (!reached) EXPECT_NE(finding.evidence.find("(" + permit.error().reason + ")"), std::string::npos);
  }
  EXPECT_EQ(reached, permit.has_value());
  return permit ? "" : permit.error().reason;
}

// Whether there is such an agreement is told to its parties' analysts alone.
std::string VisitorsReason(const Variant& variant) {
  return std::string(variant.name) == "no agreement" ? "analyst_unknown" : variant.reason;
}

TEST(DecisionTable, HoldsForEachVariantAndEachPair) {
  int rows = 0;
  for (const Variant& first : kVariants) {
    Case alone;
    first.apply(alone);
    SCOPED_TRACE(first.name);
    EXPECT_EQ(Decided(alone), first.reason);
    EXPECT_EQ(Decided(AsVisitor(alone)), VisitorsReason(first));
    ++rows;
    for (const Variant& second : kVariants) {
      if (second.condition <= first.condition || (first.touches & second.touches) != 0) continue;
      SCOPED_TRACE(second.name);
      Case both;
      first.apply(both);
      second.apply(both);
      EXPECT_EQ(Decided(both), *first.reason != '\0' ? first.reason : second.reason);
      const bool fails = *first.reason != '\0';
      EXPECT_EQ(Decided(AsVisitor(both)), VisitorsReason(fails ? first : second));
      ++rows;
    }
  }
  EXPECT_GE(rows, 400);
  RecordProperty("rows", rows);
}

// What a member says of its own analyst is its own record's to say, not a visitor's.
TEST(Decide, TakesNoMemberForItsOwnVisitor) {
  const Analyst analyst{.name = "ana", .trainings = {{"data-ethics", At("2026-03-01")}}};
  const Standing standing{
      .document = Joint(), .state = State::kActive, .signed_at = At("2026-05-01T12:00:00Z")};
  const auto asked = [&](const char* home, std::map<std::string, Time> trainings) {
    const auto permit = Decide({.analyst = "ana",
                                .agreement = "joint-study",
                                .visitor = Vouched{.home = home, .trainings = std::move(trainings)}},
                               {.member = "southwark",
                                .standing = &standing,
                                .analyst = &analyst,
                                .now = At("2026-07-01T12:00:00Z")});
    return permit ? permit->analyst : permit.error().reason;
  };
  const std::map<std::string, Time> trained = {{"data-ethics", At("2026-03-01")}};
  EXPECT_EQ(asked("lewisham", trained), "ana@lewisham");
  EXPECT_EQ(asked("lewisham", {}), "training_missing");  // this member's record of another ana counts nothing
  EXPECT_EQ(asked("southwark", trained), "analyst_unknown");
  EXPECT_EQ(asked("regulator", trained), "analyst_unknown");  // oversees, and vouches for nobody
}

// Overseers that may object are given their time.
TEST(Decide, WaitsForObjections) {
  const Analyst analyst{.name = "ana", .trainings = {{"data-ethics", At("2026-03-01")}}};
  const Standing standing{
      .document = Joint(), .state = State::kActive, .signed_at = At("2026-07-01T12:00:00Z")};
  const auto at = [&](const char* now) {
    const auto permit =
        Decide({.analyst = "ana", .agreement = "joint-study"},
               {.member = "lewisham", .standing = &standing, .analyst = &analyst, .now = At(now)});
    return permit ? "" : permit.error().reason;
  };
  EXPECT_EQ(at("2026-07-15T11:59:59Z"), "agreement_not_active");
  EXPECT_EQ(at("2026-07-15T12:00:00Z"), "");
  EXPECT_EQ(at("2026-07-18T12:00:00Z"), "outside_hours");
}

// A table is asked where it is held, and by the one member that holds it alone.
TEST(Decide, GrantsTheTablesOfItsMember) {
  const Analyst analyst{.name = "ben", .trainings = {{"data-ethics", At("2026-03-01")}}};
  const Standing standing{.document = Joint(), .state = State::kActive, .signed_at = At("2026-05-01")};
  const auto permit = Decide(
      {.analyst = "ben", .agreement = "joint-study"},
      {.member = "southwark", .standing = &standing, .analyst = &analyst, .now = At("2026-07-01T12:00:00Z")});
  ASSERT_TRUE(permit) << permit.error().message;
  EXPECT_EQ(permit->tables, (std::map<std::string, ProductVersion>{{"wards", {"southwark/wards", 1}}}));
  EXPECT_EQ(permit->elsewhere, std::vector<std::string>{"patients"});
}

}  // namespace
}  // namespace concordat::agreement
