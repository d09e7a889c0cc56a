#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "learning/formula.h"
#include "learning/rows.h"

namespace concordat::learning {
namespace {

constexpr int kDigits = 15;

double Read(const std::string& text) {
  double number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

bool IsSyntactic(std::string_view name) {
  const auto plain = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return std::isalnum(byte) != 0 || c == '.' || c == '_' || byte >= 0x80;
  };
  const auto begins = [&](char c) {
    return plain(c) && c != '_' && std::isdigit(static_cast<unsigned char>(c)) == 0;
  };
  if (name.empty() || name == "." || name == "TRUE" || name == "FALSE" || !begins(name[0])) return false;
  if (name[0] == '.' && std::isdigit(static_cast<unsigned char>(name[1])) != 0) return false;
  return std::all_of(name.begin(), name.end(), plain);
}

std::string BinaryText(const Expr& expr) {
  const std::string_view space = expr.name == "^" || expr.name == "/" ? "" : " ";
  return fmt::format("{}{}{}{}{}", ToText(expr.of[0]), space, expr.name, space, ToText(expr.of[1]));
}

std::vector<std::string> Labels(const Formula& formula) {
  std::vector<std::string> labels;
  for (const auto& term : formula.terms) labels.push_back(LabelOf(formula, term));
  return labels;
}

// Whether the variables first appear in their own order when the terms are written one after the other.
bool WritesInOrder(const Formula& formula) {
  std::size_t seen = 0;
  for (const auto& term : formula.terms) {
    for (const std::size_t variable : term) {
      if (variable > seen) return false;
      if (variable == seen) ++seen;
    }
  }
  return seen == formula.variables.size();
}

// Where terms alone would put variables into another order, or lose one, their product comes and goes first.
std::vector<std::string> Parts(const Formula& formula) {
  std::vector<std::string> parts = Labels(formula);
  if (!WritesInOrder(formula)) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < formula.variables.size(); ++i) all.push_back(i);
    const std::string product = LabelOf(formula, all);
    parts.insert(parts.begin(), fmt::format("{} - {}", product, product));
  }
  if (!formula.intercept) parts.insert(parts.begin(), "0");
  for (const Expr& offset : formula.offsets) parts.push_back(fmt::format("offset({})", ToText(offset)));
  std::vector<std::string> strata;
  for (const std::string& column : formula.strata) strata.push_back(NameText(column));
  if (!strata.empty()) parts.push_back(fmt::format("strata({})", fmt::join(strata, ", ")));
  if (formula.grouping) parts.push_back(fmt::format("(1 | {})", NameText(*formula.grouping)));
  if (parts.empty()) parts.emplace_back("1");
  return parts;
}

}  // namespace

std::string NumberText(double number) {
  if (!std::isfinite(number) || number == 0) return fmt::format("{}", number);
  const double rounded = Read(fmt::format("{:.{}e}", number, kDigits - 1));
  int digits = 1;
  while (digits < kDigits && Read(fmt::format("{:.{}e}", number, digits - 1)) != rounded) ++digits;
  const std::string scientific = fmt::format("{:.{}e}", number, digits - 1);
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (std::abs(exponent) > 2 * kDigits) return scientific;
  const std::string fixed = fmt::format("{:.{}f}", number, std::max(0, digits - 1 - exponent));
  return fixed.size() <= scientific.size() ? fixed : scientific;
}

std::string NameText(std::string_view name) {
  if (name == kSite || IsSyntactic(name)) return std::string(name);
  const char quote = name.find('`') == std::string_view::npos ? '`' : '"';
  return fmt::format("{}{}{}", quote, name, quote);
}

std::string ToText(const Expr& expr) {
  if (expr.kind == Expr::Kind::kNumber) return NumberText(expr.number);
  if (expr.kind == Expr::Kind::kColumn) return NameText(expr.name);
  if (expr.of.size() == 2) return BinaryText(expr);
  if (expr.name == "-") return "-" + ToText(expr.of[0]);
  return fmt::format("{}({})", expr.name == "(" ? "" : expr.name, ToText(expr.of[0]));
}

std::string LabelOf(const Formula& formula, const std::vector<std::size_t>& term) {
  std::vector<std::string> texts;
  for (const std::size_t variable : term) texts.push_back(formula.variables[variable].text);
  return fmt::format("{}", fmt::join(texts, ":"));
}

std::string ToText(const Formula& formula) {
  std::string response;
  if (formula.response) response = formula.response->text;
  if (formula.start) response = fmt::format("{}, {}", ToText(*formula.start), response);
  if (formula.status) response = fmt::format("Surv({}, {})", response, ToText(*formula.status));
  if (formula.failures) response = fmt::format("cbind({}, {})", response, ToText(*formula.failures));
  return fmt::format("{}{}~ {}", response, response.empty() ? "" : " ", fmt::join(Parts(formula), " + "));
}

}  // namespace concordat::learning
