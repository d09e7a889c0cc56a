#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "agreement/clause.h"
#include "agreement/names.h"

namespace concordat::agreement {
namespace {

constexpr double kLargestEpsilon = 1000;
constexpr double kLargestDelta = 1e-3;
constexpr int kLongestRetention = 36'500;
constexpr std::int64_t kMostPeople = 1'000'000'000;
constexpr std::int64_t kFewestRows = 10;
constexpr std::int64_t kFewestInACell = 3;
constexpr double kLargestShare = 0.5;
constexpr int kMostQuestions = 1'000'000;
constexpr int kMostSealedDays = 3650;
constexpr const char* kDays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr const char* kStages[] = {"pilot", "roll-out", "deployed", "expanding"};

Result<Epsilon> ReadEpsilon(const Place& place, double most) {
  const double epsilon = TRY(place.Number());
  if (!(epsilon > 0 && epsilon <= most)) {
    return place.Wrong("is out of range", fmt::format("write a number above 0, at most {}", most));
  }
  return Epsilon{epsilon};
}

// "08:30" in minutes; "24:00" is the end of the day.
Result<int> ReadClock(const Place& place) {
  const std::string text = TRY(place.Text());
  int hour = -1, minute = -1;
  const char* end = text.data() + text.size();
  const bool shaped = text.size() == 5 && text[2] == ':' &&
                      std::from_chars(text.data(), text.data() + 2, hour).ptr == text.data() + 2 &&
                      std::from_chars(text.data() + 3, end, minute).ptr == end;
  const int minutes = hour * 60 + minute;
  if (shaped && hour >= 0 && minute >= 0 && minute < 60 && minutes <= 24 * 60) return minutes;
  return place.Wrong("is not a time of day", "write it in quotation marks, in UTC: \"08:30\"");
}

Result<Hours> ReadHours(const Place& place) {
  TRY(place.CheckKeys({"days", "from", "until"}));
  Hours hours;
  const Place days = TRY(place.Field("days"));
  const std::vector<Place> items = TRY(days.Items());
  for (const Place& item : items) {
    const std::string text = TRY(item.Text());
    const auto* const day = std::find(std::begin(kDays), std::end(kDays), text);
    if (day == std::end(kDays))
      return item.Wrong("is not a day", "write mon, tue, wed, thu, fri, sat or sun");
    hours.days[static_cast<std::size_t>(day - std::begin(kDays))] = true;
  }
  if (items.empty()) return days.Wrong("names no day", "write [mon, tue, wed, thu, fri]");
  const Place from = TRY(place.Field("from"));
  const Place until = TRY(place.Field("until"));
  hours.from = TRY(ReadClock(from));
  hours.until = TRY(ReadClock(until));
  if (hours.until <= hours.from)
    return until.Wrong("is not after from", "write a later time of the same day");
  return hours;
}

}  // namespace

bool Hours::Hold(Time now) const {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const auto minute = std::chrono::duration_cast<std::chrono::minutes>(now - day).count();
  const unsigned weekday = std::chrono::weekday(day).iso_encoding() - 1;
  return days.at(weekday) && minute >= from && minute < until;
}

Result<std::string> ReadTerm(const Place& place) {
  std::string term = TRY(place.Text());
  if (!IsTerm(term))
    return place.Wrong("is not a term",
                       "write a term of the Data Privacy Vocabulary: dpv:ScientificResearch");
  return term;
}

Result<Programme> ReadProgramme(const Place& place) {
  TRY(place.CheckKeys({"stage", "benefit", "measure"}));
  const Place stage = TRY(place.Field("stage"));
  const Place benefit = TRY(place.Field("benefit"));
  const Place measure = TRY(place.Field("measure"));
  Programme programme;
  programme.stage = TRY(stage.Text());
  programme.benefit = TRY(benefit.Text());
  programme.measure = TRY(measure.Text());
  const bool known = std::find(std::begin(kStages), std::end(kStages), programme.stage) != std::end(kStages);
  if (!known) return stage.Wrong("is not a stage", "write pilot, roll-out, deployed or expanding");
  return programme;
}

Result<std::map<std::string, std::string>> ReadSafes(const Place& place) {
  TRY(place.CheckKeys({"data", "outputs", "people", "projects", "settings"}));
  std::map<std::string, std::string> safes;
  for (const char* name : {"data", "outputs", "people", "projects", "settings"}) {
    const Place field = TRY(place.Field(name));
    safes[name] = TRY(field.Text());
  }
  return safes;
}

Result<Conditions> ReadConditions(const Place& place) {
  TRY(place.CheckKeys({"hours", "questions_per_hour", "sealed_days"}));
  Conditions conditions;
  if (const auto hours = place.FieldIfAny("hours")) conditions.hours = TRY(ReadHours(*hours));
  if (const auto rate = place.FieldIfAny("questions_per_hour"))
    conditions.per_hour = static_cast<int>(TRY(rate->Whole(1, kMostQuestions)));
  if (const auto sealed = place.FieldIfAny("sealed_days"))
    conditions.sealed_days = static_cast<int>(TRY(sealed->Whole(1, kMostSealedDays)));
  return conditions;
}

namespace {

Result<Mode> ReadMode(const Place& place) {
  const std::string name = TRY(place.Text());
  if (name == "dp") return Mode::kDp;
  if (name == "dp-local") return Mode::kDpLocal;
  if (name == "threshold") return Mode::kThreshold;
  return place.Wrong("is not supported", "write dp, dp-local, or threshold for fits under disclosure rules");
}

Result<Disclosure> ReadDisclosure(const Place& place) {
  TRY(place.CheckKeys({"mode", "minimum_rows", "minimum_cell", "parameters_share"}));
  Disclosure rules;
  const Place rows = TRY(place.Field("minimum_rows"));
  rules.minimum_rows = TRY(rows.Whole(kFewestRows, kMostPeople));
  const Place cell = TRY(place.Field("minimum_cell"));
  rules.minimum_cell = TRY(cell.Whole(kFewestInACell, rules.minimum_rows));
  if (const auto share = place.FieldIfAny("parameters_share")) {
    rules.parameters_share = TRY(share->Number());
    if (!(rules.parameters_share > 0 && rules.parameters_share <= kLargestShare))
      return share->Wrong("is out of range", "write a number above 0, at most 0.5: parameters for each row");
  }
  return rules;
}

Result<void> ReadPrivacy(const Place& place, Protection& protection) {
  TRY(place.CheckKeys({"mode", "epsilon", "delta", "per_query", "per_analyst", "minimum_people"}));
  TRY(place.Field("mode"));
  const Place epsilon = TRY(place.Field("epsilon"));
  protection.epsilon = TRY(ReadEpsilon(epsilon, kLargestEpsilon));
  const Place delta = TRY(place.Field("delta"));
  protection.delta = {TRY(delta.Number())};
  if (!(protection.delta.value > 0 && protection.delta.value <= kLargestDelta)) {
    return delta.Wrong("is out of range",
                       "write a number above 0, at most 0.001, well below one over the number of people");
  }
  const Place per_query = TRY(place.Field("per_query"));
  protection.per_query = TRY(ReadEpsilon(per_query, protection.epsilon.value));
  if (const auto per_analyst = place.FieldIfAny("per_analyst")) {
    protection.per_analyst = TRY(ReadEpsilon(*per_analyst, protection.epsilon.value));
  }
  const Place minimum = TRY(place.Field("minimum_people"));
  protection.minimum_people = TRY(minimum.Whole(1, kMostPeople));
  return {};
}

}  // namespace

Result<void> ReadProtection(const Place& place, Protection& protection) {
  if (const auto mode = place.FieldIfAny("mode")) protection.mode = TRY(ReadMode(*mode));
  if (protection.mode != Mode::kThreshold) return ReadPrivacy(place, protection);
  protection.disclosure = TRY(ReadDisclosure(place));
  return {};
}

Result<void> ReadValidity(const Place& place, Agreement& agreement) {
  TRY(place.CheckKeys({"from", "until"}));
  const Place from = TRY(place.Field("from"));
  const Place until = TRY(place.Field("until"));
  agreement.from = TRY(from.Moment());
  agreement.until = TRY(until.Moment());
  if (agreement.until <= agreement.from) return until.Wrong("is not after valid.from", "write a later date");
  return {};
}

Result<int> ReadRetention(const Place& place) {
  return static_cast<int>(TRY(place.Whole(1, kLongestRetention)));
}

}  // namespace concordat::agreement
