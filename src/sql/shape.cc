#include "sql/shape.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "base/check.h"
#include "base/int128.h"
#include "base/mutation.h"
#include "dp/noise.h"

namespace concordat::sql {
namespace {

using Kind = Measured::Kind;

// The engine's rows, each group once.
struct Groups {
  std::vector<Row> keys;
  std::vector<std::vector<Int128>> sums;  // one vector a measured column, one number a group
};

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

// Declared groups in their order and no others; else the groups found, in order of their keys.
Result<Groups> Collect(const Plan& plan, const std::vector<Row>& inner) {
  TRY(CheckWidth(plan, inner));
  const auto keys = static_cast<std::ptrdiff_t>(KeyCount(plan));
  std::map<Row, std::size_t> places;
  Groups groups;
  const bool found = plan.grouping.kind == Grouping::Kind::kThreshold;
  if (found) {
    for (const Row& row : inner) places.emplace(Row(row.begin(), row.begin() + keys), 0);
    for (auto& [key, place] : places) {
      place = groups.keys.size();
      groups.keys.push_back(key);
    }
  } else {
    groups.keys =
        plan.grouping.kind == Grouping::Kind::kDeclared ? plan.grouping.declared : std::vector<Row>{{}};
    if (Mutated("empty_groups_dropped")) {
      std::erase_if(groups.keys, [&](const Row& key) {
        return std::none_of(inner.begin(), inner.end(),
                            [&](const Row& row) { return std::equal(key.begin(), key.end(), row.begin()); });
      });
    }
    for (std::size_t i = 0; i < groups.keys.size(); ++i) places.emplace(groups.keys[i], i);
  }
  groups.sums.assign(plan.measured.size(), std::vector<Int128>(groups.keys.size(), 0));
  for (const Row& row : inner) {
    const auto place = places.find(Row(row.begin(), row.begin() + keys));
    if (place == places.end()) continue;  // outside the declared domain: in no group
    for (std::size_t i = 0; i < plan.measured.size(); ++i) {
      const auto number = WholeNumber(row[static_cast<std::size_t>(keys) + i]);
      if (!number)
        return Fail(ErrorCode::kInternal, "the engine's answer holds something other than whole numbers");
      groups.sums[i][place->second] += *number * plan.measured[i].factor;
    }
  }
  return groups;
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
  if (plan.grouping.kind != Grouping::Kind::kThreshold) return true;
  const Int128 people = groups.sums[*plan.people][row];
  return people >= plan.grouping.threshold &&
         people >= Int128{plan.terms.minimum_people} * plan.measured[*plan.people].steps;
}

// Public data: the engine's numbers are the answer.
Result<std::vector<Row>> Exact(const Plan& plan, const std::vector<Row>& inner) {
  TRY(CheckWidth(plan, inner));
  std::vector<Row> rows;
  const std::size_t keys = KeyCount(plan);
  for (const Row& row : inner) {
    Row& out = rows.emplace_back(row.begin(), row.begin() + static_cast<std::ptrdiff_t>(keys));
    for (std::size_t i = 0; i < plan.sources.size(); ++i) {
      const Value& value = row[keys + *plan.sources[i].value];
      if (plan.query->aggregates[i].kind == AggregateKind::kSum) {
        out.push_back(IsNull(value) || !std::isfinite(Number(value)) ? Value(Null()) : Value(Number(value)));
      } else {
        out.push_back(static_cast<std::int64_t>(WholeNumber(value).value_or(0)));
      }
    }
  }
  std::sort(rows.begin(), rows.end());
  return rows;
}

}  // namespace

Result<std::vector<Row>> AddNoise(const Plan& plan, const std::vector<Row>& inner, dp::Noise& noise) {
  if (plan.product->is_public) return Exact(plan, inner);
  Groups groups = TRY(Collect(plan, inner));
  if (groups.keys.size() > dp::kMostCoordinates) {
    return Fail(ErrorCode::kResourceExhausted, "more groups than one answer may have");
  }
  for (std::size_t i = 0; i < plan.measured.size(); ++i) {
    dp::AddNoise(plan.measured[i].measurement.mechanism, groups.sums[i], noise);
  }
  std::vector<Row> rows;
  for (std::size_t row = 0; row < groups.keys.size(); ++row) {
    if (Passes(plan, groups, row)) rows.push_back(NoisyRow(plan, groups, row));
  }
  return rows;
}

}  // namespace concordat::sql
