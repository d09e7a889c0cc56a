// Frames between members, each with its length before it: never crash, never hold more than came, and what is
// whole is what was sent.
#include <cstdint>

#include "base/check.h"
#include "peer/envelope.h"
#include "peer/hello.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat;
  using namespace concordat::peer;
  constexpr std::size_t kLongest = 1 << 16;
  if (const auto greeting = ParseGreeting({data, size})) {
    CHECK(*ParseGreeting(FormatGreeting(*greeting)) == *greeting);
    (void)AgreeOnProtocol({.member = "a", .address = "", .time = {}}, *greeting);
    (void)SkewText(*greeting, {});
  }
  for (const auto kind : {Assembler::Kind::kRequest, Assembler::Kind::kAnswer}) {
    Assembler assembler(kind, kLongest);
    std::size_t offset = 0;
    while (offset + 2 <= size) {
      const std::size_t length =
          std::min<std::size_t>(data[offset] << 8 | data[offset + 1], size - offset - 2);
      auto part = ParsePart({data + offset + 2, length});
      offset += 2 + length;
      if (!part) break;
      const auto taken = assembler.Take(*std::move(part));
      if (!taken) break;
      CHECK(assembler.body().size() <= std::min(kLongest, size));
      CHECK(*taken == assembler.End().has_value());
      if (*taken && kind == Assembler::Kind::kRequest) CHECK(IsMethod(assembler.method()));
    }
  }
  return 0;
}
