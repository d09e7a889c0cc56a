#include "sql/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/int128.h"
#include "base/mutation.h"
#include "dp/noise.h"

namespace concordat::sql {
namespace {

using Places = std::map<Row, std::size_t>;

constexpr std::size_t kMostRows = 1'000'000;  // of one answer

std::optional<Int128> WholeNumber(const Value& value) {
  if (IsNull(value)) return Int128{0};
  if (const auto* small = std::get_if<std::int64_t>(&value)) return Int128{*small};
  if (const auto* large = std::get_if<Int128>(&value)) return *large;
  return std::nullopt;
}

double Number(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return static_cast<double>(WholeNumber(value).value_or(0));
}

std::size_t KeyCount(const Plan& plan) { return plan.query->groups.size(); }

Result<void> CheckWidth(const Plan& plan, const std::vector<Row>& inner) {
  const std::size_t width = KeyCount(plan) + plan.measured.size();
  for (const Row& row : inner) {
    if (width != 0 && row.size() != width)
      return Fail(ErrorCode::kInternal, "the engine's answer has another shape");
  }
  return {};
}

// Exact sums of these groups, 0 where the engine has no row; rows of other groups are in no group.
Result<void> AddUp(const Plan& plan, const std::vector<Row>& inner, const Places& places, Groups& groups) {
  const auto keys = static_cast<std::ptrdiff_t>(KeyCount(plan));
  groups.sums.resize(plan.measured.size());
  for (auto& sums : groups.sums) sums.resize(groups.keys.size());
  for (const Row& row : inner) {
    const auto place = places.find(Row(row.begin(), row.begin() + keys));
    if (place == places.end()) continue;
    for (std::size_t i = 0; i < plan.measured.size(); ++i) {
      const auto number = WholeNumber(row[static_cast<std::size_t>(keys) + i]);
      if (!number)
        return Fail(ErrorCode::kInternal, "the engine's answer holds something other than whole numbers");
      groups.sums[i][place->second] += InSteps(plan.measured[i], *number);
    }
  }
  return {};
}

void AddNoiseTo(const Plan& plan, Groups& groups, dp::Noise& noise) {
  for (std::size_t i = 0; i < plan.measured.size(); ++i)
    dp::AddNoise(plan.measured[i].measurement.mechanism, groups.sums[i], noise);
}

double CountOf(const Plan& plan, std::size_t index, Int128 noisy) {
  const double count =
      std::round(static_cast<double>(noisy) / static_cast<double>(plan.measured[index].steps));
  return plan.terms.allow_negative ? count : std::max(count, 0.0);
}

double RoundTo(double value, double step) {
  const double rounded = std::round(value / step) * step;
  return std::isfinite(rounded) ? rounded : value;
}

// The step that a sum is reported in: the contract's, else a hundredth of its noise, as a power of ten.
double SumStep(const Measured& sum) {
  if (sum.resolution && *sum.resolution > 0) return *sum.resolution;
  const double sigma = static_cast<double>(sum.measurement.scale) * sum.unit;
  return std::pow(10.0, std::floor(std::log10(sigma / 100)));
}

// Sum of the values themselves, from that of their distances to the middle and their number.
Value SumValue(const Plan& plan, const Aggregate& aggregate, const Source& source, const Groups& groups,
               std::size_t row) {
  const double count = CountOf(plan, *source.count, groups.sums[*source.count][row]);
  const catalogue::Range& range = *aggregate.argument->range;
  if (!source.value) return range.low * count;
  const Measured& measured = plan.measured[*source.value];
  const double centred = static_cast<double>(groups.sums[*source.value][row]) * measured.unit;
  const double sum = RoundTo(centred + measured.centre * count, SumStep(measured));
  if (plan.terms.allow_negative) return sum;
  return std::clamp(sum, range.low * count, range.high * count);
}

Row NoisyRow(const Plan& plan, const Groups& groups, std::size_t row) {
  Row out = groups.keys[row];
  const bool withheld =
      plan.terms.minimum_people > 0 && plan.people &&
      groups.sums[*plan.people][row] < Int128{plan.terms.minimum_people} * plan.measured[*plan.people].steps;
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    const Aggregate& aggregate = plan.query->aggregates[i];
    if (withheld) {
      out.emplace_back(Null());
    } else if (aggregate.kind == AggregateKind::kSum) {
      out.push_back(SumValue(plan, aggregate, plan.sources[i], groups, row));
    } else {
      const std::size_t index = *plan.sources[i].value;
      out.push_back(
          static_cast<std::int64_t>(std::clamp(CountOf(plan, index, groups.sums[index][row]), -9e18, 9e18)));
    }
  }
  return out;
}

// Found groups pass when their people do; a minimum removes them, for their presence was noisy already.
bool Passes(const Plan& plan, const Groups& groups, std::size_t row) {
  const Int128 people = groups.sums[*plan.people][row];
  return people >= plan.grouping.threshold &&
         people >= Int128{plan.terms.minimum_people} * plan.measured[*plan.people].steps;
}

// Public data: the engine's numbers are the answer.
Row PublicRow(const Plan& plan, const Row& row) {
  const std::size_t keys = KeyCount(plan);
  Row out(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(keys));
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    const Value& value = row[keys + *plan.sources[i].value];
    if (plan.query->aggregates[i].kind == AggregateKind::kSum) {
      out.push_back(IsNull(value) || !std::isfinite(Number(value)) ? Value(Null()) : Value(Number(value)));
    } else {
      out.push_back(static_cast<std::int64_t>(WholeNumber(value).value_or(0)));
    }
  }
  return out;
}

}  // namespace

