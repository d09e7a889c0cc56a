#include <fmt/format.h>

#include <algorithm>

#include "agreement/clause.h"

namespace concordat::agreement {
namespace {

constexpr std::int64_t kMostOwners = 10'000;

Result<SumsBy> ReadSums(const Place& place) {
  const std::string text = TRY(place.Text());
  if (text == "encryption") return SumsBy::kEncryption;
  if (text == "masks") return SumsBy::kMasks;
  return place.Wrong("is not a way to add up in secret", "write encryption or masks");
}

Result<std::optional<int>> ReadCount(const Place& place, const char* field, std::int64_t least) {
  const auto count = place.FieldIfAny(field);
  if (!count) return std::nullopt;
  return static_cast<int>(TRY(count->Whole(least, kMostOwners)));
}

// Do these numbers mean something for a table that so many members hold?
Result<void> CheckCounts(const Place& place, const std::string& table, std::int64_t owners,
                         const Federation& federation) {
  const std::int64_t quorum = federation.QuorumOf(owners);
  const std::int64_t colluding = federation.ColludingOf(owners);
  if (quorum > owners) {
    return place.Wrong(
        fmt::format("asks for {} members to contribute, and {} hold the table {}", quorum, owners, table),
        fmt::format("write quorum: {}, or less", owners));
  }
  if (quorum <= colluding) {
    return place.Wrong(
        fmt::format("protects nobody: {} members are enough to answer, and {} may be working together",
                    quorum, colluding),
        "write a quorum above colluding, so that somebody honest always adds noise");
  }
  if (2 * quorum <= owners + colluding) {
    return place.Wrong(
        fmt::format("lets two different groups of the {} members that hold the table {} answer the same "
                    "question, each without the other knowing: {} are enough, and {} may be working together",
                    owners, table, quorum, colluding),
        fmt::format("write quorum: {}, or more: more than half of all members and colluding ones together",
                    (owners + colluding) / 2 + 1));
  }
  return {};
}

Result<void> ReadNonDisclosing(const Place& list, Agreement& agreement) {
  agreement.federation.non_disclosing = TRY(ReadNames(list));
  const std::vector<Place> items = TRY(list.Items());
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string& member = agreement.federation.non_disclosing[i];
    if (!agreement.parties.contains(member)) {
      return items[i].Wrong("names '" + member + "', which is not a party",
                            "add it to parties, or name one of them");
    }
  }
  if (items.empty()) return list.Wrong("names nobody", "name at least one member, or leave it out");
  if (agreement.protection.mode == Mode::kDpLocal) {
    return list.Wrong("cannot go with protection.mode: dp-local, where members send their parts openly",
                      "write mode: dp, or leave non_disclosing out");
  }
  if (agreement.federation.sums == SumsBy::kMasks) {
    return list.Wrong("cannot go with sums: masks: these members contribute only under encryption",
                      "write sums: encryption, or leave sums out");
  }
  return {};
}

}  // namespace

std::int64_t Federation::QuorumOf(std::int64_t owners) const { return quorum.value_or(owners); }

std::int64_t Federation::ColludingOf(std::int64_t owners) const {
  if (colluding) return *colluding;
  return std::clamp<std::int64_t>(2 * QuorumOf(owners) - owners - 1, 0, owners / 2);
}

Result<void> ReadFederation(const Place& place, Agreement& agreement) {
  TRY(place.Fields());
  TRY(place.CheckKeys({"quorum", "colluding", "sums", "non_disclosing"}));
  Federation& federation = agreement.federation;
  federation.quorum = TRY(ReadCount(place, "quorum", 1));
  federation.colluding = TRY(ReadCount(place, "colluding", 0));
  if (const auto sums = place.FieldIfAny("sums")) federation.sums = TRY(ReadSums(*sums));
  if (const auto list = place.FieldIfAny("non_disclosing")) TRY(ReadNonDisclosing(*list, agreement));
  bool shared = false;
  for (const auto& [table, products] : agreement.tables) {
    if (products.size() == 1) continue;
    shared = true;
    TRY(CheckCounts(place, table, static_cast<std::int64_t>(products.size()), federation));
  }
  if (shared) return {};
  return place.Wrong("says how members answer together, and no table is held by several",
                     "leave it out, or name several members' products under a table");
}

}  // namespace concordat::agreement
