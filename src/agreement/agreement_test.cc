#include "agreement/agreement.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agreement/testing_agreement.h"
#include "base/file.h"
#include "base/testing_random.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace concordat::agreement {
namespace {

TEST(ParseAgreement, ReadsEveryField) {
  const auto read = ParseAgreement(SampleText("minimum_people: 10", "minimum_people: 10\n  per_analyst: 2"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->name, "heart-study");
  EXPECT_EQ(read->parties, (std::map<std::string, std::string>{{"lewisham", "self"}}));
  EXPECT_EQ(read->tables,
            (std::map<std::string, std::vector<ProductVersion>>{{"patients", {{"lewisham/heart", 3}}}}));
  EXPECT_EQ(read->purpose, "dpv:ScientificResearch");
  EXPECT_EQ(read->legal_basis, "dpv-gdpr:A9-2-j");
  EXPECT_EQ(read->question, "Does cholesterol predict disease?");
  EXPECT_TRUE(read->Names("ana@lewisham"));
  EXPECT_FALSE(read->Names("ana"));
  EXPECT_TRUE(read->Allows("sql"));
  EXPECT_EQ(read->protection.epsilon.value, 4);
  EXPECT_EQ(read->protection.delta.value, 1e-6);
  EXPECT_EQ(read->protection.per_query.value, 0.5);
  EXPECT_EQ(read->protection.per_analyst->value, 2);
  EXPECT_EQ(read->protection.minimum_people, 10);
  EXPECT_EQ(read->needs.approvals, (std::map<std::string, int>{{"lewisham", 2}}));
  EXPECT_EQ(read->needs.training, std::vector<std::string>{"data-ethics"});
  EXPECT_EQ(read->needs.assessment, "DPIA-2026-14");
  EXPECT_EQ(read->from, At("2026-02-01"));
  EXPECT_EQ(read->until, At("2026-12-01"));
  EXPECT_EQ(read->retention_days, 90);
}

TEST(ParseAgreement, IsIdentifiedByItsCanonicalFormHoweverItIsWritten) {
  const auto yaml = ParseAgreement(SampleText());
  const auto json = ParseAgreement(yaml->canonical);
  const auto other_layout = ParseAgreement(SampleText("epsilon: 4\n", "epsilon: 4.0   # for ever\n"));
  ASSERT_TRUE(json) << json.error().message;
  ASSERT_TRUE(other_layout) << other_layout.error().message;
  EXPECT_EQ(yaml->id, json->id);
  EXPECT_EQ(yaml->id, other_layout->id);
  EXPECT_EQ(yaml->id, crypto::Sha256Hex(yaml->canonical));
  EXPECT_EQ(*crypto::CanonicalJson(*crypto::ParseJson(yaml->canonical)), yaml->canonical);
  EXPECT_NE(ParseAgreement(SampleText("epsilon: 4\n", "epsilon: 5\n"))->id, yaml->id);
}

TEST(ParseAgreement, TakesTheMembersOwnKey) {
  SeededRandom random(1);
  const std::string key = crypto::SigningKey::Generate("lewisham", random)->verify_key().Text();
  const std::string other = crypto::SigningKey::Generate("southwark", random)->verify_key().Text();
  EXPECT_TRUE(ParseAgreement(SampleText("self", key)));
  EXPECT_FALSE(ParseAgreement(SampleText("self", other)));
}

TEST(ParseAgreement, ReadsWhatSeveralMembersAgree) {
  const auto read = ParseAgreement(JointText());
  ASSERT_TRUE(read) << read.error().message << read.error().remedy;
  EXPECT_EQ(read->Signers(), (std::vector<std::string>{"lewisham", "southwark", "ethics-panel"}));
  EXPECT_EQ(read->KeyOf("southwark"), TestKey("southwark").verify_key().Text());
  EXPECT_EQ(read->KeyOf("regulator"), TestKey("regulator").verify_key().Text());
  EXPECT_EQ(read->KeyOf("camden"), "");
  EXPECT_EQ(read->ObjectionTime(), std::chrono::days(14));
  EXPECT_EQ(read->needs.approvals,
            (std::map<std::string, int>{{"ethics-panel", 1}, {"lewisham", 2}, {"southwark", 1}}));
  EXPECT_EQ(read->tables.at("patients").size(), 2U);
  EXPECT_EQ(read->TablesOf("southwark"),
            (std::map<std::string, ProductVersion>{{"wards", {"southwark/wards", 1}}}));
  EXPECT_TRUE(read->TablesOf("lewisham").empty());
  EXPECT_EQ(read->programme->stage, "pilot");
  EXPECT_EQ(read->conditions.per_hour, 60);
  EXPECT_EQ(read->safes.at("people"), "trained, named, attested");
  EXPECT_FALSE(read->IsSelf());
}

TEST(ParseAgreement, FillsInTheKeysOfPartiesThatAreListed) {
  const std::string listed = SampleText("{lewisham: self}", "[lewisham]");
  const std::string key = TestKey("lewisham").verify_key().Text();
  const auto read = ParseAgreement(listed, {{"lewisham", key}, {"southwark", "unused"}});
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->parties, (std::map<std::string, std::string>{{"lewisham", key}}));
  EXPECT_EQ(read->id, ParseAgreement(SampleText("{lewisham: self}", "{lewisham: " + key + "}"))->id);
  const auto unknown = ParseAgreement(listed, {{"southwark", key}});
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().message, "line 3: parties[0] names 'lewisham', whose key is not known here");
}

