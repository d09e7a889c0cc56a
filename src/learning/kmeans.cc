// Clusters around means: Lloyd's rounds from a start that the seed and the declared ranges give, never the
// data. A cluster that comes to have fewer rows than a cell may show is moved to where rows scatter most, so
// that no state holds a mean of a few people. Source: Lloyd, "Least Squares Quantization in PCM" (1982).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <numeric>

#include "learning/clusters.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/packing.h"
#include "learning/state.h"

namespace concordat::learning {
namespace {

// Of a declared half range: a move by less is rounding.
constexpr double kCentresStill = 1e-12;
constexpr int kMostMoves = 20;
constexpr Bounds kInside{-1e6, 1e6};

struct Kmeans {
  ClustersCall asked;
  Rules rules;
  int max_rounds = 100;

  Eigen::Index columns() const { return asked.columns(); }
};

struct KmeansState {
  int round = 0;
  int moves = 0;            // of clusters that were too small, round by round
  Eigen::MatrixXd centres;  // a row a cluster, scaled
};

// Of each cluster: rows, and sums of distances from the state's centre and of their squares, by column.
struct Clusters {
  Eigen::VectorXd sizes;
  Eigen::MatrixXd first, second;
};

Json StateJson(const KmeansState& state) {
  return Json{{"round", state.round}, {"moves", state.moves}, {"centres", ToJson(state.centres)}};
}

Result<KmeansState> ReadState(const Kmeans& kmeans, const Json& json) {
  KmeansState state;
  state.round = static_cast<int>(TRY(WholeOf(json, "round", {0, static_cast<double>(kmeans.max_rounds)})));
  state.moves = static_cast<int>(TRY(WholeOf(json, "moves", {0, kMostMoves})));
  state.centres = TRY(MatrixOf(json, "centres", kmeans.asked.clusters, kmeans.columns(), kInside));
  return state;
}

Clusters Assign(const Kmeans& kmeans, const Eigen::MatrixXd& centres, const Eigen::MatrixXd& x) {
  Clusters clusters{.sizes = Eigen::VectorXd::Zero(centres.rows()),
                    .first = Eigen::MatrixXd::Zero(centres.rows(), centres.cols()),
                    .second = Eigen::MatrixXd::Zero(centres.rows(), centres.cols())};
  for (Eigen::Index i = 0; i < x.rows(); ++i) {
    const Eigen::Index k = Nearest(kmeans.asked, centres, x.row(i));
    const Eigen::RowVectorXd distance = x.row(i) - centres.row(k);
    clusters.sizes[k] += 1;
    clusters.first.row(k) += distance;
    clusters.second.row(k) += distance.cwiseAbs2();
  }
  return clusters;
}

std::size_t LengthOf(const Kmeans& kmeans) {
  return static_cast<std::size_t>(kmeans.asked.clusters * (1 + 2 * kmeans.columns()));
}

Clusters ReadClusters(const Kmeans& kmeans, std::span<const double> totals) {
  Taker taker(totals);
  Clusters clusters;
  clusters.sizes = taker.Vector(kmeans.asked.clusters).array().round();
  clusters.first.resize(kmeans.asked.clusters, kmeans.columns());
  clusters.second.resize(kmeans.asked.clusters, kmeans.columns());
  for (Eigen::Index k = 0; k < kmeans.asked.clusters; ++k)
    clusters.first.row(k) = taker.Vector(kmeans.columns());
  for (Eigen::Index k = 0; k < kmeans.asked.clusters; ++k)
    clusters.second.row(k) = taker.Vector(kmeans.columns());
  return clusters;
}

// Squares around the mean, by cluster and column; 0 of a cluster without rows.
Eigen::MatrixXd Scatter(const Clusters& clusters) {
  Eigen::MatrixXd scatter = Eigen::MatrixXd::Zero(clusters.first.rows(), clusters.first.cols());
  for (Eigen::Index k = 0; k < scatter.rows(); ++k)
    if (clusters.sizes[k] > 0)
      scatter.row(k) =
          (clusters.second.row(k) - clusters.first.row(k).cwiseAbs2() / clusters.sizes[k]).cwiseMax(0);
  return scatter;
}

bool TooSmall(const Kmeans& kmeans, double size) { return size < std::max(1.0, kmeans.rules.minimum_cell); }

// Clusters that are too small go beside the centres of those that scatter most, one deviation along the
// widest column.
void MoveSmall(const Kmeans& kmeans, const Clusters& clusters, Eigen::MatrixXd* centres) {
  const Eigen::MatrixXd scatter = Scatter(clusters) * kmeans.asked.weights.asDiagonal();
  std::vector<Eigen::Index> wide;
  for (Eigen::Index k = 0; k < scatter.rows(); ++k)
    if (!TooSmall(kmeans, clusters.sizes[k])) wide.push_back(k);
  std::stable_sort(wide.begin(), wide.end(), [&](Eigen::Index a, Eigen::Index b) {
    return scatter.row(a).sum() > scatter.row(b).sum();
  });
  std::size_t next = 0;
  for (Eigen::Index k = 0; k < scatter.rows(); ++k) {
    if (!TooSmall(kmeans, clusters.sizes[k])) continue;
    const Eigen::Index beside = wide[next++ % wide.size()];
    Eigen::Index column = 0;
    scatter.row(beside).maxCoeff(&column);
    centres->row(k) = centres->row(beside);
    (*centres)(k, column) += std::sqrt(Scatter(clusters)(beside, column) / clusters.sizes[beside]);
  }
}

Fitted TableOf(const Kmeans& kmeans, const KmeansState& state, const Clusters& clusters) {
  const Eigen::VectorXd within = Scatter(clusters) * kmeans.asked.weights;
  const Eigen::MatrixXd centres = Unscaled(kmeans.asked, state.centres);
  Fitted fitted;
  fitted.columns = ClusterColumns();
  for (Eigen::Index k = 0; k < kmeans.asked.clusters; ++k)
    for (Eigen::Index j = 0; j < kmeans.columns(); ++j)
      fitted.rows.push_back({static_cast<std::int64_t>(k + 1), static_cast<std::int64_t>(clusters.sizes[k]),
                             within[k], kmeans.asked.terms[static_cast<std::size_t>(j)], centres(k, j)});
  fitted.model = {{"method", "kmeans"},
                  {"formula", ToText(kmeans.asked.design.formula())},
                  {"terms", kmeans.asked.terms},
                  {"weights", ToJson(ShownWeights(kmeans.asked))},
                  {"start", ToJson(Unscaled(kmeans.asked, StartOf(kmeans.asked)))},
                  {"centres", ToJson(centres)},
                  {"rows", clusters.sizes.sum()},
                  {"sizes", ToJson(clusters.sizes)},
                  {"within_sum_of_squares", within.sum()},
                  {"rounds", state.round},
                  {"moves", state.moves}};
  return fitted;
}

Outcome<Step> Continue(const Kmeans& kmeans, KmeansState state, const Clusters& clusters) {
  const double rows = clusters.sizes.sum();
  TRY(CheckSize(kmeans.rules, rows, static_cast<double>(kmeans.asked.clusters * kmeans.columns())));
  const auto small = std::count_if(clusters.sizes.begin(), clusters.sizes.end(),
                                   [&](double size) { return TooSmall(kmeans, size); });
  if (small == kmeans.asked.clusters || (small > 0 && state.moves == kMostMoves))
    return Refuse("cluster_too_small",
                  fmt::format("{} of {} clusters have fewer than {} rows", small, kmeans.asked.clusters,
                              kmeans.rules.minimum_cell),
                  "ask for fewer clusters, or another seed", "42501");
  double moved = 0;
  for (Eigen::Index k = 0; k < kmeans.asked.clusters; ++k) {
    if (TooSmall(kmeans, clusters.sizes[k])) continue;
    const Eigen::RowVectorXd move = clusters.first.row(k) / clusters.sizes[k];
    state.centres.row(k) += move;
    moved = std::max(moved, move.cwiseAbs().maxCoeff());
  }
  Step step{.said = fmt::format("round {}: centres moved by {:.3g} of half a range", state.round + 1, moved)};
  if (small == 0 && moved <= kCentresStill) {
    step.fitted = TableOf(kmeans, state, clusters);
    return step;
  }
  if (++state.round > kmeans.max_rounds)
    return Refuse("not_converged", fmt::format("centres still move after {} rounds", kmeans.max_rounds),
                  "allow more max_rounds", "22023");
  if (small > 0) {
    ++state.moves;
    MoveSmall(kmeans, clusters, &state.centres);
  }
  step.state = StateJson(state);
  if (!ReadState(kmeans, step.state)) return RefuseState({.message = "the totals lead to no state"});
  return step;
}

class KmeansMethod final : public ExactMethod {
 public:
  explicit KmeansMethod(Kmeans kmeans) : kmeans_(std::move(kmeans)) {}

