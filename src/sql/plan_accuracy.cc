#include "sql/plan_accuracy.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "dp/interval.h"
#include "dp/scale.h"

namespace concordat::sql {
namespace {

void TakePrefix(std::string_view& text, std::string_view prefix) {
  if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
}

void Trim(std::string_view& text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
}

bool IsSum(const Measured& measured) { return measured.kind == Measured::Kind::kSum; }

}  // namespace

double HalfWidthOf(const Measured& measured) {
  return dp::HalfWidthOfSum(measured.measurement.mechanism,
                            static_cast<double>(dp::kNoiseScale) * measured.unit,
                            static_cast<std::uint64_t>(measured.draws));
}

double SpreadOf(const Measured& measured) {
  return HalfWidthOf(measured) / dp::HalfWidth(measured.measurement.mechanism, 1.0);
}

Outcome<Accuracy> ParseAccuracy(std::string_view text) {
  const std::string_view given = text;
  Accuracy accuracy;
  Trim(text);
  TakePrefix(text, "±");
  TakePrefix(text, "+-");
  if (text.ends_with('%')) {
    accuracy.relative = true;
    text.remove_suffix(1);
  }
  Trim(text);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), accuracy.half_width);
  const bool sound = error == std::errc() && end == text.data() + text.size() &&
                     std::isfinite(accuracy.half_width) && accuracy.half_width > 0;
  if (!sound) {
    return Refuse("bad_accuracy", fmt::format("'{}' is not an accuracy", given), "write '±50' or '±2%'",
                  "22023");
  }
  if (accuracy.relative) accuracy.half_width /= 100;
  return accuracy;
}

Outcome<void> CheckAccuracy(const Accuracy& accuracy, const Plan& plan) {
  if (accuracy.relative && plan.terms.joint) {
    return Refuse(
        "accuracy_needs_people",
        "nobody states how many people all members of the table have together, so a percentage has no "
        "meaning",
        "ask for an absolute accuracy of counts, such as '±50', or set concordat.epsilon", "22023");
  }
  if (accuracy.relative && !plan.product->people) {
    return Refuse("accuracy_needs_people",
                  fmt::format("{} does not state how many people it has, so a percentage has no meaning",
                              plan.product->name),
                  "ask for an absolute accuracy of counts, such as '±50', or set concordat.epsilon", "22023");
  }
  bool counts = false;
  for (const Measured& measured : plan.measured) counts = counts || !IsSum(measured);
  if (!accuracy.relative && !counts && !plan.measured.empty()) {
    return Refuse("bad_accuracy", "an absolute accuracy is for counts, and this question has none",
                  "write a percentage, such as '±2%', or set concordat.epsilon", "22023");
  }
  return {};
}

bool Meets(const Plan& plan, const Accuracy& accuracy) {
  const auto people = static_cast<double>(plan.product->people.value_or(1));
  for (const Measured& measured : plan.measured) {
    if (IsSum(measured) && !accuracy.relative) continue;
    const double half_width = HalfWidthOf(measured);
    // A count against all people; an average over all people, against its range.
    const double of_sum = measured.range * people;
    const double reference = !accuracy.relative ? 1 : IsSum(measured) ? of_sum : people;
    if (half_width > accuracy.half_width * reference) return false;
  }
  return true;
}

}  // namespace concordat::sql
