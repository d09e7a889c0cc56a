#include "federation/visit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/mutation.h"
#include "federation/visit_fit.h"
#include "release/grid.h"

namespace concordat::federation {
namespace {

constexpr std::size_t kKept = 65'536;  // bytes of a reply that is kept after the end

// Work's answer leaves at a multiple of the grid, counted from the request's arrival.
void LeaveOnGrid(const OwnerParts& parts, Milliseconds arrival, Milliseconds grid) {
  const Milliseconds worked = parts.clock.Elapsed() - arrival;
  parts.wait(release::LeavesAfter(worked, grid) - worked);
}

}  // namespace

Refusal NonDisclosing(const std::string& member) {
  return {.reason = "non_disclosing",
          .message = fmt::format("'{}' contributes under encryption alone", member),
          .hint = "group by columns that have a domain, under an agreement that sums by encryption",
          .sqlstate = "42501",
          .position = {}};
}

Outcome<Opened> OpenPart(const OwnerParts& parts, const OwnerTerms& terms, const std::string& member,
                         const SignedStatement& statement) {
  const Statement& said = statement.statement;
  Opened opened{.document = parts.desk.Find(said.agreement), .part = nullptr};
  if (opened.document == nullptr)
    return Refuse("agreement_unknown", fmt::format("no agreement '{}' is in force here", said.agreement),
                  "ask the steward", "42501");
  TRY(CheckStatement(statement, *opened.document, member, parts.clock.Now()));
  const auto charged = parts.desk.Charged(IdOf(said));
  if (!charged)
    return Refuse("node_failed", "the node could not take the question",
                  "nothing was charged; tell the operator", "58000");
  if (*charged && !Mutated("replay_forgotten"))
    return Refuse("session_replayed", "this very question was charged here before", "ask anew", "42501");
  if (said.round) {
    auto part = TRY(parts.desk.PrepareFit(said));
    opened.fitting = part.get();
    opened.part = std::move(part);
  } else {
    opened.part = TRY(parts.desk.Prepare(said));
  }
  const Outline& outline = opened.part->outline();
  if (said.round) TRY(CheckDisclosing(parts, terms, outline));
  const bool shows = outline.sharing.local || outline.finds_groups;
  if (shows && IsNonDisclosing(parts, terms, outline) && !Mutated("disclosing_anyway"))
    return tl::unexpected(NonDisclosing(parts.member));
  return opened;
}

bool IsNonDisclosing(const OwnerParts& parts, const OwnerTerms& terms, const Outline& outline) {
  const auto& quiet = outline.sharing.non_disclosing;
  return (terms.non_disclosing && terms.non_disclosing()) ||
         std::find(quiet.begin(), quiet.end(), parts.member) != quiet.end();
}

Milliseconds Lifetime(const OwnerTerms& terms) {
  return std::max(terms.patience, 2 * kSkew + Milliseconds(1));
}

Prepared PreparedOf(const Part& part, const OwnerParts& parts, const OwnerTerms& terms) {
  return {.description = part.outline().description,
          .revision = part.revision(),
          .only_encryption = IsNonDisclosing(parts, terms, part.outline()),
          .affordable = part.Affordable(),
          .left = part.LeftAfter()};
}

Visit::Visit(const OwnerParts& parts, const OwnerTerms& terms, std::string member, SignedStatement statement,
             Milliseconds until)
    : parts_(parts),
      terms_(terms),
      member_(std::move(member)),
      statement_(std::move(statement)),
      until_(until) {}

const std::vector<Visit::Step>& Visit::Steps() {
  static const std::vector<Step> steps = {
      {method::kPrepare, &Visit::Prepare, Stage::kPrepared, false},
      {method::kSelect, &Visit::Select, Stage::kSelected, true},
      {method::kCommit, &Visit::Commit, Stage::kCommitted, false},
      {method::kReveal, &Visit::Reveal, Stage::kRevealed, false},
      {method::kContribute, &Visit::Contribute, Stage::kContributed, true},
      {method::kAgree, &Visit::Agree, Stage::kAgreed, false},
      {method::kOpen, &Visit::Open, Stage::kOpened, false},
      {method::kRestore, &Visit::Restore, Stage::kRestored, false},
      {method::kRound, &Visit::TakeRound, Stage::kRounds, true},
      {method::kFinish, &Visit::Finish, Stage::kOpened, false},
      {method::kAbandon, &Visit::Abandon, Stage::kOpened, false},
  };
  return steps;
}

// May this round follow the one before?
bool Visit::IsTurnOf(const Step& step) const {
  const std::string_view method = step.method;
  if (method == method::kPrepare) return stage_ == Stage::kNew;
  if (method == method::kAbandon) return true;
  if (method == method::kFinish) return charged_;
  if (stage_ == Stage::kNew) return false;
  if (method == method::kRound || fit_) return method == method::kRound && fit_ != nullptr;
  const Outline& outline = opened_.part->outline();
  const Stage planned = outline.finds_groups ? Stage::kSelected : Stage::kPrepared;
  if (method == method::kSelect) return outline.finds_groups && stage_ == Stage::kPrepared;
  if (method == method::kCommit) return !outline.sharing.local && stage_ == planned;
  if (method == method::kContribute) return stage_ == (outline.sharing.local ? planned : Stage::kRevealed);
  return static_cast<int>(stage_) + 1 == static_cast<int>(step.after);
}

Result<Bytes> Visit::Answer(std::string_view method, ByteView request) {
  if (method == method::kAbandon) cancel_.Request();
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (!lock.owns_lock())
    return Fail(ErrorCode::kTimeout, fmt::format("'{}' is still at work on this question", parts_.member),
                "ask again in a moment");
  const auto& steps = Steps();
  const auto step =
      std::find_if(steps.begin(), steps.end(), [&](const Step& s) { return s.method == method; });
  const crypto::Hash hash = crypto::Sha256(request);
  const auto answered = answered_.find(method);
  if (answered != answered_.end() && !Mutated("round_done_again")) {
    if (answered->second.request == hash) return answered->second.reply;
    if (method != method::kRound || IsOldRound(request))
      return Fail(ErrorCode::kFailedPrecondition,
                  fmt::format("another request of the round '{}' was answered before", method), "ask anew");
  }
  if (ended_)
    return Fail(ErrorCode::kNotFound, fmt::format("the question has ended at '{}'", parts_.member),
                "ask anew");
  const bool again = Mutated("round_done_again") && answered != answered_.end();
  if (!again && !IsTurnOf(*step))
    return Fail(ErrorCode::kFailedPrecondition, fmt::format("it is not the turn of the round '{}'", method),
                "ask anew");
  const Milliseconds arrival = parts_.clock.Elapsed();
  Result<Bytes> reply = Take(*step, request);
  const bool exact = method == method::kRound && opened_.part->outline().exact;
  if (step->works) LeaveOnGrid(parts_, arrival, exact ? terms_.round_grid : terms_.grid);
  if (reply) answered_.insert_or_assign(std::string(method), Answered{hash, *reply});
  if (ending_) EndInside();
  return reply;
}

// What fails, or is refused, ends the session.
Result<Bytes> Visit::Take(const Step& step, ByteView request) {
  const Body body = (this->*step.take)(request);
  if (!body || !*body) ending_ = true;
  if (!body) return tl::unexpected(body.error());
  if (!*body) return EncodeReply(Declined{parts_.member, body->error()});
  stage_ = step.after;
  return EncodeReply(**body);
}

void Visit::End() {
  ending_ = true;
  cancel_.Request();
  const std::unique_lock lock(mutex_, std::try_to_lock);
  if (lock.owns_lock()) EndInside();
}

void Visit::EndInside() {
  if (ended_) return;
  ended_ = true;
  if (charged_ && !recorded_) RecordEnd(false);
  fit_ = nullptr;
  party_ = nullptr;
  opened_.part = nullptr;
  setting_ = {};
  std::erase_if(answered_, [](const auto& each) { return each.second.reply.size() > kKept; });
}

Visit::Body Visit::Prepare(ByteView /*request*/) {
  Outcome<Opened> opened = OpenPart(parts_, terms_, member_, statement_);
  if (!opened) return tl::unexpected(std::move(opened).error());
  opened_ = *std::move(opened);
  if (opened_.fitting != nullptr) return PledgeToFit();
  return Encode(PreparedOf(*opened_.part, parts_, terms_));
}

Outcome<void> Visit::Compute() {
  if (charged_) return {};
  const auto computed = opened_.part->Compute(cancel_);
  charged_ = opened_.part->charged();
  if (!computed && !Mutated("charge_refusal_ignored")) return tl::unexpected(computed.error());
  return {};
}

}  // namespace concordat::federation
