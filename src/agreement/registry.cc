#include "agreement/registry.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "agreement/attestation.h"
#include "agreement/record.h"

namespace concordat::agreement {
namespace {

template <class Map>
auto FindIn(const Map& map, std::string_view name) -> const typename Map::mapped_type* {
  const auto found = map.find(name);
  return found == map.end() ? nullptr : &found->second;
}

template <class S>
Result<Outcome<ledger::Entry>> EnterStep(ledger::Ledger& ledger, const Registry& registry, const S& step) {
  return ledger.AppendIf(DraftOf(step), [&registry, &step] { return registry.Check(step); });
}

// Who put a standing's document forward.
std::string_view ProposedBy(const Standing& standing) {
  for (const Step& step : standing.steps) {
    if (step.verb == Verb::kPropose) return step.by;
  }
  return {};
}

// An amendment whose time has come stands where what it supersedes stood.
bool HasTakenOver(const Standing* amendment, Time now) {
  return amendment != nullptr && amendment->At(now) == State::kActive;
}

// The analyst once the step is taken; Check's refusals.
Outcome<std::optional<Analyst>> AnalystAfter(const Registry& registry, const AnalystStep& step) {
  auto after = TRY(Take(registry.FindAnalyst(step.analyst), step));
  if (step.attestation.empty()) return after;
  const Person* person = registry.FindPerson(step.analyst);
  const auto training = ReadAttestation(step.attestation, person == nullptr ? "" : person->key, step.when);
  if (training && step.trainings == std::vector<Training>{*training}) return after;
  return Refuse("attestation_invalid",
                training ? "the attestation is of another training or day" : training.error().message,
                training ? "record what it says" : training.error().remedy, "42501");
}

bool IsRunning(State state) {
  return state == State::kApproved || state == State::kActive || state == State::kSuspended;
}

}  // namespace

void Registry::Apply(const ledger::Entry& entry) {
  if (IsAgreementKind(entry.kind)) {
    if (const auto step = StepOf(entry)) ApplyStep(*step);
  } else if (IsAnalystKind(entry.kind)) {
    const auto step = AnalystStepOf(entry);
    if (!step) return;
    auto after = AnalystAfter(*this, *step);
    if (!after) return;
    analysts_.erase(step->analyst);
    if (*after) analysts_.emplace(step->analyst, **std::move(after));
  } else if (IsPersonKind(entry.kind)) {
    auto step = PersonStepOf(entry);
    if (!step) return;
    step->member = member_;
    auto after = Take(FindPerson(step->person), *step);
    if (!after) return;
    people_.erase(step->person);
    if (*after) people_.emplace(step->person, **std::move(after));
  }
}

void Registry::ApplyStep(const Step& step) {
  Promote(step.agreement, step.when);
  auto after = After(step);
  if (!after) return;
  const bool amends = IsForAmendment(step);
  Standings& standings = amends ? amendments_ : agreements_;
  const auto before = standings.find(step.agreement);
  const bool follows = before != standings.end() && before->second.document->id != after->document->id;
  if (follows && !amends && before->second.state != State::kDraft) past_.push_back(before->second);
  if (!amends && (follows || after->state == State::kRevoked)) amendments_.erase(step.agreement);
  standings.insert_or_assign(step.agreement, *std::move(after));
  Promote(step.agreement, step.when);
}

void Registry::Promote(const std::string& agreement, Time now) {
  const auto amendment = amendments_.find(agreement);
  if (amendment == amendments_.end() || !HasTakenOver(&amendment->second, now)) return;
  Standing& current = agreements_.at(agreement);
  current.state = State::kSuperseded;
  past_.push_back(std::move(current));
  current = std::move(amendment->second);
  amendments_.erase(amendment);
}

void Registry::Clear() {
  agreements_.clear();
  amendments_.clear();
  past_.clear();
  analysts_.clear();
  people_.clear();
}

const Standing* Registry::Find(std::string_view agreement, Time now) const {
  const Standing* amendment = FindIn(amendments_, agreement);
  return HasTakenOver(amendment, now) ? amendment : FindIn(agreements_, agreement);
}

const Standing* Registry::FindAmendment(std::string_view agreement, Time now) const {
  const Standing* amendment = FindIn(amendments_, agreement);
  return HasTakenOver(amendment, now) ? nullptr : amendment;
}

const Standing* Registry::FindDocument(std::string_view agreement, std::string_view id) const {
  for (const Standing* standing : {FindIn(agreements_, agreement), FindIn(amendments_, agreement)}) {
    if (standing != nullptr && standing->document->id == id) return standing;
  }
  return nullptr;
}

std::vector<const Standing*> Registry::Documents() const {
  std::vector<const Standing*> documents;
  for (const auto& [name, standing] : agreements_) {
    documents.push_back(&standing);
    if (const Standing* amendment = FindIn(amendments_, name)) documents.push_back(amendment);
  }
  return documents;
}

const Analyst* Registry::FindAnalyst(std::string_view analyst) const { return FindIn(analysts_, analyst); }
const Person* Registry::FindPerson(std::string_view person) const { return FindIn(people_, person); }

bool Registry::HasApprovers() const {
  return std::any_of(people_.begin(), people_.end(),
                     [](const auto& person) { return person.second.roles.contains(Role::kApprover); });
}

Evidence Registry::EvidenceFor(const Request& request, Time now, int asked) const {
  return {.member = member_,
          .standing = Find(request.agreement, now),
          .analyst = FindAnalyst(request.analyst),
          .now = now,
          .asked = asked};
}

Outcome<Permit> Registry::Decide(const Request& request, Time now, int asked) const {
  return agreement::Decide(request, EvidenceFor(request, now, asked));
}

bool Registry::IsForAmendment(const Step& step) const {
  if (step.document) return !step.document->supersedes.empty();
  const Standing* amendment = FindIn(amendments_, step.agreement);
  return amendment != nullptr && amendment->document->id == step.id;
}

const Standing* Registry::SlotOf(const Step& step) const {
  return FindIn(IsForAmendment(step) ? amendments_ : agreements_, step.agreement);
}

Outcome<void> Registry::Check(const Step& step) const {
  TRY(After(step));
  return {};
}

Outcome<Standing> Registry::After(const Step& step) const {
  const Standing* before = SlotOf(step);
  if (step.document && !step.document->supersedes.empty()) {
    const Standing* current = Find(step.agreement, step.when);
    if (current == nullptr || current->document->id != step.document->supersedes ||
        !IsRunning(current->At(step.when))) {
      return Refuse(
          "amendment_unfounded",
          fmt::format("'{}' supersedes a document that is not in force under this name", step.agreement),
          "write the id that 'concordat agreement show' prints under supersedes", "42501");
    }
  }
  if (step.document) {
    for (const Standing& past : past_) TRY(CheckNotEnded(past, *step.document));
  }
  Standing after = TRY(Take(before, step));
  if (step.verb != Verb::kApprove) return after;
  const bool alone = before->document->Signers().size() == 1 && !HasApprovers();
  if (!alone) TRY(CheckApprover(FindPerson(step.by), step, *before->document, ProposedBy(*before)));
  return after;
}

Outcome<void> Registry::Check(const AnalystStep& step) const {
  TRY(AnalystAfter(*this, step));
  return {};
}

Outcome<void> Registry::Check(const PersonStep& step) const {
  TRY(Take(FindPerson(step.person), step));
  return {};
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry, const Step& step) {
  return EnterStep(ledger, registry, step);
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry,
                                     const AnalystStep& step) {
  return EnterStep(ledger, registry, step);
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry,
                                     const PersonStep& step) {
  return EnterStep(ledger, registry, step);
}

}  // namespace concordat::agreement
