#include "learning/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/name.h"

namespace concordat::learning {
namespace {

tl::unexpected<Refusal> Invalid(const std::string& name, const Value& value, const std::string& wanted) {
  const auto* text = std::get_if<std::string>(&value);
  const bool quoted = text != nullptr && !wanted.starts_with("one of");
  return Refuse("option_invalid",
                fmt::format("{} => {} is not {}", name, text ? "'" + *text + "'" : ToText(value), wanted),
                fmt::format("write {} there{}", wanted, quoted ? ", without quotes" : ""), "22023");
}

}  // namespace

const Value* Options::Take(const std::string& name) {
  asked_.push_back(name);
  const auto found = call_.options.find(name);
  return found == call_.options.end() || IsNull(found->second) ? nullptr : &found->second;
}

template <class T>
T Options::Note(const std::string& name, T value) const {
  if (call_.taken) (*call_.taken)[name] = value;
  return value;
}

Outcome<double> Options::Number(const std::string& name, double otherwise, double low, double high) {
  const Value* value = Take(name);
  if (value == nullptr) return otherwise >= low && otherwise <= high ? Note(name, otherwise) : otherwise;
  double number = NAN;
  if (const auto* real = std::get_if<double>(value)) number = *real;
  if (const auto* whole = std::get_if<std::int64_t>(value)) number = static_cast<double>(*whole);
  if (const auto* wide = std::get_if<Int128>(value)) number = static_cast<double>(*wide);
  if (number >= low && number <= high) return Note(name, number);
  return Invalid(name, *value, fmt::format("a number from {} to {}", low, high));
}

Outcome<int> Options::Whole(const std::string& name, int otherwise, int low, int high) {
  const double number = TRY(Number(name, otherwise, low, high));
  if (number == std::floor(number)) {
    if (number >= low && number <= high) Note(name, static_cast<std::int64_t>(number));
    return static_cast<int>(number);
  }
  return Invalid(name, number, fmt::format("a whole number from {} to {}", low, high));
}

Outcome<bool> Options::Flag(const std::string& name, bool otherwise) {
  const Value* value = Take(name);
  if (value == nullptr) return Note(name, otherwise);
  if (const auto* flag = std::get_if<bool>(value)) return Note(name, *flag);
  return Invalid(name, *value, "true or false");
}

Outcome<std::string> Options::Text(const std::string& name, const std::string& otherwise) {
  const Value* value = Take(name);
  if (value == nullptr) return otherwise.empty() ? otherwise : Note(name, otherwise);
  if (const auto* text = std::get_if<std::string>(value)) return Note(name, *text);
  return Invalid(name, *value, "a text in quotes");
}

Outcome<std::string> Options::Choice(const std::string& name,
                                     std::initializer_list<std::string_view> allowed) {
  std::string text = TRY(Text(name, std::string(*allowed.begin())));
  if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) return text;
  return Invalid(name, text, fmt::format("one of {}", fmt::join(allowed, ", ")));
}

Outcome<void> Options::End() const {
  for (const auto& [name, value] : call_.options) {
    if (std::find(asked_.begin(), asked_.end(), name) != asked_.end()) continue;
    const std::string nearest = NearestName(name, asked_);
    return Refuse("unknown_option", fmt::format("{} has no option {}", call_.method, name),
                  !nearest.empty() ? fmt::format("did you mean {}?", nearest)
                  : asked_.empty() ? "leave it out: there are none"
                                   : fmt::format("there are {}", fmt::join(asked_, ", ")),
                  "22023");
  }
  return {};
}

}  // namespace concordat::learning
