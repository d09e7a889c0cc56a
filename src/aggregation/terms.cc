#include "aggregation/terms.h"

#include <fmt/format.h>

#include <algorithm>

#include "aggregation/limbs.h"
#include "aggregation/octets.h"

namespace concordat::aggregation {
namespace {

tl::unexpected<Error> Unfit(std::string message, std::string remedy = {}) {
  return Fail(ErrorCode::kInvalidArgument, "a sum " + std::move(message), std::move(remedy));
}

Result<void> CheckLength(const Terms& terms) {
  if (terms.way != Way::kEncryption && terms.way != Way::kMasks) return Unfit("goes by encryption or masks");
  if (terms.width != Width::k64 && terms.width != Width::k128) return Unfit("is 64 or 128 bits wide");
  if (terms.length == 0) return Unfit("has no numbers");
  if (terms.length > kMostNumbers) return Unfit(fmt::format("has at most {} numbers", kMostNumbers));
  if (terms.way == Way::kEncryption && SlotsOf(terms.width, terms.length) > kMostSlots) {
    return Unfit(fmt::format("under encryption has at most {} numbers of {} bits",
                             kMostSlots / SlotsOf(terms.width, 1), static_cast<int>(terms.width)),
                 "take masks");
  }
  return {};
}

Result<void> CheckParties(const Terms& terms) {
  const std::size_t n = terms.parties.size();
  if (n < 2 || n > kMostParties) return Unfit(fmt::format("has 2 to {} parties, not {}", kMostParties, n));
  for (std::size_t i = 1; i < n; ++i) {
    if (terms.parties[i].name() <= terms.parties[i - 1].name())
      return Unfit("has its parties by name, each once: " + terms.parties[i].name());
  }
  return {};
}

Result<void> CheckQuorum(const Terms& terms) {
  const std::size_t n = terms.parties.size();
  if (terms.quorum > n) return Unfit(fmt::format("of {} parties has no quorum of {}", n, terms.quorum));
  // Two sets of quorum parties share an honest one, and shares of quorum parties are beyond those who
  // collude.
  if (terms.colluding >= n || 2 * terms.quorum <= n + terms.colluding) {
    return Unfit(fmt::format("of {} parties with {} colluding needs a quorum above {}", n, terms.colluding,
                             (n + terms.colluding) / 2));
  }
  return {};
}

}  // namespace

Result<void> CheckTerms(const Terms& terms) {
  TRY(CheckLength(terms));
  TRY(CheckParties(terms));
  return CheckQuorum(terms);
}

crypto::Hash HashOf(const Terms& terms) {
  Bytes text;
  Append(text, AsBytes("concordat/sum/1/terms\n"));
  text.push_back(static_cast<std::uint8_t>(terms.way));
  text.push_back(static_cast<std::uint8_t>(terms.width));
  Append(text, std::uint64_t{terms.length});
  Append(text, std::uint64_t{terms.quorum});
  Append(text, std::uint64_t{terms.colluding});
  Append(text, terms.context);
  for (const crypto::VerifyKey& party : terms.parties) Append(text, AsBytes(party.Text() + "\n"));
  return crypto::Sha256(text);
}

}  // namespace concordat::aggregation
