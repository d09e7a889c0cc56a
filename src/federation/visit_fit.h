// What a visit knows of a fit: the sums that it takes part in, and how far it has come.
#pragma once

#include "federation/fit_sum.h"
#include "federation/visit.h"

namespace concordat::federation {

struct Visit::Fit {
  Fit(FittingPart& its_part, aggregation::SeriesTerms terms, std::size_t self, const crypto::SigningKey& key,
      RandomSource& random)
      : part(its_part), series(std::move(terms), self, key, random) {}

  FittingPart& part;
  aggregation::SeriesParty series;
  std::optional<release::FitRound> round;  // that was contributed to last
  bool contributed = false;                // to the round that was charged last
};

}  // namespace concordat::federation
