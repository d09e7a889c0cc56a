#include "sql/shape.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "base/check.h"
#include "base/int128.h"
#include "base/mutation.h"
#include "dp/noise.h"

namespace concordat::sql {
namespace {

constexpr std::size_t kMostRows = 1'000'000;  // of one answer

double Number(const Value& value) {
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return static_cast<double>(WholeNumber(value).value_or(0));
}

std::size_t KeyCount(const Plan& plan) { return plan.query->groups.size(); }

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

bool HasMinimum(const Plan& plan, const Groups& groups, std::size_t row) {
  return plan.terms.minimum_people == 0 || !plan.people ||
         groups.sums[*plan.people][row] >=
             Int128{plan.terms.minimum_people} * plan.measured[*plan.people].steps;
}

Row NoisyRow(const Plan& plan, const Groups& groups, std::size_t row) {
  Row out = groups.keys[row];
  const bool withheld = !HasMinimum(plan, groups, row);
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
  if (!plan.product->is_public && plan.grouping.kind != Grouping::Kind::kThreshold)
    declared_.emplace(plan, DeclaredKeys(plan));
}

Result<void> NoisyTable::Add(const std::vector<Row>& inner) {
  TRY(CheckWidth(plan_, inner));
  if (plan_.product->is_public) {
    for (const Row& row : inner) rows_.push_back(PublicRow(plan_, row));
  } else if (plan_.grouping.kind == Grouping::Kind::kThreshold) {
    TRY(AddFound(inner));
  } else {
    TRY(declared_->Add(inner));
  }
  if (rows_.size() <= kMostRows) return {};
  return Fail(ErrorCode::kResourceExhausted, fmt::format("the answer has more than {} rows", kMostRows),
              "group by fewer values");
}

// Each found group gets its noise at once, and what does not pass is gone.
Result<void> NoisyTable::AddFound(const std::vector<Row>& inner) {
  const auto keys = static_cast<std::ptrdiff_t>(KeyCount(plan_));
  std::set<Row> found;
  for (const Row& row : inner) found.emplace(row.begin(), row.begin() + keys);
  ExactSums exact(plan_, std::vector<Row>(found.begin(), found.end()));
  TRY(exact.Add(inner));
  Groups& groups = exact.groups();
  AddDraws(plan_, groups, noise_);
  for (std::size_t row = 0; row < groups.keys.size(); ++row) {
    if (groups.sums[*plan_.people][row] >= plan_.grouping.threshold && HasMinimum(plan_, groups, row))
      rows_.push_back(NoisyRow(plan_, groups, row));
  }
  return {};
}

std::vector<Row> NoisyTable::Finish() && {
  if (!declared_) {
    std::sort(rows_.begin(), rows_.end());
    return std::move(rows_);
  }
  Groups& groups = declared_->groups();
  const Groups exact = Mutated("empty_groups_dropped") ? groups : Groups{};
  AddDraws(plan_, groups, noise_);
  for (std::size_t row = 0; row < groups.keys.size(); ++row) {
    const auto is_zero = [&](const std::vector<Int128>& sums) { return sums[row] == 0; };
    if (!exact.sums.empty() && std::all_of(exact.sums.begin(), exact.sums.end(), is_zero)) continue;
    rows_.push_back(NoisyRow(plan_, groups, row));
  }
  return std::move(rows_);
}

std::vector<Row> NoisyRows(const Plan& plan, const Groups& noisy) {
  const bool found = plan.grouping.kind == Grouping::Kind::kThreshold;
  std::vector<Row> rows;
  for (std::size_t row = 0; row < noisy.keys.size(); ++row) {
    if (!found || HasMinimum(plan, noisy, row)) rows.push_back(NoisyRow(plan, noisy, row));
  }
  return rows;
}

Result<std::vector<Row>> AddNoise(const Plan& plan, const std::vector<Row>& inner, dp::Noise& noise) {
  NoisyTable table(plan, noise);
  TRY(table.Add(inner));
  return std::move(table).Finish();
}

}  // namespace concordat::sql