NoisyTable::NoisyTable(const Plan& plan, dp::Noise& noise) : plan_(plan), noise_(noise) {
  if (plan.product->is_public || plan.grouping.kind == Grouping::Kind::kThreshold) return;
  declared_.keys =
      plan.grouping.kind == Grouping::Kind::kDeclared ? plan.grouping.declared : std::vector<Row>{{}};
  for (std::size_t i = 0; i < declared_.keys.size(); ++i) places_.emplace(declared_.keys[i], i);
  declared_.sums.assign(plan.measured.size(), std::vector<Int128>(declared_.keys.size(), 0));
}

Result<void> NoisyTable::Add(const std::vector<Row>& inner) {
  TRY(CheckWidth(plan_, inner));
  if (plan_.product->is_public) {
    for (const Row& row : inner) rows_.push_back(PublicRow(plan_, row));
  } else if (plan_.grouping.kind == Grouping::Kind::kThreshold) {
    TRY(AddFound(inner));
  } else {
    TRY(AddUp(plan_, inner, places_, declared_));
  }
  if (rows_.size() <= kMostRows) return {};
  return Fail(ErrorCode::kResourceExhausted, fmt::format("the answer has more than {} rows", kMostRows),
              "group by fewer values");
}

// Each found group gets its noise at once, and what does not pass is gone.
Result<void> NoisyTable::AddFound(const std::vector<Row>& inner) {
  const auto keys = static_cast<std::ptrdiff_t>(KeyCount(plan_));
  Places places;
  Groups groups;
  for (const Row& row : inner) places.emplace(Row(row.begin(), row.begin() + keys), 0);
  for (auto& [key, place] : places) {
    place = groups.keys.size();
    groups.keys.push_back(key);
  }
  TRY(AddUp(plan_, inner, places, groups));
  AddNoiseTo(plan_, groups, noise_);
  for (std::size_t row = 0; row < groups.keys.size(); ++row) {
    if (Passes(plan_, groups, row)) rows_.push_back(NoisyRow(plan_, groups, row));
  }
  return {};
}

std::vector<Row> NoisyTable::Finish() && {
  if (declared_.keys.empty()) {
    std::sort(rows_.begin(), rows_.end());
    return std::move(rows_);
  }
  const Groups exact = Mutated("empty_groups_dropped") ? declared_ : Groups{};
  AddNoiseTo(plan_, declared_, noise_);
  for (std::size_t row = 0; row < declared_.keys.size(); ++row) {
    const auto is_zero = [&](const std::vector<Int128>& sums) { return sums[row] == 0; };
    if (!exact.sums.empty() && std::all_of(exact.sums.begin(), exact.sums.end(), is_zero)) continue;
    rows_.push_back(NoisyRow(plan_, declared_, row));
  }
  return std::move(rows_);
}

Result<std::vector<Row>> AddNoise(const Plan& plan, const std::vector<Row>& inner, dp::Noise& noise) {
  NoisyTable table(plan, noise);
  TRY(table.Add(inner));
  return std::move(table).Finish();
}

}  // namespace concordat::sql