// Four members hold patients; the clause, and what it comes to or what is said of it.
TEST(ParseAgreement, ReadsHowMembersAnswerTogether) {
  const auto text = [](const std::string& clause) {
    std::string names, parties, products, approvals;
    for (const char* member : {"budapest", "cleveland", "hungary", "zurich"}) {
      const char* comma = names.empty() ? "" : ", ";
      names += member;
      parties += fmt::format("{}{}: {}", comma, member, TestKey(member).verify_key().Text());
      products += fmt::format("{}{}/heart@1", comma, member);
      approvals += fmt::format("{}{}: 1", comma, member);
    }
    std::string whole = SampleText("{lewisham: self}", "{" + parties + "}");
    const auto replace = [&whole](const std::string& from, const std::string& to) {
      whole.replace(whole.find(from), from.size(), to);
    };
    replace("[lewisham/heart@3]", "[" + products + "]");
    replace("{lewisham: 2}", "{" + approvals + "}");
    replace("ana@lewisham", "ana@budapest");
    if (clause.starts_with("mode: dp-local")) {
      replace("mode: dp", "mode: dp-local");
      return whole + clause.substr(clause.find('\n') + 1);
    }
    return whole + clause;
  };
  const struct {
    const char* clause;
    const char* expected;  // "quorum colluding", or the beginning of the message
  } cases[] = {
      {"", "4 2"},
      {"federation: {quorum: 4}", "4 2"},
      {"federation: {quorum: 3}", "3 1"},
      {"federation: {quorum: 3, colluding: 1}", "3 1"},
      {"federation: {colluding: 3}", "4 3"},
      {"federation: {colluding: 0, sums: masks}", "4 0"},
      {"federation: {sums: encryption, non_disclosing: [budapest]}", "4 2"},
      {"mode: dp-local\nfederation: {quorum: 3}", "3 1"},
      {"federation: {quorum: 5}", "line 20: federation asks for 5 members to contribute, and 4 hold"},
      {"federation: {quorum: 2}", "line 20: federation lets two different groups of the 4 members"},
      {"federation: {quorum: 3, colluding: 2}", "line 20: federation lets two different groups"},
      {"federation: {quorum: 4, colluding: 4}", "line 20: federation protects nobody: 4 members are enough"},
      {"federation: {quorum: 1, colluding: 1}", "line 20: federation protects nobody"},
      {"federation: {quorum: 0}", "line 20: federation.quorum is not a whole number"},
      {"federation: {colluding: -1}", "line 20: federation.colluding is not a whole number"},
      {"federation: {sums: hope}", "line 20: federation.sums is not a way to add up in secret"},
      {"federation: {non_disclosing: [camden]}",
       "line 20: federation.non_disclosing[0] names 'camden', which is not a party"},
      {"federation: {non_disclosing: []}", "line 20: federation.non_disclosing names nobody"},
      {"federation: {sums: masks, non_disclosing: [budapest]}",
       "line 20: federation.non_disclosing cannot go with sums: masks"},
      {"mode: dp-local\nfederation: {non_disclosing: [budapest]}",
       "line 20: federation.non_disclosing cannot go with protection.mode: dp-local"},
      {"federation: {}", "line 20: federation is not a set of named fields"},
      {"federation: {quarum: 3}", "line 20: federation.quarum is not a field"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.clause);
    const auto read = ParseAgreement(text(c.clause));
    const std::string said =
        read ? fmt::format("{} {}", read->federation.QuorumOf(4), read->federation.ColludingOf(4))
             : read.error().message;
    EXPECT_EQ(said.substr(0, std::string(c.expected).size()), c.expected) << said;
  }
  const auto alone = ParseAgreement(SampleText() + "federation: {quorum: 1}");
  ASSERT_FALSE(alone);
  EXPECT_NE(alone.error().message.find("no table is held by several"), std::string::npos);
}

