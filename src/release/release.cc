#include "release/release.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "release/charging.h"
#include "release/decide.h"
#include "release/entry.h"
#include "release/failure.h"
#include "release/grid.h"
#include "release/prepare.h"
#include "release/record.h"
#include "release/repeat.h"
#include "release/run.h"
#include "sql/explain.h"

namespace concordat::release {
namespace {

// The rows of an answer, from the engine's integers: noise goes in here, and nothing comes out without it.
Result<std::vector<Row>> Compute(const Parts& parts, engine::Engine& engine, const Prepared& prepared,
                                 Milliseconds limit, const engine::Cancel& cancel) {
  sql::NoisyTable table(prepared.plan, parts.noise);
  TRY(RunInner(parts, engine, prepared, limit, cancel,
               [&](const std::vector<Row>& rows) { return table.Add(rows); }));
  return RunOuter(parts, prepared, std::move(table).Finish(), limit, cancel);
}

std::string NewId(RandomSource& random) { return fmt::format("{:016x}", random.NextU64()); }

// Ends at a multiple of the grid counted from `arrival`, whatever came of the question.
class GridExit {
 public:
  GridExit(const Clock& clock, Milliseconds grid) : clock_(clock), grid_(grid), arrival_(clock.Elapsed()) {}
  void Wait() const {
    const Milliseconds worked = clock_.Elapsed() - arrival_;
    std::this_thread::sleep_for(LeavesAfter(worked, grid_) - worked);
  }

 private:
  const Clock& clock_;
  Milliseconds grid_;
  Milliseconds arrival_;
};

}  // namespace

Outcome<void> Release::Admit(const Caller& caller) const {
  const auto lock = parts_.ledger.Share();
  TRY(DecideOn(parts_, caller, {}, AnyAnalysis(parts_, caller.agreement)));
  return {};
}

Outcome<Description> Release::Describe(const Caller& caller, const Question& question) const {
  const Bound bound = TRY(BindQuestion(parts_, caller, question));
  return Description{ColumnsOf(*bound.query, question.settings.margins), bound.query->parameters};
}

Outcome<std::vector<std::string>> Release::Explain(const Caller& caller, const Question& question) const {
  const Prepared prepared = TRY(Prepare(parts_, caller, question));
  std::vector<std::string> lines = sql::Explain(prepared.plan);
  if (prepared.plan.measurements.empty()) return lines;
  const auto stored = FindAnswer(parts_.ledger, prepared.identity);
  if (!stored) return tl::unexpected(UnavailableOf(stored.error()));
  if (*stored) {
    lines.emplace_back("stored  this question was answered before: asking it again is free");
    return lines;
  }
  const auto lock = parts_.ledger.Share();
  const ledger::Charge charge = ChargeOf("", prepared);
  if (const auto fits = parts_.budgets.Check(charge); !fits) {
    lines.push_back("refused " + fits.error().message);
  } else {
    lines.push_back("left    " + LeftText(parts_.budgets.After(charge)) + " afterwards");
  }
  return lines;
}

Outcome<Answer> Release::Ask(const Caller& caller, const Question& question, const engine::Cancel& cancel) {
  Prepared prepared = TRY(Prepare(parts_, caller, question));
  const GridExit exit(parts_.clock, timing_.grid);
  const auto repeated = [&](const std::string& id) { return ReleaseBody(id, "repeated", prepared); };
  if (auto stored = TRY(RepeatAnswer(parts_, prepared, prepared.identity, repeated))) {
    exit.Wait();
    return *std::move(stored);
  }
  const std::string id = NewId(parts_.random);
  const ledger::Charge charge = ChargeOf(id, prepared);
  double before = 0;
  Charged charged = TRY(EnterCharge({parts_, turns_, caller, question, "sql", cancel}, std::move(prepared),
                                    ledger::ChargeBody(charge), [&](const Prepared& now) -> Outcome<void> {
                                      if (now.plan.measurements.empty()) return {};
                                      before = parts_.budgets.SpentUnder(charge);
                                      return parts_.budgets.Check(charge);
                                    }));
  std::optional<Turn> turn(std::move(charged.turn));
  auto rows = Compute(parts_, *charged.engine, charged.prepared, timing_.engine_limit, cancel);
  turn.reset();
  exit.Wait();
  // Whether the engine was done when the cancel came is nobody's to know: not from the reply, nor from a
  // stored answer.
  if (cancel.requested()) rows = Fail(ErrorCode::kCancelled, "cancelled");
  if (!rows && log_) log_(id, rows.error());
  Outcome<Answer> answer =
      rows ? Answered(id, charged.prepared, charge, before, question.settings.margins, *std::move(rows))
           : Outcome<Answer>(tl::unexpected(FailureOf(rows.error(), id)));
  return Recorded(id, caller, question, charged.prepared, std::move(answer));
}

// The answer once it is on record: one whose agreement ended while it was computed stays here.
Outcome<Answer> Release::Recorded(const std::string& id, const Caller& caller, const Question& question,
                                  const Prepared& prepared, Outcome<Answer> answer) {
  if (answer) {
    const auto recorded = parts_.ledger.AppendIf(
        RecordOf(ReleaseBody(id, "answered", prepared), SecretOf(caller, question, prepared, &*answer),
                 prepared, parts_.ledger.Now()),
        [&] { return InForce(parts_, prepared); });
    if (recorded && *recorded) return answer;
    answer = tl::unexpected(recorded ? WithReceipt(recorded->error(), id) : FailureOf(recorded.error(), id));
    if (!recorded && log_) log_(id, recorded.error());
  }
  const auto failed = parts_.ledger.Append(RecordOf(ReleaseBody(id, "failed", prepared),
                                                    SecretOf(caller, question, prepared, nullptr), prepared,
                                                    parts_.ledger.Now()));
  if (!failed && log_) log_(id, failed.error());
  return answer;
}

Answer Release::Answered(const std::string& id, const Prepared& prepared, const ledger::Charge& charge,
                         double spent_before, bool margins, std::vector<Row> rows) const {
  Answer answer{
      .id = id, .columns = ColumnsOf(*prepared.query, margins), .rows = std::move(rows), .notice = {}};
  const std::string receipt =
      fmt::format("answer {}, receipt: concordat receipt {}", id, id.substr(0, kShownDigits));
  const auto lock = parts_.ledger.Share();
  const std::string& product = prepared.published->product.id;
  const std::string warning =
      catalogue::Warning(product, parts_.catalogue.LifeOf(product), parts_.ledger.Now());
  const std::string last = warning.empty() ? "" : "; " + warning;
  if (prepared.plan.measurements.empty()) {
    answer.notice = "public data: nothing charged, " + receipt + last;
    return answer;
  }
  const double spent = parts_.budgets.SpentUnder(charge);
  answer.notice = fmt::format("charged epsilon {:.3g} ({}), {}", std::max(0.0, spent - spent_before),
                              LeftText(parts_.budgets.Now(charge)), receipt + last);
  return answer;
}

}  // namespace concordat::release
