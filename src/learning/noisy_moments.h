// Noisy covariances of columns of numbers, in two rounds: means and variances, then products of the columns
// centred and scaled by these, so that a row's products are about as large as they can be for their bound.
// Sources: Dwork, Talwar, Thakurta, Zhang, "Analyze Gauss: Optimal Bounds for Privacy-Preserving Principal
// Component Analysis" (2014); Biswas, Dong, Kamath, Ullman, "CoinPress: Practical Private Mean and Covariance
// Estimation" (2020), for scaling in a round of its own. Argument: noisy_pca.proof.md.
#pragma once

#include <span>
#include <variant>
#include <vector>

#include "learning/method.h"
#include "learning/numeric_columns.h"

namespace concordat::learning {

// What two rounds come to, in units of `half`s of the scales.
struct NoisySpread {
  double rows = 0;
  Eigen::VectorXd mean;
  Eigen::VectorXd deviation;   // by which columns were scaled
  Eigen::MatrixXd covariance;  // of columns divided by `deviation`; without negative eigenvalues
  // Of the noise of a covariance beside the diagonal; on it sqrt(2) times that.
  double noise = 0;
};

class NoisyMoments {
 public:
  // `clip`: a row further from the mean than so many times sqrt(columns) deviations is pulled in.
  NoisyMoments(Design design, NumericScales scales, const Rules& rules, double clip)
      : design_(std::move(design)), scales_(std::move(scales)), rules_(rules), clip_(clip) {}

  const Design& design() const { return design_; }
  const NumericScales& scales() const { return scales_; }

  // As NoisyMethod's.
  Json Start() const;
  Result<std::size_t> Length(const Json& state) const;
  Result<NoisyRound> Round(const Json& state) const;
  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state, std::uint64_t steps) const;

  // What the first round leads to, and what the second comes to. Refusals: state_invalid; noise_too_large;
  // too_few_rows.
  Outcome<std::variant<Step, NoisySpread>> Next(const Json& state, std::span<const double> totals,
                                                double sigma) const;

 private:
  struct Moments {
    double rows = 0;
    double noise = 0;                 // deviation of each mean's noise
    Eigen::VectorXd mean, deviation;  // empty in the first round
  };
  Eigen::Index Size() const { return scales_.half.size(); }
  double FirstBound() const;
  double SecondBound(const Moments& moments) const;
  Result<Moments> Read(const Json& state) const;
  Outcome<Step> Scale(std::span<const double> totals, double sigma) const;
  NoisySpread SpreadOf(const Moments& moments, std::span<const double> totals, double sigma) const;

  Design design_;
  NumericScales scales_;
  Rules rules_;
  double clip_;
};

// A method that is these two rounds, and a table of what they come to.
class MomentsMethod : public NoisyMethod {
 public:
  explicit MomentsMethod(NoisyMoments moments) : moments_(std::move(moments)) {}

  std::vector<std::string> Columns() const override { return moments_.design().Columns(); }
  Json Start() const override { return moments_.Start(); }
  Result<std::size_t> Length(const Json& state) const override { return moments_.Length(state); }
  Result<NoisyRound> Round(const Json& state) const override { return moments_.Round(state); }
  Result<std::vector<Int128>> Add(const UnitRows& rows, const Json& state,
                                  std::uint64_t steps) const override {
    return moments_.Add(rows, state, steps);
  }
  Outcome<Step> Next(const Json& state, std::span<const double> totals, double sigma) const override;

 protected:
  const NoisyMoments& moments() const { return moments_; }
  virtual Outcome<Fitted> TableOf(const NoisySpread& found) const = 0;

 private:
  NoisyMoments moments_;
};

}  // namespace concordat::learning
