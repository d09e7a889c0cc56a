#include "sql/sums.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "base/int128.h"

namespace concordat::sql {
namespace {

constexpr char kShapeless[] = "the engine's answer holds something other than whole numbers";

Row KeyOf(const Plan& plan, const Row& row) {
  return Row(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(plan.query->groups.size()));
}

}  // namespace

std::optional<Int128> WholeNumber(const Value& value) {
  if (IsNull(value)) return Int128{0};
  if (const auto* small = std::get_if<std::int64_t>(&value)) return Int128{*small};
  if (const auto* large = std::get_if<Int128>(&value)) return *large;
  return std::nullopt;
}

std::vector<Row> DeclaredKeys(const Plan& plan) {
  CHECK(plan.grouping.kind != Grouping::Kind::kThreshold);
  return plan.grouping.kind == Grouping::Kind::kDeclared ? plan.grouping.declared : std::vector<Row>{{}};
}

Result<void> CheckWidth(const Plan& plan, const std::vector<Row>& inner) {
  const std::size_t width = plan.query->groups.size() + plan.measured.size();
  for (const Row& row : inner) {
    if (width != 0 && row.size() != width)
      return Fail(ErrorCode::kInternal, "the engine's answer has another shape");
  }
  return {};
}

ExactSums::ExactSums(const Plan& plan, std::vector<Row> keys) : plan_(plan) {
  groups_.keys = std::move(keys);
  for (std::size_t i = 0; i < groups_.keys.size(); ++i) CHECK(places_.emplace(groups_.keys[i], i).second);
  groups_.sums.assign(plan.measured.size(), std::vector<Int128>(groups_.keys.size(), 0));
}

Result<void> ExactSums::Add(const std::vector<Row>& inner) {
  TRY(CheckWidth(plan_, inner));
  for (const Row& row : inner) {
    const auto place = places_.find(KeyOf(plan_, row));
    if (place == places_.end()) continue;
    for (std::size_t i = 0; i < plan_.measured.size(); ++i) {
      const auto number = WholeNumber(row[plan_.query->groups.size() + i]);
      if (!number) return Fail(ErrorCode::kInternal, kShapeless);
      groups_.sums[i][place->second] += InSteps(plan_.measured[i], *number);
    }
  }
  return {};
}

void AddDraws(const Plan& plan, Groups& groups, dp::Noise& noise) {
  for (std::size_t i = 0; i < plan.measured.size(); ++i)
    dp::AddNoise(plan.measured[i].measurement.mechanism, groups.sums[i], noise);
}

void Wipe(Groups& groups) {
  for (std::vector<Int128>& sums : groups.sums) explicit_bzero(sums.data(), sums.size() * sizeof(Int128));
}

Result<std::vector<Row>> SelectKeys(const Plan& plan, const std::vector<Row>& inner, dp::Noise& noise) {
  TRY(CheckWidth(plan, inner));
  std::vector<Int128> people;
  for (const Row& row : inner) {
    const auto number = WholeNumber(row[plan.query->groups.size() + *plan.people]);
    if (!number) return Fail(ErrorCode::kInternal, kShapeless);
    people.push_back(*number * plan.grouping.selection_steps);
  }
  dp::AddNoise(plan.measured[*plan.people].measurement.mechanism, people, noise);
  std::vector<Row> keys;
  for (std::size_t i = 0; i < inner.size(); ++i) {
    if (people[i] >= plan.grouping.threshold) keys.push_back(KeyOf(plan, inner[i]));
  }
  explicit_bzero(people.data(), people.size() * sizeof(Int128));
  return keys;
}

}  // namespace concordat::sql
