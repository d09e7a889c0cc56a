#include "peer/hello.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/json.h"
#include "crypto/canonical_json.h"

namespace concordat::peer {
namespace {

constexpr std::size_t kLongest = 4096;
constexpr std::uint32_t kMostVersions = 1'000'000;

tl::unexpected<Error> NoGreeting(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "not a greeting: " + what, "docs/formats/peer.md has its form");
}

std::string Versions(const Greeting& greeting) {
  return greeting.oldest == greeting.newest
             ? fmt::format("version {}", greeting.oldest)
             : fmt::format("versions {} to {}", greeting.oldest, greeting.newest);
}

Result<std::uint32_t> Version(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_number()) return NoGreeting(std::string("no ") + key);
  const auto number = found->get<double>();
  if (number != std::floor(number) || number < 1 || number > kMostVersions)
    return NoGreeting(std::string(key) + " is no version");
  return static_cast<std::uint32_t>(number);
}

Result<std::string> Text(const Json& json, const char* key) {
  const auto found = json.find(key);
  if (found == json.end() || !found->is_string()) return NoGreeting(std::string("no ") + key);
  return found->get<std::string>();
}

}  // namespace

Bytes FormatGreeting(const Greeting& greeting) {
  const Json json = {{"address", greeting.address},
                     {"member", greeting.member},
                     {"newest", greeting.newest},
                     {"oldest", greeting.oldest},
                     {"time", FormatTime(greeting.time)}};
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  return {text.begin(), text.end()};
}

Result<Greeting> ParseGreeting(ByteView bytes) {
  if (bytes.size() > kLongest) return NoGreeting("it is longer than 4096 bytes");
  const Json json = TRY(crypto::ParseJson(AsText(bytes)));
  if (!json.is_object()) return NoGreeting("no JSON object");
  Greeting greeting;
  greeting.member = TRY(Text(json, "member"));
  greeting.address = TRY(Text(json, "address"));
  greeting.oldest = TRY(Version(json, "oldest"));
  greeting.newest = TRY(Version(json, "newest"));
  const std::string time = TRY(Text(json, "time"));
  greeting.time = TRY(ParseTime(time));
  if (greeting.oldest > greeting.newest) return NoGreeting("its oldest version is newer than its newest");
  return greeting;
}

Result<std::uint32_t> AgreeOnProtocol(const Greeting& ours, const Greeting& theirs) {
  const std::uint32_t newest = std::min(ours.newest, theirs.newest);
  if (newest >= ours.oldest && newest >= theirs.oldest) return newest;
  const bool they_are_old = theirs.newest < ours.oldest;
  return Fail(
      ErrorCode::kFailedPrecondition,
      fmt::format("{} speaks {} of the members' protocol, and {} {}: {} is too old", theirs.member,
                  Versions(theirs), ours.member, Versions(ours), they_are_old ? theirs.member : ours.member),
      fmt::format("bring the node of {} up to date", they_are_old ? theirs.member : ours.member));
}

std::string SkewText(const Greeting& theirs, Time between) {
  const Milliseconds ahead = theirs.time - between;
  if (std::abs(ahead.count()) <= kMostSkew.count()) return {};
  return fmt::format("the clock of {} is {} minutes {} ours: one of them is wrong", theirs.member,
                     std::abs(ahead.count()) / 60'000, ahead.count() > 0 ? "ahead of" : "behind");
}

}  // namespace concordat::peer
