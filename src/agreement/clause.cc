#include "agreement/clause.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "agreement/names.h"
#include "crypto/keys.h"

namespace concordat::agreement {
namespace {

constexpr int kMostApprovals = 100;
constexpr int kLongestObjection = 365;
constexpr std::int64_t kLastVersion = 1'000'000'000;
constexpr std::size_t kIdDigits = 64;

// One of `parties`, named at `place`.
Result<void> CheckParty(const Place& place, const std::string& member, const Agreement& agreement) {
  if (agreement.parties.contains(member)) return {};
  return place.Wrong("names '" + member + "', which is not a party",
                     "add it to parties, or name one of them");
}

Result<void> CheckMemberName(const Place& place, const std::string& name) {
  if (IsName(name)) return {};
  return place.Wrong("is not the name of a member", "use lower-case letters, digits and hyphens");
}

Result<std::string> ReadKey(const Place& place, const std::string& owner) {
  std::string text = TRY(place.Text());
  const auto vkey = crypto::VerifyKey::Parse(text);
  if (vkey && vkey->name() == owner) return text;
  return place.Wrong("is not that member's key", "write the key as its 'concordat init' printed it");
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

Result<std::vector<ProductVersion>> ReadUnion(const Place& place, const Agreement& agreement) {
  std::vector<ProductVersion> products;
  const std::vector<Place> items = TRY(place.Items());
  for (const Place& item : items) {
    const ProductVersion product = TRY(ReadProductVersion(item, agreement));
    const bool twice = std::any_of(products.begin(), products.end(), [&](const ProductVersion& other) {
      return other.Member() == product.Member();
    });
    if (twice) {
      return item.Wrong(fmt::format("is a second product of {}", product.Member()),
                        "give each table one product a member");
    }
    products.push_back(product);
  }
  if (products.empty()) return place.Wrong("has no product", "name at least one: [lewisham/adult@1]");
  return products;
}

Result<void> ReadApprovals(const Place& place, Agreement& agreement) {
  const auto fields = TRY(place.Fields());
  for (const auto& [signer, count] : fields) {
    const auto overseer = agreement.oversight.find(signer);
    if (overseer == agreement.oversight.end() || overseer->second.say != Say::kApproves)
      TRY(CheckParty(count, signer, agreement));
    agreement.needs.approvals[signer] = static_cast<int>(TRY(count.Whole(1, kMostApprovals)));
  }
  for (const auto& [party, key] : agreement.parties) {
    if (!agreement.needs.approvals.contains(party)) {
      return place.Wrong("says nothing of " + party,
                         "say how many of its people must approve: {" + party + ": 1}");
    }
  }
  for (const std::string& signer : agreement.Signers()) agreement.needs.approvals.try_emplace(signer, 1);
  return {};
}

Result<Say> ReadSay(const Place& place) {
  const std::string text = TRY(place.Text());
  if (text == "approves") return Say::kApproves;
  if (text == "objects") return Say::kObjects;
  if (text == "watches") return Say::kWatches;
  return place.Wrong("is not a say", "write approves, objects or watches");
}

}  // namespace

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

Result<std::string> ReadId(const Place& place) {
  std::string id = TRY(place.Text());
  const bool hex = std::all_of(id.begin(), id.end(),
                               [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (id.size() == kIdDigits && hex) return id;
  return place.Wrong("is not a document's SHA-256",
                     "copy it from 'concordat agreement show': 64 hexadecimal digits");
}

Result<void> ReadParties(const Place& place, Agreement& agreement) {
  const auto fields = TRY(place.Fields());
  for (const auto& [name, key] : fields) {
    TRY(CheckMemberName(key, name));
    const std::string text = TRY(key.Text());
    if (text == kSelf && fields.size() == 1) {
      agreement.parties[name] = text;
      continue;
    }
    const auto read = ReadKey(key, name);
    if (!read && text == kSelf) {
      return key.Wrong("is 'self', and there are others to check what it signs",
                       "write the key as its 'concordat init' printed it");
    }
    if (!read && fields.size() == 1) {
      return key.Wrong("is not that member's key", "write 'self', or the key as 'concordat init' printed it");
    }
    agreement.parties[name] = TRY(read);
  }
  return {};
}

Result<void> ReadOversight(const Place& place, Agreement& agreement) {
  const auto fields = TRY(place.Fields());
  for (const auto& [name, field] : fields) {
    TRY(CheckMemberName(field, name));
    if (agreement.parties.contains(name))
      return field.Wrong("is a party as well", "leave it under parties or under oversight");
    if (agreement.IsSelf()) {
      return field.Wrong("has nothing to check, where the party is 'self'",
                         "write the party's key as 'concordat init' printed it");
    }
    TRY(field.CheckKeys({"key", "say", "days"}));
    const Place key = TRY(field.Field("key"));
    const Place say = TRY(field.Field("say"));
    Overseer overseer;
    overseer.key = TRY(ReadKey(key, name));
    overseer.say = TRY(ReadSay(say));
    const auto days = field.FieldIfAny("days");
    if (days.has_value() != (overseer.say == Say::kObjects)) {
      return field.Wrong(days ? "has days, and does not object" : "does not say for how many days",
                         "write {key: …, say: objects, days: 14}; days go with objects alone");
    }
    if (days) overseer.days = static_cast<int>(TRY(days->Whole(1, kLongestObjection)));
    agreement.oversight.emplace(name, std::move(overseer));
  }
  return {};
}

Result<void> ReadTables(const Place& place, Agreement& agreement) {
  const auto fields = TRY(place.Fields());
  for (const auto& [name, products] : fields) {
    if (!IsTableName(name)) {
      return products.Wrong("is not a table's name", "use lower-case letters, digits and underscores");
    }
    agreement.tables[name] = TRY(ReadUnion(products, agreement));
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

}  // namespace concordat::agreement
