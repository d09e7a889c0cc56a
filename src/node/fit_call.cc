#include "node/fit_call.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <vector>

namespace concordat::node {
namespace {

constexpr char kHow[] = "concordat fit heart-fits glm \"disease ~ age + sex\" patients family=binomial";

bool IsWord(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

// Truths and numbers as they stand, everything else a text.
std::string Literal(const std::string& text) {
  if (text == "true" || text == "false") return text;
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool written = text.find_first_not_of("+-.0123456789eE") == std::string::npos;
  return written && error == std::errc{} && end == text.data() + text.size() ? text : Quoted(text);
}

Result<std::string> OptionText(const std::string& option) {
  const std::size_t equals = option.find('=');
  if (equals == std::string::npos || !IsWord(option.substr(0, equals)))
    return Fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is not an option", option),
                std::string("write it as name=value: ") + kHow);
  return fmt::format(", {} => {}", option.substr(0, equals), Literal(option.substr(equals + 1)));
}

}  // namespace

Result<std::string> FitStatement(const Json& arguments) {
  constexpr std::string_view kPrefix = "concordat.";
  std::string method = arguments.at("method");
  if (method.starts_with(kPrefix)) method.erase(0, kPrefix.size());
  const std::string formula = arguments.value("formula", ""), table = arguments.value("table", "");
  const auto options = arguments.value("options", std::vector<std::string>{});
  if (method.find('(') != std::string::npos) {
    if (formula.empty()) return fmt::format("SELECT * FROM concordat.{}", method);
    return Fail(ErrorCode::kInvalidArgument, "a call is whole: nothing comes after it", kHow);
  }
  if (!IsWord(method) || formula.empty() || table.empty())
    return Fail(ErrorCode::kInvalidArgument, "a fit is a method, a formula and a table", kHow);
  std::string text = fmt::format("SELECT * FROM concordat.{}({}, {}", method, Quoted(formula), Quoted(table));
  for (const std::string& option : options) text += TRY(OptionText(option));
  return text + ")";
}

}  // namespace concordat::node
