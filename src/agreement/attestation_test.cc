#include "agreement/attestation.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agreement/testing_agreement.h"
#include "crypto/canonical_json.h"
#include "crypto/note.h"

namespace concordat::agreement {
namespace {

std::vector<int> RightAnswers() {
  std::vector<int> answers;
  for (const Question& question : DataEthics().questions) answers.push_back(question.right);
  return answers;
}

class AttestationTest : public testing::Test {
 protected:
  std::string Error(const std::string& note, const std::string& key = {}) const {
    const auto read = ReadAttestation(note, key.empty() ? vkey_ : key, now_);
    return read ? "" : read.error().message;
  }
  Time now_ = At("2026-07-01T10:00:00Z");
  crypto::SigningKey key_ = TestKey("ana@lewisham");
  std::string vkey_ = key_.verify_key().Text();
  std::string note_ = Attest(DataEthics(), RightAnswers(), now_, key_);
};

TEST_F(AttestationTest, GivesTheTrainingOfItsDay) {
  const auto training = ReadAttestation(note_, vkey_, now_);
  ASSERT_TRUE(training) << training.error().message;
  EXPECT_EQ(training->name, "data-ethics");
  EXPECT_EQ(training->attested, At("2026-07-01"));
}

TEST_F(AttestationTest, HoldsForItsTakerAlone) {
  EXPECT_NE(Error(note_, TestKey("ben@lewisham").verify_key().Text()).find("another person's"),
            std::string::npos);
  const std::string forged = Attest(DataEthics(), RightAnswers(), now_, TestKey("ben@lewisham"));
  EXPECT_NE(Error(forged).find("another person's"), std::string::npos);
  std::string changed = note_;
  changed.replace(changed.find("2026-07-01"), 10, "2026-06-01");
  EXPECT_NE(Error(changed).find("signature does not fit"), std::string::npos) << Error(changed);
}

TEST_F(AttestationTest, IsGradedAnew) {
  const Json whole = *crypto::ParseJson(crypto::ParseNote(note_)->text);
  const auto changed = [&](const char* field, const Json& value) {
    Json json = whole;
    json[field] = value;
    return crypto::SignNote(*crypto::CanonicalJson(json) + "\n", key_);
  };
  EXPECT_EQ(Error(changed("answers", whole["answers"])), "");
  const struct {
    const char* field;
    Json value;
    const char* says;
  } cases[] = {
      {"answers", Json::array({0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), "answers are right, and 8 are needed"},
      {"answers", Json::array(), "0 answers are right"},
      {"answers", "all", "an answer is none"},
      {"answers", Json::array({-1}), "an answer is none"},
      {"course", "first-aid", "not one of this version's"},
      {"edition", std::string(64, '0'), "not one of this version's"},
      {"date", "2026-07-02", "lies in the future"},
      {"date", "yesterday", "is not a training"},
      {"person", "ben@lewisham", "another person's"},
      {"concordat", "attestation/2", "it is none"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.field + (" " + c.value.dump()));
    EXPECT_NE(Error(changed(c.field, c.value)).find(c.says), std::string::npos)
        << Error(changed(c.field, c.value));
  }
}

TEST(GradeOf, CountsRightAnswersAndNamesLessons) {
  std::vector<int> answers = RightAnswers();
  EXPECT_EQ(GradeOf(DataEthics(), answers).right, 10);
  EXPECT_TRUE(GradeOf(DataEthics(), answers).lessons.empty());
  answers[0] = answers[1] = 7;
  EXPECT_TRUE(GradeOf(DataEthics(), answers).passed);
  EXPECT_EQ(GradeOf(DataEthics(), answers).lessons, (std::vector<int>{1, 2}));
  answers.pop_back();
  EXPECT_FALSE(GradeOf(DataEthics(), answers).passed);
  // No option is right so often that one need not read.
  for (int option = 0; option < 3; ++option)
    EXPECT_FALSE(GradeOf(DataEthics(), std::vector<int>(10, option)).passed);
}

TEST(DataEthics, AsksOnlyWhatItTeaches) {
  for (const Question& question : DataEthics().questions) {
    ASSERT_LT(static_cast<std::size_t>(question.lesson), DataEthics().lessons.size());
    ASSERT_LT(static_cast<std::size_t>(question.right), question.options.size());
    EXPECT_EQ(question.options.size(), 3U);
  }
}

}  // namespace
}  // namespace concordat::agreement
