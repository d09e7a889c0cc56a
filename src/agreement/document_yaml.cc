// A document that a person wrote, as JSON with the lines of its values.
#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>

#include "agreement/document.h"
#include "crypto/canonical_json.h"
#include "yaml/tree.h"

namespace concordat::agreement {
namespace {

constexpr int kMostValues = 10'000;
constexpr std::size_t kLongestNumber = 40;

tl::unexpected<Error> Wrong(int line, const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("line {}: cannot be read: {}", line, what),
              "check indentation, colons and quotation marks");
}

// Plain scalars by YAML 1.2's core schema (section 10.3.2) as far as JSON has the value.
Result<Json> PlainScalar(const yaml::Node& node) {
  static const std::regex kWhole("[-+]?[0-9]+");
  static const std::regex kNumber("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  const std::string& text = node.scalar;
  if (text == "true" || text == "false") return Json(text == "true");
  if (text.size() > kLongestNumber || !std::regex_match(text, kNumber)) return Json(text);
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (std::regex_match(text, kWhole) && std::from_chars(begin, end, whole).ec == std::errc{})
    return Json(whole);
  double number = 0;
  if (std::from_chars(begin, end, number).ec != std::errc{})
    return Wrong(node.line, "the number is out of range");
  return Json(number);
}

class Converter {
 public:
  Result<Json> Convert(const yaml::Node& node, const std::string& path, int line) {
    if (++values_ > kMostValues) return Wrong(node.line, "there are too many values");
    lines_.try_emplace(path, line);
    switch (node.kind) {
      case yaml::Node::Kind::kNull:
        return Json(nullptr);
      case yaml::Node::Kind::kScalar:
        return node.quoted ? Json(node.scalar) : PlainScalar(node);
      case yaml::Node::Kind::kSequence: {
        Json list = Json::array();
        for (const yaml::Node& item : node.items)
          list.push_back(TRY(Convert(item, fmt::format("{}[{}]", path, list.size()), item.line)));
        return list;
      }
      case yaml::Node::Kind::kMap:
        break;
    }
    Json map = Json::object();
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      const std::string& key = node.keys[i];
      map[key] = TRY(Convert(node.items[i], path.empty() ? key : path + "." + key, node.key_lines[i]));
    }
    return map;
  }

  std::map<std::string, int> TakeLines() { return std::move(lines_); }

 private:
  std::map<std::string, int> lines_;  // by path: "tables.people[0]"
  int values_ = 0;
};

}  // namespace

Result<Document> ReadDocument(std::string_view text) {
  if (text.size() > yaml::kLongestText)
    return Fail(ErrorCode::kInvalidArgument, "the document is longer than 1 MB");
  if (auto json = crypto::ParseJson(text))
    return Document{std::make_shared<const Json>(*std::move(json)), {}};
  const auto tree = yaml::Parse(text);
  if (!tree) return Wrong(tree.error().line, tree.error().what);
  if (tree->line == 0)
    return Fail(ErrorCode::kInvalidArgument, "the document is empty",
                "give an agreement in YAML or JSON: docs/agreements.md has one");
  Converter converter;
  Json value = TRY(converter.Convert(*tree, "", tree->line));
  return Document{std::make_shared<const Json>(std::move(value)), converter.TakeLines()};
}

}  // namespace concordat::agreement
