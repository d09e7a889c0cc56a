// YAML to JSON values with lines, over yaml-cpp; its exceptions end here.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>

#include "agreement/document.h"
#include "base/utf8.h"
#include "crypto/canonical_json.h"

namespace concordat::agreement {
namespace {

constexpr std::size_t kLongestDocument = 1 << 20;
constexpr int kDeepest = 64;
constexpr int kMostValues = 10'000;  // aliases can make few bytes many values

tl::unexpected<Error> Malformed(int line, const std::string& what, std::string remedy = {}) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("line {}: {}", line, what), std::move(remedy));
}

class Converter {
 public:
  Result<Json> Convert(const YAML::Node& node, const std::string& path, int depth);
  std::map<std::string, int> TakeLines() { return std::move(lines_); }

 private:
  Result<Json> ConvertMap(const YAML::Node& node, const std::string& path, int depth);

  std::map<std::string, int> lines_;
  int values_ = 0;
};

// Plain scalars by YAML 1.2's core schema (section 10.3.2) as far as JSON has the value; quoted ones are
// text.
Result<Json> ConvertScalar(const YAML::Node& node, int line) {
  static const std::regex kWhole("[-+]?[0-9]+");
  static const std::regex kNumber("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  const std::string& text = node.Scalar();
  if (!IsUtf8(text)) return Malformed(line, "not UTF-8", "save the file as UTF-8");
  if (node.Tag() == "!") return Json(text);
  if (node.Tag() != "?" && !node.Tag().empty())
    return Malformed(line, "a tag, which is not supported", "leave out '" + node.Tag() + "'");
  if (text == "null" || text == "~" || text.empty()) return Json(nullptr);
  if (text == "true" || text == "false") return Json(text == "true");
  if (text.size() > 40 || !std::regex_match(text, kNumber)) return Json(text);
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  if (std::int64_t whole = 0;
      std::regex_match(text, kWhole) && std::from_chars(begin, end, whole).ec == std::errc{}) {
    return Json(whole);
  }
  double number = 0;
  if (std::from_chars(begin, end, number).ec != std::errc{}) return Malformed(line, "a number out of range");
  return Json(number);
}

Result<Json> Converter::ConvertMap(const YAML::Node& node, const std::string& path, int depth) {
  Json object = Json::object();
  for (const auto& member : node) {
    const int line = member.first.Mark().line + 1;
    if (!member.first.IsScalar() || !IsUtf8(member.first.Scalar()))
      return Malformed(line, "a field name that is not text");
    const std::string& key = member.first.Scalar();
    if (object.contains(key))
      return Malformed(line, "the field '" + key + "' stands twice", "leave one of the two");
    const std::string inner = path.empty() ? key : path + "." + key;
    Json value = TRY(Convert(member.second, inner, depth + 1));
    lines_[inner] = line;
    object.emplace(key, std::move(value));
  }
  return object;
}

Result<Json> Converter::Convert(const YAML::Node& node, const std::string& path, int depth) {
  const int line = node.Mark().line + 1;
  if (depth > kDeepest || ++values_ > kMostValues)
    return Malformed(line, "the document is too deep or too large");
  lines_[path] = line;
  if (node.IsMap()) return ConvertMap(node, path, depth);
  if (node.IsScalar()) return ConvertScalar(node, line);
  if (!node.IsSequence()) return Json(nullptr);
  Json list = Json::array();
  for (std::size_t i = 0; i < node.size(); ++i) {
    list.push_back(TRY(Convert(node[i], fmt::format("{}[{}]", path, i), depth + 1)));
  }
  return list;
}

Result<Document> ReadYaml(std::string_view text) {
  try {
    const std::vector<YAML::Node> documents = YAML::LoadAll(std::string(text));
    if (documents.size() != 1) {
      return Malformed(1, "not one YAML document", "check the indentation; keep one document a file");
    }
    Converter converter;
    Json json = TRY(converter.Convert(documents[0], "", 0));
    return Document{std::make_shared<const Json>(std::move(json)), converter.TakeLines()};
  } catch (const YAML::Exception& error) {
    return Malformed(error.mark.line + 1, "not YAML: " + error.msg,
                     "check indentation, colons and quotation marks");
  }
}

}  // namespace

Result<Document> ReadDocument(std::string_view text) {
  if (text.size() > kLongestDocument)
    return Fail(ErrorCode::kInvalidArgument, "the document is longer than 1 MB");
  if (auto json = crypto::ParseJson(text))
    return Document{std::make_shared<const Json>(*std::move(json)), {}};
  return ReadYaml(text);
}

}  // namespace concordat::agreement
