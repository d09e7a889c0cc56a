#include "aggregation/choose.h"

#include <fmt/format.h>

#include <algorithm>

#include "aggregation/limbs.h"
#include "he/threshold.h"

namespace concordat::aggregation {

Result<Way> Choose(const Occasion& occasion) {
  const std::size_t slots = SlotsOf(occasion.width, occasion.length);
  if (occasion.undisclosed && slots > kMostSlots) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("an encrypted sum of {} numbers of {} bits is too long", occasion.length,
                            static_cast<int>(occasion.width)),
                "ask for fewer groups");
  }
  if (occasion.undisclosed) return Way::kEncryption;
  const he::Shape shape{.set = he::Set::kT64, .values = std::clamp<std::size_t>(slots, 1, kMostSlots)};
  const std::size_t handed =
      occasion.parties * (he::PublicShareBytes(shape.set) + he::CiphertextBytes(shape));
  return slots <= kMostSlots && handed <= kFewBytes ? Way::kEncryption : Way::kMasks;
}

}  // namespace concordat::aggregation