// Half of the owners may collude, or what a smaller quorum leaves: ADR 7, section 3.
TEST(Federation, FillsInWhatIsNotSaid) {
  for (std::int64_t owners = 2; owners <= 50; ++owners) {
    EXPECT_EQ(Federation{}.QuorumOf(owners), owners);
    EXPECT_EQ(Federation{}.ColludingOf(owners), owners == 1 ? 0 : owners / 2);
    for (int quorum = static_cast<int>(owners / 2) + 1; quorum <= owners; ++quorum) {
      const Federation stated{.quorum = quorum, .colluding = {}, .sums = {}, .non_disclosing = {}};
      const std::int64_t colluding = stated.ColludingOf(owners);
      EXPECT_GT(2 * quorum, owners + colluding);
      EXPECT_GT(quorum, colluding);
    }
  }
}

TEST(ParseAgreement, HoldsOverseersToTheirForm) {
  const struct {
    const char* from;
    std::string to;
    const char* message;
  } cases[] = {
      {"say: approves", "say: approve", "oversight.ethics-panel.say is not a say"},
      {"say: approves", "say: approves, days: 3", "oversight.ethics-panel has days, and does not object"},
      {", days: 14", "", "oversight.regulator does not say for how many days"},
      {"days: 14", "days: 0", "oversight.regulator.days is not a whole number"},
      {"  ethics-panel:", "  southwark:", "oversight.southwark is a party as well"},
      {"{lewisham: 2, southwark: 1}", "{lewisham: 2, southwark: 1, regulator: 1}",
       "needs.approvals.regulator names"},
      {"southwark: 1}", "camden: 1}", "needs.approvals.camden names"},
      {"lewisham/heart@3, southwark/heart@1", "lewisham/heart@3, lewisham/heart@4",
       "tables.patients[1] is a second"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.to);
    std::string text = JointText();
    text.replace(text.find(c.from), std::string(c.from).size(), c.to);
    const auto read = ParseAgreement(text);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(c.message), std::string::npos) << read.error().message;
  }
}

TEST(Hours, HoldFromTheFirstMinuteToTheLast) {
  const Hours hours{.days = {true, true, true, true, true, false, false}, .from = 8 * 60, .until = 18 * 60};
  const struct {
    const char* when;
    bool holds;
  } cases[] = {{"2026-11-23T08:00:00Z", true}, {"2026-11-23T07:59:59Z", false},
               {"2026-11-23T17:59:59Z", true}, {"2026-11-23T18:00:00Z", false},
               {"2026-11-27T12:00:00Z", true}, {"2026-11-28T12:00:00Z", false},
               {"2026-11-29T12:00:00Z", false}};
  for (const auto& c : cases) EXPECT_EQ(hours.Hold(At(c.when)), c.holds) << c.when;
}

