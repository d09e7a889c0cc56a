#include "agreement/agreement.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "agreement/clause.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"

namespace concordat::agreement {
namespace {

// Parties come first: what follows names them.
Result<void> ReadWho(const Place& top, Agreement& agreement) {
  const Place name = TRY(top.Field("name"));
  agreement.name = TRY(ReadName(name));
  if (const auto supersedes = top.FieldIfAny("supersedes")) agreement.supersedes = TRY(ReadId(*supersedes));
  const Place parties = TRY(top.Field("parties"));
  TRY(ReadParties(parties, agreement));
  if (const auto oversight = top.FieldIfAny("oversight")) TRY(ReadOversight(*oversight, agreement));
  const Place tables = TRY(top.Field("tables"));
  TRY(ReadTables(tables, agreement));
  const Place analysts = TRY(top.Field("analysts"));
  TRY(ReadAnalysts(analysts, agreement));
  const Place needs = TRY(top.Field("needs"));
  return ReadNeeds(needs, agreement);
}

Result<void> ReadWhat(const Place& top, Agreement& agreement) {
  const Place purpose = TRY(top.Field("purpose"));
  agreement.purpose = TRY(ReadTerm(purpose));
  const Place legal_basis = TRY(top.Field("legal_basis"));
  agreement.legal_basis = TRY(ReadTerm(legal_basis));
  const Place question = TRY(top.Field("question"));
  agreement.question = TRY(question.Text());
  const Place allows = TRY(top.Field("allows"));
  agreement.allows = TRY(ReadNames(allows));
  if (agreement.allows.empty()) return allows.Wrong("allows nothing", "write [sql]");
  if (const auto programme = top.FieldIfAny("programme"))
    agreement.programme = TRY(ReadProgramme(*programme));
  if (const auto safes = top.FieldIfAny("five_safes")) agreement.safes = TRY(ReadSafes(*safes));
  if (const auto conditions = top.FieldIfAny("conditions"))
    agreement.conditions = TRY(ReadConditions(*conditions));
  const Place protection = TRY(top.Field("protection"));
  TRY(ReadProtection(protection, agreement.protection));
  if (agreement.protection.mode == Mode::kThreshold && agreement.Allows("sql")) {
    return allows.Wrong(
        "cannot have sql with protection.mode: threshold: exact answers to questions of one's own "
        "choosing differ by single people",
        "name the methods that may be fitted: [glm, cox]; and let SQL be asked under an agreement with mode: "
        "dp");
  }
  if (const auto federation = top.FieldIfAny("federation")) TRY(ReadFederation(*federation, agreement));
  const Place valid = TRY(top.Field("valid"));
  TRY(ReadValidity(valid, agreement));
  const Place retention = TRY(top.Field("retention_days"));
  agreement.retention_days = TRY(ReadRetention(retention));
  return {};
}

Result<Agreement> Read(const Document& document) {
  const Place top(document);
  TRY(top.CheckKeys({"concordat", "name", "supersedes", "parties", "oversight", "tables", "purpose",
                     "legal_basis", "question", "programme", "five_safes", "analysts", "allows", "protection",
                     "federation", "conditions", "needs", "valid", "retention_days"}));
  const Place format = TRY(top.Field("concordat"));
  if (TRY(format.Text()) != "agreement/1")
    return format.Wrong("is not a format known here", "write agreement/1");
  Agreement agreement;
  TRY(ReadWho(top, agreement));
  TRY(ReadWhat(top, agreement));
  agreement.canonical = TRY(crypto::CanonicalJson(*document.json));
  agreement.id = crypto::Sha256Hex(agreement.canonical);
  return agreement;
}

// The same document with the keys of parties that are listed by name.
Result<Document> WithKeys(const Document& document, const KnownKeys& known) {
  const auto listed = document.json->find("parties");
  if (listed == document.json->end() || !listed->is_array()) return document;
  const Place parties = TRY(Place(document).Field("parties"));
  const std::vector<Place> items = TRY(parties.Items());
  Json keys = Json::object();
  Document whole{.json = {}, .lines = document.lines};
  for (const Place& item : items) {
    const std::string name = TRY(item.Text());
    const auto key = known.find(name);
    if (key == known.end()) {
      return item.Wrong("names '" + name + "', whose key is not known here",
                        "connect with it (concordat member join), or write parties as NAME: KEY");
    }
    keys[name] = key->second;
    whole.lines["parties." + name] = whole.lines[item.path()];
  }
  Json json = *document.json;
  json["parties"] = std::move(keys);
  whole.json = std::make_shared<const Json>(std::move(json));
  return whole;
}

}  // namespace

bool Agreement::Names(std::string_view analyst) const {
  return std::find(analysts.begin(), analysts.end(), analyst) != analysts.end();
}

bool Agreement::Allows(std::string_view analysis) const {
  return std::find(allows.begin(), allows.end(), analysis) != allows.end();
}

std::map<std::string, ProductVersion> Agreement::TablesOf(std::string_view member) const {
  std::map<std::string, ProductVersion> own;
  for (const auto& [table, products] : tables) {
    if (products.size() == 1 && products[0].Member() == member) own.emplace(table, products[0]);
  }
  return own;
}

std::map<std::string, ProductVersion> Agreement::TablesOfOthers(std::string_view member) const {
  std::map<std::string, ProductVersion> others;
  for (const auto& [table, products] : tables) {
    if (products.size() == 1 && products[0].Member() != member) others.emplace(table, products[0]);
  }
  return others;
}

std::string Agreement::KeyOf(std::string_view signer) const {
  const std::string key(signer);
  if (const auto party = parties.find(key); party != parties.end())
    return party->second == kSelf ? "" : party->second;
  const auto overseer = oversight.find(key);
  return overseer == oversight.end() ? "" : overseer->second.key;
}

std::vector<std::string> Agreement::Signers() const {
  std::vector<std::string> signers;
  for (const auto& [party, key] : parties) signers.push_back(party);
  for (const auto& [who, overseer] : oversight) {
    if (overseer.say == Say::kApproves) signers.push_back(who);
  }
  return signers;
}

Milliseconds Agreement::ObjectionTime() const {
  int days = 0;
  for (const auto& [who, overseer] : oversight) {
    if (overseer.say == Say::kObjects) days = std::max(days, overseer.days);
  }
  return std::chrono::days(days);
}

Result<Agreement> ParseAgreement(std::string_view text, const KnownKeys& known) {
  const Document written = TRY(ReadDocument(text));
  const Document document = TRY(WithKeys(written, known));
  return Read(document);
}

Result<Agreement> ReadAgreement(const Json& document) {
  return Read({std::make_shared<const Json>(document), {}});
}

}  // namespace concordat::agreement
