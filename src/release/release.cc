#include "release/release.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "base/check.h"
#include "base/mutation.h"
#include "ledger/seal.h"
#include "release/answer_json.h"
#include "release/grid.h"
#include "release/prepare.h"
#include "release/record.h"
#include "sql/explain.h"
#include "sql/generate.h"
#include "sql/shape.h"

namespace concordat::release {
namespace {

constexpr std::size_t kShownDigits = 4;  // of an id, where the beginning is enough
constexpr Milliseconds kGlance{20};      // how often a waiting question looks whether it was cancelled

ledger::Charge ChargeOf(const std::string& id, const Caller& caller, const Prepared& prepared) {
  return {.question = id,
          .product = prepared.published->product.id,
          .agreement = caller.agreement,
          .document = prepared.permit.agreement_id,
          .analyst = caller.analyst,
          .measurements = prepared.plan.measurements};
}

std::vector<OutputColumn> ColumnsOf(const sql::Query& query, bool margins) {
  std::vector<OutputColumn> columns;
  for (const sql::ResultColumn& column : sql::ResultColumns(query, margins))
    columns.push_back({column.name, column.type});
  return columns;
}

// The tightest words for what a charge leaves: the agreement's level.
std::string LeftText(const std::vector<ledger::LevelState>& after) {
  for (const ledger::LevelState& state : after) {
    if (!state.level.agreement.empty() && state.level.analyst.empty()) {
      return fmt::format("{:.3g} of {:.3g} left", state.left().value, state.limit.epsilon.value);
    }
  }
  return "no budget";
}

// Where a failure came from is the operator's to know: an analyst gets a code and a receipt.
Refusal FailureOf(const Error& error, const std::string& id) {
  const bool cancelled = error.code == ErrorCode::kCancelled;
  const bool late = error.code == ErrorCode::kTimeout;
  return {.reason = cancelled ? "cancelled"
                    : late    ? "too_slow"
                              : "failed",
          .message = fmt::format("the question could not be {} after its charge, which stands",
                                 cancelled || late ? "finished" : "computed"),
          .hint = fmt::format(
              "receipt: concordat receipt {}; ask the operator, who finds it in the node's log", id),
          .sqlstate = cancelled || late ? "57014" : "XX000",
          .position = {}};
}

// The agreement ended between charge and record.
Refusal WithReceipt(Refusal refusal, const std::string& id) {
  refusal.hint += fmt::format("; the charge of this question stands, receipt: concordat receipt {}", id);
  return refusal;
}

// A failure before any charge.
Refusal UnavailableOf(const Error& error) {
  const bool changed = error.code == ErrorCode::kFailedPrecondition || error.code == ErrorCode::kNotFound;
  const bool full = error.code == ErrorCode::kResourceExhausted;
  return {.reason = changed ? "product_unavailable"
                    : full  ? "node_full"
                            : "node_failed",
          .message = changed ? "the product's files are not those that were published"
                     : full  ? "the node cannot record anything now, so it answers nothing"
                             : "the node could not take the question",
          .hint = "nothing was charged; tell the operator: concordat doctor says more",
          .sqlstate = full ? "53100" : "58000",
          .position = {}};
}

// One of the turns that engines give; given back when it ends.
class Turn {
 public:
  static Outcome<Turn> Wait(std::counting_semaphore<>& turns, const engine::Cancel& cancel) {
    while (!turns.try_acquire_for(kGlance)) {
      if (cancel.requested())
        return Refuse("cancelled", "cancelled before its turn came", "nothing was charged", "57014");
    }
    return Turn(turns);
  }
  Turn(Turn&& other) noexcept : turns_(std::exchange(other.turns_, nullptr)) {}
  Turn& operator=(Turn&&) = delete;
  ~Turn() {
    if (turns_ != nullptr) turns_->release();
  }

