#include "transparency/tally.h"

#include <nlohmann/json.hpp>

#include "ledger/body.h"
#include "transparency/part.h"

namespace concordat::transparency {
void Tally::Apply(const ledger::Entry& entry) {
  const bool charge = entry.kind == ledger::kind::kCharge;
  if (!charge && entry.kind != ledger::kind::kRelease) return;
  const std::string document = ledger::TextIn(entry.body, "document");
  if (document.empty() || IsToldByOwnPart(entry.body, member_)) return;
  Counts& counts = counts_[document];
  const std::string outcome = ledger::TextIn(entry.body, "outcome");
  const bool first = ledger::RoundOf(entry.body) == 1;
  if (first && (charge || (IsOfAsker(entry.body) && outcome != "repeated"))) {
    ++counts.asked;
    counts.last = entry.time;
  }
  if (outcome == "answered") ++counts.answered;
  if (outcome == "contributed") ++(OwnersIn(entry.body).size() == 1 ? counts.answered : counts.together);
  if (outcome == "failed") ++counts.failed;
  if (outcome == "repeated") ++counts.repeated;
}

Json Tally::Save() const {
  Json saved = Json::object();
  for (const auto& [document, counts] : counts_) {
    saved[document] =
        Json::array({counts.asked, counts.answered, counts.together, counts.failed, counts.repeated,
                     counts.last ? Json(counts.last->time_since_epoch().count()) : Json()});
  }
  return saved;
}

void Tally::Load(const Json& saved) {
  for (const auto& [document, row] : saved.items()) {
    counts_[document] = {.asked = row.at(0).get<std::uint64_t>(),
                         .answered = row.at(1).get<std::uint64_t>(),
                         .together = row.at(2).get<std::uint64_t>(),
                         .failed = row.at(3).get<std::uint64_t>(),
                         .repeated = row.at(4).get<std::uint64_t>(),
                         .last = {}};
    if (!row.at(5).is_null()) counts_[document].last = Time(Milliseconds(row.at(5).get<std::int64_t>()));
  }
}

Counts Tally::Of(std::string_view document) const {
  const auto known = counts_.find(document);
  return known == counts_.end() ? Counts{} : known->second;
}

}  // namespace concordat::transparency
