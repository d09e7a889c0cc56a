#include "release/record.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "ledger/body.h"
#include "ledger/name.h"
#include "ledger/seal.h"

namespace concordat::release {
namespace {

using ledger::TextIn;

// What a release entry adds to what is known of its question.
void AddRelease(Record& record, const ledger::Entry& entry, Time now) {
  record.outcome = TextIn(entry.body, "outcome");
  record.release = entry.index;
  if (const Json owners = entry.body.value("owners", Json()); owners.is_array())
    record.owners = owners.get<std::vector<std::string>>();
  const Json* secret = ledger::Shown(entry, now);
  if (secret == nullptr) return;
  record.notice = TextIn(secret->value("answer", Json()), "notice");
  record.receipts = secret->value("receipts", Json::object()).size();
}

// Of the charge of a question, or where others were charged of its first record.
Result<Record> RecordOf(const ledger::Ledger& ledger, const ledger::Entry& charge) {
  const std::string id = TextIn(charge.body, "question");
  const auto repeats = TRY(ledger.CountNamed(ledger::RepeatName(id)));
  Record record{.id = id,
                .agreement = TextIn(charge.body, "agreement"),
                .analyst = TextIn(charge.body, "analyst"),
                .product = TextIn(charge.body, charge.body.contains("product") ? "product" : "table"),
                .time = charge.time,
                .outcome = "charged",
                .charge = charge.index,
                .release = {},
                .repeats = repeats};
  for (const ledger::Entry& entry : TRY(ledger.Named(ledger::QuestionName(id))))
    if (entry.kind == ledger::kind::kRelease) AddRelease(record, entry, ledger.Now());
  return record;
}

tl::unexpected<Error> NotOne(const std::string& beginning) {
  return Fail(ErrorCode::kNotFound,
              fmt::format("no answer, or several, whose id begins with '{}'", beginning),
              "give more of the id from the NOTICE");
}

// The one id that begins so; one that is whole counts before longer ones.
Result<std::string> IdFrom(const ledger::Ledger& ledger, const std::string& beginning) {
  const std::string prefix = ledger::QuestionName("");
  const auto names = TRY(ledger.NamesFrom(prefix + beginning, 2));
  const bool whole = !names.empty() && names.front() == prefix + beginning;
  if (beginning.empty() || names.empty() || (names.size() > 1 && !whole)) return NotOne(beginning);
  return names.front().substr(prefix.size());
}

}  // namespace

Result<std::optional<ledger::Entry>> FindAnswer(const ledger::Ledger& ledger, const std::string& identity) {
  auto answered = TRY(ledger.Named(ledger::IdentityName(identity), 1));
  if (answered.empty()) return std::nullopt;
  return std::move(answered.front());
}

Result<Record> FindRecord(const ledger::Ledger& ledger, const std::string& beginning) {
  const std::string id = TRY(IdFrom(ledger, beginning));
  const auto entries = TRY(ledger.Named(ledger::QuestionName(id)));
  const auto charge = std::find_if(entries.begin(), entries.end(), [](const ledger::Entry& entry) {
    return entry.kind == ledger::kind::kCharge;
  });
  if (charge != entries.end()) return RecordOf(ledger, *charge);
  if (entries.empty()) return NotOne(beginning);
  return RecordOf(ledger, entries.front());
}

Result<std::vector<Record>> RecordsOf(const ledger::Ledger& ledger, const std::string& agreement,
                                      const std::string& analyst) {
  std::vector<Record> records;
  std::set<std::string> known;
  for (const ledger::Entry& entry : TRY(ledger.Named(ledger::AskerName(agreement, analyst)))) {
    if (known.insert(TextIn(entry.body, "question")).second) records.push_back(TRY(RecordOf(ledger, entry)));
  }
  return records;
}

}  // namespace concordat::release
