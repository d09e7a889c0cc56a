#include "pgwire/executor.h"

#include <fmt/format.h>

#include "pgwire/decoding.h"
#include "sql/fit.h"

namespace concordat::pgwire {
namespace {

// Positions in `question` to positions in the statement around it.
Refusal Shifted(Refusal refusal, const Inquiry& question) {
  if (refusal.position) *refusal.position += static_cast<int>(question.offset);
  return refusal;
}

const Inquiry* QuestionOf(const Command& command) {
  if (const auto* select = std::get_if<SelectCommand>(&command)) return &select->question;
  if (const auto* explain = std::get_if<ExplainCommand>(&command)) return &explain->question;
  if (const auto* declare = std::get_if<DeclareCommand>(&command)) return &declare->question;
  if (const auto* copy = std::get_if<CopyCommand>(&command)) return &copy->question;
  return nullptr;
}

std::shared_ptr<const Answer> Lines(const std::string& column, const std::vector<std::string>& lines) {
  auto answer = std::make_shared<Answer>();
  answer->columns = {{column, oid::kText}};
  for (const std::string& line : lines) answer->rows.push_back({line});
  return answer;
}

}  // namespace

Executor::Executor(Backend& backend, const Limits& limits, Interrupt& interrupt, release::Caller caller,
                   Settings settings, Tell tell)
    : backend_(backend),
      limits_(limits),
      interrupt_(interrupt),
      caller_(std::move(caller)),
      tell_(std::move(tell)),
      transaction_(std::move(settings)),
      portals_(limits),
      statements_(limits) {}

void Executor::Notice(std::string severity, std::string sqlstate, std::string message) {
  if (!transaction_.settings().shows(severity)) return;
  notices_.push_back(
      {.severity = std::move(severity), .sqlstate = std::move(sqlstate), .message = std::move(message)});
}

void Executor::EndImplicit() {
  const bool failed = transaction_.failed();
  if (transaction_.EndImplicit()) portals_.EndTransaction(!failed);
}

Outcome<Effect> Executor::Run(const Statement& statement, const Row& parameters) {
  if (transaction_.in_block() && transaction_.failed() && !statement.transaction_exit()) {
    return Refuse("", "current transaction is aborted, commands ignored until end of transaction block", "",
                  "25P02");
  }
  transaction_.Touch();
  return std::visit([&](const auto& command) { return Do(command, parameters); }, statement.command);
}

Outcome<Description> Executor::Describe(const Inquiry& question) {
  const Settings& settings = transaction_.settings();
  auto description = backend_.Describe(caller_, question.text, settings.question(), settings.session());
  if (!description) return tl::unexpected(Shifted(std::move(description).error(), question));
  return description;
}

Outcome<Prepared> Executor::Prepare(Statement statement, const std::vector<Oid>& declared) {
  if (transaction_.in_block() && transaction_.failed() && !statement.transaction_exit()) {
    return Refuse("", "current transaction is aborted, commands ignored until end of transaction block", "",
                  "25P02");
  }
  Prepared prepared{std::move(statement), {}, {}};
  if (const Inquiry* question = QuestionOf(prepared.statement.command)) {
    Description description = TRY(Describe(*question));
    prepared.parameters = std::move(description.parameters);
    if (std::holds_alternative<SelectCommand>(prepared.statement.command)) {
      prepared.columns = std::move(description.columns);
    }
  }
  if (declared.size() > prepared.parameters.size())
    prepared.parameters.resize(declared.size(), oid::kUnspecified);
  for (std::size_t i = 0; i < prepared.parameters.size(); ++i) {
    const Oid named = i < declared.size() ? declared[i] : oid::kUnspecified;
    if (named != oid::kUnspecified && named != oid::kUnknown) prepared.parameters[i] = named;
    if (prepared.parameters[i] == oid::kUnspecified) prepared.parameters[i] = oid::kText;
  }
  return prepared;
}

std::optional<std::vector<Column>> Executor::ColumnsOf(const Prepared& prepared) {
  const Command& command = prepared.statement.command;
  if (std::holds_alternative<SelectCommand>(command)) return prepared.columns;
  if (std::holds_alternative<ExplainCommand>(command)) return std::vector<Column>{{"QUERY PLAN", oid::kText}};
  if (const auto* show = std::get_if<ShowCommand>(&command)) {
    auto shown = Do(*show, {});
    if (shown) return shown->answer->columns;
  }
  if (const auto* fetch = std::get_if<FetchCommand>(&command); fetch != nullptr && !fetch->move) {
    if (const auto portal = FindCursor(fetch->cursor)) return (*portal)->effect->answer->columns;
  }
  if (const auto* execute = std::get_if<ExecuteCommand>(&command)) {
    if (const auto found = statements_.Find(execute->name)) return (*found)->columns;
  }
  return std::nullopt;
}

Outcome<std::shared_ptr<const Prepared>> Executor::Bound(std::shared_ptr<const Prepared> prepared,
                                                         const Row& parameters) {
  const auto* select = std::get_if<SelectCommand>(&prepared->statement.command);
  const auto written = select == nullptr ? std::nullopt : sql::WriteOut(select->question.text, parameters);
  if (!written) return prepared;
  auto bound = std::make_shared<Prepared>(*prepared);
  bound->columns = TRY(Describe({written->text, select->question.offset})).columns;
  return bound;
}

release::Question Executor::Asked(const Inquiry& question, const Row& parameters) const {
  const release::Settings settings = transaction_.settings().question();
  if (auto written = sql::WriteOut(question.text, parameters))
    return {std::move(written->text), std::move(written->parameters), settings};
  return {question.text, parameters, settings};
}

Outcome<std::shared_ptr<const Answer>> Executor::Ask(const Inquiry& question, const Row& parameters) {
  const Settings& settings = transaction_.settings();
  const bool shows = settings.shows("NOTICE");
  const release::Question asked = Asked(question, parameters);
  auto answer =
      backend_.Ask(caller_, asked, settings.session(), interrupt_.cancel(), [&](const std::string& text) {
        if (shows) tell_({.severity = "NOTICE", .sqlstate = "00000", .message = text});
      });
  if (auto interrupted = interrupt_.refusal()) return tl::unexpected(*std::move(interrupted));
  if (!answer && asked.text != question.text) answer.error().position.reset();  // it counts in another text
  if (!answer) return tl::unexpected(Shifted(std::move(answer).error(), question));
  for (const auto& [name, value] : answer->settings) TRY(transaction_.Set(name, value, false));
  if (!answer->notice.empty()) Notice("NOTICE", "00000", answer->notice);
  return std::make_shared<const Answer>(*std::move(answer));
}

Outcome<Effect> Executor::Do(const EmptyCommand&, const Row&) { return Done(""); }

Outcome<Effect> Executor::Do(const SelectCommand& command, const Row& parameters) {
  return Rows(TRY(Ask(command.question, parameters)), "SELECT", true);
}

Outcome<Effect> Executor::Do(const ExplainCommand& command, const Row& parameters) {
  if (command.analyze) {
    return Refuse("explain_analyze", "EXPLAIN ANALYZE would tell how long rows took",
                  "use EXPLAIN, which is free");
  }
  auto lines = backend_.Explain(caller_, Asked(command.question, parameters));
  if (!lines) return tl::unexpected(Shifted(std::move(lines).error(), command.question));
  return Rows(Lines("QUERY PLAN", *lines), "EXPLAIN", false);
}

Outcome<Effect> Executor::Do(const CopyCommand& command, const Row& parameters) {
  Effect effect = Rows(TRY(Ask(command.question, parameters)), "COPY", true);
  effect.copy = command.form;
  return effect;
}

Outcome<Effect> Executor::Do(const PrepareCommand& command, const Row&) {
  Statement statement{command.question.text, command.question.offset,
                      SelectCommand{{command.question.text, 0}}};
  auto prepared = Prepare(std::move(statement), {});
  if (!prepared) return tl::unexpected(Shifted(std::move(prepared).error(), command.question));
  TRY(statements_.Add(command.name, *std::move(prepared)));
  return Done("PREPARE");
}

Outcome<Effect> Executor::Do(const ExecuteCommand& command, const Row&) {
  const auto prepared = TRY(statements_.Find(command.name));
  if (command.arguments.size() != prepared->parameters.size()) {
    return Refuse("", fmt::format("wrong number of parameters for prepared statement \"{}\"", command.name),
                  fmt::format("it takes {}, not {}", prepared->parameters.size(), command.arguments.size()),
                  "42601");
  }
  Row parameters;
  for (std::size_t i = 0; i < command.arguments.size(); ++i) {
    parameters.push_back(TRY(DecodeParameter(command.arguments[i], prepared->parameters[i], Format::kText)));
  }
  auto effect =
      std::visit([&](const auto& inner) { return Do(inner, parameters); }, prepared->statement.command);
  if (!effect) {
    Refusal refusal = std::move(effect).error();
    refusal.position.reset();  // it counts in the text that was prepared, not in this one
    return tl::unexpected(std::move(refusal));
  }
  return effect;
}

Outcome<Effect> Executor::Do(const DeallocateCommand& command, const Row&) {
  if (!command.name) {
    statements_.CloseAll();
    return Done("DEALLOCATE ALL");
  }
  TRY(statements_.Find(*command.name));
  statements_.Close(*command.name);
  return Done("DEALLOCATE");
}

Outcome<Effect> Executor::Do(const DiscardCommand& command, const Row&) {
  using What = DiscardCommand::What;
  switch (command.what) {
    case What::kPlans:
      return Done("DISCARD PLANS");
    case What::kSequences:
      return Done("DISCARD SEQUENCES");
    case What::kTemporary:
      return Done("DISCARD TEMP");
    case What::kAll:
      break;
  }
  if (transaction_.in_block()) {
    return Refuse("", "DISCARD ALL cannot run inside a transaction block", "COMMIT first", "25001");
  }
  portals_.CloseAll();
  statements_.CloseAll();
  transaction_.ResetAll();
  return Done("DISCARD ALL");
}

Outcome<Effect> Executor::Do(const UnlistenCommand&, const Row&) { return Done("UNLISTEN"); }

}  // namespace concordat::pgwire
