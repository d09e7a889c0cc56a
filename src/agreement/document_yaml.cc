// YAML to JSON values with lines, over yaml-cpp; its exceptions end here.
#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <charconv>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>

#include "agreement/document.h"
#include "base/utf8.h"
#include "crypto/canonical_json.h"

namespace concordat::agreement {
namespace {

constexpr std::size_t kLongestDocument = 1 << 20;
constexpr std::size_t kDeepest = 64;
constexpr int kMostValues = 10'000;
constexpr std::size_t kLongestNumber = 40;

// Caught below, as yaml-cpp's own are.
[[noreturn]] void Stop(const YAML::Mark& mark, const std::string& what) {
  throw YAML::ParserException(mark, what);
}

// Plain scalars by YAML 1.2's core schema (section 10.3.2) as far as JSON has the value.
Json PlainScalar(const YAML::Mark& mark, const std::string& text) {
  static const std::regex kWhole("[-+]?[0-9]+");
  static const std::regex kNumber("[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?");
  if (text == "true" || text == "false") return Json(text == "true");
  if (text.size() > kLongestNumber || !std::regex_match(text, kNumber)) return Json(text);
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (std::regex_match(text, kWhole) && std::from_chars(begin, end, whole).ec == std::errc{})
    return Json(whole);
  double number = 0;
  if (std::from_chars(begin, end, number).ec != std::errc{}) Stop(mark, "the number is out of range");
  return Json(number);
}

// Builds the value from yaml-cpp's events. Its tree is not used: YAML::LoadAll of 0.7 does not return for a
// text that starts with a comma, and aliases there make a few bytes into millions of values.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) Stop(mark, "there is more than one document");
    started_ = true;
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override { Stop(mark, "aliases are not supported"); }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (IsKeyNext()) Stop(mark, "a field has no name");
    Add(mark, Json(nullptr));
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    if (tag != "?" && tag != "!") Stop(mark, "tags are not supported");
    if (!IsUtf8(text)) Stop(mark, "the text is not UTF-8");
    if (IsKeyNext()) return SetKey(mark, text);
    Add(mark, tag == "!" ? Json(text) : PlainScalar(mark, text));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Begin(mark, tag, Json::array());
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Begin(mark, tag, Json::object());
  }
  void OnSequenceEnd() override { End(); }
  void OnMapEnd() override { End(); }

  bool started() const { return started_; }
  Document Take() { return {std::make_shared<const Json>(std::move(root_)), std::move(lines_)}; }

 private:
  // A list or a map that is not closed yet.
  struct Open {
    Json value;
    std::string path;
    std::optional<std::string> key;  // of the member whose value comes next
  };

  bool IsKeyNext() const { return !open_.empty() && open_.back().value.is_object() && !open_.back().key; }

  void SetKey(const YAML::Mark& mark, const std::string& name) {
    Open& map = open_.back();
    if (map.value.contains(name)) Stop(mark, "the field '" + name + "' stands twice");
    map.key = name;
    lines_[NextPath()] = mark.line + 1;
  }

  std::string NextPath() const {
    if (open_.empty()) return "";
    const Open& last = open_.back();
    if (!last.key) return fmt::format("{}[{}]", last.path, last.value.size());
    return last.path.empty() ? *last.key : last.path + "." + *last.key;
  }

  void Put(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().key) {
      open_.back().value[*std::exchange(open_.back().key, std::nullopt)] = std::move(value);
    } else {
      open_.back().value.push_back(std::move(value));
    }
  }

  void Count(const YAML::Mark& mark) {
    if (++values_ > kMostValues) Stop(mark, "there are too many values");
    lines_.try_emplace(NextPath(), mark.line + 1);
  }

  void Add(const YAML::Mark& mark, Json value) {
    Count(mark);
    Put(std::move(value));
  }

  void Begin(const YAML::Mark& mark, const std::string& tag, Json empty) {
    if (tag != "?" && !tag.empty()) Stop(mark, "tags are not supported");
    if (IsKeyNext()) Stop(mark, "a field's name must be text");
    if (open_.size() >= kDeepest) Stop(mark, "it is nested too deeply");
    Count(mark);
    open_.push_back({std::move(empty), NextPath(), {}});
  }

  void End() {
    Json value = std::move(open_.back().value);
    open_.pop_back();
    Put(std::move(value));
  }

  bool started_ = false;
  Json root_;
  std::vector<Open> open_;
  std::map<std::string, int> lines_;
  int values_ = 0;
};

Result<Document> ReadYaml(std::string_view text) {
  Builder builder;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("line {}: cannot be read: {}", error.mark.line + 1, error.msg),
                "check indentation, colons and quotation marks");
  }
  if (!builder.started()) return Fail(ErrorCode::kInvalidArgument, "the document is empty");
  return builder.Take();
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
