// A boosted ensemble as it grows: what is asked, and what each round's state holds.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "boosting/objective.h"
#include "boosting/split.h"
#include "boosting/tree.h"

namespace concordat::boosting {

// What a call asks for.
struct Boost {
  Json call;
  BoostColumns columns;
  Rules rules;
  Objective objective;
  SplitRules split;
  int trees = 100;
  int depth = 6;
  int bins = 64;
  double eta = 0.3;
  std::optional<double> base_score;  // a mean; else the response's
  double subsample = 1;              // share of the rows that each tree is grown from
  double colsample = 1;              // and of the features
  std::uint64_t seed = 1;            // what draws both
};

// Leaves of all trees together: what bounds a state.
inline constexpr int kMostLeaves = 1 << 16;

// Whole trees, which nothing changes any more: shared by states that go on from one another.
using BoostTrees = std::vector<std::shared_ptr<const BoostTree>>;

struct BoostState {
  double base = 0;        // margin before the first tree
  std::int64_t rows = 0;  // that count, of all members together; under noise nobody knows: 0
  BoostBins bins;
  BoostTrees trees;
  BoostTree growing;
  // Under monotone constraints, of each split of `growing`: the middle of its sides' weights.
  std::vector<double> middles;
};

// Nothing in the first round, which counts.
using MaybeBoostState = std::optional<BoostState>;
// A tree that is whole stands in it as the text of its JSON, which a round hands on without looking into it.
Json ToJson(const MaybeBoostState& state);

// What states of a fit have in common, read once: their bins, and each whole tree. Threading: any thread.
class KnownParts {
 public:
  // Errors: kInvalidArgument: not bins of these features; not texts of trees over these bins, or of deeper
  // ones.
  Result<BoostBins> Bins(const Json& json, const std::vector<BoostFeature>& features, int most);
  Result<BoostTrees> Trees(const Json& texts, const BoostBins& bins, int depth);

 private:
  std::mutex mutex_;
  Json read_;  // what was read to `bins_`
  BoostBins bins_;
  BoostBins of_;  // what trees are over
  std::vector<Json> texts_;
  BoostTrees trees_;
};

// Errors, also below: kInvalidArgument: no state of this call, no text of a tree.
Result<MaybeBoostState> ReadBoostState(const Boost& boost, const Json& json, KnownParts& known);
Result<BoostTree> ReadTreeText(const Json& text, const BoostBins& bins, int depth);
// The same with null in place of trees that are whole: what the next level is grown from.
Result<MaybeBoostState> ReadGrowing(const Boost& boost, const Json& json, KnownParts& known);
// The text of what a state's text was grown to: its trees stand in it as they did, and a new one after them.
Json GrownJson(const Json& before, const BoostState& state);

// Numbers of the first round: rows, sums of the scaled response's first four powers, and fine counts of each
// feature. Of a round of growing: of each open node and each cell gradient, hessian and rows.
std::size_t LengthOf(const Boost& boost, const MaybeBoostState& state);
std::size_t CellsOf(const BoostBins& bins);
std::size_t OpenNodes(const BoostTree& tree);
std::size_t SplitsOf(const BoostTree& tree);
// The response's powers are of (y - centre) / half.
Scale ResponseScale(const Boost& boost);

}  // namespace concordat::boosting
