#include "node/witnessing.h"

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "fetch/fetch.h"
#include "ledger/body.h"
#include "ledger/witness.h"
#include "node/log.h"
#include "node/peers.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kWitnessPatience{20'000};
constexpr int kWitnessTries = 3;  // with a witness that others ask for the same log

// The member whose witness it is; empty where the name is of another form.
std::string MemberOf(const ledger::AskedWitness& witness) {
  constexpr std::string_view kSuffix = "/witness";
  const std::string& name = witness.key.name();
  return name.ends_with(kSuffix) ? name.substr(0, name.size() - kSuffix.size()) : "";
}

Result<ledger::WitnessReply> AskOverHttp(const std::string& url, const std::string& request) {
  const fetch::Url base = TRY(fetch::ParseUrl(url));
  const fetch::Response response = TRY(fetch::Post(base / "add-checkpoint", request));
  return ledger::WitnessReply{response.status, response.content_type, response.body};
}

Result<ledger::WitnessReply> AskOverLine(Node& node, const std::string& member, const std::string& request) {
  const Bytes body(request.begin(), request.end());
  const auto answers = node.peers()->AskAll({{member, "ledger/witness", body}}, kWitnessPatience);
  if (!answers.front()) return tl::unexpected(answers.front().error());
  const Json json = TRY(crypto::ParseJson(AsText(*answers.front())));
  const auto status = json.is_object() ? json.find("status") : json.end();
  if (!json.is_object() || status == json.end() || !status->is_number_integer())
    return Fail(ErrorCode::kCorrupt, member + " answered what no witness says");
  return ledger::WitnessReply{status->get<int>(), ledger::TextIn(json, "type"), ledger::TextIn(json, "body")};
}

// Is there a way to ask it without a person who carries files?
bool IsReached(Node& node, const ledger::AskedWitness& witness) {
  if (!witness.url.empty()) return true;
  const auto lock = node.ledger().Share();
  const member::Member* member = node.members().Find(MemberOf(witness));
  return node.peers() != nullptr && member != nullptr && member->state == member::State::kActive &&
         !member->card.address.empty() && member->card.witness.Text() == witness.key.Text();
}

// Asks a witness at its address, or over the line to the member it is; again where it knows another size than
// we thought. The entries it then knows.
Result<std::uint64_t> Renew(Node& node, const ledger::AskedWitness& witness) {
  std::uint64_t known = KnownTo(node, witness.key);
  for (int attempt = 0; attempt < kWitnessTries; ++attempt) {
    const std::string request = TRY(ledger::AskForCosignature(node.ledger(), known));
    const ledger::WitnessReply reply = TRY(witness.url.empty() ? AskOverLine(node, MemberOf(witness), request)
                                                               : AskOverHttp(witness.url, request));
    const std::string note = TRY(ledger::ParseWitnessRequest(request)).note;
    const auto answer = TRY(ledger::ReadWitnessReply(reply, note, witness.key));
    if (!answer.known) {
      TRY(node.cosigned().Keep(answer.note));
      return KnownTo(node, witness.key);
    }
    known = *answer.known;
  }
  return Fail(ErrorCode::kUnavailable, witness.key.name() + " is asked by others for the same log",
              "ask again later");
}

}  // namespace

std::uint64_t KnownTo(const Node& node, const crypto::CosignerKey& witness) {
  const auto note = crypto::ParseNote(node.cosigned().Newest());
  const auto cosigned =
      note ? crypto::VerifyCosignatures(*note, {witness}) : Result<std::vector<crypto::Cosigned>>();
  if (!note || !cosigned || cosigned->empty()) return 0;
  const auto checkpoint = ledger::ParseCheckpoint(note->text);
  return checkpoint ? checkpoint->size : 0;
}

Round AskWitnesses(Node& node, const Progress& progress, const std::set<std::string>& settled) {
  std::map<std::string, ledger::AskedWitness> asked;
  std::uint64_t worth = 0;
  {
    const auto lock = node.ledger().Share();
    asked = node.witnesses().witnesses();
    worth = node.witnesses().worth_cosigning();
  }
  Round round;
  for (const auto& [name, witness] : asked) {
    const bool nothing_new = settled.contains(name) && KnownTo(node, witness.key) >= worth;
    if (nothing_new || !IsReached(node, witness)) continue;
    progress("asking " + name);
    const auto known = Renew(node, witness);
    if (known) {
      round.cosigned.emplace(name, *known);
    } else {
      node.tally().CountWitnessFailure(name);
      round.failed.emplace(name, known.error());
    }
  }
  return round;
}

WitnessRounds::WitnessRounds(Node& node, Milliseconds every)
    : node_(node), rounds_(every, [this] {
        Ask();
        LookAtAlarms();
      }) {}

// A witness that goes on failing for one reason is logged once.
void WitnessRounds::Ask() {
  const Round round = AskWitnesses(
      node_, [](std::string_view) {}, settled_);
  for (const auto& [name, entries] : round.cosigned) {
    settled_.insert(name);
    if (failing_.erase(name) > 0) Log(Severity::kInfo, "the witness cosigns again", {{"witness", name}});
  }
  for (const auto& [name, error] : round.failed) {
    std::string& logged = failing_[name];
    if (logged == error.message) continue;
    logged = error.message;
    const bool grave =
        error.code == ErrorCode::kCorrupt;  // this ledger was put back, or the witness is wrong
    Log(grave ? Severity::kError : Severity::kWarning, "a witness did not cosign",
        {{"witness", name}, {"said", error.message}});
  }
}

void WitnessRounds::LookAtAlarms() {
  std::vector<ledger::Alarm> found;
  {
    const auto lock = node_.ledger().Share();
    found = node_.witnesses().alarms();
  }
  for (; alarms_ < found.size(); ++alarms_) {
    const ledger::Alarm& alarm = found[alarms_];
    Log(Severity::kError, "alarm: a log has signed two histories",
        {{"log", alarm.origin},
         {"fault", alarm.fault},
         {"entry", std::to_string(alarm.entry)},
         {"kept", alarm.kept},
         {"seen", alarm.seen}});
  }
}

}  // namespace concordat::node
