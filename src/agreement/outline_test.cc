#include "agreement/outline.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agreement/testing_agreement.h"

namespace concordat::agreement {
namespace {

TEST(Outline, BecomesAnAgreementThatHolds) {
  const auto agreement = ReadAgreement(DocumentOf({.name = "ana-claims",
                                                   .member = "lewisham",
                                                   .tables = {{"claims", {"lewisham/claims", 2}}},
                                                   .analyst = "ana@lewisham",
                                                   .purpose = "dpv:ServiceProvision",
                                                   .question = "Who is left out?",
                                                   .budget = {{1}, {1e-6}},
                                                   .per_query = {0.1},
                                                   .training = {"data-ethics"},
                                                   .from = At("2026-07-01"),
                                                   .days = 30}));
  ASSERT_TRUE(agreement) << agreement.error().message;
  EXPECT_TRUE(agreement->IsSelf());
  EXPECT_EQ(agreement->tables.at("claims"), (std::vector<ProductVersion>{{"lewisham/claims", 2}}));
  EXPECT_EQ(agreement->legal_basis, kBasisOpen);
  EXPECT_EQ(agreement->until, At("2026-07-31"));
  EXPECT_EQ(agreement->needs.training, (std::vector<std::string>{"data-ethics"}));
}

TEST(DocumentText, IsReadAsTheSameDocument) {
  for (const auto& agreement : {Sample(), Joint()}) {
    const std::string text = DocumentText(*agreement);
    const auto again = ParseAgreement(text);
    ASSERT_TRUE(again) << again.error().message << "\n" << text;
    EXPECT_EQ(again->id, agreement->id);
    EXPECT_TRUE(text.starts_with("concordat: \"agreement/1\"\nname: ")) << text;
  }
}

}  // namespace
}  // namespace concordat::agreement