 private:
  explicit Turn(std::counting_semaphore<>& turns) : turns_(&turns) {}
  std::counting_semaphore<>* turns_;
};

// Is the document that a question was prepared under still the one in force, and its product in use? Its
// analyst, training and hours were looked at when it was charged.
Outcome<void> InForce(const Parts& parts, const Caller& caller, const Prepared& prepared) {
  const Time now = parts.ledger.Now();
  TRY(CheckLife(parts.catalogue, prepared.published->product.id, now));
  for (const auto& each : prepared.joined) TRY(CheckLife(parts.catalogue, each->product.id, now));
  const auto* standing = parts.agreements.Find(caller.agreement, now);
  const bool same = standing != nullptr && standing->document->id == prepared.permit.agreement_id;
  if (same && standing->At(now) == agreement::State::kActive) return {};
  return Refuse("agreement_not_active",
                fmt::format("the agreement '{}' was {} while the question was under way", caller.agreement,
                            same ? agreement::Name(standing->At(now)) : "superseded"),
                "ask the steward why", "42501");
}

// All that was decided, once more when it is the charge's turn: others' steps may have come between.
Outcome<void> StillPermitted(const Parts& parts, const Caller& caller, const Question& question,
                             const Prepared& prepared) {
  TRY(DecideOn(parts, caller, question));
  return InForce(parts, caller, prepared);
}

std::string NewId(RandomSource& random) { return fmt::format("{:016x}", random.NextU64()); }

// The rows of an answer, from the engine's integers: noise goes in here, and nothing comes out without it.
Result<std::vector<Row>> Compute(const Parts& parts, engine::Engine& engine, const Prepared& prepared,
                                 Milliseconds limit, const engine::Cancel& cancel) {
  sql::Statement inner = sql::InnerStatement(prepared.plan, prepared.parameters, parts.random.NextU64());
  std::vector<std::string> selects = {engine::SelectFrom(prepared.published->product.source)};
  for (const auto& each : prepared.joined) selects.push_back(engine::SelectFrom(each->product.source));
  const std::string with = sql::WithSources(selects, inner.sql);
  sql::NoisyTable table(prepared.plan, parts.noise);
  TRY(engine.Stream(with, inner.parameters, limit, &cancel,
                    [&](engine::ResultSet& batch) { return table.Add(batch.rows); }));
  TRY(engine::CheckUnchanged(prepared.published->product.source, prepared.published->files));
  for (const auto& each : prepared.joined) TRY(engine::CheckUnchanged(each->product.source, each->files));
  const sql::Statement outer =
      sql::OuterStatement(prepared.plan, std::move(table).Finish(), prepared.parameters);
  return TRY(parts.sources.released().Run(outer.sql, outer.parameters, {.time = limit}, &cancel)).rows;
}

// The engine's wide integers as the integers that answers have; a value of another shape stays.
void Narrow(const std::vector<OutputColumn>& columns, std::vector<Row>& rows) {
  for (Row& row : rows) {
    CHECK(row.size() == columns.size());
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (const auto* wide = std::get_if<Int128>(&row[i])) row[i] = static_cast<std::int64_t>(*wide);
      const auto* number = std::get_if<double>(&row[i]);
      const auto* integer = std::get_if<std::int64_t>(&row[i]);
      if (integer != nullptr && columns[i].type == Type::kNumber) row[i] = static_cast<double>(*integer);
      if (number != nullptr && columns[i].type == Type::kInteger) row[i] = static_cast<std::int64_t>(*number);
    }
  }
}

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

Json ReleaseBody(const std::string& id, const char* outcome, const Prepared& prepared) {
  const catalogue::Product& product = prepared.published->product;
  Json body = {{"question", id},
               {"outcome", outcome},
               {"identity", prepared.identity},
               {"agreement", prepared.permit.agreement},
               {"document", prepared.permit.agreement_id},
               {"product", fmt::format("{}@{}", product.id, product.version)},
               {"revision", product.revision}};
  if (!prepared.joined.empty()) body["joined"] = RevisionsOf(prepared.joined);
  return body;
}

Json SecretOf(const Caller& caller, const Question& question, const Prepared& prepared,
              const Answer* answer) {
  Json parameters = Json::array();
  for (const Value& value : prepared.parameters)
    parameters.push_back(IsNull(value) ? Json() : Json(ToText(value)));
  Json secret = {{"text", question.text},
                 {"parameters", std::move(parameters)},
                 {"analyst", caller.analyst},
                 {"way", caller.way}};
  if (answer != nullptr) secret["answer"] = ToJson(*answer);
  return secret;
}

// What came of a question that was charged, with what was asked; sealed where the agreement says so.
ledger::Draft RecordOf(const char* outcome, Json secret, const std::string& id, const Prepared& prepared,
                       Time now) {
  ledger::Draft draft{ledger::kind::kRelease, ReleaseBody(id, outcome, prepared), std::move(secret)};
  if (prepared.permit.sealed_days > 0)
    ledger::Seal(draft, now + std::chrono::days(prepared.permit.sealed_days));
  return draft;
}

}  // namespace

Outcome<void> Release::Admit(const Caller& caller) const {
  const auto lock = parts_.ledger.Share();
  TRY(DecideOn(parts_, caller, {}));
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
  const ledger::Charge charge = ChargeOf("", caller, prepared);
  if (const auto fits = parts_.budgets.Check(charge); !fits) {
    lines.push_back("refused " + fits.error().message);
  } else {
    lines.push_back("left    " + LeftText(parts_.budgets.After(charge)) + " afterwards");
  }
  return lines;
}

