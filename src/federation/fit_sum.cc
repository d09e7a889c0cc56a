#include "federation/fit_sum.h"

namespace concordat::federation {

Result<aggregation::SeriesTerms> SeriesTermsOf(const Statement& statement, const Outline& outline,
                                               const agreement::Agreement& document) {
  const Setting setting{.session = statement.session,
                        .participants = outline.sharing.owners,
                        .keys = {},
                        .way = aggregation::Way::kMasks,
                        .width = aggregation::Width::k128};
  aggregation::SeriesTerms terms{.parties = {},
                                 .colluding = outline.sharing.colluding,
                                 .shown = outline.exact,
                                 .context = ContextOf(statement, outline.description, setting)};
  for (const std::string& owner : outline.sharing.owners)
    terms.parties.push_back(TRY(crypto::VerifyKey::Parse(document.KeyOf(owner))));
  return terms;
}

}  // namespace concordat::federation
