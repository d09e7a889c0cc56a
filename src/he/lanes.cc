#include "he/lanes.h"

#include "base/check.h"
#include "he/lanes_kernel.h"

namespace concordat::he {

const Lanes& LanesOf(Kernel kernel) {
  CHECK(Supports(kernel));
  switch (kernel) {
    case Kernel::kScalar:
      return kScalarLanes;
    case Kernel::kAvx2:
      return kAvx2Lanes;
    case Kernel::kIfma:
      return kIfmaLanes;
  }
  CHECK(false);
}

}  // namespace concordat::he
