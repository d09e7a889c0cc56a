#include "federation/fit_session.h"

#include <fmt/format.h>

#include "federation/fit_sum.h"

namespace concordat::federation {
namespace {

constexpr std::uint32_t kMostRounds = 10'000;  // a method that is not done by then never is

// Of all owners together in a round: 64 MB of contributions, half of the longest message.
constexpr std::size_t kMostShown = std::size_t{1} << 22;

}  // namespace

const Progress FitSession::kSilent;

std::string FitSession::Id() const {
  Statement statement = statement_.statement;
  statement.round = fit_.round();
  return IdOf(statement);
}

Outcome<release::Answer> FitSession::Go(const std::function<void()>& after) {
  const auto answer = [&]() -> Outcome<release::Answer> {
    if (auto stored = TRY(Prepare())) {
      circle_.Tell(method::kAbandon, Bare());
      return *std::move(stored);
    }
    std::vector<Bytes> vouchers = from_ ? from_->vouchers : std::vector<Bytes>{};
    while (fit_.round().number <= kMostRounds) {
      auto of_round = TRY(Round(std::exchange(vouchers, {})));
      after();
      if (fit_.done()) return of_round;
    }
    return Refuse("not_converged", fmt::format("{} rounds did not end the fit", kMostRounds),
                  "fit fewer terms, or allow a larger tolerance", "22023");
  }();
  if (!answer) circle_.Tell(method::kAbandon, Bare());
  if (!answer && began()) fit_.RecordFailure(Id());
  return answer;
}

Outcome<std::optional<release::Answer>> FitSession::Prepare() {
  std::map<std::string, Bytes> pledges;
  for (const auto& [owner, body] : circle_.Ask(method::kPrepare, Encode(statement_), "")) {
    auto pledged = DecodePledged(body);
    if (!pledged) {
      circle_.Lose(owner, pledged.error().message);
      continue;
    }
    prepared_.emplace(owner, std::move(pledged->prepared));
    pledges.emplace(owner, std::move(pledged->pledge));
  }
  TRY(TakePlans());
  if (!circle_.complete()) return tl::unexpected(Missing());
  if (auto stored = TRY(fit_.Stored(Revisions(circle_.all())))) return stored;
  Settle();
  TRY(CheckBudgets());
  auto terms = SeriesTermsOf(statement_.statement, fit_.outline(), *fit_.document());
  if (!terms) return tl::unexpected(Failed(terms.error().message));
  roll_.emplace(*std::move(terms));
  for (auto& [owner, pledge] : pledges) said_.push_back(std::move(pledge));
  if (const auto met = roll_->Meet(said_); !met) return tl::unexpected(Failed(met.error().message));
  return std::nullopt;
}

void FitSession::Settle() {
  const Doubtful doubts = fit_.Doubts();
  if (doubts.rounds.empty()) return;
  std::vector<Charged> by_owner;
  for (const std::string& owner : circle_.all()) {
    auto charged = ChargedBy(owner, Encode(doubts));
    if (!charged) return;
    by_owner.push_back(*std::move(charged));
  }
  fit_.Settle(by_owner);
}

// Again while the owner is at work on what is to end.
Result<Charged> FitSession::ChargedBy(const std::string& owner, const Bytes& request) {
  const Milliseconds until = parts_.clock.Elapsed() + terms_.try_for;
  for (;;) {
    const auto reply = parts_.link.AskAll({{owner, method::kCharged, request}}, terms_.try_for).front();
    if (reply) {
      const Reply decoded = TRY(DecodeReply(*reply));
      if (!decoded) return Fail(ErrorCode::kFailedPrecondition, decoded.error().refusal.message);
      return DecodeCharged(*decoded);
    }
    const bool passing = reply.error().code == ErrorCode::kTimeout && !circle_.cancelled();
    if (!passing || parts_.clock.Elapsed() >= until) return tl::unexpected(reply.error());
    parts_.wait(terms_.pause);
  }
}

Outcome<std::vector<Int128>> FitSession::Sum(std::vector<Bytes> vouchers) {
  const release::FitRound& round = fit_.round();
  const std::size_t numbers = fit_.outline().Length(0) * circle_.all().size();
  if (roll_->terms().shown && numbers > kMostShown)
    return tl::unexpected(
        Failed(fmt::format("{} numbers of all owners are more than each can be shown", numbers)));
  roll_->Begin(AsBytes(round.state), fit_.outline().Length(0));
  const Bytes request = Encode(federation::Round{.session = statement_.statement.session,
                                                 .number = round.number,
                                                 .state = round.state,
                                                 .said = std::move(said_),
                                                 .vouchers = std::move(vouchers)});
  std::vector<Bytes> contributions;
  Reached reached{.round = round, .vouchers = {}};
  for (const auto& [owner, body] : circle_.Ask(method::kRound, request, "")) {
    auto contributed = DecodeContributed(body);
    if (!contributed) {
      circle_.Lose(owner, contributed.error().message);
      continue;
    }
    contributions.push_back(std::move(contributed->contribution));
    reached.vouchers.emplace_back(contributed->voucher.begin(), contributed->voucher.end());
  }
  if (circle_.cancelled() || !circle_.complete()) return tl::unexpected(Missing());
  auto sums = roll_->Close(contributions);
  if (!sums) return tl::unexpected(Failed(sums.error().message));
  said_ = roll_->terms().shown ? std::move(contributions) : std::vector<Bytes>{};
  reached_ = std::move(reached);
  return *std::move(sums);
}

Outcome<release::Answer> FitSession::Round(std::vector<Bytes> vouchers) {
  const std::string id = Id();
  TRY(fit_.Ask(statement_.statement.session, id, !began()));
  const auto sums = TRY(Sum(std::move(vouchers)));
  included_ = circle_.all();
  auto assembled = TRY(fit_.Assemble(id, {}, sums, included_.size()));
  std::map<std::string, std::vector<std::string>> receipts;
  if (fit_.ends()) {
    receipts = Finish(id);
    assembled.notice = Notice(id, receipts);
  }
  fit_.Vouch(reached_->vouchers);
  TRY(fit_.Record(assembled, Revisions(included_), receipts));
  return assembled;
}

}  // namespace concordat::federation
