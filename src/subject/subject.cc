#include "subject/subject.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crypto/hash.h"
#include "ledger/body.h"

namespace concordat::subject {
namespace {

constexpr char kGranted[] = "subject.granted";
constexpr char kEnded[] = "subject.ended";
constexpr char kObjected[] = "subject.objected";
constexpr char kWithdrew[] = "subject.withdrew";
constexpr std::size_t kTokenBytes = 20;

std::string HashOf(std::string_view token) {
  return ToHex(crypto::Sha256({AsBytes("concordat/subject-token/1\n"), AsBytes(token)}));
}

std::string RandomHex(RandomSource& random, std::size_t bytes) {
  Bytes drawn(bytes);
  random.Fill(drawn);
  return ToHex(drawn);
}

}  // namespace

void Subjects::Apply(const ledger::Entry& entry) {
  if (entry.kind == kGranted) {
    ApplyGrant(entry);
  } else if (entry.kind == kEnded) {
    const auto ended = grants_.find(ledger::TextIn(entry.body, "token"));
    if (ended == grants_.end()) return;
    std::erase_if(by_token_, [&](const auto& known) { return known.second == ended->first; });
    grants_.erase(ended);
  } else if (entry.kind == kObjected || entry.kind == kWithdrew) {
    ApplyObjection(entry);
  }
}

void Subjects::Clear() {
  grants_.clear();
  by_token_.clear();
  objections_.clear();
}

// One whose secret part was erased is nobody's any more.
void Subjects::ApplyGrant(const ledger::Entry& entry) {
  const auto until = ParseTime(ledger::TextIn(entry.body, "until"));
  if (!entry.secret || !until) return;
  Grant grant{.id = ledger::TextIn(entry.body, "token"), .units = {}, .since = entry.time, .until = *until};
  const auto units = entry.secret->find("units");
  if (units == entry.secret->end() || !units->is_object()) return;
  for (const auto& [product, unit] : units->items()) {
    if (unit.is_string()) grant.units[product] = unit.get<std::string>();
  }
  by_token_[ledger::TextIn(*entry.secret, "hash")] = grant.id;
  grants_[grant.id] = std::move(grant);
}

void Subjects::ApplyObjection(const ledger::Entry& entry) {
  if (!entry.secret) return;
  ObjectionsPtr& known = objections_[ledger::TextIn(entry.body, "product")];
  auto changed = known ? std::make_shared<Objections>(*known) : std::make_shared<Objections>();
  const std::string unit = ledger::TextIn(*entry.secret, "unit");
  if (entry.kind == kObjected) {
    changed->units.insert(unit);
  } else {
    changed->units.erase(unit);
  }
  changed->changed = entry.index;
  known = std::move(changed);
}

const Grant* Subjects::FindByToken(std::string_view token, Time now) const {
  const auto known = by_token_.find(HashOf(token));
  if (known == by_token_.end()) return nullptr;
  const Grant* grant = Find(known->second);
  return grant != nullptr && now < grant->until ? grant : nullptr;
}

const Grant* Subjects::Find(std::string_view id) const {
  const auto known = grants_.find(id);
  return known == grants_.end() ? nullptr : &known->second;
}

ObjectionsPtr Subjects::To(std::string_view product) const {
  const auto known = objections_.find(product);
  return known == objections_.end() ? nullptr : known->second;
}

Result<Granted> GrantToken(ledger::Ledger& ledger, RandomSource& random, const Units& units, int days,
                           const std::string& by) {
  Granted granted{.id = RandomHex(random, 8),
                  .token = "csub_" + RandomHex(random, kTokenBytes),
                  .until = ledger.Now() + std::chrono::days(days)};
  TRY(ledger.Append({.kind = kGranted,
                     .body = {{"token", granted.id}, {"by", by}, {"until", FormatTime(granted.until)}},
                     .secret = Json{{"hash", HashOf(granted.token)}, {"units", units}}}));
  return granted;
}

Result<Outcome<ledger::Entry>> EndToken(ledger::Ledger& ledger, const Subjects& subjects,
                                        const std::string& id, const std::string& by) {
  return ledger.AppendIf({.kind = kEnded, .body = {{"token", id}, {"by", by}}, .secret = {}},
                         [&]() -> Outcome<void> {
                           if (subjects.Find(id) != nullptr) return {};
                           return Refuse("token_unknown", fmt::format("there is no token '{}'", id),
                                         "concordat subject list names them", "42704");
                         });
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Subjects& subjects, Stand stand,
                                     const std::string& product, const std::string& unit,
                                     const std::string& by) {
  const bool objects = stand == Stand::kObject;
  return ledger.AppendIf(
      {.kind = objects ? kObjected : kWithdrew,
       .body = {{"product", product}, {"by", by}},
       .secret = Json{{"unit", unit}}},
      [&]() -> Outcome<void> {
        const ObjectionsPtr known = subjects.To(product);
        const bool stands = known && known->units.contains(unit);
        if (objects != stands) return {};
        return stands ? Refuse("objection_stands", fmt::format("the objection to {} stands already", product),
                               "nothing is to be done: the unit is in no answer", "42710")
                      : Refuse("objection_unknown",
                               fmt::format("no objection to {} stands for this unit", product),
                               "object first", "42704");
      });
}

}  // namespace concordat::subject
