// Clusters around means under noise: so many of Lloyd's rounds, in each noisy counts and sums of every
// cluster, and a last one that measures what came of them. Source: Su, Cao, Li, Bertino, Jin, "Differentially
// Private K-Means Clustering" (2016): DPLloyd with few rounds and the noise shared out between counts and
// sums. Argument: noisy_kmeans.proof.md.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "learning/clusters.h"
#include "learning/disclosure.h"
#include "learning/methods.h"
#include "learning/packing.h"
#include "learning/state.h"
#include "learning/unit_means.h"

namespace concordat::learning {
namespace {

constexpr double kBeside = 0.1;  // in half ranges: how far from another a cluster without rows is set anew

struct Kmeans {
  ClustersCall asked;
  double least = 1;  // rows of a cluster that is shown, noise included
  int rounds = 5;

  Eigen::Index columns() const { return asked.columns(); }
  Eigen::Index clusters() const { return asked.clusters; }
  // Of a count beside a sum of numbers from -1 to 1: weight^2 = sqrt(columns) / 2 leaves centres half way
  // out the least noise.
  double count_weight() const { return std::sqrt(std::sqrt(static_cast<double>(columns())) / 2); }
  // Squared distances are counted up to this: that of the declared ranges' middle from their corners.
  double farthest() const { return asked.weights.sum(); }
};

struct KmeansState {
  int round = 0;
  Eigen::MatrixXd centres;  // a row a cluster, scaled
};

// Of the noisy total: rows of each cluster, which are told from none or not, and what else was added up.
struct Clusters {
  Eigen::VectorXd sizes;
  std::vector<bool> told;
  Eigen::MatrixXd sums;  // a row a cluster: of each column, or of squared distances
};

Result<KmeansState> ReadState(const Kmeans& kmeans, const Json& json) {
  KmeansState state;
  state.round = static_cast<int>(TRY(WholeOf(json, "round", {0, static_cast<double>(kmeans.rounds)})));
  state.centres = TRY(MatrixOf(json, "centres", kmeans.clusters(), kmeans.columns(), {-1, 1}));
  return state;
}

Json StateJson(const KmeansState& state) {
  return Json{{"round", state.round}, {"centres", ToJson(state.centres)}};
}

bool IsLast(const Kmeans& kmeans, const KmeansState& state) { return state.round == kmeans.rounds; }

// Numbers of a cluster: its count, and its sums by column; in the last round its squared distances.
Eigen::Index WidthOf(const Kmeans& kmeans, const KmeansState& state) {
  return 1 + (IsLast(kmeans, state) ? 1 : kmeans.columns());
}

double BoundOf(const Kmeans& kmeans, const KmeansState& state) {
  if (IsLast(kmeans, state)) return std::sqrt(2.0);
  return std::sqrt(kmeans.count_weight() * kmeans.count_weight() + static_cast<double>(kmeans.columns()));
}

void AddRowTo(const Kmeans& kmeans, const KmeansState& state, const Eigen::RowVectorXd& x, double weight,
              Eigen::VectorXd& numbers) {
  const Eigen::Index nearest = Nearest(kmeans.asked, state.centres, x);
  const Eigen::Index at = nearest * WidthOf(kmeans, state);
  if (IsLast(kmeans, state)) {
    const double square = (x - state.centres.row(nearest)).cwiseAbs2().dot(kmeans.asked.weights);
    numbers[at] += weight;
    numbers[at + 1] += weight * std::min(square / kmeans.farthest(), 1.0);
  } else {
    numbers[at] += weight * kmeans.count_weight();
    numbers.segment(at + 1, kmeans.columns()) += weight * x.transpose();
  }
}

Clusters ReadClusters(const Kmeans& kmeans, const KmeansState& state, std::span<const double> totals,
                      double sigma) {
  const Eigen::Index width = WidthOf(kmeans, state);
  const double weight = IsLast(kmeans, state) ? 1 : kmeans.count_weight();
  const double least = std::max({1.0, kmeans.least, kFewRows * sigma / weight});
  Taker taker(totals);
  Clusters clusters{.sizes = Eigen::VectorXd(kmeans.clusters()),
                    .told = {},
                    .sums = Eigen::MatrixXd(kmeans.clusters(), width - 1)};
  for (Eigen::Index k = 0; k < kmeans.clusters(); ++k) {
    clusters.sizes[k] = std::round(taker.Number() / weight);
    clusters.told.push_back(clusters.sizes[k] >= least);
    clusters.sums.row(k) = taker.Vector(width - 1).transpose();
  }
  return clusters;
}

// Told clusters go to their means; the others beside the largest, a way that seed and round give.
Eigen::MatrixXd Move(const Kmeans& kmeans, const KmeansState& state, const Clusters& clusters) {
  Eigen::MatrixXd centres = state.centres;
  Eigen::Index largest = 0;
  clusters.sizes.maxCoeff(&largest);
  const auto mean = [&](Eigen::Index k) { return clusters.sums.row(k) / clusters.sizes[k]; };
  Draws draws(kmeans.asked.seed + static_cast<std::uint64_t>(state.round) + 1);
  for (Eigen::Index k = 0; k < kmeans.clusters(); ++k) {
    const bool told = clusters.told[static_cast<std::size_t>(k)];
    centres.row(k) = mean(told ? k : largest);
    for (Eigen::Index j = 0; j < kmeans.columns() && !told; ++j) centres(k, j) += kBeside * draws.Next();
  }
  return centres.cwiseMax(-1).cwiseMin(1);
}

// Clusters of too few rows are not shown.
Fitted TableOf(const Kmeans& kmeans, const KmeansState& state, const Clusters& clusters) {
  const Eigen::MatrixXd centres = Unscaled(kmeans.asked, state.centres);
  const Eigen::VectorXd within = clusters.sums.col(0).cwiseMax(0) * kmeans.farthest();
  Fitted fitted;
  fitted.columns = ClusterColumns();
  std::vector<Eigen::Index> shown;
  for (Eigen::Index k = 0; k < kmeans.clusters(); ++k) {
    if (!clusters.told[static_cast<std::size_t>(k)]) continue;
    shown.push_back(k);
    for (Eigen::Index j = 0; j < kmeans.columns(); ++j)
      fitted.rows.push_back({static_cast<std::int64_t>(shown.size()),
                             static_cast<std::int64_t>(clusters.sizes[k]), within[k],
                             kmeans.asked.terms[static_cast<std::size_t>(j)], centres(k, j)});
  }
  fitted.model = {{"method", "kmeans"},
                  {"formula", ToText(kmeans.asked.design.formula())},
                  {"terms", kmeans.asked.terms},
                  {"weights", ToJson(ShownWeights(kmeans.asked))},
                  {"start", ToJson(Unscaled(kmeans.asked, StartOf(kmeans.asked)))},
                  {"centres", ToJson(Eigen::MatrixXd(centres(shown, Eigen::all)))},
                  {"sizes", ToJson(Eigen::VectorXd(clusters.sizes(shown)))},
                  {"within_sum_of_squares", Eigen::VectorXd(within(shown)).sum()},
                  {"rounds", state.round}};
  return fitted;
}

class NoisyKmeans final : public NoisyMethod {
 public:
  explicit NoisyKmeans(Kmeans kmeans) : kmeans_(std::move(kmeans)) {}

