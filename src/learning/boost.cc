// Boosted trees: each round is a level of a tree, as sums of gradients and hessians over all members' rows.
// Source: Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System" (2016).
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "learning/boost_call.h"
#include "learning/boost_grow.h"
#include "learning/boost_model.h"
#include "learning/boost_sums.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/options.h"

namespace concordat::learning {
namespace {

class BoostMethod final : public ExactMethod {
 public:
  explicit BoostMethod(Boost boost) : boost_(std::move(boost)) {}

  std::vector<Output> Outputs() const override { return BoostTableColumns(); }
  std::vector<std::string> Columns() const override { return boost_.columns.columns; }
  Json Start() const override { return ToJson(MaybeBoostState()); }

  Result<std::size_t> Length(const Json& json) const override {
    return LengthOf(boost_, TRY(ReadBoostState(boost_, json, known_)));
  }

  Result<Sums> Add(const Rows& rows, const Json& json) const override {
    std::unique_ptr<Kept> kept;
    return AddAgain(rows, json, kept);
  }

  Result<Sums> AddAgain(const Rows& rows, const Json& json, std::unique_ptr<Kept>& kept) const override {
    const MaybeBoostState state = TRY(ReadBoostState(boost_, json, known_));
    if (dynamic_cast<BoostRows*>(kept.get()) == nullptr) kept = std::make_unique<BoostRows>(boost_, rows);
    auto& own = dynamic_cast<BoostRows&>(*kept);
    Sums sums;
    sums.numbers = state ? TRY(own.Grow(*state)) : own.Count();
    sums.effective_rows = static_cast<double>(own.size());
    return sums;
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals) const override {
    auto read = ReadGrowing(boost_, json);
    if (!read) return RefuseState(read.error());
    if (totals.size() != LengthOf(boost_, *read))
      return RefuseState({.message = "the totals are not those of the state"});
    Step step;
    MaybeBoostState state = *std::move(read);
    if (!state) {
      state = TRY(StartGrowing(boost_, totals));
      step.state = ToJson(state);
      step.said =
          fmt::format("rows counted: {} cells of {} features", CellsOf(state->bins), state->bins.size());
    } else {
      Grown grown = TRY(GrowLevel(boost_, totals, &*state));
      step.said = std::move(grown.said);
      if (grown.done) return Ended(json, *std::move(state), std::move(step.said));
      step.state = GrownJson(json, *state);
    }
    if (!IsState(step.state)) return RefuseState({.message = "the totals lead to no state"});
    return step;
  }

 private:
  // Of a state that this method made of one, only what is new.
  bool IsState(const Json& json) const {
    const auto read = ReadGrowing(boost_, json);
    if (!read || !*read) return false;
    const Json& trees = json["trees"];
    return trees.empty() || ReadTreeText(trees.back(), (*read)->bins, boost_.depth);
  }

  // The table of what was whole before and what was grown last.
  Outcome<Step> Ended(const Json& before, BoostState grown, std::string said) const {
    auto whole = ReadBoostState(boost_, before, known_);
    if (!whole) return RefuseState(whole.error());
    std::copy((*whole)->trees.begin(), (*whole)->trees.end(), grown.trees.begin());
    return Step{.state = nullptr, .said = std::move(said), .fitted = BoostTableOf(boost_, grown)};
  }

  Boost boost_;
  mutable KnownTrees known_;
};

}  // namespace

Made MakeBoost(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  return std::make_unique<BoostMethod>(TRY(BindBoost(call, schema, rules, options, {})));
}

}  // namespace concordat::learning
