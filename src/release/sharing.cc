#include "release/sharing.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::release {

std::optional<Sharing> SharingOf(const agreement::Agreement& agreement, const std::string& table) {
  const auto products = agreement.tables.find(table);
  if (products == agreement.tables.end()) return std::nullopt;
  Sharing sharing{.table = table};
  for (const agreement::ProductVersion& product : products->second)
    sharing.owners.emplace_back(product.Member());
  std::sort(sharing.owners.begin(), sharing.owners.end());
  const auto owners = static_cast<std::int64_t>(sharing.owners.size());
  const agreement::Federation& federation = agreement.federation;
  sharing.local = owners == 1 || agreement.protection.mode == agreement::Mode::kDpLocal;
  sharing.quorum = owners == 1 ? 1 : static_cast<std::size_t>(federation.QuorumOf(owners));
  sharing.colluding = owners == 1 ? 0 : static_cast<std::size_t>(federation.ColludingOf(owners));
  sharing.sums = federation.sums;
  for (const std::string& member : federation.non_disclosing) {
    if (std::binary_search(sharing.owners.begin(), sharing.owners.end(), member))
      sharing.non_disclosing.push_back(member);
  }
  std::sort(sharing.non_disclosing.begin(), sharing.non_disclosing.end());
  return sharing;
}

std::string SharedLine(const Sharing& sharing) {
  const std::size_t owners = sharing.owners.size();
  if (owners == 1) return "shared  its owner alone adds the noise";
  const std::string who = sharing.quorum == owners ? fmt::format("all {}", owners)
                                                   : fmt::format("at least {} of {}", sharing.quorum, owners);
  if (sharing.local) return fmt::format("shared  {} contribute, each with the whole noise", who);
  return fmt::format("shared  {} contribute; holds if {} of them work together", who, sharing.colluding);
}

}  // namespace concordat::release
