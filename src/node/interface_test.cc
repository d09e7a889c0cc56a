#include "node/interface.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "base/file.h"
#include "node/verb.h"
#include "yaml/tree.h"

namespace concordat::node {
namespace {

// On the machine alone: a file's path is no business of the network, nor where the node fetches from; /ledger
// and /catalogue serve the same.
constexpr const char* kNotOverHttp[] = {"ledger export", "product export", "product fetch"};

TEST(Operations, AreEveryVerbOnce) {
  std::multiset<std::string> verbs(std::begin(kNotOverHttp), std::end(kNotOverHttp)), operations = verbs;
  for (const Verb& verb : Verbs()) verbs.insert(verb.name);
  for (const char* verb : kNotOverHttp) verbs.erase(verbs.find(verb));
  for (const Operation& operation : Operations()) operations.insert(operation.verb);
  EXPECT_EQ(operations, verbs) << "a verb has no row in node/interface.cc, or a row has no verb";
}

const yaml::Node* At(const yaml::Node& map, const std::string& key) {
  for (std::size_t i = 0; i < map.keys.size(); ++i) {
    if (map.keys[i] == key) return &map.items[i];
  }
  return nullptr;
}

// Names of a schema's properties, and in `required` those that must be there.
std::string SchemaOf(const yaml::Node& operation) {
  std::string text;
  const yaml::Node* schema = At(operation, "requestBody");
  for (const char* key : {"content", "application/json", "schema"})
    schema = schema ? At(*schema, key) : nullptr;
  const yaml::Node* properties = schema ? At(*schema, "properties") : nullptr;
  const yaml::Node* required = schema ? At(*schema, "required") : nullptr;
  for (std::size_t i = 0; properties != nullptr && i < properties->keys.size(); ++i) {
    bool must = false;
    for (std::size_t j = 0; required != nullptr && j < required->items.size(); ++j)
      must = must || required->items[j].scalar == properties->keys[i];
    text += fmt::format(" {}:{}{}", properties->keys[i], At(properties->items[i], "type")->scalar,
                        must ? "!" : "");
  }
  const yaml::Node* parameters = At(operation, "parameters");
  for (std::size_t i = 0; parameters != nullptr && i < parameters->items.size(); ++i) {
    const yaml::Node& parameter = parameters->items[i];
    if (At(parameter, "in")->scalar == "query")
      text +=
          fmt::format(" {}:{}{}", At(parameter, "name")->scalar, At(*At(parameter, "schema"), "type")->scalar,
                      At(parameter, "required") != nullptr ? "!" : "");
  }
  return text;
}

// docs/openapi.yaml and the table say the same: addresses, verbs, arguments, what is required.
TEST(Operations, AreThoseOfTheDocument) {
  const auto document = yaml::Parse(ReadFile(CONCORDAT_SOURCE_DIR "/docs/openapi.yaml").value());
  ASSERT_TRUE(document);
  std::set<std::string> described, served;
  const yaml::Node& paths = *At(*document, "paths");
  for (std::size_t i = 0; i < paths.keys.size(); ++i) {
    if (!paths.keys[i].starts_with("/v1/")) continue;
    const yaml::Node& methods = paths.items[i];
    for (std::size_t j = 0; j < methods.keys.size(); ++j) {
      described.insert(fmt::format("{} {}: {}{}", methods.keys[j], paths.keys[i],
                                   At(methods.items[j], "x-verb")->scalar, SchemaOf(methods.items[j])));
    }
  }
  constexpr const char* kTypes[] = {"string", "number", "boolean", "array"};
  for (const Operation& operation : Operations()) {
    std::string method = operation.method, arguments;
    std::transform(method.begin(), method.end(), method.begin(), [](char c) { return std::tolower(c); });
    for (const Argument& argument : operation.arguments) {
      arguments += fmt::format(" {}:{}{}", argument.name, kTypes[static_cast<int>(argument.kind)],
                               argument.required ? "!" : "");
    }
    served.insert(fmt::format("{} {}: {}{}", method,
                              std::regex_replace(operation.pattern, std::regex("\\*"), ""), operation.verb,
                              arguments));
  }
  EXPECT_EQ(served, described);
}

const Operation& Of(const std::string& verb) {
  for (const Operation& operation : Operations()) {
    if (operation.verb == verb) return operation;
  }
  throw std::invalid_argument(verb);
}

TEST(ArgumentsFrom, ReadsBodyQueryAndPath) {
  const auto posted = ArgumentsFrom(
      Of("ask"),
      {.method = "POST", .target = {}, .body = R"({"agreement":"a","sql":"b","epsilon":1,"pure":true})"});
  ASSERT_TRUE(posted) << posted.error().message;
  EXPECT_EQ(*posted, (Json{{"agreement", "a"}, {"sql", "b"}, {"epsilon", 1}, {"pure", true}}));
  const auto asked = ArgumentsFrom(
      Of("agreement export"),
      {.method = "GET", .target = {"/x", {}, {{"step", "true"}}}, .named = {{"agreement", "a"}}});
  ASSERT_TRUE(asked);
  EXPECT_EQ(*asked, (Json{{"agreement", "a"}, {"step", true}}));
  EXPECT_EQ(*ArgumentsFrom(Of("ledger show"), {.method = "GET", .target = {"/x", {}, {{"last", "7"}}}}),
            (Json{{"last", 7.0}}));
  EXPECT_EQ(*ArgumentsFrom(Of("doctor"), {.method = "POST", .target = {}}), Json::object());
}

TEST(ArgumentsFrom, SaysWhatIsWrong) {
  const struct {
    const char* verb;
    std::string body;
    std::map<std::string, std::string> query;
    const char* part;
  } cases[] = {
      {"ask", "{", {}, "byte"},
      {"ask", "[]", {}, "not a JSON object"},
      {"ask", R"({"agreement":"a","agreement":"b","sql":"c"})", {}, "twice"},
      {"ask", R"({"agreement":"a"})", {}, "'sql' is missing"},
      {"ask", R"({"agreement":"a","sql":7})", {}, "'sql' must be a text"},
      {"ask", R"({"agreement":"a","sql":"b","epsilon":"1"})", {}, "'epsilon' must be a number"},
      {"ask", R"({"agreement":"a","sql":"b","pure":1})", {}, "'pure' must be true or false"},
      {"ask", R"({"agreement":"a","sql":"b","analyst":"bo"})", {}, "'analyst' is not taken here"},
      {"ask", R"({"agreement":"a","sql":"b","by":"bo"})", {}, "'by' is not taken here"},
      {"ask", R"({"agreement":"a","sql":"b"})", {{"epsilon", "1"}}, "takes no query"},
      {"person add", R"({"person":"a","roles":"approver"})", {}, "'roles' must be a list of texts"},
      {"person add", R"({"person":"a","roles":[1]})", {}, "'roles' must be a list of texts"},
      {"ledger show", "{}", {}, "takes no body"},
      {"ledger show", "", {{"last", "many"}}, "'last' must be a number"},
      {"ledger show", "", {{"last", "7x"}}, "'last' must be a number"},
      {"agreement export", "", {{"step", "1"}}, "'step' must be true or false"},
      {"budget", "", {{"by", "bo"}}, "'by' is not taken here"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.verb + c.body);
    const Operation& operation = Of(c.verb);
    const auto read =
        ArgumentsFrom(operation, {.method = operation.method, .target = {"/x", {}, c.query}, .body = c.body});
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().message.find(c.part), std::string::npos) << read.error().message;
  }
}

}  // namespace
}  // namespace concordat::node
