#include "catalogue/about.h"

#include <nlohmann/json.hpp>

namespace concordat::catalogue {
namespace {

// Only what is said: most contracts say little.
void Put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}
void Put(Json& json, const char* key, const std::vector<std::string>& texts) {
  if (!texts.empty()) json[key] = texts;
}
void Put(Json& json, const char* key, const std::vector<Contact>& contacts) {
  for (const Contact& contact : contacts) {
    Json item = Json::object();
    Put(item, "name", contact.name);
    Put(item, "role", contact.role);
    Put(item, "address", contact.address);
    json[key].push_back(std::move(item));
  }
}

std::vector<Contact> ContactsFrom(const Json& json, const char* key) {
  std::vector<Contact> contacts;
  for (const Json& item : json.value(key, Json::array()))
    contacts.push_back({item.value("name", ""), item.value("role", ""), item.value("address", "")});
  return contacts;
}

}  // namespace

std::string About::OwnerAt(std::string_view member) const {
  for (const Contact& contact : team) {
    if (!contact.name.empty()) return contact.name;
  }
  return std::string(member);
}

std::vector<std::string> WordsOf(const About& about) {
  std::vector<std::string> words;
  if (!about.domain.empty()) words.push_back(about.domain);
  words.insert(words.end(), about.themes.begin(), about.themes.end());
  words.insert(words.end(), about.tags.begin(), about.tags.end());
  return words;
}

Json ToJson(const About& about) {
  Json json = Json::object();
  Put(json, "purpose", about.purpose);
  Put(json, "usage", about.usage);
  Put(json, "limitations", about.limitations);
  Put(json, "domain", about.domain);
  Put(json, "licence", about.licence);
  Put(json, "tags", about.tags);
  Put(json, "themes", about.themes);
  Put(json, "team", about.team);
  Put(json, "support", about.support);
  for (const Promise& promise : about.promises) {
    Json item = {{"property", promise.property}, {"value", promise.value}};
    Put(item, "unit", promise.unit);
    Put(item, "element", promise.element);
    json["promises"].push_back(std::move(item));
  }
  return json;
}

About AboutFrom(const Json& json) {
  About about{.purpose = json.value("purpose", ""),
              .usage = json.value("usage", ""),
              .limitations = json.value("limitations", ""),
              .domain = json.value("domain", ""),
              .licence = json.value("licence", ""),
              .tags = json.value("tags", std::vector<std::string>{}),
              .themes = json.value("themes", std::vector<std::string>{}),
              .team = ContactsFrom(json, "team"),
              .support = ContactsFrom(json, "support"),
              .promises = {}};
  for (const Json& item : json.value("promises", Json::array()))
    about.promises.push_back(
        {item.at("property"), item.at("value"), item.value("unit", ""), item.value("element", "")});
  return about;
}

}  // namespace concordat::catalogue
