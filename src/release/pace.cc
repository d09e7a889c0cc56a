#include "release/pace.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/body.h"

namespace concordat::release {
namespace {

constexpr Milliseconds kHour{3'600'000};

}  // namespace

void Pace::Clear() { *this = {}; }

void Pace::Apply(const ledger::Entry& entry) {
  // All rounds of a fit are one question.
  if (entry.kind != ledger::kind::kCharge || ledger::RoundOf(entry.body) > 1) return;
  newest_ = entry.time;
  std::deque<Time>& asked =
      asked_[{ledger::TextIn(entry.body, "agreement"), ledger::TextIn(entry.body, "analyst")}];
  while (!asked.empty() && asked.front() <= entry.time - kHour) asked.pop_front();
  asked.push_back(entry.time);
}

int Pace::AskedInTheHourBefore(Time now, const std::string& agreement, const std::string& analyst) const {
  const auto asked = asked_.find({agreement, analyst});
  if (asked == asked_.end()) return 0;
  return static_cast<int>(std::count_if(asked->second.begin(), asked->second.end(),
                                        [now](Time time) { return time > now - kHour; }));
}

// Only what still counts after the newest charge: an analyst who asked before that is as one who never did.
Json Pace::Save() const {
  Json rows = Json::array();
  for (const auto& [asker, times] : asked_) {
    Json recent = Json::array();
    for (const Time time : times) {
      if (time > newest_ - kHour) recent.push_back(time.time_since_epoch().count());
    }
    if (!recent.empty()) rows.push_back(Json::array({asker.first, asker.second, std::move(recent)}));
  }
  return {{"newest", newest_.time_since_epoch().count()}, {"asked", std::move(rows)}};
}

void Pace::Load(const Json& saved) {
  newest_ = Time(Milliseconds(saved.at("newest").get<std::int64_t>()));
  for (const Json& row : saved.at("asked")) {
    std::deque<Time>& asked = asked_[{row.at(0).get<std::string>(), row.at(1).get<std::string>()}];
    for (const Json& time : row.at(2)) asked.emplace_back(Milliseconds(time.get<std::int64_t>()));
  }
}

}  // namespace concordat::release
