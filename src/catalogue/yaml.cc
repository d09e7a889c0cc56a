#include "catalogue/yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <unordered_set>

#include "base/name.h"

namespace concordat::catalogue {
namespace {

constexpr std::array kPropertyKeys = {"id", "property", "value", "description"};
constexpr std::size_t kLongestWord = 80;  // bytes of a word that messages repeat

bool IsAmong(std::string_view word, std::span<const char* const> known) {
  return std::find(known.begin(), known.end(), word) != known.end();
}

// What a message repeats of a text: its beginning, on one line.
std::string Shortened(std::string text) {
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() <= kLongestWord) return text;
  std::size_t end = kLongestWord;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return text.substr(0, end) + "…";
}

}  // namespace

std::string YamlReader::PathTo(std::string_view key) const {
  return path_.empty() ? std::string(key) : fmt::format("{}.{}", path_, key);
}

YamlReader YamlReader::operator[](std::string_view key) const {
  if (!IsMap()) return Absent(PathTo(key));
  const auto found = std::find(node_->keys.begin(), node_->keys.end(), key);
  if (found == node_->keys.end()) return Absent(PathTo(key));
  const yaml::Node& item = node_->items[static_cast<std::size_t>(found - node_->keys.begin())];
  return {&item, item.line, PathTo(key), problems_};
}

YamlReader YamlReader::At(std::size_t index) const {
  const std::string path = fmt::format("{}[{}]", path_, index);
  if (index >= size()) return Absent(path);
  return {&node_->items[index], node_->items[index].line, path, problems_};
}

YamlReader YamlReader::Custom(std::string_view name) const {
  const YamlReader customs = (*this)["customProperties"];
  for (std::size_t i = 0; i < customs.size(); ++i) {
    const YamlReader property = customs.At(i)["property"];
    if (!property.IsScalar() || property.node_->scalar != name) continue;
    YamlReader value = customs.At(i)["value"];
    value.path_ = PathTo(name);
    return value;
  }
  return Absent(PathTo(name));
}

void YamlReader::Problem(const std::string& what, std::string remedy) const {
  problems_.push_back({line_, path_.empty() ? what : path_ + ": " + what, std::move(remedy)});
}

bool YamlReader::ExpectMap(std::span<const char* const> known) const {
  if (!IsMap()) {
    Problem("is not a map", "write it as 'key: value' lines");
    return false;
  }
  for (std::size_t i = 0; i < node_->keys.size(); ++i) {
    const std::string& key = node_->keys[i];
    if (IsAmong(key, known)) continue;
    const std::string nearest = NearestName(key, known);
    YamlReader(nullptr, node_->key_lines[i], path_, problems_)
        .Problem(
            "'" + Shortened(key) + "' is not a key of ODCS 3.1.0 here",
            nearest.empty() ? "remove it, or make it a custom property" : "did you mean '" + nearest + "'?");
  }
  return true;
}

void YamlReader::ExpectCustom(std::span<const char* const> known) const {
  const YamlReader customs = (*this)["customProperties"];
  if (!customs.present()) return;
  if (!customs.IsSequence())
    return customs.Problem("is not a list", "write '- {property: NAME, value: VALUE}' lines");
  std::unordered_set<std::string> seen;
  for (std::size_t i = 0; i < customs.size(); ++i) {
    const YamlReader item = customs.At(i);
    if (!item.ExpectMap(kPropertyKeys)) continue;
    const std::string name = item["property"].Text();
    if (name.empty()) item.Problem("has no property name", "write {property: NAME, value: VALUE}");
    if (!name.starts_with("concordat.")) continue;
    if (!seen.insert(name).second) item.Problem("'" + Shortened(name) + "' stands twice", "remove one");
    if (!item["value"].present())
      item.Problem("'" + Shortened(name) + "' has no value", "add it, or remove the line");
    if (IsAmong(name, known)) continue;
    const std::string nearest = NearestName(name, known);
    item.Problem("'" + Shortened(name) + "' means nothing here",
                 nearest.empty() ? "see docs/contracts.md for what may stand here"
                                 : "did you mean '" + nearest + "'?");
  }
}

std::string YamlReader::Text(std::string fallback) const {
  if (!present()) return fallback;
  if (IsScalar()) return node_->scalar;
  Problem("is not a text", "write it on one line, in quotes if need be");
  return fallback;
}

std::string YamlReader::RequiredText(const std::string& remedy) const {
  std::string text = Text();
  if (text.empty()) Problem("is missing", remedy);
  return text;
}

bool YamlReader::Flag(bool fallback) const {
  const std::string text = Text(fallback ? "true" : "false");
  if (text != "true" && text != "false")
    Problem("'" + Shortened(text) + "' is neither true nor false", "write true or false");
  return text == "true";
}

std::optional<double> YamlReader::Number() const {
  const std::string text = Text();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size() && std::isfinite(number))
    return number;
  if (present()) Problem("'" + Shortened(text) + "' is not a number", "write a number such as 0.01");
  return {};
}

std::optional<std::int64_t> YamlReader::Whole(std::int64_t low, std::int64_t high) const {
  const std::string text = Text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = !text.empty() && error == std::errc{} && end == text.data() + text.size();
  if (whole && number >= low && number <= high) return number;
  if (present())
    Problem(fmt::format("'{}' is not a whole number from {} to {}", Shortened(text), low, high), "write one");
  return {};
}

}  // namespace concordat::catalogue
