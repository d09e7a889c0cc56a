// Whatever comes as a message of a sum is read without a crash; what is read is written back as it was; and
// nothing that its party did not sign is taken.
#include <algorithm>

#include "aggregation/message.h"
#include "aggregation/testing_sum.h"
#include "base/check.h"

using namespace concordat;
using namespace concordat::aggregation;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Cast cast = CastOf({});
  const ByteView input(data, size);
  const auto message = DecodeMessage(input);
  if (!message) return 0;
  const Bytes again = Encode(*message);
  CHECK(std::ranges::equal(again, input));
  CHECK(DecodeMessage(Encode(Elide(*message)))->elided == Elide(*message).elided);
  const auto receiver = MakeReceiver(cast.terms);
  CHECK(!(*receiver)->Add(*message));
  return 0;
}
