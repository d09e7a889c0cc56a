#include "sql/explain.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>

#include "sql/plan_accuracy.h"

namespace concordat::sql {
namespace {

using Kind = Measured::Kind;
using Mode = Bounding::Mode;

std::string Plural(std::int64_t count, const char* word) {
  return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s");
}

// Four significant digits, without an exponent where people would not write one.
std::string Number(double number) {
  if (std::abs(number) < 1000 || std::abs(number) > 1e15) return fmt::format("{:.4g}", number);
  const double step = std::pow(10.0, std::floor(std::log10(std::abs(number))) - 3);
  return fmt::format("{:.0f}", std::round(number / step) * step);
}

std::string UnitName(const Plan& plan) {
  return plan.product->unit() == nullptr ? "row" : plan.product->unit()->name;
}

std::string BoundLine(const Plan& plan) {
  const Bounding& bounding = plan.bounding;
  if (bounding.mode == Mode::kPublic) return fmt::format("bound   none: {} is public", plan.product->name);
  std::string line =
      fmt::format("bound   {} by {} to {}", plan.product->name, UnitName(plan), Plural(bounding.rows, "row"));
  if (!bounding.rows_proven && bounding.limits_groups) line += " a group";
  if (bounding.limits_groups) line += fmt::format(", {}", Plural(bounding.groups, "group"));
  return line;
}

// A line a join: "joined  wards by code (public, lewisham/wards version 1)".
void JoinLines(const Relation& relation, std::vector<std::string>& lines) {
  if (relation.input) JoinLines(*relation.input, lines);
  if (!relation.joined) return;
  const catalogue::Product& product = *ScanOf(*relation.joined).product;
  std::vector<std::string> names;
  for (const JoinPair& pair : relation.pairs) names.push_back(relation.joined->columns[pair.right].name);
  lines.push_back(fmt::format("joined  {} by {} (public, {} version {})", product.name,
                              fmt::join(names, ", "), product.id, product.version));
  JoinLines(*relation.joined, lines);
}

std::string GroupLine(const Plan& plan) {
  switch (plan.grouping.kind) {
    case Grouping::Kind::kSingle:
      return "";
    case Grouping::Kind::kDeclared:
      return fmt::format("groups  {} declared, empty ones too", plan.grouping.declared.size());
    case Grouping::Kind::kThreshold:
      if (plan.terms.joint && plan.terms.joint->owners > 1) {
        return fmt::format("groups  with at least {:.1f} people at an owner, noise included, at delta {:.2g}",
                           plan.grouping.threshold_people, plan.terms.threshold.value);
      }
      return fmt::format("groups  with at least {:.1f} people, noise included, at delta {:.2g}",
                         plan.grouping.threshold_people, plan.terms.threshold.value);
    case Grouping::Kind::kPublic:
      return "groups  all";
  }
  return "";
}

std::string NoiseLine(const Plan& plan, const Measured& measured) {
  const bool gaussian = measured.measurement.mechanism == dp::Mechanism::kDiscreteGaussian;
  const std::string counted = Number(static_cast<double>(measured.measurement.scale) * measured.unit);
  const char* kind = gaussian ? "discrete_gaussian sigma" : "discrete_laplace b";
  if (!plan.terms.joint || plan.terms.joint->owners == 1)
    return fmt::format("noise   {}: {} {}", ColumnName(plan, measured), kind, counted);
  const char* whose = plan.terms.joint->disjoint ? "counted on" : "of each";
  return fmt::format("noise   {}: {} {} of {} owners together, {} {}", ColumnName(plan, measured), kind,
                     Number(SpreadOf(measured)), plan.terms.joint->owners, counted, whose);
}

// May a person be with several owners?
std::string OwnersLine(const Joint& joint) {
  if (joint.disjoint) return "people  each with one of the owners, as their contracts say";
  return fmt::format("people  may be with all {} owners, and are counted for that", joint.owners);
}

std::string MarginOf(const Plan& plan, const Source& source, const Aggregate& aggregate) {
  if (aggregate.kind != AggregateKind::kSum) return "±" + Number(HalfWidthOf(plan.measured[*source.value]));
  const double of_sum = source.value ? HalfWidthOf(plan.measured[*source.value]) : 0;
  const double centre = source.value ? plan.measured[*source.value].centre : aggregate.argument->range->low;
  const double sum = std::hypot(of_sum, centre * HalfWidthOf(plan.measured[*source.count]));
  return fmt::format("±{}; as an average of n values about ±{} / n", Number(sum), Number(of_sum));
}

std::vector<std::string> MarginLines(const Plan& plan) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < plan.sources.size(); ++i) {
    const Aggregate& aggregate = plan.query->aggregates[i];
    const Source& source = plan.sources[i];
    const bool sum = aggregate.kind == AggregateKind::kSum;
    const Measured named{.kind = sum ? Kind::kSum : plan.measured[*source.value].kind,
                         .argument = aggregate.argument,
                         .filter = aggregate.filter};
    lines.push_back(
        fmt::format("margin  {}: {}", ColumnName(plan, named), MarginOf(plan, source, aggregate)));
  }
  return lines;
}

}  // namespace