TEST(ParseAgreement, ReadsTheSamples) {
  for (const char* name : {"adult-study", "warm-homes"}) {
    const auto text =
        ReadFile(std::filesystem::path(CONCORDAT_SOURCE_DIR) / "samples" / (std::string(name) + ".yaml"));
    ASSERT_TRUE(text) << name;
    const auto read = ParseAgreement(*text);
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->name, name);
  }
}

struct BadCase {
  const char* from;
  const char* to;
  const char* message;
};

TEST(ParseAgreement, SaysWhatIsWrongAndWhere) {
  const BadCase cases[] = {
      {"agreement/1", "agreement/2", "line 1: concordat is not a format known here"},
      {"concordat: agreement/1\n", "", "line 1: the document has no 'concordat'"},
      {"name: heart-study", "name: Heart Study", "line 2: name is not a name"},
      {"name: heart-study\n", "", "line 1: the document has no 'name'"},
      {"name: heart-study", "name: heart-study\nowner: me", "line 3: owner is not a field that exists here"},
      {"name: heart-study", "name: heart-study\nname: b", "line 3: cannot be read: 'name' stands twice"},
      {"{lewisham: self}", "{}", "line 3: parties is not a set of named fields"},
      {"{lewisham: self}", "{lewisham: selfish}", "line 3: parties.lewisham is not that member's key"},
      {"{lewisham: self}", "{lewisham: self, southwark: self}",
       "line 3: parties.lewisham is 'self', and there"},
      {"[lewisham/heart@3]", "[lewisham/heart@3, lewisham/lungs@1]",
       "line 5: tables.patients[1] is a second product of lewisham"},
      {"[lewisham/heart@3]", "[]", "line 5: tables.patients has no product"},
      {"name: heart-study", "name: heart-study\nsupersedes: 12ab",
       "line 3: supersedes is not a document's SHA-256"},
      {"name: heart-study", "name: heart-study\nsupersedes: abc",
       "line 3: supersedes is not a document's SHA-256"},
      {"{lewisham: self}", "{lewisham: self}\noversight: {panel: {key: x, say: watches}}",
       "line 4: oversight.panel has nothing to check"},
      {"retention_days: 90", "retention_days: 90\nprogramme: {stage: trial, benefit: b, measure: m}",
       "line 20: programme.stage is not a stage"},
      {"retention_days: 90", "retention_days: 90\nprogramme: {stage: pilot, benefit: b}",
       "line 20: programme has no 'measure'"},
      {"retention_days: 90", "retention_days: 90\nfive_safes: {data: d}",
       "line 20: five_safes has no 'outputs'"},
      {"retention_days: 90", "retention_days: 90\nconditions: {questions_per_hour: 0}",
       "line 20: conditions.questions_per_hour is not a whole number"},
      {"retention_days: 90",
       "retention_days: 90\nconditions: {hours: {days: [], from: '08:00', until: '18:00'}}",
       "line 20: conditions.hours.days names no day"},
      {"retention_days: 90",
       "retention_days: 90\nconditions: {hours: {days: [monday], from: '08:00', until: '18:00'}}",
       "line 20: conditions.hours.days[0] is not a day"},
      {"retention_days: 90",
       "retention_days: 90\nconditions: {hours: {days: [mon], from: '8:00', until: '18:00'}}",
       "line 20: conditions.hours.from is not a time of day"},
      {"retention_days: 90",
       "retention_days: 90\nconditions: {hours: {days: [mon], from: '08:60', until: '18:00'}}",
       "line 20: conditions.hours.from is not a time of day"},
      {"retention_days: 90",
       "retention_days: 90\nconditions: {hours: {days: [mon], from: '08:00', until: '24:01'}}",
       "line 20: conditions.hours.until is not a time of day"},
      {"retention_days: 90",
       "retention_days: 90\nconditions: {hours: {days: [mon], from: '18:00', until: '18:00'}}",
       "line 20: conditions.hours.until is not after from"},
      {"[lewisham/heart@3]", "lewisham/heart@3", "line 5: tables.patients is not a list"},
      {"[lewisham/heart@3]", "[southwark/heart@3]",
       "line 5: tables.patients[0] names 'southwark', which is not a party"},
      {"lewisham/heart@3", "lewisham/heart", "line 5: tables.patients[0] is not a product"},
      {"lewisham/heart@3", "heart@3", "line 5: tables.patients[0] is not a product"},
      {"lewisham/heart@3", "lewisham/heart@0", "line 5: tables.patients[0] is not a product"},
      {"lewisham/heart@3", "lewisham/heart@03", "line 5: tables.patients[0] is not a product"},
      {"lewisham/heart@3", "lewisham/heart@3x", "line 5: tables.patients[0] is not a product"},
      {"lewisham/heart@3", "lewisham/heart@", "line 5: tables.patients[0] is not a product"},
      {"patients:", "Patients:", "line 5: tables.Patients is not a table's name"},
      {"dpv:ScientificResearch", "research", "line 6: purpose is not a term"},
      {"dpv:ScientificResearch", "12", "line 6: purpose is not text"},
      {"dpv-gdpr:A9-2-j", "'a b:c'", "line 7: legal_basis is not a term"},
      {"Does cholesterol predict disease?", "''", "line 8: question is empty"},
      {"[ana@lewisham]", "[ana]", "line 9: analysts[0] is not an analyst"},
      {"[ana@lewisham]", "[ana@southwark]", "line 9: analysts[0] names 'southwark'"},
      {"[ana@lewisham]", "[ana@lewisham, ana@lewisham]", "line 9: analysts[1] stands twice"},
      {"[ana@lewisham]", "[]", "line 9: analysts names nobody"},
      {"[sql]", "[]", "line 10: allows allows nothing"},
      {"mode: dp", "mode: none", "line 12: protection.mode is not supported"},
      {"epsilon: 4", "epsilon: 0", "line 13: protection.epsilon is out of range"},
      {"epsilon: 4", "epsilon: -1", "line 13: protection.epsilon is out of range"},
      {"epsilon: 4", "epsilon: .nan", "line 13: protection.epsilon is not a number"},
      {"epsilon: 4", "epsilon: '4'", "line 13: protection.epsilon is not a number"},
      {"epsilon: 4", "epsilon: 1e400", "line 13: cannot be read: the number is out of range"},
      {"1.0e-6", "0", "line 14: protection.delta is out of range"},
      {"1.0e-6", "0.5", "line 14: protection.delta is out of range"},
      {"per_query: 0.5", "per_query: 4.5", "line 15: protection.per_query is out of range"},
      {"per_query: 0.5", "per_query: 0.5\n  per_analyst: 5",
       "line 16: protection.per_analyst is out of range"},
      {"per_query: 0.5", "per_query: 0.5\n  per_quarry: 5", "line 16: protection.per_quarry is not a field"},
      {"minimum_people: 10", "minimum_people: 0", "line 16: protection.minimum_people is not a whole number"},
      {"minimum_people: 10", "minimum_people: 2.5",
       "line 16: protection.minimum_people is not a whole number"},
      {"{lewisham: 2}", "{lewisham: 0}", "line 17: needs.approvals.lewisham is not a whole number"},
      {"{lewisham: 2}", "{southwark: 1}", "line 17: needs.approvals.southwark names 'southwark'"},
      {"approvals: {lewisham: 2}, ", "", "line 17: needs has no 'approvals'"},
      {"[data-ethics]", "[data-ethics, data-ethics]", "line 17: needs.training[1] stands twice"},
      {"until: 2026-12-01", "until: 2026-02-01", "line 18: valid.until is not after valid.from"},
      {"until: 2026-12-01", "until: 2026-02-30", "line 18: valid.until is not a date"},
      {"until: 2026-12-01", "until: 20261201", "line 18: valid.until is not a date"},
      {"retention_days: 90", "retention_days: 0", "line 19: retention_days is not a whole number"},
      {"retention_days: 90", "retention_days: [90", "line 20: cannot be read"},
      {"concordat: agreement/1", "- concordat", "line 2: cannot be read"},
      {"retention_days: 90", "retention_days: 90\n---\nname: b",
       "line 20: cannot be read: there is more than one document"},
      {"retention_days: 90", "retention_days: !!int 90", "line 19: cannot be read: tags are not read"},
  };
  for (const BadCase& c : cases) {
    SCOPED_TRACE(std::string(c.from) + " → " + c.to);
    const auto read = ParseAgreement(SampleText(c.from, c.to));
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().code, ErrorCode::kInvalidArgument);
    EXPECT_EQ(read.error().message.substr(0, std::string(c.message).size()), c.message);
  }
}

