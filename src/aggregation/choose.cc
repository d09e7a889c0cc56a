#include "aggregation/choose.h"

#include <fmt/format.h>

#include "aggregation/limbs.h"

namespace concordat::aggregation {

Result<Way> Choose(const Occasion& occasion) {
  if (!occasion.undisclosed) return Way::kMasks;
  if (SlotsOf(occasion.width, occasion.length) > kMostSlots) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("an encrypted sum of {} numbers of {} bits is too long", occasion.length,
                            static_cast<int>(occasion.width)),
                "ask for fewer groups");
  }
  return Way::kEncryption;
}

}  // namespace concordat::aggregation
