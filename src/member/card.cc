#include "member/card.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "ledger/body.h"

namespace concordat::member {
namespace {

using ledger::TextIn;

constexpr double kMostNumber = 1e9;  // of rotations

tl::unexpected<Error> Wrong(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "not what a member says of itself: " + what,
              "docs/formats/invitation.md has its form");
}

bool IsHost(std::string_view host) {
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (bracketed) host = host.substr(1, host.size() - 2);
  return !host.empty() && std::all_of(host.begin(), host.end(), [&](unsigned char c) {
    return std::isalnum(c) != 0 || c == '.' || (bracketed ? c == ':' : c == '-' || c == '_');
  });
}

}  // namespace

Json CardJson(const Card& card) {
  return {{"key", card.key.Text()},  {"witness", card.witness.Text()},
          {"pin", ToHex(card.pin)},  {"number", card.number},
          {"address", card.address}, {"non_disclosing", card.non_disclosing}};
}

Result<void> CheckAddress(const std::string& address) {
  constexpr std::size_t kLongest = 261;  // a name of 253, and a port
  const std::size_t colon = address.rfind(':');
  const std::string port = colon == std::string::npos ? "" : address.substr(colon + 1);
  const bool digits =
      !port.empty() && port.size() <= 5 &&
      std::all_of(port.begin(), port.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
  if (address.size() <= kLongest && digits && std::stoi(port) >= 1 && std::stoi(port) <= 65535 &&
      IsHost(std::string_view(address).substr(0, colon)))
    return {};
  return Fail(ErrorCode::kInvalidArgument, "'" + address.substr(0, kLongest) + "' is no address of a member",
              "write it as node.lewisham.example:6490");
}

Result<Card> ReadCard(const Json& json) {
  if (!json.is_object()) return Wrong("no JSON object");
  const std::string key = TextIn(json, "key"), witness = TextIn(json, "witness");
  Card card{.key = TRY(crypto::VerifyKey::Parse(key)), .witness = {"x", {}}};
  card.witness = TRY(crypto::CosignerKey::Parse(witness));
  if (card.witness.name() != card.name() + "/witness") return Wrong("the witness is not its own");
  const auto pin = FromHex(TextIn(json, "pin"));
  if (!pin || pin->size() != card.pin.size()) return Wrong("the pin is not 32 bytes in hex");
  std::copy(pin->begin(), pin->end(), card.pin.begin());
  const auto number = json.find("number");
  const double value = number != json.end() && number->is_number() ? number->get<double>() : 0;
  if (value < 1 || value > kMostNumber || value != static_cast<double>(static_cast<std::uint64_t>(value)))
    return Wrong("its key has no number");
  card.number = static_cast<std::uint64_t>(value);
  card.address = TextIn(json, "address");
  if (!card.address.empty()) TRY(CheckAddress(card.address));
  const auto flag = json.find("non_disclosing");
  if (flag == json.end() || !flag->is_boolean()) return Wrong("it does not say whether it is non-disclosing");
  card.non_disclosing = flag->get<bool>();
  return card;
}

std::string Fingerprint(const crypto::VerifyKey& a, const crypto::VerifyKey& b) {
  constexpr int kTimes = 65'536;
  constexpr std::size_t kGroups = 6, kBytes = 5;
  const std::string one = a.Text() + "\n", two = b.Text() + "\n";
  crypto::Hash hash = crypto::Sha256(
      {AsBytes("concordat fingerprint/1\n"), AsBytes(std::min(one, two)), AsBytes(std::max(one, two))});
  for (int i = 1; i < kTimes; ++i) hash = crypto::Sha256(hash);
  std::string text;
  for (std::size_t group = 0; group < kGroups; ++group) {
    std::uint64_t number = 0;  // of 40 bits: 100,000 divides it all but evenly
    for (std::size_t i = 0; i < kBytes; ++i) number = number << 8 | hash.at(kBytes * group + i);
    text += fmt::format("{}{:05}", group == 0 ? "" : " ", number % 100'000);
  }
  return text;
}

}  // namespace concordat::member