std::string ThresholdText(const std::string& terms, const std::string& allows = "[glm, cox]") {
  std::string text = SampleText("[sql]", allows);
  const auto from = text.find("protection:"), until = text.find("needs:");
  return text.replace(from, until - from, "protection: {mode: threshold" + terms + "}\n");
}

TEST(ParseAgreement, ReadsDisclosureRulesForFits) {
  const auto read =
      ParseAgreement(ThresholdText(", minimum_rows: 100, minimum_cell: 5, parameters_share: 0.1"));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->protection.mode, Mode::kThreshold);
  EXPECT_EQ(read->protection.disclosure, (Disclosure{100, 5, 0.1}));
  EXPECT_EQ(read->protection.epsilon.value, 0);
  EXPECT_TRUE(read->Allows("cox"));
  const struct {
    const char* terms;
    const char* allows;
    const char* message;
  } cases[] = {
      {", minimum_rows: 9, minimum_cell: 5", "[glm]",
       "line 11: protection.minimum_rows is not a whole number"},
      {", minimum_rows: 20, minimum_cell: 21", "[glm]",
       "line 11: protection.minimum_cell is not a whole number"},
      {", minimum_rows: 20, minimum_cell: 2", "[glm]",
       "line 11: protection.minimum_cell is not a whole number"},
      {", minimum_rows: 20", "[glm]", "line 11: protection has no 'minimum_cell'"},
      {", minimum_rows: 20, minimum_cell: 5, parameters_share: 0", "[glm]",
       "line 11: protection.parameters_share is out of range"},
      {", minimum_rows: 20, minimum_cell: 5, parameters_share: 0.6", "[glm]",
       "line 11: protection.parameters_share is out of range"},
      {", minimum_rows: 20, minimum_cell: 5, epsilon: 1", "[glm]",
       "line 11: protection.epsilon is not a field"},
      {", minimum_rows: 20, minimum_cell: 5", "[glm, sql]", "line 10: allows cannot have sql"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.terms);
    const auto bad = ParseAgreement(ThresholdText(c.terms, c.allows));
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().message.substr(0, std::string(c.message).size()), c.message);
  }
}

TEST(ParseAgreement, SaysWhatToDoAboutAMissingOrUnknownField) {
  EXPECT_EQ(ParseAgreement(SampleText("retention_days: 90\n", "")).error().remedy,
            "add the field 'retention_days'");
  EXPECT_EQ(ParseAgreement(SampleText("mode: dp", "mood: dp")).error().remedy,
            "the fields here are mode, epsilon, delta, per_query, per_analyst, minimum_people");
}

TEST(ParseAgreement, SurvivesDocumentsMadeToHurt) {
  std::string laughs = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 12; ++i) {
    laughs += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 10; ++j) laughs += (j ? ", *a" : "*a") + std::to_string(i - 1);
    laughs += "]\n";
  }
  for (const std::string& bad :
       {std::string(), std::string("~"), std::string("[]"), laughs, std::string(100'000, '['),
        std::string((1 << 20) + 1, ' '), std::string("a: \"\xFF\""), std::string("&a [*a]"),
        std::string(",a: b"), std::string("? [a]\n: b"), std::string("\0", 1)}) {
    EXPECT_FALSE(ParseAgreement(bad)) << bad.substr(0, 40);
  }
}

}  // namespace
}  // namespace concordat::agreement
