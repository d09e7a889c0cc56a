// What members ask of this node, and who answers.
#include <nlohmann/json.hpp>

#include "ledger/body.h"
#include "ledger/witness.h"
#include "node/federated.h"
#include "node/offers.h"
#include "node/peers.h"

namespace concordat::node {
namespace {

// The checkpoint that a request shows, if it is one of this member's own log.
std::optional<ledger::SignedCheckpoint> ShownBy(const std::string& member, const std::string& request) {
  const auto parsed = ledger::ParseWitnessRequest(request);
  const auto note =
      parsed ? crypto::ParseNote(parsed->note) : Result<crypto::Note>(tl::unexpected(parsed.error()));
  const auto checkpoint =
      note ? ledger::ParseCheckpoint(note->text) : Result<ledger::Checkpoint>(tl::unexpected(note.error()));
  if (!checkpoint || checkpoint->origin != member) return std::nullopt;
  return ledger::SignedCheckpoint{*checkpoint, parsed->note};
}

// The member itself, over its own line, cannot show that its log goes on from what was cosigned: unlike
// anybody's request over HTTP, that is a fault of the log, and no stray proof.
Result<void> RaiseAlarm(Node& node, const std::string& member, const ledger::SignedCheckpoint& seen) {
  std::optional<ledger::SignedCheckpoint> kept;
  {
    const auto lock = node.ledger().Share();
    kept = node.witnesses().Newest(member);
  }
  if (!kept) return {};
  const auto entered = TRY(node.ledger().AppendIf(
      ledger::AlarmDraft(member, "fork", kept->note, seen.note), [&]() -> Outcome<void> {
        if (!node.witnesses().Alarmed(seen.note)) return {};
        return Refuse("alarm_recorded", "this alarm is on the ledger already", "");
      }));
  (void)entered;
  return {};
}

// Body: a witness request. What comes back: what HTTP would say, as JSON.
Result<Bytes> Witness(Node& node, Members& members, const std::string& member, ByteView body) {
  const std::string request(AsText(body));
  const auto reply = TRY(ledger::AddCheckpoint(node.ledger(), node.witnesses(), node.cosigner(), request));
  if (const auto seen = ShownBy(member, request)) {
    std::uint64_t cosigned = 0;
    {
      const auto lock = node.ledger().Share();
      const auto newest = node.witnesses().Newest(member);
      if (newest) cosigned = newest->checkpoint.size;
    }
    members.SawHead(member, seen->checkpoint.size < cosigned);
    if (reply.status == 422) TRY(RaiseAlarm(node, member, *seen));
  }
  const std::string text =
      Json{{"status", reply.status}, {"type", reply.content_type}, {"body", reply.body}}.dump();
  return Bytes(text.begin(), text.end());
}

}  // namespace

std::vector<std::pair<std::string, peer::Handler>> PeerHandlers(Node& node, Members& members) {
  using Answer = Result<Bytes> (*)(Node&, const std::string&, ByteView);
  const auto checked = [&](Answer answer) -> peer::Handler {
    return [&node, &members, answer](const std::string& member, ByteView body) -> Result<Bytes> {
      TRY(members.CheckUpToDate(member));
      return answer(node, member, body);
    };
  };
  std::vector<std::pair<std::string, peer::Handler>> handlers = {
      {"ledger/witness",
       [&](const std::string& member, ByteView body) { return Witness(node, members, member, body); }},
      {"member/tell", checked(TakeLetters)},
      {"catalogue/product", checked(DescribeProduct)},
      {"catalogue/copy", checked(GiveCopy)}};
  for (const char* method : federation::method::kAll) {
    handlers.emplace_back(
        method, [&node, &members, method](const std::string& member, ByteView body) -> Result<Bytes> {
          TRY(members.CheckUpToDate(member));
          return node.federated().owner().Answer(member, method, body);
        });
  }
  return handlers;
}

}  // namespace concordat::node
