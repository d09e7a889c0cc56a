// A formula and a list of layers, bound to declared columns: what goes into a network and what it is to tell.
#pragma once

#include <string>
#include <vector>

#include "learning/design.h"
#include "network/saved.h"

namespace concordat::learning {

// A member's rows, a lane each.
struct Samples {
  network::Lanes in;                 // scaled by declared ranges
  Eigen::VectorXd wanted;            // as network::LossOf takes it
  std::vector<std::uint64_t> seeds;  // of each row, by what goes in alone
  Eigen::Index size() const { return wanted.size(); }
};

// Threading: any thread; nothing changes after Bind.
class NetworkDesign {
 public:
  // Refusals: those of ParseFormula, Design::Bind, network::ParseLayers and Network::Make; response_missing,
  // formula_not_supported, range_needed, columns_needed.
  static Outcome<NetworkDesign> Bind(const std::string& formula, const std::string& layers,
                                     const Schema& schema);

  const Design& design() const { return design_; }
  const network::Network& network() const { return saved_.network; }
  Samples Of(const Frame& frame) const;
  // With these weights; canonical.
  Json ModelOf(const Eigen::VectorXd& weights) const;

 private:
  NetworkDesign(Design design, Json declared, network::Saved saved)
      : design_(std::move(design)), declared_(std::move(declared)), saved_(std::move(saved)) {}

  Design design_;
  Json declared_;         // columns that are read
  network::Saved saved_;  // weights alone are missing
};

}  // namespace concordat::learning
