// Boosted trees: each round is a level of a tree, as sums of gradients and hessians over all members' rows.
// Source: Chen and Guestrin, "XGBoost: A Scalable Tree Boosting System" (2016).
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "boosting/call.h"
#include "boosting/grid.h"
#include "boosting/grow.h"
#include "boosting/methods.h"
#include "boosting/model.h"
#include "boosting/sums.h"
#include "learning/disclosure.h"
#include "learning/options.h"
#include "learning/state.h"

namespace concordat::boosting {
namespace {

class BoostMethod final : public ExactMethod {
 public:
  explicit BoostMethod(Boost boost) : boost_(std::move(boost)) {}

  std::vector<Output> Outputs() const override { return BoostTableColumns(); }
  std::vector<std::string> Columns() const override { return boost_.columns.columns; }
  Json Start() const override { return ToJson(MaybeBoostState()); }

  Result<std::size_t> Length(const Json& json) const override {
    return LengthOf(boost_, TRY(ReadWhole(json)));
  }

  Result<Slots> SlotsOf(const Json& json) const override {
    const MaybeBoostState state = TRY(Counted(ReadGrowing(boost_, json, known_)));
    return state ? GridOf(boost_, state->rows).slots() : Slots();
  }

  Result<Sums> Add(const Rows& rows, const Json& json) const override {
    std::unique_ptr<Kept> kept;
    return AddAgain(rows, json, kept);
  }

  Result<Sums> AddAgain(const Rows& rows, const Json& json, std::unique_ptr<Kept>& kept) const override {
    const MaybeBoostState state = TRY(ReadWhole(json));
    if (dynamic_cast<BoostRows*>(kept.get()) == nullptr) kept = std::make_unique<BoostRows>(boost_, rows);
    auto& own = dynamic_cast<BoostRows&>(*kept);
    Sums sums;
    sums.numbers = state ? TRY(own.Grow(*state)) : own.Count();
    sums.effective_rows = static_cast<double>(own.size());
    return sums;
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals) const override {
    auto read = Counted(ReadGrowing(boost_, json, known_));
    if (!read) return RefuseState(read.error());
    TRY(CheckTotals(totals, LengthOf(boost_, *read)));
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
  // Gradients' grid follows from how many rows count.
  static Result<MaybeBoostState> Counted(Result<MaybeBoostState> read) {
    if (read && *read && (*read)->rows == 0) return WrongState("the state does not say how many rows count");
    return read;
  }
  Result<MaybeBoostState> ReadWhole(const Json& json) const {
    return Counted(ReadBoostState(boost_, json, known_));
  }

  // Of a state that this method made of one, only what is new.
  bool IsState(const Json& json) const {
    const auto read = Counted(ReadGrowing(boost_, json, known_));
    if (!read || !*read) return false;
    const Json& trees = json["trees"];
    return trees.empty() || ReadTreeText(trees.back(), (*read)->bins, boost_.depth);
  }

  // The table of what was whole before and what was grown last.
  Outcome<Step> Ended(const Json& before, BoostState grown, std::string said) const {
    auto whole = ReadWhole(before);
    if (!whole) return RefuseState(whole.error());
    std::copy((*whole)->trees.begin(), (*whole)->trees.end(), grown.trees.begin());
    return Step{.state = nullptr, .said = std::move(said), .fitted = BoostTableOf(boost_, grown)};
  }

  Boost boost_;
  mutable KnownParts known_;
};

}  // namespace

Made MakeBoost(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  return std::make_unique<BoostMethod>(TRY(BindBoost(call, schema, rules, options, {})));
}

}  // namespace concordat::boosting
