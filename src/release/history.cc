#include "release/history.h"

#include <algorithm>

namespace concordat::release {
namespace {

constexpr Milliseconds kHour{3'600'000};

}  // namespace

void History::Clear() {
  records_.clear();
  identities_.clear();
  asked_.clear();
}

int History::AskedInTheHourBefore(Time now, const std::string& agreement, const std::string& analyst) const {
  const auto asked = asked_.find({agreement, analyst});
  if (asked == asked_.end()) return 0;
  return static_cast<int>(std::count_if(asked->second.begin(), asked->second.end(),
                                        [now](Time time) { return time > now - kHour; }));
}

void History::Apply(const ledger::Entry& entry) {
  if (entry.kind == ledger::kind::kCharge) {
    const std::string id = entry.body.at("question");
    records_[id] = {.id = id,
                    .agreement = entry.body.at("agreement"),
                    .analyst = entry.body.at("analyst"),
                    .product = entry.body.at("product"),
                    .time = entry.time,
                    .outcome = "charged",
                    .charge = entry.index,
                    .release = {},
                    .repeats = 0};
    std::deque<Time>& asked = asked_[{records_[id].agreement, records_[id].analyst}];
    while (!asked.empty() && asked.front() <= entry.time - kHour) asked.pop_front();
    asked.push_back(entry.time);
  } else if (entry.kind == ledger::kind::kRelease) {
    const auto record = records_.find(entry.body.at("question"));
    if (record == records_.end()) return;
    const std::string outcome = entry.body.at("outcome");
    if (outcome == "repeated") {
      ++record->second.repeats;
      return;
    }
    record->second.outcome = outcome;
    record->second.release = entry.index;
    if (outcome == "answered") identities_[entry.body.at("identity")] = record->first;
  }
}

const Record* History::FindAnswer(const std::string& identity) const {
  const auto found = identities_.find(identity);
  return found == identities_.end() ? nullptr : &records_.at(found->second);
}

const Record* History::Find(const std::string& id) const {
  const auto first = records_.lower_bound(id);
  if (id.empty() || first == records_.end() || !first->first.starts_with(id)) return nullptr;
  if (first->first == id) return &first->second;
  const auto second = std::next(first);
  return second != records_.end() && second->first.starts_with(id) ? nullptr : &first->second;
}

}  // namespace concordat::release
