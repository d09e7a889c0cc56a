// Sums that cost nothing and are not secret, but keep every promise of aggregation's: signed rounds, views, a
// quorum, one opening. For simulations of thousands of questions; aggregation's own tests and some seeds take
// the real ones.
#pragma once

#include <memory>

#include "federation/seam.h"

namespace concordat::federation {

class PlainSumming final : public Summing {
 public:
  Result<std::unique_ptr<aggregation::Party>> Join(const aggregation::Terms& terms, std::size_t self,
                                                   const crypto::SigningKey& key,
                                                   RandomSource& random) const override;
  Result<std::unique_ptr<aggregation::Receiver>> Receive(const aggregation::Terms& terms) const override;
  Result<aggregation::Way> Choose(const aggregation::Occasion& occasion) const override;
};

}  // namespace concordat::federation
