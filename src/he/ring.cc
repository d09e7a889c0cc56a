#include "he/ring.h"

#include <algorithm>
#include <memory>
#include <mutex>

#include "base/check.h"

namespace concordat::he {

Ring::Ring(std::size_t prime, Kernel kernel)
    : ntt_(Modulus(kPrimes[prime]), kRingDegree, kernel), lanes_(LanesOf(kernel)) {}

const Ring& Ring::Of(std::size_t prime, Kernel kernel) {
  struct Slot {
    std::once_flag once;
    std::unique_ptr<const Ring> ring;
  };
  static std::array<std::array<Slot, 3>, kPrimes.size()> slots;
  CHECK(prime < kPrimes.size());
  Slot& slot = slots[prime][static_cast<std::size_t>(kernel)];
  std::call_once(slot.once, [&] { slot.ring.reset(new Ring(prime, kernel)); });
  return *slot.ring;
}

void Ring::Lift(Row out, SmallRow small) const {
  std::ranges::fill(out, 0);
  AddSmall(out, small);
  Forward(out);
}

}  // namespace concordat::he
