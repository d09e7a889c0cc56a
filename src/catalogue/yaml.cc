#include "catalogue/yaml.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <numeric>

namespace concordat::catalogue {
namespace {

// Edit distance (Levenshtein), one row at a time.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::string Nearest(std::string_view word, std::span<const char* const> known) {
  std::string nearest;
  std::size_t best = word.size() > 200 ? 0 : std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const std::string candidate : known) {
    const std::size_t distance = word.size() > 200 ? 200 : Distance(word, candidate);
    if (distance < best) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

YamlReader YamlReader::operator[](const char* key) const {
  const YAML::Node& node = node_;
  return {IsMap() ? node[key] : YAML::Node(YAML::NodeType::Undefined), path_.empty() ? key : path_ + "." + key, problems_};
}

YamlReader YamlReader::At(std::size_t index) const {
  const YAML::Node& node = node_;
  return {node[index], fmt::format("{}[{}]", path_, index), problems_};
}

YamlReader YamlReader::Custom(const char* name) const {
  const YamlReader customs = (*this)["customProperties"];
  for (std::size_t i = 0; customs.IsSequence() && i < customs.size(); ++i) {
    if (customs.At(i)["property"].Scalar() == name) {
      YamlReader value = customs.At(i)["value"];
      value.path_ = path_.empty() ? name : path_ + "." + name;
      return value;
    }
  }
  return {YAML::Node(YAML::NodeType::Undefined), path_.empty() ? name : path_ + "." + name, problems_};
}

void YamlReader::Problem(std::string what, std::string remedy) const {
  const int line = present() ? node_.Mark().line + 1 : 0;
  problems_.push_back({line, path_.empty() ? std::move(what) : path_ + ": " + what, std::move(remedy)});
}

bool YamlReader::ExpectMap(std::span<const char* const> known) const {
  if (!IsMap()) {
    Problem("is not a map", "write it as 'key: value' lines");
    return false;
  }
  for (const auto& entry : node_) {
    const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
    if (std::any_of(known.begin(), known.end(), [&](const char* name) { return key == name; })) continue;
    const std::string nearest = Nearest(key, known);
    YamlReader(entry.first, path_, problems_)
        .Problem("'" + key + "' is not a key of ODCS 3.1.0 here", nearest.empty() ? "remove it, or make it a custom property" : "did you mean '" + nearest + "'?");
  }
  return true;
}

void YamlReader::ExpectCustom(std::span<const char* const> known) const {
  const YamlReader customs = (*this)["customProperties"];
  if (!customs.present()) return;
  if (!customs.IsSequence()) return customs.Problem("is not a list", "write '- {property: NAME, value: VALUE}' lines");
  for (std::size_t i = 0; i < customs.size(); ++i) {
    const std::string name = customs.At(i)["property"].Scalar();
    if (name.empty()) customs.At(i).Problem("has no property name", "write {property: NAME, value: VALUE}");
    if (!name.starts_with("concordat.")) continue;
    if (std::any_of(known.begin(), known.end(), [&](const char* candidate) { return name == candidate; })) continue;
    const std::string nearest = Nearest(name, known);
    customs.At(i).Problem("'" + name + "' means nothing here", nearest.empty() ? "see docs/contracts.md for what may stand here" : "did you mean '" + nearest + "'?");
  }
}

std::string YamlReader::Text(std::string fallback) const {
  if (!present()) return fallback;
  if (IsScalar()) return node_.Scalar();
  Problem("is not a text", "write it on one line, in quotes if need be");
  return fallback;
}

std::string YamlReader::RequiredText(const std::string& remedy) const {
  const std::string text = Text();
  if (text.empty()) Problem("is missing", remedy);
  return text;
}

bool YamlReader::Flag(bool fallback) const {
  const std::string text = Text(fallback ? "true" : "false");
  if (text != "true" && text != "false") Problem("'" + text + "' is neither true nor false", "write true or false");
  return text == "true";
}

std::optional<double> YamlReader::Number() const {
  const std::string text = Text();
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size() && std::isfinite(number)) return number;
  if (present()) Problem("'" + text + "' is not a number", "write a number such as 0.01");
  return {};
}

std::optional<std::int64_t> YamlReader::Whole(std::int64_t low, std::int64_t high) const {
  const std::string text = Text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (!text.empty() && error == std::errc{} && end == text.data() + text.size() && number >= low && number <= high) return number;
  if (present()) Problem(fmt::format("'{}' is not a whole number from {} to {}", text, low, high), "write one");
  return {};
}

}  // namespace concordat::catalogue
