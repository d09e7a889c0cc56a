#include "agreement/document.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace concordat::agreement {
namespace {

constexpr std::size_t kLongestText = 1000;

std::string Join(std::initializer_list<std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

}  // namespace

tl::unexpected<Error> Place::Wrong(const std::string& what, std::string remedy) const {
  const auto line = document_->lines.find(path_);
  const std::string where = line == document_->lines.end() ? "" : fmt::format("line {}: ", line->second);
  return Fail(ErrorCode::kInvalidArgument, where + (path_.empty() ? "the document" : path_) + " " + what,
              std::move(remedy));
}

Result<void> Place::CheckKeys(std::initializer_list<std::string_view> known) const {
  if (!json_->is_object()) return Wrong("is not a set of named fields", "its fields are " + Join(known));
  for (const auto& [key, value] : json_->items()) {
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      return FieldIfAny(key)->Wrong("is not a field that exists here", "the fields here are " + Join(known));
    }
  }
  return {};
}

Result<Place> Place::Field(std::string_view name) const {
  if (auto field = FieldIfAny(name)) return *std::move(field);
  return Wrong(fmt::format("has no '{}'", name), fmt::format("add the field '{}'", name));
}

std::optional<Place> Place::FieldIfAny(std::string_view name) const {
  const auto found = json_->find(name);
  if (found == json_->end()) return {};
  return Place(document_, &*found, path_.empty() ? std::string(name) : path_ + "." + std::string(name));
}

Result<std::vector<std::pair<std::string, Place>>> Place::Fields() const {
  if (!json_->is_object() || json_->empty()) {
    return Wrong("is not a set of named fields", "write one 'name: value' a line under it");
  }
  std::vector<std::pair<std::string, Place>> fields;
  for (const auto& [key, value] : json_->items()) fields.emplace_back(key, *FieldIfAny(key));
  return fields;
}

Result<std::vector<Place>> Place::Items() const {
  if (!json_->is_array()) return Wrong("is not a list", "write it in brackets: [one, two]");
  std::vector<Place> items;
  for (std::size_t i = 0; i < json_->size(); ++i) {
    items.push_back(Place(document_, &(*json_)[i], fmt::format("{}[{}]", path_, i)));
  }
  return items;
}

Result<std::string> Place::Text() const {
  if (!json_->is_string()) return Wrong("is not text", "put it in quotation marks");
  const auto& text = json_->get_ref<const std::string&>();
  const bool control = std::any_of(text.begin(), text.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (text.empty() || text.size() > kLongestText || control) {
    return Wrong("is empty, longer than 1,000 bytes, or holds control characters", "write one line of text");
  }
  return text;
}

Result<double> Place::Number() const {
  if (!json_->is_number()) return Wrong("is not a number", "write a number, without quotation marks");
  return json_->get<double>();
}

Result<std::int64_t> Place::Whole(std::int64_t least, std::int64_t most) const {
  const double number = json_->is_number() ? json_->get<double>() : std::nan("");
  if (!(number >= static_cast<double>(least) && number <= static_cast<double>(most)) ||
      number != std::floor(number)) {
    return Wrong("is not a whole number in its range", fmt::format("write one from {} to {}", least, most));
  }
  return static_cast<std::int64_t>(number);
}

Result<Time> Place::Moment() const {
  auto time = json_->is_string() ? ParseTime(json_->get_ref<const std::string&>())
                                 : Result<Time>(Fail(ErrorCode::kInvalidArgument, ""));
  if (!time) return Wrong("is not a date", "write it as 2026-12-01 or 2026-12-01T09:00:00Z, in UTC");
  return time;
}

}  // namespace concordat::agreement
