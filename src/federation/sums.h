// Sums as aggregation makes them.
#pragma once

#include "federation/seam.h"

namespace concordat::federation {

class SecretSumming final : public Summing {
 public:
  Result<std::unique_ptr<aggregation::Party>> Join(const aggregation::Terms& terms, std::size_t self,
                                                   const crypto::SigningKey& key,
                                                   RandomSource& random) const override {
    return aggregation::MakeParty(terms, self, key, random);
  }
  Result<std::unique_ptr<aggregation::Receiver>> Receive(const aggregation::Terms& terms) const override {
    return aggregation::MakeReceiver(terms);
  }
  Result<aggregation::Way> Choose(const aggregation::Occasion& occasion) const override {
    return aggregation::Choose(occasion);
  }
};

}  // namespace concordat::federation
