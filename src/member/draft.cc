#include <nlohmann/json.hpp>

#include "member/book.h"

namespace concordat::member {
namespace {

ledger::Draft DraftOf(const char* kind, Json body) {
  return {.kind = kind, .body = std::move(body), .secret = {}};
}

}  // namespace

ledger::Draft InvitedDraft(const Invitation& invitation, const std::string& by) {
  return DraftOf("member.invited", {{"guest", invitation.guest},
                                    {"until", FormatTime(invitation.until)},
                                    {"invitation", HashOfSecret(invitation.secret)},
                                    {"by", by}});
}

ledger::Draft JoinedDraft(const Joined& joined, const std::string& by) {
  Json body = {{"card", CardJson(joined.card)}, {"by", by}};
  if (!joined.invitation.empty()) body["invitation"] = joined.invitation;
  if (!joined.introducer.empty()) body["introducer"] = joined.introducer;
  if (joined.may_introduce) body["may_introduce"] = true;
  if (joined.as_non_disclosing) body["as_non_disclosing"] = true;
  return DraftOf("member.joined", std::move(body));
}

ledger::Draft IntroducedDraft(const Card& card, const std::string& introducer) {
  return DraftOf("member.introduced", {{"card", CardJson(card)}, {"introducer", introducer}});
}

ledger::Draft RotatedDraft(const std::string& name, const KeyStatement& statement, const std::string& by) {
  return DraftOf("member.rotated",
                 {{"name", name}, {"pin", ToHex(statement.pin)}, {"number", statement.number}, {"by", by}});
}

ledger::Draft AddressDraft(const std::string& name, const std::string& address, bool announced,
                           const std::string& by) {
  return DraftOf("member.address",
                 {{"name", name}, {"address", address}, {"announced", announced}, {"by", by}});
}

ledger::Draft PausedDraft(const std::string& name, const std::string& reason, const std::string& by) {
  return DraftOf("member.paused", {{"name", name}, {"reason", reason}, {"by", by}});
}

ledger::Draft ResumedDraft(const std::string& name, const std::string& by) {
  return DraftOf("member.resumed", {{"name", name}, {"by", by}});
}

ledger::Draft RemovedDraft(const std::string& name, const std::string& reason, const std::string& by) {
  return DraftOf("member.removed", {{"name", name}, {"reason", reason}, {"by", by}});
}

}  // namespace concordat::member
