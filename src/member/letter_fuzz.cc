// Letters between members: never crash; an invitation that is read is the one that was written.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "member/letter.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat;
  using namespace concordat::member;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  static const auto key = crypto::VerifyKey("lewisham", {1});
  if (const auto invitation = ParseInvitation(text)) {
    CHECK(invitation->secret.size() == kSecretBytes && !invitation->from.address.empty());
    CHECK(ReadCard(CardJson(invitation->from)).has_value());
  }
  if (const auto joining = ParseJoining(text)) CHECK(joining->secret.size() == kSecretBytes);
  (void)ParseIntroduction(text, key);
  (void)ParseKeyStatement(text, key);
  (void)ClaimedName(text);
  (void)CheckAddress(std::string(text));
  return 0;
}
