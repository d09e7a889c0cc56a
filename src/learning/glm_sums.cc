#include "learning/glm_sums.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "learning/packing.h"

namespace concordat::learning {
namespace {

using Eigen::Index;
using Eigen::VectorXd;

// Sums are multiples of 2^-64 below 2^63: what is of the order of a declared range is made this large.
constexpr double kRoom = 0x1p30;
constexpr double kLargestColumn = 0x1p60;

// A row at a fit: its mean, working weight and working response.
struct Point {
  double mu = 0, weight = 0, working = 0;
};

std::optional<Point> PointAt(const Family& family, double y, double weight, double eta) {
  if (!IsLinear(family.link, eta)) return std::nullopt;
  const double mu = MeanOf(family.link, eta);
  if (!IsMean(family, mu)) return std::nullopt;
  const double slope = SlopeOf(family.link, eta), variance = VarianceOf(family, mu);
  const Point point{mu, weight * slope * slope / variance, eta + (y - mu) / slope};
  return std::isfinite(point.weight) && std::isfinite(point.working) ? std::optional(point) : std::nullopt;
}

double StartingLinear(const Family& family, double y, double weight) {
  return LinearOf(family.link, StartingMean(family, y, weight));
}

// (sum w)^2 / sum w^2.
double EffectiveRows(const VectorXd& weights) {
  const double largest = weights.size() == 0 ? 0 : weights.maxCoeff();
  if (!(largest > 0)) return 0;
  const VectorXd shares = weights / largest;
  return shares.sum() * shares.sum() / shares.squaredNorm();
}

// Running sums of one member.
class Adder {
 public:
  Adder(const GlmSums& sums, const GlmState& state, const Frame& frame, double shift)
      : family_(sums.family()), design_(sums.design()), state_(state), frame_(frame), shift_(shift) {
    scaled_ = design_.Scaled(frame.x);
    weights_ = before_weights_ = working_ = VectorXd::Zero(frame.size());
    if (state.round > 0) linear_ = scaled_ * state.beta + frame.offset;
    if (state.before.size() > 0) before_ = scaled_ * state.before + frame.offset;
  }

  void Run() {
    for (Index row = 0; row < frame_.size(); ++row) {
      if (!(frame_.weights[row] > 0)) continue;
      if (IsResponse(family_, frame_.y[row])) {
        AddRow(row);
      } else {
        totals.outside += 1;
      }
    }
    const Eigen::MatrixXd half = weights_.cwiseSqrt().asDiagonal() * scaled_;
    totals.information = half.transpose() * half;
    totals.score = scaled_.transpose() * weights_.cwiseProduct(working_);
    totals.square = weights_.dot(working_.cwiseAbs2());
    totals.deviance = static_cast<double>(deviance_);
  }

  double EffectiveRowsOfAll() const {
    const double now = EffectiveRows(weights_);
    return state_.round == 0 ? now : std::min(now, EffectiveRows(before_weights_));
  }

  const Eigen::MatrixXd& scaled() const { return scaled_; }
  GlmTotals totals;

 private:
  void AddRow(Index row) {
    const double y = frame_.y[row], weight = frame_.weights[row];
    // As R has it: of trials the start and AIC's terms are theirs, whatever the case weights.
    const double trials = frame_.trials.size() > 0 ? frame_.trials[row] : weight;
    const double start = StartingLinear(family_, y, trials);
    const auto point = PointAt(family_, y, weight, state_.round == 0 ? start : linear_[row]);
    totals.weights += weight;
    totals.response += weight * y;
    if (!point) {
      totals.invalid += 1;
      return;
    }
    weights_[row] = point->weight;
    working_[row] = point->working - frame_.offset[row] - shift_;
    deviance_ += DevianceOf(family_, y, point->mu, weight);
    AddNull(row, start);
    if (state_.round == 0) {
      totals.log_terms += weight / trials * LogTerm(family_, y, trials);
    } else {
      AddPearson(row, *point, before_.size() > 0 ? before_[row] : start);
    }
  }

  void AddNull(Index row, double start) {
    const double y = frame_.y[row], weight = frame_.weights[row];
    const double eta = state_.round == 0 ? start : state_.null_linear + frame_.offset[row];
    const auto point = PointAt(family_, y, weight, eta);
    if (!point) return;
    totals.null_information += point->weight;
    totals.null_score += point->weight * (point->working - frame_.offset[row]);
    totals.null_deviance += DevianceOf(family_, y, point->mu, weight);
  }

