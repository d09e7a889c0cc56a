#include "sql/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/mutation.h"
#include "sql/plan_accuracy.h"
#include "sql/plan_noise.h"

namespace concordat::sql {
namespace {

using Kind = Measured::Kind;
using Mode = Bounding::Mode;

// More declared groups than this would mostly be empty, and noise in each costs time: they are found by
// threshold.
constexpr std::size_t kMostDeclaredGroups = 100'000;

// Every combination of the keys' domains, the last key fastest.
std::vector<Row> Combinations(const std::vector<GroupKey>& keys) {
  std::vector<Row> rows = {{}};
  for (const GroupKey& key : keys) {
    std::vector<Row> longer;
    for (const Row& row : rows) {
      for (Value value : *key.domain) {
        const bool whole = std::holds_alternative<std::int64_t>(value);
        if (key.value.type == Type::kNumber && whole)
          value = static_cast<double>(std::get<std::int64_t>(value));
        longer.push_back(row);
        longer.back().push_back(std::move(value));
      }
    }
    rows = std::move(longer);
  }
  return rows;
}

Outcome<Grouping> GroupingOf(const Query& query, bool is_public, const Terms& terms) {
  Grouping grouping;
  if (query.groups.empty()) return grouping;
  if (is_public) {
    grouping.kind = Grouping::Kind::kPublic;
    return grouping;
  }
  double combinations = 1;
  for (const GroupKey& key : query.groups) {
    combinations *= key.domain ? static_cast<double>(key.domain->size()) : INFINITY;
  }
  if (combinations <= static_cast<double>(kMostDeclaredGroups)) {
    grouping.kind = Grouping::Kind::kDeclared;
    grouping.declared = Combinations(query.groups);
    return grouping;
  }
  grouping.kind = Grouping::Kind::kThreshold;
  if (!(terms.threshold.value > 0)) {
    return Refuse("groups_need_delta",
                  "groups without a declared domain can be shown only where delta is above 0",
                  "group by columns that have a domain, or filter them with FILTER (WHERE …)");
  }
  return grouping;
}

bool NeedsPeople(const Query& query, const Grouping& grouping, const Terms& terms) {
  const auto counts_units = [](const Aggregate& a) { return a.kind == AggregateKind::kCountUnits; };
  return grouping.kind == Grouping::Kind::kThreshold || terms.minimum_people > 0 ||
         std::any_of(query.aggregates.begin(), query.aggregates.end(), counts_units);
}

Bounding BoundingOf(const Plan& plan, bool needs_people) {
  const Relation& relation = *plan.query->relation;
  Bounding bounding;
  bounding.rows = plan.product->unit() == nullptr ? 1 : relation.rows_per_unit;
  bounding.rows_proven = plan.product->unit() == nullptr || relation.rows_proven || Mutated("stale_bound");
  if (plan.product->is_public) {
    bounding.mode = Mode::kPublic;
    return bounding;
  }
  CHECK(bounding.rows >= 1 && plan.product->bounds.groups_per_unit >= 1);
  const bool grouped = plan.grouping.kind != Grouping::Kind::kSingle;
  bounding.groups = grouped ? std::min(plan.product->bounds.groups_per_unit, bounding.rows) : 1;
  // A unit cannot be in more groups than it has rows, nor in more than there are. Where its rows are proven,
  // they bound counts and sums by themselves.
  const auto declared = static_cast<std::int64_t>(plan.grouping.declared.size());
  const bool few = plan.grouping.kind == Grouping::Kind::kDeclared && declared <= bounding.groups;
  if (few) bounding.groups = std::max<std::int64_t>(declared, 1);
  const bool bounded_by_rows = bounding.rows_proven && (bounding.groups >= bounding.rows || !needs_people);
  bounding.limits_groups = grouped && !few && !bounded_by_rows;
  const bool plain = bounding.rows_proven && !bounding.limits_groups && (bounding.rows == 1 || !needs_people);
  bounding.mode = plain ? Mode::kPlain : Mode::kBounded;
  return bounding;
}

// The product's column that an expression is, as it was scanned; null for anything computed.
const catalogue::Column* ColumnOf(const Relation& relation, const Expr& expr) {
  if (expr.op != Op::kColumn) return nullptr;
  const auto index = static_cast<std::size_t>(expr.index);
  switch (relation.kind) {
    case Relation::Kind::kScan:
      return &relation.product->columns[index];
    case Relation::Kind::kFilter:
      return ColumnOf(*relation.input, expr);
    case Relation::Kind::kProject:
      return ColumnOf(*relation.input, relation.expressions[index]);
    case Relation::Kind::kJoin: {
      const std::size_t own = relation.input->columns.size();
      if (index < own) return ColumnOf(*relation.input, expr);
      Expr joined = expr;
      joined.index = static_cast<int>(index - own);
      return ColumnOf(*relation.joined, joined);
    }
  }
  return nullptr;
}

// Index of the measured column, which is added unless it is there.
std::size_t Place(Plan& plan, Measured wanted) {
  for (std::size_t i = 0; i < plan.measured.size(); ++i) {
    const Measured& there = plan.measured[i];
    if (there.kind == wanted.kind && there.argument == wanted.argument && there.filter == wanted.filter)
      return i;
  }
  plan.measured.push_back(std::move(wanted));
  return plan.measured.size() - 1;
}

std::size_t PlaceCount(Plan& plan, const Aggregate& aggregate) {
  Measured count{.kind = Kind::kRows, .filter = aggregate.filter};
  const bool is_public = plan.product->is_public;
  if (aggregate.kind == AggregateKind::kCountUnits && plan.bounding.rows > 1 && !is_public)
    count.kind = Kind::kPeople;
  const bool values = aggregate.kind == AggregateKind::kCount || aggregate.kind == AggregateKind::kSum;
  if (values && aggregate.argument->nullable) {
    count.kind = Kind::kValues;
    count.argument = aggregate.argument;
  }
  return Place(plan, std::move(count));
}

Outcome<Source> PlaceSum(Plan& plan, const Aggregate& aggregate) {
  const Expr& argument = *aggregate.argument;
  Measured sum{.kind = Kind::kSum, .argument = argument, .filter = aggregate.filter};
  Source source;
  if (plan.product->is_public) {
    source.value = Place(plan, std::move(sum));
    return source;
  }
  constexpr double kMost = 1e300;
  const auto& range = argument.range;
  if (!range || !(range->low >= -kMost) || !(range->high <= kMost) || range->low > range->high) {
    return Refuse("sum_needs_range", "a sum or average needs a value with a known range",
                  "narrow it: least(greatest(x, 0), 1000)");
  }
  const catalogue::Column* column = ColumnOf(*plan.query->relation, argument);
  sum.resolution = column == nullptr ? std::nullopt : column->resolution;
  sum.clips = column == nullptr || column->range != range;
  sum.range = range->high - range->low;
  source.count = PlaceCount(plan, aggregate);
  if (sum.range > 0) source.value = Place(plan, std::move(sum));
  return source;
}

Outcome<void> Measure(Plan& plan, bool needs_people) {
  for (const Aggregate& aggregate : plan.query->aggregates) {
    if (aggregate.kind == AggregateKind::kSum) {
      plan.sources.push_back(TRY(PlaceSum(plan, aggregate)));
    } else {
      plan.sources.push_back({.value = PlaceCount(plan, aggregate), .count = {}});
    }
  }
  if (plan.product->is_public || !needs_people) return {};
  const Aggregate people{.kind = AggregateKind::kCountUnits, .argument = {}, .filter = {}};
  if (plan.grouping.kind == Grouping::Kind::kThreshold || plan.terms.minimum_people > 0) {
    plan.people = PlaceCount(plan, people);
  }
  return {};
}

// The smallest epsilon, to a thousandth of itself, whose noise meets the accuracy.
Outcome<void> SpendFor(Plan& plan, const Accuracy& accuracy) {
  const PrivacyBudget most = plan.terms.budget;
  const auto meets = [&](double epsilon) {
    return Spend(plan, {Epsilon{epsilon}, most.delta}) && Meets(plan, accuracy);
  };
  if (!meets(most.epsilon.value)) {
    return Refuse(
        "accuracy_out_of_reach",
        fmt::format("epsilon {:.4g}, the most one question may cost, does not give the accuracy '{}'",
                    most.epsilon.value, *plan.terms.accuracy),
        "ask for less accuracy, or for fewer columns at once", "22023");
  }
  double low = 0;
  double high = most.epsilon.value;
  while (high - low > high / 1000) {
    const double middle = low + (high - low) / 2;
    (meets(middle) ? high : low) = middle;
  }
  CHECK(meets(high));
  return {};
}

// What cannot be asked of several owners at once.
Outcome<void> CheckJoint(const Plan& plan) {
  if (!plan.terms.joint) return {};
  if (plan.product->is_public) {
    return Refuse(
        "public_union",
        fmt::format("{} is public, and has no noise to hide whose part is whose", plan.product->name),
        "ask each member for its own table: each is released as it is");
  }
  const auto counts_units = [](const Aggregate& a) { return a.kind == AggregateKind::kCountUnits; };
  const auto& aggregates = plan.query->aggregates;
  const bool counts = std::any_of(aggregates.begin(), aggregates.end(), counts_units);
  if (!counts || plan.terms.joint->disjoint || plan.terms.joint->owners == 1) return {};
  return Refuse(
      "people_overlap",
      "a person may be with several of the table's members, and would be counted once for each",
      "ask for count(*); or ask the members to say concordat.holdings: disjoint in their contracts, "
      "where that is so");
}

}  // namespace

Outcome<Plan> MakePlan(std::shared_ptr<const Query> query, const Terms& terms) {
  Plan plan;
  plan.query = std::move(query);
  plan.terms = terms;
  plan.product = ScanOf(*plan.query->relation).product;
  plan.publics = PublicsOf(*plan.query->relation);
  if (plan.product->unit() == nullptr && !plan.product->unit_is_row && !plan.product->is_public) {
    return Refuse("no_unit", fmt::format("{} does not say whose its rows are", plan.product->name),
                  "ask its owner to declare the unit in the contract");
  }
  TRY(CheckJoint(plan));
  plan.grouping = TRY(GroupingOf(*plan.query, plan.product->is_public, terms));
  const bool needs_people = NeedsPeople(*plan.query, plan.grouping, terms);
  plan.bounding = BoundingOf(plan, needs_people);
  TRY(Measure(plan, needs_people));
  if (plan.product->is_public || plan.measured.empty()) return plan;
  if (terms.accuracy) {
    const Accuracy accuracy = TRY(ParseAccuracy(*terms.accuracy));
    TRY(CheckAccuracy(accuracy, plan));
    TRY(SpendFor(plan, accuracy));
    return plan;
  }
  if (!Spend(plan, terms.budget)) {
    return Refuse("budget_too_small",
                  fmt::format("epsilon {:.4g} is too small for {} noisy columns with up to {} rows a unit",
                              terms.budget.epsilon.value, plan.measured.size(), plan.bounding.rows),
                  "raise concordat.epsilon, or ask for fewer columns at once", "22023");
  }
  return plan;
}

}  // namespace concordat::sql
