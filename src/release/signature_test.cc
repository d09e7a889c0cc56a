// What SQL's clients are told of methods, against the methods themselves.
#include "sql/signature.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "methods/methods.h"

namespace concordat::release {
namespace {

learning::Schema SchemaOfPatients() {
  return {{.name = "age", .levels = {}, .range = {{20, 90}}},
          {.name = "chol", .levels = {}, .range = {{0, 600}}},
          {.name = "days", .levels = {}, .range = {{0, 100}}},
          {.name = "died", .levels = {"no", "yes"}, .range = {}},
          {.name = "sex", .levels = {"f", "m"}, .range = {}},
          {.name = "disease", .levels = {"absent", "present"}, .range = {}},
          {.name = std::string(learning::kSite), .levels = {"a", "b", "c"}, .range = {}}};
}

// The example of a method, with what it cannot do without.
learning::Call Example(const sql::Signature& signature) {
  learning::Call call{signature.name, signature.response, "patients", {}};
  if (call.method == "network") call.options["layers"] = "dense(1) sigmoid";
  if (call.method == "glm" || call.method == "penalised") call.options["family"] = "binomial";
  return call;
}

bool OfSomeCallsAlone(const std::string& method, const std::string& option) {
  return (method == "network" && (option == "mu" || option == "trim")) ||
         (method == "boost" && option == "clip");
}

void ExpectColumns(const std::vector<learning::Output>& outputs, const std::vector<sql::FittedColumn>& told,
                   const std::string& of) {
  ASSERT_EQ(outputs.size(), told.size()) << of;
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(outputs[i].name, told[i].name) << of;
    EXPECT_EQ(Name(outputs[i].type), Name(told[i].type)) << of << ", " << told[i].name;
  }
}

TEST(Signature, KnowsEveryMethod) {
  std::vector<std::string> names;
  for (const sql::Signature& signature : sql::Signatures()) names.emplace_back(signature.name);
  std::vector<std::string> known;
  for (const learning::KnownMethod& method : methods::All()) known.emplace_back(method.name);
  EXPECT_EQ(names, known);
}

TEST(Signature, TellsTheColumnsThatCome) {
  for (const sql::Signature& signature : sql::Signatures()) {
    learning::Call call = Example(signature);
    sql::FitQuestion question;
    const auto exact = methods::Make(call, SchemaOfPatients(), {});
    ASSERT_TRUE(exact) << signature.name << ": " << exact.error().message;
    ExpectColumns((*exact)->Outputs(), sql::ColumnsOf(signature, question, false), signature.name);
    const auto noisy = methods::MakeNoisy(call, SchemaOfPatients(), {});
    if (noisy) ExpectColumns((*noisy)->Outputs(), sql::ColumnsOf(signature, question, true), signature.name);
    if (signature.weighted.empty()) continue;
    call.options["weights"] = "age";
    question.open = {{.name = "weights", .index = 0}};
    const auto weighted = methods::Make(call, SchemaOfPatients(), {});
    ASSERT_TRUE(weighted) << signature.name << ": " << weighted.error().message;
    ExpectColumns((*weighted)->Outputs(), sql::ColumnsOf(signature, question, false), signature.name);
  }
}

// Each option is one that the method, exact or noisy, has, and takes no text where it is a number.
TEST(Signature, TellsTheOptionsThatThereAre) {
  for (const sql::Signature& signature : sql::Signatures()) {
    for (const sql::FittedColumn& option : signature.options) {
      if (OfSomeCallsAlone(signature.name, option.name)) continue;
      learning::Call call = Example(signature);
      const bool text = option.type == Type::kText;
      call.options[option.name] = text ? Value(std::string("?")) : Value(std::string("no number"));
      const auto exact = methods::Make(call, SchemaOfPatients(), {});
      const auto noisy = methods::MakeNoisy(call, SchemaOfPatients(), {});
      const bool known =
          exact || exact.error().reason != "unknown_option" ||
          (!noisy && noisy.error().reason != "unknown_option" && noisy.error().reason != "no_noisy_form");
      EXPECT_TRUE(known) << signature.name << " " << option.name;
      if (!text) EXPECT_FALSE(exact && noisy) << signature.name << " " << option.name << " took a text";
    }
  }
}

}  // namespace
}  // namespace concordat::release
