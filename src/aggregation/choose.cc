#include "aggregation/choose.h"

#include <fmt/format.h>

#include "aggregation/limbs.h"

namespace concordat::aggregation {

Result<Way> Choose(const Occasion& occasion) {
  const std::size_t slots = SlotsOf(occasion.width, occasion.length);
  if (occasion.undisclosed && slots > kMostSlots) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("an encrypted sum of {} numbers of {} bits is too long", occasion.length,
                            static_cast<int>(occasion.width)),
                "ask for fewer groups");
  }
  const bool few = slots * occasion.parties <= kFewSlots;
  return occasion.undisclosed || few ? Way::kEncryption : Way::kMasks;
}

}  // namespace concordat::aggregation
