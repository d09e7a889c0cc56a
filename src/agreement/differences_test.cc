#include "agreement/differences.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "agreement/assessment.h"
#include "agreement/testing_agreement.h"

namespace concordat::agreement {
namespace {

TEST(Differences, SaysInPlainWordsWhatChanges) {
  const struct {
    const char* from;
    const char* to;
    const char* line;
  } cases[] = {
      {"epsilon: 4", "epsilon: 6", "more may be spent: epsilon 4 becomes 6"},
      {"epsilon: 4", "epsilon: 3", "less may be spent: epsilon 4 becomes 3"},
      {"1.0e-6", "1.0e-7", "delta is smaller, which protects more: 1e-06 becomes 1e-07"},
      {"per_query: 0.5", "per_query: 1", "one question may spend more: epsilon 0.5 becomes 1"},
      {"minimum_people: 10", "minimum_people: 5", "smaller groups are shown: minimum_people 10 becomes 5"},
      {"retention_days: 90", "retention_days: 30",
       "results are kept for less long: retention_days 90 becomes 30"},
      {"mode: dp", "mode: dp-local", "each member adds the whole noise, and its part is no secret any more"},
      {"conditions:", "federation: {quorum: 2}\nconditions:",
       "a table answers with 2 of its members; until now all of its members"},
      {"conditions:", "federation: {colluding: 0}\nconditions:",
       "members that may work together without harm: 0; until now as many as the quorum leaves"},
      {"conditions:", "federation: {sums: masks}\nconditions:",
       "sums are kept secret by masks alone; until now whichever way suits the question"},
      {"conditions:", "federation: {non_disclosing: [southwark]}\nconditions:",
       "southwark contributes only under encryption"},
      {"ana@lewisham, ", "", "ana@lewisham may no longer ask"},
      {"ben@southwark]", "ben@southwark, kim@lewisham]", "kim@lewisham may ask"},
      {"[sql]", "[sql, glm]", "glm is allowed"},
      {", southwark/heart@1", "", "the table patients loses southwark/heart@1"},
      {"southwark/wards@1", "southwark/wards@2", "the table wards takes in southwark/wards@2"},
      {"  wards: [southwark/wards@1]\n", "", "the table wards is no longer granted"},
      {"days: 14", "days: 7", "oversight regulator.days: 14 becomes 7"},
      {"dpv:ScientificResearch", "dpv:Marketing", "purpose: dpv:ScientificResearch becomes dpv:Marketing"},
      {"stage: pilot", "stage: deployed", "programme.stage: pilot becomes deployed"},
      {"until: 2026-12-01", "until: 2027-12-01", "valid.until: 2026-12-01 becomes 2027-12-01"},
      {"lewisham: 2", "lewisham: 1", "needs.approvals.lewisham: 2 becomes 1"},
      {"  questions_per_hour: 60\n", "", "conditions.questions_per_hour: 60 becomes nothing"},
      {"people: trained,", "people: trained and",
       "five_safes.people: trained, named, attested becomes trained and named, attested"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.line);
    std::string text = JointText();
    const auto at = text.find(c.from);
    ASSERT_NE(at, text.npos);
    const auto after = ParseAgreement(text.replace(at, std::string(c.from).size(), c.to));
    ASSERT_TRUE(after) << after.error().message;
    const auto lines = Differences(*Joint(), *after);
    EXPECT_NE(std::find(lines.begin(), lines.end(), c.line), lines.end()) << testing::PrintToString(lines);
  }
  EXPECT_TRUE(Differences(*Joint(), *Joint()).empty());
}

// Whatever field changes, something is said.
TEST(Differences, LeavesNoChangeUnsaid) {
  const std::string text = JointText();
  int changed = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string other = text;
    if (other[i] < '0' || other[i] > 'z') continue;
    other[i] = static_cast<char>(other[i] == '7' || other[i] == 'w' ? other[i] - 1 : other[i] + 1);
    const auto after = ParseAgreement(other);
    if (!after || after->id == Joint()->id) continue;
    EXPECT_FALSE(Differences(*Joint(), *after).empty()) << other.substr(i > 20 ? i - 20 : 0, 40);
    ++changed;
  }
  EXPECT_GT(changed, 200);
}

TEST(DraftAssessment, HoldsWhatIsKnownAndMarksWhatIsNot) {
  const std::string draft = DraftAssessment(
      *Joint(),
      {{"wards", "southwark/wards@1", "Wards | of a *hospital*", "one row", 1, {"bed: 1 to 9"}, {}}},
      "southwark");
  for (const char* part :
       {"# Data protection impact assessment: joint-study", "Reference: ____", "earlier treatment",
        "at most epsilon 4 at delta 1e-06", "odds by at most 54.6", "Groups of fewer than 10",
        "regulator, who may object within 14 days", "Safe people: trained, named, attested",
        "Wards \\| of a \\*hospital\\*", "bed: 1 to 9", "Training attested within a year: data-ethics"})
    EXPECT_NE(draft.find(part), std::string::npos) << part << "\n" << draft;
}

}  // namespace
}  // namespace concordat::agreement
