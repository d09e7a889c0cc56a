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

Outcome<void> EnterCharge(const Parts& parts, const Caller& caller, const Question& question,
                          const std::string& analysis, Prepared& prepared, Json body,
                          const std::function<Outcome<void>()>& fits) {
  const auto charged =
      parts.ledger.AppendIf({ledger::kind::kCharge, std::move(body), {}}, [&]() -> Outcome<void> {
        TRY(StillPermitted(parts, caller, question, prepared, analysis));
        TakeObjections(parts, prepared);
        return fits();
      });
  if (!charged) return tl::unexpected(UnavailableOf(charged.error()));
  if (!*charged) return tl::unexpected(charged->error());
  return {};
}

}  // namespace concordat::release
