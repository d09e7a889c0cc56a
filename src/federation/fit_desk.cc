// An owner's part in a fit, at release.
#include <nlohmann/json.hpp>

#include "base/mutation.h"
#include "crypto/canonical_json.h"
#include "federation/at_release.h"
#include "federation/fit_outline.h"

namespace concordat::federation {
namespace {

class FitPart final : public PartAtRelease<FittingPart> {
 public:
  FitPart(release::FitOwner& owner, const release::Parts& parts, Desk& desk, const Statement& statement,
          release::FitPlan plan)
      : PartAtRelease(desk, parts, statement, OutlineOf(plan, 0)),
        owner_(owner),
        plan_(std::move(plan)),
        kept_(owner.Keep()) {}

  Outcome<void> TakeUp(const std::string& id, const release::FitRound& round) override {
    outline_.measured = TRY(release::LengthOf(plan_, round));
    id_ = id;
    round_ = round;
    numbers_.clear();
    return {};
  }
  Outcome<void> Follow(const std::vector<Int128>& total, const release::FitRound& next) const override {
    if (CountsMembers() && !Mutated("rest_unchecked")) TRY(release::CheckRest(plan_, round_, total, own_));
    return release::Follows(plan_, round_, total, next);
  }

  std::string revision() const override { return plan_.revision; }
  std::string Left() const override { return owner_.Left(plan_); }
  std::string LeftAfter() const override { return owner_.LeftAfter(plan_, round_); }

  Outcome<void> Compute(const engine::Cancel& cancel) override {
    numbers_ = TRY(owner_.Compute(id_, visitor_, question_, plan_, round_, kept_, cancel));
    return {};
  }
  bool charged() const override { return !numbers_.empty() || desk_.Charged(id_).value_or(false); }
  Result<std::vector<Row>> Select() override { return std::vector<Row>{}; }
  Result<std::vector<Int128>> Share(const std::vector<Row>& /*keys*/,
                                    const engine::Cancel& /*cancel*/) override {
    if (numbers_.empty())
      return Fail(ErrorCode::kFailedPrecondition, "this round's numbers were shared before");
    if (CountsMembers()) own_ = numbers_;
    return std::exchange(numbers_, {});
  }
  Outcome<void> RecordOpening(const crypto::Hash& context) override {
    return owner_.RecordOpening(id_, visitor_, question_, plan_, round_, ContextText(context));
  }
  void RecordInterruption() override { owner_.RecordInterruption(id_, visitor_, question_, plan_, round_); }
  Outcome<void> InForce() const override { return owner_.StillInForce(plan_); }
  void RecordFailure() override { owner_.RecordFailure(id_, visitor_, question_, plan_, round_); }

 private:
  bool CountsMembers() const { return plan_.exact && plan_.exact->member_counts() != nullptr; }

  release::FitOwner& owner_;
  release::FitRound round_;
  release::FitPlan plan_;
  release::KeptRows kept_;
  std::vector<Int128> numbers_;
  std::vector<Int128> own_;  // that it shared, where members are counted
};

}  // namespace

Outline OutlineOf(const release::FitPlan& plan, std::size_t length) {
  return {.description = *crypto::CanonicalJson(plan.description),
          .sharing = plan.sharing,
          .finds_groups = false,
          .declared = 1,
          .measured = length,
          .wide = true,
          .exact = !plan.noise,
          .epsilon = plan.noise ? plan.noise->epsilon : Epsilon{}};
}

Outcome<std::unique_ptr<FittingPart>> ReleaseDesk::PrepareFit(const Statement& statement) {
  auto plan = TRY(fits_.Prepare(statement.visitor, statement.agreement, statement.question));
  auto part = std::make_unique<FitPart>(fits_, parts_, *this, statement, std::move(plan));
  TRY(part->TakeUp(IdOf(statement), *statement.round));
  return part;
}

}  // namespace concordat::federation
