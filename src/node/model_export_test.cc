#include "node/model_export.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace concordat::node {
namespace {

Json Linear() {
  return {{"kind", "lm"},
          {"terms", {"(Intercept)", "a,b"}},
          {"coefficients", {1.5, -0.1}},
          {"covariance", {{4.0, 0.5}, {0.5, 0.25}}}};
}

TEST(ExportModel, WritesCoefficients) {
  const auto csv = ExportModel(Linear(), "csv");
  ASSERT_TRUE(csv);
  EXPECT_EQ(*csv, "term,estimate,standard_error\r\n(Intercept),1.5,2\r\n\"a,b\",-0.1,0.5\r\n");
  const auto json = ExportModel(Linear(), "json");
  ASSERT_TRUE(json);
  EXPECT_EQ(Json::parse(*json), (Json{{{"term", "(Intercept)"}, {"estimate", 1.5}, {"standard_error", 2.0}},
                                      {{"term", "a,b"}, {"estimate", -0.1}, {"standard_error", 0.5}}}));
}

TEST(ExportModel, WritesAnyModelWhole) {
  const Json model = {{"method", "kmeans"}, {"centres", {1, 2}}};
  const auto text = ExportModel(model, "model");
  ASSERT_TRUE(text);
  EXPECT_EQ(Json::parse(*text), model);
}

TEST(ExportModel, ListsTheFormsThatAModelHas) {
  using Forms = std::vector<std::string>;
  EXPECT_EQ(FormsOf(Linear()), (Forms{"model", "csv", "json"}));
  EXPECT_EQ(FormsOf({{"method", "kmeans"}}), (Forms{"model"}));
  const Json network = {{"inputs", {{{"term", "age"}, {"centre", 50}, {"half", 50}}}},
                        {"factors", Json::array()},
                        {"response", {{"levels", {"no", "yes"}}}},
                        {"layers", "dense(1) sigmoid"},
                        {"parameters", 2},
                        {"weights", "AAAAPwAAAAA="}};
  EXPECT_EQ(FormsOf(network), (Forms{"model", "onnx", "safetensors"}));
  EXPECT_EQ(ExportModel(network, "csv").error().remedy, "say --as model, onnx, safetensors");
}

TEST(ExportModel, SaysWhichFormsThereAre) {
  const auto unknown = ExportModel(Linear(), "pickle");
  ASSERT_FALSE(unknown);
  for (const std::string& form : ExportForms())
    EXPECT_NE(unknown.error().remedy.find(form), std::string::npos) << form;
  Json without = Linear(), ragged = Linear();
  without.erase("covariance");
  ragged["covariance"] = {{4.0}, {0.5, 0.25}};
  for (const Json& model : {without, ragged, Json{{"method", "kmeans"}}})
    EXPECT_FALSE(ExportModel(model, "csv"));
}

}  // namespace
}  // namespace concordat::node
