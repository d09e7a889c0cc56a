// The greeting that opens a channel: who speaks, which versions of the protocol, and what their clock says.
// Format: docs/formats/peer.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/clock.h"
#include "base/result.h"

namespace concordat::peer {

// The versions of the protocol that this program speaks.
inline constexpr std::uint32_t kOldestProtocol = 1;
inline constexpr std::uint32_t kNewestProtocol = 1;
inline constexpr char kHello[] = "peer/hello";
// Further apart than this, clocks are spoken of: validity, budgets' periods and receipts go by them.
inline constexpr Milliseconds kMostSkew{5 * 60'000};

struct Greeting {
  std::string member;
  std::string address;  // where it is reached, "host:port"; empty when nobody can dial it
  std::uint32_t oldest = kOldestProtocol, newest = kNewestProtocol;
  Time time{};  // by its clock, as it wrote this
  bool operator==(const Greeting&) const = default;
};

Bytes FormatGreeting(const Greeting& greeting);
// Errors: kInvalidArgument: not a greeting.
Result<Greeting> ParseGreeting(ByteView bytes);

// The newest version that both speak. Errors: kFailedPrecondition naming who is too old.
Result<std::uint32_t> AgreeOnProtocol(const Greeting& ours, const Greeting& theirs);

// "the clock of camden is 7 minutes ahead of ours"; empty when it is near enough. `between`: our time, half
// way between question and answer.
std::string SkewText(const Greeting& theirs, Time between);

}  // namespace concordat::peer
