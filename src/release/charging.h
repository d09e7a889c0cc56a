// What is done before an engine runs, for every kind of question: it has its turn, and it is charged,
// durably, while all that was decided holds.
#pragma once

#include <functional>
#include <memory>
#include <semaphore>
#include <string>

#include "base/json.h"
#include "release/prepare.h"
#include "release/release.h"
#include "release/turn.h"

namespace concordat::release {

// Whose question is charged, and for what. All that it refers to outlives it.
struct Charging {
  const Parts& parts;
  std::counting_semaphore<>& turns;
  const Caller& caller;
  const Question& question;
  std::string analysis;  // what the agreement allows it as
  const engine::Cancel& cancel;
};

struct Charged {
  Prepared prepared;  // without those who objected by then
  std::shared_ptr<engine::Engine> engine;
  Turn turn;  // until the engine is done
};

// Refuses a question whose id is on record as charged: question_known.
Outcome<void> CheckNew(const Parts& parts, const std::string& id);
// Waits for an engine's turn, then enters a charge of `body` if StillPermitted and then `fits` agree, which
// is asked as the ledger's condition. Who objected by then is taken into what was prepared: an objection
// holds for every question charged after it. Refusals: theirs; unavailable; cancelled before its turn came.
Outcome<Charged> EnterCharge(const Charging& charging, Prepared prepared, Json body,
                             const std::function<Outcome<void>(const Prepared& now)>& fits);

}  // namespace concordat::release
