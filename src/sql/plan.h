// A plan: how a bound question is answered under differential privacy. What bounds a unit's part in it, which
// integers the engine returns, how much noise each gets, which groups appear, what it costs.
//
// Argument for the sensitivity of every column: plan.proof.md. Planning is pure and sees no row: the same
// question, contract and terms give the same plan, so acceptance and charge are blind to data.
//
// The path of a question: MakePlan → charge Plan::measurements → generate.h InnerStatement, run by the
// product's engine → shape.h AddNoise → shape.h OuterStatement, run by the embedded engine over released
// values → the answer.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "base/units.h"
#include "base/value.h"
#include "dp/measurement.h"
#include "sql/query.h"

namespace concordat::sql {

// How a question is shared among the owners of its table (docs/adr/0007-federated-questions.md). Each adds
// one draw for each number, and the sum of what they contribute is what is released.
struct Joint {
  std::int64_t owners = 1;  // that may contribute
  std::int64_t honest = 1;  // whose draws can be counted on
  bool disjoint = false;    // no unit is with two of them
  bool local = false;  // each one's numbers may be seen alone: its own draw is all that can be counted on
};

// What the agreement and the analyst's settings come to, for one question.
struct Terms {
  PrivacyBudget budget;  // most this question may cost; delta is where zCDP is read as (epsilon, delta)
  Delta threshold;       // chance that groups nobody declared betray a unit: dp::ThresholdDeltaFor
  bool pure = false;     // discrete Laplace and pure epsilon instead of discrete Gaussian and zCDP
  bool margins = false;  // add <column>_margin to the answer
  bool allow_negative = false;          // leave noisy counts below zero as they are
  std::int64_t minimum_people = 0;      // groups with fewer people (noisy) are withheld
  std::optional<std::string> accuracy;  // "±2%" or "±50": spend the smallest epsilon that meets it
  std::optional<Joint> joint = {};      // asked of several owners
};

// How a unit's part is bounded.
struct Bounding {
  enum class Mode {
    kPublic,   // public data: exact, free
    kPlain,    // one aggregation: publishing proved what bounds a unit
    kBounded,  // aggregate by (unit, group), clip, then aggregate by group
  };
  Mode mode = Mode::kPlain;
  std::int64_t rows = 1;    // of one unit
  std::int64_t groups = 1;  // of one unit; never more than `rows`
  bool rows_proven = false;
  bool limits_groups = false;  // the statement keeps at most `groups` groups a unit
};

// Which groups an answer has.
struct Grouping {
  enum class Kind { kSingle, kDeclared, kThreshold, kPublic };
  Kind kind = Kind::kSingle;
  std::vector<Row> declared;   // kDeclared: every combination of the keys' domains, in order of the answer
  std::int64_t threshold = 0;  // kThreshold: noisy people in grid steps must reach it
  // Of a joint question: each owner selects groups by people it makes noisy for that alone, each worth so
  // many steps.
  std::int64_t selection_steps = 0;
  double threshold_people = 0;  // the same, in people
};

// One column of integers that the engine returns for each group.
struct Measured {
  enum class Kind { kRows, kValues, kPeople, kSum };
  Kind kind = Kind::kRows;       // rows, non-null values of `argument`, units, sum of `argument`
  std::optional<Expr> argument;  // kValues, kSum
  std::optional<Expr> filter;    // FILTER (WHERE …)
  // Most that one row, one value or one unit adds, in grid steps. 0: exact, for public data.
  std::int64_t steps = 0;
  std::int64_t factor = 1;  // grid steps of one in the engine's integers
  std::int64_t parts = 1;   // or the engine's integers in one grid step; one of the two is 1
  double unit = 1;          // what one grid step is in natural units
  // kSum: the engine rounds v = (x - shift) * scale, down where `as_doubles`, or takes v = x when `whole`,
  // and adds up 2v - (low + high).
  bool whole = false;
  bool as_doubles = false;  // adds up doubles that are whole, so small that no sum of them is ever rounded
  double shift = 0;
  double scale = 1;
  std::int64_t low = 0;  // v of the ends of the argument's range
  std::int64_t high = 0;
  double centre = 0;  // the x for which nothing is added
  double range = 0;   // length of the argument's range
  bool clips = true;  // each v is clipped to [low, high]; else the scan clips x, or publishing proved it
  std::optional<double> resolution;  // kSum: reporting step
  std::int64_t draws = 1;            // that the noise is expected to be the sum of, each at dp::kNoiseScale
  dp::Measurement measurement;       // what releasing the column costs
};

// One of the engine's integers in grid steps, towards zero where it is some parts of one.
inline Int128 InSteps(const Measured& measured, Int128 number) {
  return number * measured.factor / measured.parts;
}

// Where Query::aggregates[i] comes from. A sum is value · unit + centre · count.
struct Source {
  std::optional<std::size_t> value;  // index into Plan::measured; none for a sum of a constant
  std::optional<std::size_t> count;  // kSum: its non-null values
};

struct Plan {
  std::shared_ptr<const Query> query;
  std::shared_ptr<const catalogue::Product> product;               // whose units are protected
  std::vector<std::shared_ptr<const catalogue::Product>> publics;  // that it is joined with, each once
  Terms terms;
  Bounding bounding;
  Grouping grouping;
  std::vector<Measured> measured;
  std::vector<Source> sources;        // one for each of Query::aggregates
  std::optional<std::size_t> people;  // index into `measured`: for the threshold and the minimum
  // What to charge: one for each of `measured`, and where owners select groups one for that; empty for public
  // data.
  dp::Measurements measurements;
  Epsilon epsilon;  // what the question costs alone, at terms.budget.delta
  Rho rho;          // the same as zCDP
  Row left_out;     // units that objected: of the unit's type, and not known to MakePlan
};

// Refusals: budget_too_small (no grid step fits), accuracy_out_of_reach, bad_accuracy, accuracy_needs_people,
// groups_need_delta, sum_needs_range, no_unit; of a joint question public_union, people_overlap.
Outcome<Plan> MakePlan(std::shared_ptr<const Query> query, const Terms& terms);

}  // namespace concordat::sql