// The stored answer to an identical question, if there is one. Its repetition is recorded too.
Outcome<std::optional<Answer>> Release::Repeat(const Caller& caller, const Prepared& prepared) {
  const auto found = FindAnswer(parts_.ledger, prepared.identity);
  if (!found) return tl::unexpected(UnavailableOf(found.error()));
  const std::optional<ledger::Entry>& before = *found;
  if (!before || !before->secret) return std::nullopt;
  auto answer = AnswerFromJson(before->secret->value("answer", Json()));
  if (!answer) return std::nullopt;
  const auto recorded =
      parts_.ledger.AppendIf({ledger::kind::kRelease, ReleaseBody(answer->id, "repeated", prepared), {}},
                             [&] { return InForce(parts_, caller, prepared); });
  if (!recorded) return tl::unexpected(UnavailableOf(recorded.error()));
  if (!*recorded) return tl::unexpected(recorded->error());
  answer->notice = fmt::format("charged nothing: the stored answer {} of {}, receipt: concordat receipt {}",
                               answer->id, FormatTime(before->time), answer->id.substr(0, kShownDigits));
  return *std::move(answer);
}

Outcome<Answer> Release::Ask(const Caller& caller, const Question& question, const engine::Cancel& cancel) {
  Prepared prepared = TRY(Prepare(parts_, caller, question));
  const GridExit exit(parts_.clock, timing_.grid);
  if (auto stored = TRY(Repeat(caller, prepared))) {
    exit.Wait();
    return *std::move(stored);
  }
  const auto engine = parts_.sources.For(*prepared.published, prepared.joined);
  if (!engine) return tl::unexpected(UnavailableOf(engine.error()));

  std::optional<Turn> turn = TRY(Turn::Wait(turns_, cancel));
  const std::string id = NewId(parts_.random);
  const ledger::Charge charge = ChargeOf(id, caller, prepared);
  double before = 0;
  const auto charged =
      parts_.ledger.AppendIf({ledger::kind::kCharge, ledger::ChargeBody(charge), {}}, [&]() -> Outcome<void> {
        TRY(StillPermitted(parts_, caller, question, prepared));
        TakeObjections(parts_, prepared);  // an objection holds for every question charged after it
        if (prepared.plan.measurements.empty()) return {};
        before = parts_.budgets.SpentUnder(charge);
        return parts_.budgets.Check(charge);
      });
  if (!charged) return tl::unexpected(UnavailableOf(charged.error()));
  if (!*charged) return tl::unexpected(charged->error());

  auto rows = Compute(parts_, **engine, prepared, timing_.engine_limit, cancel);
  turn.reset();
  exit.Wait();
  // Whether the engine was done when the cancel came is nobody's to know: not from the reply, nor from a
  // stored answer.
  if (cancel.requested()) rows = Fail(ErrorCode::kCancelled, "cancelled");
  if (!rows && log_) log_(id, rows.error());
  Outcome<Answer> answer =
      rows ? Answered(id, prepared, charge, before, question.settings.margins, *std::move(rows))
           : Outcome<Answer>(tl::unexpected(FailureOf(rows.error(), id)));
  return Recorded(id, caller, question, prepared, std::move(answer));
}

// The answer once it is on record: one whose agreement ended while it was computed stays here.
Outcome<Answer> Release::Recorded(const std::string& id, const Caller& caller, const Question& question,
                                  const Prepared& prepared, Outcome<Answer> answer) {
  if (answer) {
    const auto recorded =
        parts_.ledger.AppendIf(RecordOf("answered", SecretOf(caller, question, prepared, &*answer), id,
                                        prepared, parts_.ledger.Now()),
                               [&] { return InForce(parts_, caller, prepared); });
    if (recorded && *recorded) return answer;
    answer = tl::unexpected(recorded ? WithReceipt(recorded->error(), id) : FailureOf(recorded.error(), id));
    if (!recorded && log_) log_(id, recorded.error());
  }
  const auto failed = parts_.ledger.Append(
      RecordOf("failed", SecretOf(caller, question, prepared, nullptr), id, prepared, parts_.ledger.Now()));
  if (!failed && log_) log_(id, failed.error());
  return answer;
}

Answer Release::Answered(const std::string& id, const Prepared& prepared, const ledger::Charge& charge,
                         double spent_before, bool margins, std::vector<Row> rows) const {
  Answer answer{
      .id = id, .columns = ColumnsOf(*prepared.query, margins), .rows = std::move(rows), .notice = {}};
  Narrow(answer.columns, answer.rows);
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