  std::vector<Output> Outputs() const override { return ClusterColumns(); }
  std::vector<std::string> Columns() const override { return kmeans_.asked.design.Columns(); }
  Json Start() const override { return StateJson(KmeansState{.centres = StartOf(kmeans_.asked)}); }

  Result<std::size_t> Length(const Json& json) const override {
    TRY(ReadState(kmeans_, json));
    return LengthOf(kmeans_);
  }

  Result<Sums> Add(const Rows& rows, const Json& json) const override {
    const KmeansState state = TRY(ReadState(kmeans_, json));
    const Frame frame = kmeans_.asked.design.Of(rows);
    const Eigen::MatrixXd x = ScaledColumns(frame, kmeans_.asked.scales);
    if (x.size() > 0 && !(x.cwiseAbs().maxCoeff() < 1e6))
      return Fail(ErrorCode::kResourceExhausted, "a value lies far outside of its declared range",
                  "declare the columns' ranges");
    const Clusters clusters = Assign(kmeans_, state.centres, x);
    Sums sums;
    sums.effective_rows = static_cast<double>(frame.size());
    Put(sums.numbers, clusters.sizes);
    for (Eigen::Index k = 0; k < kmeans_.asked.clusters; ++k)
      Put(sums.numbers, clusters.first.row(k).transpose());
    for (Eigen::Index k = 0; k < kmeans_.asked.clusters; ++k)
      Put(sums.numbers, clusters.second.row(k).transpose());
    return sums;
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals) const override {
    auto state = ReadState(kmeans_, json);
    if (!state) return RefuseState(state.error());
    TRY(CheckTotals(totals, LengthOf(kmeans_)));
    return Continue(kmeans_, *std::move(state), ReadClusters(kmeans_, totals));
  }

 private:
  Kmeans kmeans_;
};

}  // namespace

Made MakeKmeans(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const int max_rounds = TRY(options.Whole("max_rounds", 100, 1, 1000));
  ClustersCall asked = TRY(BindClusters(call, schema, options));
  TRY(options.End());
  return std::make_unique<KmeansMethod>(
      Kmeans{.asked = std::move(asked), .rules = rules, .max_rounds = max_rounds});
}

}  // namespace concordat::learning
