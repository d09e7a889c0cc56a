#include "catalogue/contract_about.h"

#include <algorithm>
#include <array>

namespace concordat::catalogue {
namespace {

constexpr std::array kDescriptionKeys = {"usage", "purpose", "limitations", "authoritativeDefinitions",
                                         "customProperties"};
constexpr std::array kTeamKeys = {
    "id", "name", "description", "members", "tags", "customProperties", "authoritativeDefinitions"};
constexpr std::array kMemberKeys = {"id",
                                    "username",
                                    "name",
                                    "description",
                                    "role",
                                    "dateIn",
                                    "dateOut",
                                    "replacedByUsername",
                                    "tags",
                                    "customProperties",
                                    "authoritativeDefinitions"};
constexpr std::array kSupportKeys = {"id",   "channel", "url",           "description",
                                     "tool", "scope",   "invitationUrl", "customProperties"};
constexpr std::array kPromiseKeys = {"id",      "property", "value",       "valueExt",  "unit",
                                     "element", "driver",   "description", "scheduler", "schedule"};
// EU Publications Office, authority table "data-theme".
constexpr std::array kThemes = {"AGRI", "ECON", "EDUC", "ENER", "ENVI", "GOVE", "HEAL",
                                "INTR", "JUST", "REGI", "SOCI", "TECH", "TRAN", "OP_DATPRO"};
constexpr std::size_t kMostItems = 50;

std::vector<std::string> TextsOf(const YamlReader& list) {
  std::vector<std::string> texts;
  if (list.present() && !list.IsSequence()) list.Problem("is not a list", "write [one, another]");
  if (list.size() > kMostItems) list.Problem("has more than 50 items", "keep those that help to find it");
  for (std::size_t i = 0; i < std::min(list.size(), kMostItems); ++i) texts.push_back(list.At(i).Text());
  return texts;
}

template <class Read>
void EachOf(const YamlReader& list, std::span<const char* const> known, const Read& read) {
  if (list.present() && !list.IsSequence()) return list.Problem("is not a list", "write - {…}");
  if (list.size() > kMostItems) return list.Problem("has more than 50 items", "keep those who answer for it");
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (list.At(i).ExpectMap(known)) read(list.At(i));
  }
}

// An object since 3.1.0, a list of members before.
void ReadTeam(const YamlReader& team, About& about) {
  const auto read = [&about](const YamlReader& member) {
    const std::string user = member["username"].RequiredText("write 'username: …'");
    if (member["dateOut"].present()) return;  // has left
    about.team.push_back({member["name"].Text(user), member["role"].Text(), user});
  };
  if (team.IsSequence()) return EachOf(team, kMemberKeys, read);
  if (!team.present() || !team.ExpectMap(kTeamKeys)) return;
  if (const std::string name = team["name"].Text(); !name.empty()) about.team.push_back({name, "team", ""});
  EachOf(team["members"], kMemberKeys, read);
}

void ReadThemes(const YamlReader& themes, About& about) {
  about.themes = TextsOf(themes);
  for (std::size_t i = 0; i < about.themes.size(); ++i) {
    if (std::find(kThemes.begin(), kThemes.end(), about.themes[i]) == kThemes.end()) {
      themes.At(i).Problem(
          "'" + about.themes[i] + "' is not one of the EU's data themes",
          "write some of AGRI, ECON, EDUC, ENER, ENVI, GOVE, HEAL, INTR, JUST, REGI, SOCI, TECH, TRAN");
    }
  }
}

}  // namespace

void ReadAbout(const YamlReader& root, About& about) {
  const YamlReader description = root["description"];
  if (description.IsScalar())
    return description.Problem("is a text", "write it as {purpose: …, usage: …, limitations: …}");
  if (description.present() && description.ExpectMap(kDescriptionKeys)) {
    about.purpose = description["purpose"].Text();
    about.usage = description["usage"].Text();
    about.limitations = description["limitations"].Text();
  }
  about.domain = root["domain"].Text();
  about.licence = root.Custom("concordat.licence").Text();
  about.tags = TextsOf(root["tags"]);
  ReadThemes(root.Custom("concordat.themes"), about);
  ReadTeam(root["team"], about);
  EachOf(root["support"], kSupportKeys, [&about](const YamlReader& channel) {
    about.support.push_back({channel["channel"].RequiredText("write 'channel: …'"), channel["tool"].Text(),
                             channel["url"].Text()});
  });
  EachOf(root["slaProperties"], kPromiseKeys, [&about](const YamlReader& promise) {
    about.promises.push_back({promise["property"].RequiredText("write 'property: frequency'"),
                              promise["value"].RequiredText("write 'value: 1'"), promise["unit"].Text(),
                              promise["element"].Text()});
  });
}

}  // namespace concordat::catalogue
