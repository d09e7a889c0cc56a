// Whether rows are as new as their contract promises: by when they were published, which is public.
#pragma once

#include <optional>

#include "base/clock.h"
#include "catalogue/about.h"

namespace concordat::quality {

// How often new rows are promised: ODCS's service level "frequency" in hours, days, weeks, months or years.
// None where nothing of the kind is promised.
std::optional<Milliseconds> PromisedEvery(const catalogue::About& about);

struct Freshness {
  Time updated{};
  std::optional<Milliseconds> promised;
  bool IsLateAt(Time now) const { return promised && now - updated > *promised; }
};

}  // namespace concordat::quality
