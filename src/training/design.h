// A formula and a list of layers, bound to declared columns: what goes into a network and what it is to tell.
#pragma once

#include <string>
#include <vector>

#include "learning/design.h"
#include "network/saved.h"

namespace concordat::training {

// What goes in is (x - centre) / half, of each column of the model matrix but the intercept; and so is what a
// response that is a number is told by.
struct InputScales {
  Eigen::VectorXd centre, half;
  double response_centre = 0, response_half = 1;
};

// A member's rows, a lane each.
struct Samples {
  network::Lanes in;                 // scaled
  Eigen::VectorXd wanted;            // as network::LossOf takes it
  std::vector<std::uint64_t> seeds;  // of each row, by what goes in alone; empty where no layer drops
  Eigen::Index size() const { return wanted.size(); }
};

// Threading: any thread; nothing changes after Bind.
class NetworkDesign {
 public:
  // Refusals: those of ParseFormula, Design::Bind, network::ParseLayers and Network::Make; response_missing,
  // formula_not_supported, range_needed, columns_needed.
  static Outcome<NetworkDesign> Bind(const std::string& formula, const std::string& layers,
                                     const learning::Schema& schema);

  const learning::Design& design() const { return design_; }
  const network::Network& network() const { return saved_.network; }
  // By declared ranges.
  const InputScales& scales() const { return scales_; }
  // Places among them of columns that are not made of factors alone.
  std::vector<Eigen::Index> NumberColumns() const;
  Samples Of(const learning::Frame& frame, const InputScales& scales) const;
  Samples Of(const learning::Frame& frame) const { return Of(frame, scales_); }
  // With these weights, for what goes in so scaled; canonical.
  Json ModelOf(const Eigen::VectorXd& weights, const InputScales& scales) const;
  Json ModelOf(const Eigen::VectorXd& weights) const { return ModelOf(weights, scales_); }

 private:
  NetworkDesign(learning::Design design, Json declared, network::Saved saved, InputScales scales)
      : design_(std::move(design)),
        declared_(std::move(declared)),
        saved_(std::move(saved)),
        scales_(std::move(scales)) {}

  learning::Design design_;
  Json declared_;         // columns that are read
  network::Saved saved_;  // weights and scales are missing
  InputScales scales_;
};

}  // namespace concordat::training
