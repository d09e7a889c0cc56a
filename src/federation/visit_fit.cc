// The rounds of a fit, at one owner. Decision: docs/adr/0011-fits-under-one-exchange-of-keys.md.
#include "federation/visit_fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "federation/wire.h"

namespace concordat::federation {
namespace {

tl::unexpected<Refusal> BadRound(const std::string& what) {
  return Refuse("state_invalid", what, "do all members run the same version?", "58000");
}

std::size_t PlaceOf(const std::string& member, const std::vector<std::string>& owners) {
  return static_cast<std::size_t>(std::lower_bound(owners.begin(), owners.end(), member) - owners.begin());
}

}  // namespace

Visit::~Visit() = default;

Outcome<void> CheckDisclosing(const OwnerParts& parts, const OwnerTerms& terms, const Outline& outline) {
  const auto& quiet = outline.sharing.non_disclosing;
  const bool named = std::find(quiet.begin(), quiet.end(), parts.member) != quiet.end();
  if (named || outline.sharing.sums == agreement::SumsBy::kEncryption)
    return Refuse(
        "non_disclosing",
        fmt::format("a fit is summed by masks, and under this agreement '{}' contributes under encryption "
                    "alone",
                    parts.member),
        "have the members agree on fits without sums: encryption and without non_disclosing", "42501");
  if (!IsNonDisclosing(parts, terms, outline)) return {};
  return Refuse("non_disclosing",
                fmt::format("a fit is summed by masks, and '{}' joined to contribute under encryption alone",
                            parts.member),
                "fit a table that it holds nothing of; it takes part in questions", "42501");
}

Visit::Body Visit::PledgeToFit() {
  const Outline& outline = opened_.part->outline();
  const auto& owners = outline.sharing.owners;
  const std::size_t self = PlaceOf(parts_.member, owners);
  auto terms = TRY(SeriesTermsOf(statement_.statement, outline, *opened_.document));
  if (self >= owners.size() || terms.parties[self].Text() != parts_.key.verify_key().Text())
    return Fail(ErrorCode::kInvalidArgument, "the agreement names another key of '" + parts_.member + "'",
                "amend the agreement");
  context_ = terms.context;
  fit_ = std::make_unique<Fit>(*opened_.fitting, std::move(terms), self, parts_.key, parts_.random);
  return Encode(
      Pledged{.prepared = PreparedOf(*opened_.part, parts_, terms_), .pledge = fit_->series.Pledge()});
}

// One that was answered before, and comes late: no reason to end the session.
bool Visit::IsOldRound(ByteView request) const {
  Session session{};
  Reader in(request);
  in.Raw(session);
  const std::uint64_t number = in.U32();
  return fit_ != nullptr && fit_->round && number <= fit_->round->number;
}

// A state is taken if it is the call's own, if this owner took it before (its own signature says so), or if
// it follows from a total that this owner has added up itself.
Outcome<void> Visit::CheckFirst(const Round& round) const {
  const release::FitRound& begins = *statement_.statement.round;
  if (round.number != begins.number || round.state != begins.state)
    return BadRound("the session begins with another round than its statement says");
  if (round.number == 1 || !opened_.part->outline().exact || Mutated("voucher_unchecked")) return {};
  const auto& owners = opened_.part->outline().sharing.owners;
  const std::size_t self = PlaceOf(parts_.member, owners);
  const Bytes* own = round.vouchers.size() == owners.size() ? &round.vouchers[self] : nullptr;
  crypto::Signature voucher{};
  const bool whole = own != nullptr && own->size() == voucher.size();
  if (whole) std::copy(own->begin(), own->end(), voucher.begin());
  const Bytes text = VoucherText(opened_.part->outline().description, begins, opened_.part->revision());
  if (whole && parts_.key.verify_key().Verify(text, voucher)) return {};
  return Refuse("state_unknown",
                fmt::format("'{}' has not taken the state of round {} before, of the rows that it has now",
                            parts_.member, round.number),
                "fit again", "58000");
}

Visit::Body Visit::Meet(const Round& round) {
  TRY(fit_->series.Meet(round.said));
  TRY(CheckFirst(round));
  return Bytes{};
}

Visit::Body Visit::GoOn(const Round& round) {
  if (round.number != fit_->round->number + 1) return BadRound("a round was left out");
  if (!fit_->series.terms().shown) return Bytes{};
  const auto total = TRY(fit_->series.Close(round.said));
  if (!Mutated("state_unchecked")) TRY(fit_->part.Follow(total, {round.number, round.state}));
  return Bytes{};
}

// Charged, on record, before anything is computed; and the contribution is all that opens the total.
Visit::Body Visit::TakeRound(ByteView request) {
  Round in = TRY(DecodeRound(request));
  const Body held = fit_->round ? GoOn(in) : Meet(in);
  if (!held || !*held) return held;
  const release::FitRound round{in.number, std::move(in.state)};
  Statement statement = statement_.statement;
  statement.round = round;
  fit_->contributed = false;
  TRY(fit_->part.TakeUp(IdOf(statement), round));
  const auto computed = fit_->part.Compute(cancel_);
  const bool charged = fit_->part.charged();
  charged_ = charged_ || charged;
  recorded_ = !charged;
  if (!computed && !Mutated("charge_refusal_ignored")) return tl::unexpected(computed.error());
  const auto values = fit_->part.Share({}, cancel_);
  if (!values) return tl::unexpected(FailedHere(IdOf(statement)));
  TRY(fit_->part.InForce());
  Contributed out{.contribution = fit_->series.Contribute(AsBytes(round.state), *values),
                  .voucher = parts_.key.Sign(
                      VoucherText(opened_.part->outline().description, round, opened_.part->revision()))};
  fit_->round = round;
  fit_->contributed = true;
  until_ = parts_.clock.Elapsed() + Lifetime(terms_);
  return Encode(out);
}

// What came of the round that was charged last: this owner's numbers left, or nothing did.
void Visit::RecordEnd(bool finished) {
  const bool left = fit_ != nullptr && fit_->contributed;
  if (left && finished)
    static_cast<void>(opened_.part->RecordOpening(context_));
  else if (left)
    fit_->part.RecordInterruption();
  else
    opened_.part->RecordFailure();
}

}  // namespace concordat::federation
