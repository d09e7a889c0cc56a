#include "release/models.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "catalogue/product_json.h"
#include "release/joint_prepare.h"

namespace concordat::release {
namespace {

sql::Scope ScopeOf(const char* json) {
  auto table = std::make_shared<catalogue::Product>();
  table->id = "cleveland/heart";
  auto model = std::make_shared<catalogue::Product>();
  model->id = "cleveland/heart-risk";
  model->name = "heart-risk";
  model->is_public = true;
  model->model = *catalogue::DocumentOf(Json::parse(json));
  return {{"patients", table}, {"heart_risk", model}};
}

constexpr char kModel[] =
    R"json({"concordat": "model/1", "kind": "lm", "formula": "y ~ x", "family": "gaussian",
  "link": "identity", "inputs": [{"name": "x"}], "response": {"name": "y"}, "terms": ["(Intercept)", "x"],
  "coefficients": [1, 2]})json";

TEST(ModelsOf, FindsByTheNameOfTheTableOrOfTheProduct) {
  const sql::Scope scope = ScopeOf(kModel);
  const auto find = ModelsOf(scope);
  for (const char* name : {"heart_risk", "heart-risk", "cleveland/heart-risk"}) {
    const auto found = find(name);
    ASSERT_TRUE(found) << name;
    EXPECT_TRUE((*found)->Title().starts_with("cleveland/heart-risk version 1, lm, sha256 ")) << name;
  }
  EXPECT_EQ(find("hart_risk").error().hint, "did you mean heart_risk?");
  EXPECT_EQ(find("patients").error().message, "patients is a table and no model");
  EXPECT_EQ(find("patients").error().reason, "unknown_model");
}

TEST(ModelsOf, RefusesADocumentThatIsNone) {
  const sql::Scope scope = ScopeOf(R"({"kind": "program"})");
  EXPECT_EQ(ModelsOf(scope)("heart_risk").error().reason, "model_invalid");
}

TEST(ModelsOf, SaysHowToBringOneThatIsNotHere) {
  auto document = std::make_shared<agreement::Agreement>();
  document->tables = {{"patients", {{"cleveland/heart", 1}}}, {"other_risk", {{"zurich/other-risk", 1}}}};
  agreement::Permit permit;
  permit.document = document;
  const sql::Scope scope = ScopeOf(kModel);
  const Refusal refusal = WithUnknownTables(ModelsOf(scope)("other_risk").error(), scope, permit);
  EXPECT_EQ(refusal.reason, "unknown_model");
  EXPECT_NE(refusal.hint.find("hold as other_risk"), std::string::npos) << refusal.hint;
  EXPECT_NE(refusal.hint.find("concordat product fetch"), std::string::npos) << refusal.hint;
}

}  // namespace
}  // namespace concordat::release
