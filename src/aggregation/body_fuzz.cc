// Whatever one party of three says and signs, in whatever round, either way: no crash, and a sum of the
// others' numbers or none. The first byte is the way and the round; what follows replaces the body, or is
// laid over it.
#include <algorithm>

#include "aggregation/testing_sum.h"
#include "base/check.h"

using namespace concordat;
using namespace concordat::aggregation;

namespace {

struct Input {
  Way way;
  Round round;
  bool over;  // laid over what the party would have said, from a place on
  ByteView bytes;
};

void Change(const Input& input, Bytes& body) {
  if (!input.over) {
    body.assign(input.bytes.begin(), input.bytes.end());
    return;
  }
  if (input.bytes.size() < 3 || body.empty()) return;
  const std::size_t place = (input.bytes[0] | input.bytes[1] << 8 | input.bytes[2] << 16) % body.size();
  const ByteView rest = input.bytes.subspan(3);
  std::copy_n(rest.begin(), std::min(rest.size(), body.size() - place),
              body.begin() + static_cast<std::ptrdiff_t>(place));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const Input input{.way = data[0] % 2 == 0 ? Way::kMasks : Way::kEncryption,
                    .round = static_cast<Round>(data[0] % 128 / 2 % 6 + 1),
                    .over = data[0] >= 128,
                    .bytes = {data + 1, size - 1}};
  const Size shape{.way = input.way, .parties = 3, .quorum = 2, .length = 2};
  const Cast cast = CastOf(shape);
  const std::vector<std::vector<Int128>> values(3, {5, -6});
  Rehearsal rehearsal(cast, values, 1);
  rehearsal.speaks = [&](Round round, std::uint16_t party) {  // one is dead, so that its key is restored
    return party != 0 || round < Round::kOpen || input.round != Round::kRestore;
  };
  rehearsal.on_the_way = [&](Message& message) {
    if (message.party != 1 || message.round != input.round) return;
    Change(input, message.body);
    message = Resigned(cast, message);
  };
  const auto sum = rehearsal.Run();
  const auto included = rehearsal.receiver().Included();
  // What it contributes is its own affair; a partial decryption that is wrong is seen by chance alone.
  const bool own = input.round == Round::kContribute && std::ranges::count(included, 1) > 0;
  const bool partial = input.round == Round::kOpen && input.way == Way::kEncryption;
  if (sum && !own && !partial) CHECK(*sum == SumOfValues(shape, values, included));
  return 0;
}
