#include "agreement/differences.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/json.h"

namespace concordat::agreement {
namespace {

using Lines = std::vector<std::string>;
using Names = std::set<std::string>;

Names KeysOf(const Json& object, const char* field) {
  Names names;
  const Json value = object.value(field, Json::object());
  for (const auto& [name, ignored] : value.items()) names.insert(name);
  return names;
}

Names TextsOf(const Json& list) {
  Names names;
  for (const Json& item : list) names.insert(item.get<std::string>());
  return names;
}

void AddNames(Lines& lines, const Names& before, const Names& after, const char* more, const char* fewer) {
  for (const std::string& name : after) {
    if (!before.contains(name)) lines.push_back(fmt::format(fmt::runtime(more), name));
  }
  for (const std::string& name : before) {
    if (!after.contains(name)) lines.push_back(fmt::format(fmt::runtime(fewer), name));
  }
}

void AddNumber(Lines& lines, double before, double after, const char* rises, const char* falls) {
  if (before == after) return;
  lines.push_back(fmt::format("{} {} becomes {}", after > before ? rises : falls, before, after));
}

void AddWho(Lines& lines, const Agreement& before, const Agreement& after, const Json& a, const Json& b) {
  AddNames(lines, KeysOf(a, "parties"), KeysOf(b, "parties"), "{} becomes a party",
           "{} is no party any more");
  for (const auto& [party, key] : before.parties) {
    const auto other = after.parties.find(party);
    if (other != after.parties.end() && other->second != key)
      lines.push_back(fmt::format("{} signs with another key", party));
  }
  AddNames(lines, KeysOf(a, "oversight"), KeysOf(b, "oversight"), "{} oversees it",
           "{} no longer oversees it");
  AddNames(lines, TextsOf(a["analysts"]), TextsOf(b["analysts"]), "{} may ask", "{} may no longer ask");
  AddNames(lines, TextsOf(a["allows"]), TextsOf(b["allows"]), "{} is allowed", "{} is no longer allowed");
}

void AddTables(Lines& lines, const Json& a, const Json& b) {
  AddNames(lines, KeysOf(a, "tables"), KeysOf(b, "tables"), "the table {} is granted",
           "the table {} is no longer granted");
  for (const std::string& table : KeysOf(a, "tables")) {
    if (!b["tables"].contains(table)) continue;
    const std::string more = "the table " + table + " takes in {}",
                      fewer = "the table " + table + " loses {}";
    AddNames(lines, TextsOf(a["tables"][table]), TextsOf(b["tables"][table]), more.c_str(), fewer.c_str());
  }
}

void AddProtection(Lines& lines, const Agreement& before, const Agreement& after) {
  const Protection &a = before.protection, &b = after.protection;
  AddNumber(lines, a.epsilon.value, b.epsilon.value, "more may be spent: epsilon",
            "less may be spent: epsilon");
  AddNumber(lines, a.delta.value, b.delta.value,
            "delta is larger, which protects less:", "delta is smaller, which protects more:");
  AddNumber(lines, a.per_query.value, b.per_query.value, "one question may spend more: epsilon",
            "one question may spend less: epsilon");
  AddNumber(lines, static_cast<double>(a.minimum_people), static_cast<double>(b.minimum_people),
            "only larger groups are shown: minimum_people", "smaller groups are shown: minimum_people");
  AddNumber(lines, before.conditions.sealed_days, after.conditions.sealed_days,
            "what was asked is sealed for longer: sealed_days",
            "what was asked is sealed for less long: sealed_days");
  AddNumber(lines, before.retention_days, after.retention_days, "results are kept longer: retention_days",
            "results are kept for less long: retention_days");
}

std::string QuorumText(const Federation& federation) {
  return federation.quorum ? fmt::format("{} of its members", *federation.quorum) : "all of its members";
}

std::string ColludingText(const Federation& federation) {
  return federation.colluding ? fmt::format("{}", *federation.colluding) : "as many as the quorum leaves";
}

const char* ModeText(Mode mode) {
  switch (mode) {
    case Mode::kDp:
      return "members add the noise together, and their parts stay secret";
    case Mode::kDpLocal:
      return "each member adds the whole noise, and its part is no secret any more";
    case Mode::kThreshold:
      return "no noise is added: what is fitted are exact totals of all, under disclosure rules";
  }
  return "";
}

const char* SumsText(const Federation& federation) {
  if (!federation.sums) return "whichever way suits the question";
  return *federation.sums == SumsBy::kMasks ? "masks alone" : "encryption alone";
}

void AddFederation(Lines& lines, const Agreement& before, const Agreement& after) {
  const Federation &a = before.federation, &b = after.federation;
  if (before.protection.mode != after.protection.mode) lines.emplace_back(ModeText(after.protection.mode));
  const auto add = [&lines](const char* what, const std::string& from, const std::string& to) {
    if (from != to) lines.push_back(fmt::format("{} {}; until now {}", what, to, from));
  };
  add("a table answers with", QuorumText(a), QuorumText(b));
  add("members that may work together without harm:", ColludingText(a), ColludingText(b));
  add("sums are kept secret by", SumsText(a), SumsText(b));
  AddNames(lines, Names(a.non_disclosing.begin(), a.non_disclosing.end()),
           Names(b.non_disclosing.begin(), b.non_disclosing.end()), "{} contributes only under encryption",
           "{} need not contribute under encryption any more");
}

// Fields that were put in words above.
const std::set<std::string> kSaid = {"/parties",
                                     "/oversight",
                                     "/analysts",
                                     "/allows",
                                     "/tables",
                                     "/supersedes",
                                     "/federation",
                                     "/protection/mode",
                                     "/protection/epsilon",
                                     "/protection/delta",
                                     "/protection/per_query",
                                     "/protection/minimum_people",
                                     "/conditions/sealed_days",
                                     "/retention_days"};

bool IsSaid(const std::string& path) { return kSaid.contains(path); }

std::string Shown(const Json& value) {
  return value.is_null() ? "nothing" : value.is_string() ? value.get<std::string>() : value.dump();
}

// Every other field, with both values.
void AddRest(Lines& lines, const Json& a, const Json& b, const std::string& path) {
  if (IsSaid(path) || a == b) return;
  if (!a.is_object() || !b.is_object()) {
    std::string name = path.substr(1);
    std::replace(name.begin(), name.end(), '/', '.');
    lines.push_back(fmt::format("{}: {} becomes {}", name, Shown(a), Shown(b)));
    return;
  }
  Names fields;
  for (const Json* object : {&a, &b}) {
    for (const auto& [field, value] : object->items()) fields.insert(field);
  }
  for (const std::string& field : fields)
    AddRest(lines, a.value(field, Json()), b.value(field, Json()), path + "/" + field);
}

// Of overseers that stay: what they may say.
void AddSay(Lines& lines, const Json& a, const Json& b) {
  for (const std::string& name : KeysOf(a, "oversight")) {
    if (KeysOf(b, "oversight").contains(name))
      AddRest(lines, a["oversight"][name], b["oversight"][name], "/oversight " + name);
  }
}

}  // namespace

std::vector<std::string> Differences(const Agreement& before, const Agreement& after) {
  const Json a = Json::parse(before.canonical), b = Json::parse(after.canonical);
  Lines lines;
  AddWho(lines, before, after, a, b);
  AddSay(lines, a, b);
  AddTables(lines, a, b);
  AddProtection(lines, before, after);
  AddFederation(lines, before, after);
  AddRest(lines, a, b, "");
  return lines;
}

}  // namespace concordat::agreement
