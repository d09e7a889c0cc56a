#include "agreement/registry.h"

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

}  // namespace

void Registry::Apply(const ledger::Entry& entry) {
  if (IsAgreementKind(entry.kind)) {
    const auto step = StepOf(entry);
    if (!step) return;
    auto after = Take(Find(step->agreement), *step);
    if (after) agreements_.insert_or_assign(step->agreement, *std::move(after));
  } else if (IsAnalystKind(entry.kind)) {
    const auto step = AnalystStepOf(entry);
    if (!step) return;
    auto after = Take(FindAnalyst(step->analyst), *step);
    if (!after) return;
    analysts_.erase(step->analyst);
    if (*after) analysts_.emplace(step->analyst, **std::move(after));
  }
}

void Registry::Clear() {
  agreements_.clear();
  analysts_.clear();
}

const Standing* Registry::Find(std::string_view agreement) const { return FindIn(agreements_, agreement); }
const Analyst* Registry::FindAnalyst(std::string_view analyst) const { return FindIn(analysts_, analyst); }

Outcome<Permit> Registry::Decide(const Request& request, Time now) const {
  return agreement::Decide(request, {.member = member_,
                                     .standing = Find(request.agreement),
                                     .analyst = FindAnalyst(request.analyst),
                                     .now = now});
}

Outcome<void> Registry::Check(const Step& step) const {
  TRY(Take(Find(step.agreement), step));
  return {};
}

Outcome<void> Registry::Check(const AnalystStep& step) const {
  TRY(Take(FindAnalyst(step.analyst), step));
  return {};
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry, const Step& step) {
  return EnterStep(ledger, registry, step);
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Registry& registry,
                                     const AnalystStep& step) {
  return EnterStep(ledger, registry, step);
}

}  // namespace concordat::agreement
