#include "node/delivery.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "ledger/body.h"
#include "node/log.h"
#include "node/offers.h"
#include "peer/backoff.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kFirstBackoff{500};
constexpr Milliseconds kLongestBackoff{60'000};
constexpr std::size_t kMostItems = 200;  // in one call
constexpr std::size_t kMostBytes = std::size_t{4} << 20;

Json LetterJson(const std::string& kind, const std::string& text) { return {{"kind", kind}, {"text", text}}; }

}  // namespace

// The caller holds Share.
std::vector<Delivery::Item> Delivery::ItemsFor(const member::Member& member) {
  std::vector<Item> items;
  const std::string& name = member.card.name();
  for (std::string& note : OffersFor(node_, name))
    items.push_back({"agreement", note, crypto::Sha256Hex(note)});
  // Whom this member knows by itself, without who joined them being told of themselves.
  for (const auto& [other, known] : node_.members().members()) {
    if (other == name || known.state != member::State::kActive || !known.introducer.empty()) continue;
    if (!member.introducer.empty()) continue;
    const Json card = member::CardJson(known.card);
    items.push_back({"introduction", other, crypto::Sha256Hex("introduction " + card.dump())});
  }
  return items;
}

std::vector<Delivery::Batch> Delivery::Pending(Whom whom) {
  const Milliseconds now = node_.clock().Elapsed();
  const std::uint64_t news = node_.news().count();
  std::vector<Batch> batches;
  const std::lock_guard lock(mutex_);
  const auto share = node_.ledger().Share();
  if (node_.members().paused()) return batches;
  for (const auto& [name, member] : node_.members().members()) {
    if (member.state != member::State::kActive || member.card.address.empty()) continue;
    Recipient& to = recipients_[name];
    if (whom == Whom::kDue && (now < to.due || (to.greeted && to.news == news && to.said.empty()))) continue;
    Batch batch{.member = name, .items = {}, .news = news};
    std::size_t bytes = 0;
    for (Item& item : ItemsFor(member)) {
      if (to.taken.contains(item.mark) || batch.items.size() == kMostItems || bytes > kMostBytes) continue;
      bytes += item.text.size();
      batch.items.push_back(std::move(item));
    }
    if (batch.items.empty() && to.greeted) {
      to.news = news;
      to.said.clear();
    }
    if (!batch.items.empty() || !to.greeted || whom == Whom::kAll) batches.push_back(std::move(batch));
  }
  return batches;
}

// One that was not taken is sent again later: what stood in its way may have gone.
void Delivery::NoteItem(Recipient& to, const std::string& member, const Item& item, const Json& said) {
  const std::string code = said.is_object() ? ledger::TextIn(said, "code") : "";
  // A step upon a document that is over, or was never there, has nothing to hold there.
  if (said.is_null() || code == Name(ErrorCode::kNotFound)) {
    to.taken.insert(item.mark);
    to.said.erase(item.mark);
    return;
  }
  const std::string message = said.is_object() ? ledger::TextIn(said, "message") : "an answer without words";
  std::string& before = to.said[item.mark];
  if (before != message)
    Log(Severity::kWarning, "a member did not take what it was told",
        {{"member", member}, {"kind", item.kind}, {"said", message}});
  before = message;
}

void Delivery::Note(const Batch& batch, const Result<Bytes>& answer, Told& told) {
  const std::lock_guard lock(mutex_);
  Recipient& to = recipients_[batch.member];
  const auto said =
      answer ? crypto::ParseJson(AsText(*answer)) : Result<Json>(tl::unexpected(answer.error()));
  if (!said || !said->is_array() || said->size() != batch.items.size()) {
    const Error error =
        said ? Error{ErrorCode::kCorrupt, batch.member + " answered something else", ""} : said.error();
    if (to.failures++ == 0)
      Log(Severity::kWarning, "a member is not reached", {{"member", batch.member}, {"said", error.message}});
    to.due = node_.clock().Elapsed() +
             peer::BackoffAfter(to.failures, kFirstBackoff, kLongestBackoff, node_.random());
    told.away.emplace(batch.member, error);
    return;
  }
  if (to.failures > 0) Log(Severity::kInfo, "a member is reached again", {{"member", batch.member}});
  to.failures = 0;
  to.greeted = true;
  for (std::size_t i = 0; i < batch.items.size(); ++i) NoteItem(to, batch.member, batch.items[i], (*said)[i]);
  to.due = to.said.empty() ? Milliseconds(0) : node_.clock().Elapsed() + kLongestBackoff;
  if (to.said.empty()) told.told.push_back(batch.member);
  if (!to.said.empty())
    told.away.emplace(batch.member, Error{ErrorCode::kFailedPrecondition, to.said.begin()->second, ""});
}

Delivery::Told Delivery::Round(Whom whom, Milliseconds patience) {
  Told told;
  const std::vector<Batch> batches = Pending(whom);
  std::vector<federation::Call> calls;
  for (const Batch& batch : batches) {
    Json letters = Json::array();
    for (const Item& item : batch.items)
      letters.push_back(LetterJson(
          item.kind, item.kind == "introduction" ? Introduce(batch.member, item.text) : item.text));
    const std::string text = letters.dump();
    calls.push_back({batch.member, "member/tell", Bytes(text.begin(), text.end())});
  }
  // Nothing of ours is locked meanwhile: another round may tell the same, which changes nothing.
  const auto answers = link_.AskAll(calls, patience);
  for (std::size_t i = 0; i < batches.size(); ++i) Note(batches[i], answers[i], told);
  return told;
}

std::string Delivery::Introduce(const std::string& to, const std::string& name) {
  const auto lock = node_.ledger().Share();
  const member::Member* host = node_.members().Find(to);
  const member::Member* guest = node_.members().Find(name);
  if (host == nullptr || guest == nullptr) return {};  // gone meanwhile; what is sent is not taken
  return member::FormatIntroduction({guest->card, host->card.key.Text()}, node_.ledger().signing_key());
}

void Delivery::Heard(const std::string& member) {
  const std::lock_guard lock(mutex_);
  const auto found = recipients_.find(member);
  if (found != recipients_.end() && found->second.failures > 0) found->second.due = Milliseconds(0);
}

void Delivery::Forget() {
  const std::lock_guard lock(mutex_);
  recipients_.clear();
}

}  // namespace concordat::node