  void AddPearson(Index row, const Point& now, double before) {
    const auto point = PointAt(family_, frame_.y[row], frame_.weights[row], before);
    if (!point) return;
    const double residual = now.working - linear_[row];
    before_weights_[row] = point->weight;
    totals.pearson += point->weight * residual * residual;
  }

  const Family& family_;
  const Design& design_;
  const GlmState& state_;
  const Frame& frame_;
  double shift_;
  // Rounds stop when this hardly changes: a long sum must not lose the digits that it is watched in.
  long double deviance_ = 0;
  Eigen::MatrixXd scaled_;
  VectorXd linear_, before_, weights_, before_weights_, working_;
};

// The largest absolute value of a declared range.
double Largest(const std::pair<double, double>& range) {
  return std::max(std::abs(range.first), std::abs(range.second));
}

bool Holds(const std::vector<double>& numbers) {
  return std::all_of(numbers.begin(), numbers.end(), [](double x) { return std::abs(x) < kLargestColumn; });
}

}  // namespace

GlmSums::GlmSums(Parts parts) : parts_(std::move(parts)) {
  if (parts_.weight_range && Largest(*parts_.weight_range) > 0) units_.weight = Largest(*parts_.weight_range);
  const Scale& scale = parts_.design.response_scale();
  const double size = std::abs(scale.centre) + scale.half;
  const Family& family = parts_.family;
  if (family.kind == Family::Kind::kBinomial || (scale.centre == 0 && scale.half == 1)) return;
  const double eta = LinearOf(family.link, size), slope = SlopeOf(family.link, eta);
  const double variance = VarianceOf(family, size);
  units_.working = slope * slope / variance / kRoom;
  units_.linear = family.link == Link::kLog ? 1 : std::abs(eta);
  units_.deviance = size * size / variance / kRoom;
}

std::size_t GlmSums::Length(const GlmState& state) const {
  const auto matrix = static_cast<std::size_t>(TriangleSize(columns()) + columns());
  return matrix + 5 + (state.round == 0 ? 4 + survey().length() : 2);
}

Result<Sums> GlmSums::Add(const Rows& rows, const GlmState& state) const {
  const Frame frame = design().Of(rows);
  Adder adder(*this, state, frame, state.round == 0 ? parts_.shift : 0);
  adder.Run();
  const GlmTotals& own = adder.totals;
  const double working = units_.working * units_.weight, linear = working * units_.linear;
  const double deviance = units_.deviance * units_.weight;
  Sums sums;
  std::vector<double>& numbers = sums.numbers;
  if (state.round == 0) {
    survey().Add(rows, frame, adder.scaled(), numbers);
    for (const double number : {own.outside, own.log_terms / units_.weight, own.response / units_.weight,
                                own.square / (linear * units_.linear)})
      numbers.push_back(number);
  } else {
    numbers.push_back(own.invalid);
    numbers.push_back(own.pearson / (linear * units_.linear));
  }
  numbers.push_back(own.weights / units_.weight);
  numbers.push_back(own.deviance / deviance);
  Put(numbers, Triangle(own.information) / working);
  Put(numbers, own.score / linear);
  numbers.push_back(own.null_information / working);
  numbers.push_back(own.null_score / linear);
  numbers.push_back(own.null_deviance / deviance);
  sums.effective_rows = adder.EffectiveRowsOfAll();
  if (!Holds(numbers))
    return Fail(ErrorCode::kResourceExhausted, "a sum is larger than a round can carry",
                "declare the columns' ranges in their contracts, or write a logarithm");
  return sums;
}

GlmTotals GlmSums::Read(const GlmState& state, std::span<const double> totals) const {
  CHECK(totals.size() == Length(state));
  const double working = units_.working * units_.weight, linear = working * units_.linear;
  const double deviance = units_.deviance * units_.weight;
  Taker taker(totals);
  GlmTotals all;
  if (state.round == 0) {
    const auto survey = taker.Part(parts_.survey.length());
    all.survey.assign(survey.begin(), survey.end());
    all.outside = taker.Number();
    all.log_terms = taker.Number() * units_.weight;
    all.response = taker.Number() * units_.weight;
    all.square = taker.Number() * linear * units_.linear;
  } else {
    all.invalid = taker.Number();
    all.pearson = taker.Number() * linear * units_.linear;
  }
  all.weights = taker.Number() * units_.weight;
  all.deviance = taker.Number() * deviance;
  all.information = FromTriangle(taker.Vector(TriangleSize(columns())) * working, columns());
  all.score = taker.Vector(columns()) * linear;
  all.null_information = taker.Number() * working;
  all.null_score = taker.Number() * linear;
  all.null_deviance = taker.Number() * deviance;
  return all;
}

}  // namespace concordat::learning
