#include "release/charging.h"

#include <nlohmann/json.hpp>

#include "ledger/body.h"
#include "release/decide.h"
#include "release/entry.h"
#include "release/failure.h"

namespace concordat::release {

Outcome<void> CheckNew(const Parts& parts, const std::string& id) {
  if (!TRY(IsOnRecord(parts, id, ledger::kind::kCharge, nullptr))) return {};
  return Refuse("question_known", "a question of this id was charged before", "ask anew, under another id",
                "42710");
}

Outcome<Charged> EnterCharge(const Charging& charging, Prepared prepared, Json body,
                             const std::function<Outcome<void>(const Prepared& now)>& fits) {
  const Parts& parts = charging.parts;
  auto engine = parts.sources.For(*prepared.published, prepared.joined);
  if (!engine) return tl::unexpected(UnavailableOf(engine.error()));
  Turn turn = TRY(Turn::Wait(charging.turns, charging.cancel));
  const auto entered =
      parts.ledger.AppendIf({ledger::kind::kCharge, std::move(body), {}}, [&]() -> Outcome<void> {
        TRY(StillPermitted(parts, charging.caller, charging.question, prepared, charging.analysis));
        TakeObjections(parts, prepared);
        return fits(prepared);
      });
  if (!entered) return tl::unexpected(UnavailableOf(entered.error()));
  if (!*entered) return tl::unexpected(entered->error());
  return Charged{std::move(prepared), *std::move(engine), std::move(turn)};
}

}  // namespace concordat::release
