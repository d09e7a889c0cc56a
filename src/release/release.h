// The one exit: nothing derived from a product's rows leaves the node but through here.
//
// Ask: decide → bind → plan → charge (durable) → run → noise → record (durable) → answer on the time grid. A
// question that fails after its charge stays charged and is recorded as failed; the analyst gets a code and a
// receipt, never the engine's words. An identical question on the same revision of the product is the stored
// answer, and free.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <semaphore>
#include <string>
#include <vector>

#include "agreement/decision.h"
#include "agreement/registry.h"
#include "base/clock.h"
#include "base/random.h"
#include "base/refusal.h"
#include "catalogue/catalogue.h"
#include "dp/noise.h"
#include "engine/engine.h"
#include "ledger/budget.h"
#include "ledger/ledger.h"
#include "release/answer.h"
#include "release/pace.h"
#include "release/sources.h"
#include "subject/subject.h"

namespace concordat::release {

// What release stands on. The node opens them and keeps them alive longer than the Release.
struct Parts {
  ledger::Ledger& ledger;
  const ledger::BudgetBook& budgets;
  const catalogue::Catalogue& catalogue;
  const agreement::Registry& agreements;
  const subject::Subjects& subjects;
  const Pace& pace;
  Sources& sources;
  dp::Noise& noise;
  RandomSource& random;
  const Clock& clock;
};

struct Timing {
  Milliseconds grid{100};
  Milliseconds engine_limit{60'000};
  int at_once = 8;  // questions that engines compute side by side; more wait their turn, uncharged
};

struct Description {
  std::vector<OutputColumn> columns;
  std::vector<Type> parameters;
};

struct Prepared;

// Threading: every call may come from any thread; Ask blocks until its answer is due.
class Release {
 public:
  // `log` hears of failures after a charge, in the engine's own words: for the operator alone.
  using Log = std::function<void(const std::string& id, const Error& error)>;
  Release(const Parts& parts, const Timing& timing, Log log)
      : parts_(parts), timing_(timing), log_(std::move(log)), turns_(timing.at_once) {}

  // May this caller use this agreement at all, now?
  Outcome<void> Admit(const Caller& caller) const;
  // Columns and parameter types; no row is looked at, nothing charged.
  Outcome<Description> Describe(const Caller& caller, const Question& question) const;
  // What Ask would do, in lines; nothing charged.
  Outcome<std::vector<std::string>> Explain(const Caller& caller, const Question& question) const;
  Outcome<Answer> Ask(const Caller& caller, const Question& question, const engine::Cancel& cancel);
  // What engines compute side by side, for all who make them: whoever takes a turn gives it back.
  std::counting_semaphore<>& turns() { return turns_; }

 private:
  Outcome<Answer> Recorded(const std::string& id, const Caller& caller, const Question& question,
                           const Prepared& prepared, Outcome<Answer> answer);
  Answer Answered(const std::string& id, const Prepared& prepared, const ledger::Charge& charge,
                  double spent_before, bool margins, std::vector<Row> rows) const;

  Parts parts_;
  Timing timing_;
  Log log_;
  std::counting_semaphore<> turns_;
};

}  // namespace concordat::release