  std::vector<Output> Outputs() const override { return ClusterColumns(); }
  std::vector<std::string> Columns() const override { return kmeans_.asked.design.Columns(); }
  Json Start() const override { return StateJson({.round = 0, .centres = StartOf(kmeans_.asked)}); }

  Result<std::size_t> Length(const Json& json) const override {
    const KmeansState state = TRY(ReadState(kmeans_, json));
    return static_cast<std::size_t>(kmeans_.clusters() * WidthOf(kmeans_, state));
  }

  Result<NoisyRound> Round(const Json& json) const override {
    const KmeansState state = TRY(ReadState(kmeans_, json));
    return NoisyRound{.bound = BoundOf(kmeans_, state), .share = 1.0 / (kmeans_.rounds + 1)};
  }

  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& json,
                                  std::uint64_t steps) const override {
    const KmeansState state = TRY(ReadState(kmeans_, json));
    const Frame frame = kmeans_.asked.design.Of(rows.rows);
    const Eigen::MatrixXd x = BoundedColumns(frame, kmeans_.asked.scales);
    return SumUnitMeans(rows, frame, kmeans_.clusters() * WidthOf(kmeans_, state),
                        {.bound = BoundOf(kmeans_, state), .steps = steps},
                        [&](Eigen::Index row, double weight, Eigen::VectorXd& numbers) {
                          AddRowTo(kmeans_, state, x.row(row), weight, numbers);
                        });
  }

  Outcome<Step> Next(const Json& json, std::span<const double> totals, double sigma) const override {
    TRY(CheckTotals(*this, json, totals));
    KmeansState state = *ReadState(kmeans_, json);
    const Clusters clusters = ReadClusters(kmeans_, state, totals, sigma);
    if (std::none_of(clusters.told.begin(), clusters.told.end(), [](bool told) { return told; }))
      return Refuse("noise_too_large",
                    "no cluster has more rows than noise makes of none, and than the agreement's minimum",
                    "ask for fewer clusters or rounds, or allow more epsilon", "22023");
    Step step{.said = fmt::format("round {} of {}", state.round + 1, kmeans_.rounds + 1)};
    if (IsLast(kmeans_, state)) {
      step.fitted = TableOf(kmeans_, state, clusters);
      return step;
    }
    state.centres = Move(kmeans_, state, clusters);
    ++state.round;
    step.state = StateJson(state);
    return step;
  }

 private:
  Kmeans kmeans_;
};

}  // namespace

MadeNoisy MakeNoisyKmeans(const Call& call, const Schema& schema, const Rules& rules) {
  Options options(call);
  const int rounds = TRY(options.Whole("rounds", 5, 1, 100));
  ClustersCall asked = TRY(BindClusters(call, schema, options));
  TRY(options.End());
  TRY(asked.design.CheckBounded());
  return std::make_unique<NoisyKmeans>(
      Kmeans{.asked = std::move(asked), .least = rules.minimum_cell, .rounds = rounds});
}

}  // namespace concordat::learning
