#include "agreement/agreement.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "agreement/document.h"
#include "agreement/names.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "crypto/keys.h"

namespace concordat::agreement {
namespace {

constexpr double kLargestEpsilon = 1000;
constexpr double kLargestDelta = 1e-3;
constexpr int kMostApprovals = 100;
constexpr int kLongestRetention = 36'500;
constexpr std::int64_t kMostPeople = 1'000'000'000;
constexpr std::int64_t kLastVersion = 1'000'000'000;

// One of `parties`, named at `place`.
Result<void> CheckParty(const Place& place, const std::string& member, const Agreement& agreement) {
  if (agreement.parties.contains(member)) return {};
  return place.Wrong("names '" + member + "', which is not a party",
                     "add it to parties, or name one of them");
}

Result<std::string> ReadName(const Place& place) {
  std::string name = TRY(place.Text());
  if (!IsName(name)) {
    return place.Wrong("is not a name",
                       "use lower-case letters, digits, dots, hyphens and underscores, a letter first");
  }
  return name;
}

Result<std::vector<std::string>> ReadNames(const Place& list) {
  std::vector<std::string> names;
  const std::vector<Place> items = TRY(list.Items());
  for (const Place& item : items) {
    names.push_back(TRY(ReadName(item)));
    if (std::count(names.begin(), names.end(), names.back()) > 1)
      return item.Wrong("stands twice", "leave one of the two");
  }
  return names;
}

Result<std::string> ReadTerm(const Place& place) {
  std::string term = TRY(place.Text());
  if (!IsTerm(term))
    return place.Wrong("is not a term",
                       "write a term of the Data Privacy Vocabulary: dpv:ScientificResearch");
  return term;
}

Result<Epsilon> ReadEpsilon(const Place& place, double most) {
  const double epsilon = TRY(place.Number());
  if (!(epsilon > 0 && epsilon <= most)) {
    return place.Wrong("is out of range", fmt::format("write a number above 0, at most {}", most));
  }
  return Epsilon{epsilon};
}

Result<void> ReadParties(const Place& place, Agreement& agreement) {
  const auto fields = TRY(place.Fields());
  for (const auto& [name, key] : fields) {
    if (!IsName(name))
      return key.Wrong("is not the name of a member", "use lower-case letters, digits and hyphens");
    const std::string text = TRY(key.Text());
    const auto vkey = crypto::VerifyKey::Parse(text);
    if (text != "self" && (!vkey || vkey->name() != name)) {
      return key.Wrong("is not that member's key", "write 'self', or the key as 'concordat init' printed it");
    }
    agreement.parties[name] = text;
  }
  if (agreement.parties.size() != 1) {
    return place.Wrong("names several members", "an agreement has one party: the member whose node keeps it");
  }
  return {};
}

Result<ProductVersion> ReadProductVersion(const Place& place, const Agreement& agreement) {
  const std::string text = TRY(place.Text());
  const auto slash = text.find('/');
  const auto at = text.find('@');
  ProductVersion read;
  const bool shaped = slash != text.npos && at != text.npos && slash < at;
  const std::string member = text.substr(0, slash);
  const char* end = text.data() + text.size();
  if (!shaped || !IsName(member) || !IsName(text.substr(slash + 1, at - slash - 1)) || text[at + 1] == '0' ||
      std::from_chars(text.data() + at + 1, end, read.version) != std::from_chars_result{end, std::errc{}} ||
      read.version < 1 || read.version > kLastVersion) {
    return place.Wrong("is not a product", "write member/product@version: lewisham/adult@1");
  }
  TRY(CheckParty(place, member, agreement));
  read.product = text.substr(0, at);
  return read;
}

Result<void> ReadTables(const Place& place, Agreement& agreement) {
  const auto fields = TRY(place.Fields());
  for (const auto& [name, products] : fields) {
    if (!IsTableName(name)) {
      return products.Wrong("is not a table's name", "use lower-case letters, digits and underscores");
    }
    const std::vector<Place> items = TRY(products.Items());
    if (items.size() != 1) {
      return products.Wrong(fmt::format("has {} products", items.size()),
                            "give each table exactly one product: [lewisham/adult@1]");
    }
    agreement.tables[name] = TRY(ReadProductVersion(items[0], agreement));
  }
  return {};
}

Result<void> ReadAnalysts(const Place& place, Agreement& agreement) {
  const std::vector<Place> items = TRY(place.Items());
  for (const Place& item : items) {
    const std::string text = TRY(item.Text());
    const auto analyst = ReadHomedName(text);
    if (!analyst) return item.Wrong("is not an analyst", "write name@member: ana@lewisham");
    TRY(CheckParty(item, analyst->member, agreement));
    if (agreement.Names(text)) return item.Wrong("stands twice", "leave one of the two");
    agreement.analysts.push_back(text);
  }
  if (agreement.analysts.empty()) return place.Wrong("names nobody", "name at least one: [ana@lewisham]");
  return {};
}

Result<void> ReadProtection(const Place& place, Protection& protection) {
  TRY(place.CheckKeys({"mode", "epsilon", "delta", "per_query", "per_analyst", "minimum_people"}));
  const Place mode = TRY(place.Field("mode"));
  if (TRY(mode.Text()) != "dp") return mode.Wrong("is not supported", "write dp");
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

Result<void> ReadApprovals(const Place& place, Agreement& agreement) {
  const auto fields = TRY(place.Fields());
  for (const auto& [party, count] : fields) {
    TRY(CheckParty(count, party, agreement));
    agreement.needs.approvals[party] = static_cast<int>(TRY(count.Whole(1, kMostApprovals)));
  }
  for (const auto& [party, key] : agreement.parties) {
    if (!agreement.needs.approvals.contains(party)) {
      return place.Wrong("says nothing of " + party,
                         "say how many of its people must approve: {" + party + ": 1}");
    }
  }
  return {};
}

Result<void> ReadNeeds(const Place& place, Agreement& agreement) {
  TRY(place.CheckKeys({"approvals", "training", "assessment"}));
  const Place approvals = TRY(place.Field("approvals"));
  TRY(ReadApprovals(approvals, agreement));
  if (const auto training = place.FieldIfAny("training"))
    agreement.needs.training = TRY(ReadNames(*training));
  if (const auto assessment = place.FieldIfAny("assessment")) {
    agreement.needs.assessment = TRY(assessment->Text());
  }
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

// Parties come first: what follows names them.
Result<void> ReadWho(const Place& top, Agreement& agreement) {
  const Place name = TRY(top.Field("name"));
  agreement.name = TRY(ReadName(name));
  const Place parties = TRY(top.Field("parties"));
  TRY(ReadParties(parties, agreement));
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
  const Place protection = TRY(top.Field("protection"));
  TRY(ReadProtection(protection, agreement.protection));
  const Place valid = TRY(top.Field("valid"));
  TRY(ReadValidity(valid, agreement));
  const Place retention = TRY(top.Field("retention_days"));
  agreement.retention_days = static_cast<int>(TRY(retention.Whole(1, kLongestRetention)));
  return {};
}

Result<Agreement> Read(const Document& document) {
  const Place top(document);
  TRY(top.CheckKeys({"concordat", "name", "parties", "tables", "purpose", "legal_basis", "question",
                     "analysts", "allows", "protection", "needs", "valid", "retention_days"}));
  const Place format = TRY(top.Field("concordat"));
  if (TRY(format.Text()) != "agreement/1")
    return format.Wrong("is not a format known here", "write agreement/1");
  Agreement agreement;
  TRY(ReadWho(top, agreement));
  TRY(ReadWhat(top, agreement));
  agreement.canonical = TRY(crypto::CanonicalJson(*document.json));
  agreement.id = ToHex(crypto::Sha256(AsBytes(agreement.canonical)));
  return agreement;
}

}  // namespace

bool Agreement::Names(std::string_view analyst) const {
  return std::find(analysts.begin(), analysts.end(), analyst) != analysts.end();
}

bool Agreement::Allows(std::string_view analysis) const {
  return std::find(allows.begin(), allows.end(), analysis) != allows.end();
}

Result<Agreement> ParseAgreement(std::string_view text) {
  const Document document = TRY(ReadDocument(text));
  return Read(document);
}

Result<Agreement> ReadAgreement(const Json& document) {
  return Read({std::make_shared<const Json>(document), {}});
}

}  // namespace concordat::agreement
