// A statistic or a model that several members fit together, as rounds of sums.
//
// In each round every member adds up numbers over its own rows at a state that all know; only the total over
// members is opened, and the node that asks makes the next state of it. A method is data: what the analyst
// called, bound to what contracts declare. Pure: no I/O, no clock, no randomness but what its state holds.
// Decision: docs/adr/0009-fits-as-rounds-of-sums.md.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/int128.h"
#include "base/json.h"
#include "base/random.h"
#include "base/refusal.h"
#include "base/result.h"
#include "base/value.h"
#include "learning/fixed_point.h"
#include "learning/rows.h"

namespace concordat::learning {

// What an analyst wrote: concordat.glm('disease ~ age', 'patients', family => 'binomial').
struct Call {
  std::string method;                    // "glm"
  std::string formula;                   // "disease ~ age"; of what has no response "~ age + chol"
  std::string table;                     // "patients"
  std::map<std::string, Value> options;  // by name
  // Where reading options (options.h) notes what each of the method's came to, also where it was left out.
  std::shared_ptr<std::map<std::string, Value>> taken = {};
};

// Disclosure rules of `protection: {mode: threshold}`: what is not shown, whoever asks.
struct Rules {
  double minimum_rows = 50;        // that a fit rests on, of all members together
  double minimum_cell = 10;        // rows in a cell of a table, events of a curve, rows of a level or cluster
  double parameters_share = 0.33;  // parameters for each row, at most
};

struct Output {
  std::string name;
  Type type = Type::kText;
};

// One member's part of a round.
struct Sums {
  std::vector<double> numbers;  // Method::Length of them, all finite
  // How many of the member's rows they rest on: (sum of weights)^2 / sum of squared weights. A state that
  // makes one row outweigh the others makes this small, and the member declines the round.
  double effective_rows = 0;
};

// What a fit came to.
struct Fitted {
  std::vector<Output> columns;
  std::vector<Row> rows;
  Json model;  // canonical: all that predicting or exporting needs; null for what is no model
};

struct Step {
  Json state;                    // of the next round; null when there is none
  std::string said;              // for people: "round 3: deviance 412.1"
  std::optional<Fitted> fitted;  // at the end
};

// What is fitted and how its rounds go, whatever protects them. Threading: any thread; nothing changes.
class Method {
 public:
  virtual ~Method() = default;

  // Columns of what is fitted, before it is: Fitted::columns will be these.
  virtual std::vector<Output> Outputs() const = 0;
  // Names of the schema's columns that members must read.
  virtual std::vector<std::string> Columns() const = 0;
  // The first state: of the call alone, so that nobody chooses it.
  virtual Json Start() const = 0;
  // Numbers that each member adds up in the round of a state. Errors: kInvalidArgument: not a state of this
  // method (states come from another member: their shape, sizes and values are checked).
  virtual Result<std::size_t> Length(const Json& state) const = 0;

  // What models of all methods say alike: `method`; `call`, with what every option came to; `columns`, as
  // they are declared. Null of a method that MakeMethod did not make.
  const Json& about() const { return about_; }
  void SetAbout(Json about) { about_ = std::move(about); }

 private:
  Json about_;
};

// What a member may keep of its rows from one round of a fit to the next, so that it need not start anew:
// made of its rows and of states alone, and as good as lost at any time. One thread at a time.
class Kept {
 public:
  virtual ~Kept() = default;
};

// Of a method whose rounds count members: how many of them, not of their rows. More than sums of rows tell,
// so an agreement allows it by a name of its own, beside the method's.
class MemberCounts {
 public:
  static constexpr char kAllowedAs[] = "robust";

  virtual ~MemberCounts() = default;
  // Moves by chance what in a member's own numbers, those of Add at the state, others must not foretell; a
  // total says the same.
  virtual void Scatter(const Json& state, std::span<double> numbers, RandomSource& random) const = 0;
  // Whether the other members can have added up to what is left of a total without one's `own` numbers, as
  // that one sees for itself. Refusals: counts_impossible, state_invalid.
  virtual Outcome<void> CheckRest(const Json& state, std::span<const double> totals,
                                  std::span<const double> own) const = 0;
};

// Under disclosure rules: totals are exact.
class ExactMethod : public Method {
 public:
  // A member's part; `rows` has Columns() and may be empty. Rows with a missing value are left out, as R
  // does. Errors: kInvalidArgument as Length; kResourceExhausted when numbers leave what a sum can hold.
  virtual Result<Sums> Add(const Rows& rows, const Json& state) const = 0;
  // The same numbers, faster where `kept` comes back from an earlier round of this fit; null at first.
  // Precondition: `rows` are those of the earlier round.
  virtual Result<Sums> AddAgain(const Rows& rows, const Json& state, std::unique_ptr<Kept>& /*kept*/) const {
    return Add(rows, state);
  }
  // What the total over members leads to. Refusals: too_few_rows and others of the rules; separated,
  // collinear, not_converged and others of the data. A refusal is about all members' rows together, never
  // about one's.
  virtual Outcome<Step> Next(const Json& state, std::span<const double> totals) const = 0;

  // How the numbers of the round of a state lie in the integers that members sum: where there are slots, what
  // all members together can come to stays within them. Errors: as Length.
  virtual Result<Slots> SlotsOf(const Json& /*state*/) const { return Slots(); }
  // Where rounds count members, what goes with it; else null. Lives as long as the method.
  virtual const MemberCounts* member_counts() const { return nullptr; }
};

// A member's rows, unit by unit.
struct UnitRows {
  Rows rows;
  std::vector<std::size_t> starts;  // of each unit's rows, which are together; ascending from 0
};

// What protects one round under noise.
struct NoisyRound {
  double bound = 1;    // most that one unit moves the round's numbers by, in L2
  double share = 1;    // of what the whole fit may cost (as zCDP); those of all rounds add up to 1 at most
  double sampled = 1;  // chance with which each unit is in the round (Poisson sampling); where it is below 1
                       // the fit is 1 / share such rounds
};

// Under `mode: dp`: what a unit adds is bounded, and totals have noise.
class NoisyMethod : public Method {
 public:
  // Errors: as Length.
  virtual Result<NoisyRound> Round(const Json& state) const = 0;
  // A member's part in grid steps: the sum over units of whole numbers that have an L2 norm of at most
  // `steps` a unit, whatever its rows (a number of `bound` is `steps` of them). Rows with a missing value are
  // left out. Errors: as Length.
  virtual Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                          std::uint64_t steps) const = 0;
  // What the noisy total leads to: `totals` in the method's own numbers, each with Gaussian noise of `sigma`.
  // Refusals: as ExactMethod::Next, where noise lets it be told.
  virtual Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const = 0;
};

// Adds to a model, where one was fitted, what its method says of itself.
void Complete(const Method& method, Fitted& fitted);

}  // namespace concordat::learning