std::string ColumnName(const Plan& plan, const Measured& measured) {
  const auto argument = [&] {
    const Expr& expr = *measured.argument;
    const bool column = expr.op == Op::kColumn;
    return column ? plan.query->relation->columns[static_cast<std::size_t>(expr.index)].name
                  : std::string("expression");
  };
  const char* filter = measured.filter ? " filtered" : "";
  switch (measured.kind) {
    case Kind::kRows:
      return fmt::format("count{}", filter);
    case Kind::kValues:
      return fmt::format("count({}){}", argument(), filter);
    case Kind::kPeople:
      return fmt::format("people{}", filter);
    case Kind::kSum:
      return fmt::format("sum({}){}", argument(), filter);
  }
  return "";
}

std::vector<std::string> ExplainBriefly(const Plan& plan) {
  std::vector<std::string> lines = {BoundLine(plan)};
  JoinLines(*plan.query->relation, lines);
  for (const auto& [name, model] : plan.query->models)
    lines.push_back(fmt::format("model   {}: {}", name, model->Title()));
  if (plan.grouping.kind != Grouping::Kind::kSingle) lines.push_back(GroupLine(plan));
  if (plan.product->is_public) return lines;
  for (const Measured& measured : plan.measured) lines.push_back(NoiseLine(plan, measured));
  if (plan.terms.minimum_people > 0) {
    const char* people = plan.terms.minimum_people == 1 ? "person" : "people";
    lines.push_back(fmt::format("minimum {} {}, noise included", plan.terms.minimum_people, people));
  }
  return lines;
}

std::vector<std::string> Explain(const Plan& plan) {
  std::vector<std::string> lines = ExplainBriefly(plan);
  lines.insert(lines.begin(),
               fmt::format("product {} version {}, unit {}", plan.product->id, plan.product->version,
                           plan.product->is_public ? "none" : UnitName(plan)));
  if (plan.product->is_public) {
    lines.emplace_back("charge  none");
    return lines;
  }
  const Bounding& bounding = plan.bounding;
  const bool united = plan.terms.joint && plan.terms.joint->owners > 1;
  lines.insert(lines.begin() + 2, united                 ? "        at each owner"
                                  : bounding.rows_proven ? "        rows proven when published"
                                                         : "        enforced in the question");
  if (united) lines.insert(lines.begin() + 3, OwnersLine(*plan.terms.joint));
  if (!united && !plan.product->bounds.ranges_proven)
    lines.insert(lines.begin() + 3, "        values outside their column's range are clipped to it");
  for (std::string& line : MarginLines(plan)) lines.push_back(std::move(line));
  lines.push_back(fmt::format("charge  epsilon {:.4g} at delta {:.2g} (rho {:.4g})", plan.epsilon.value,
                              plan.terms.budget.delta.value, plan.rho.value));
  return lines;
}

}  // namespace concordat::sql
