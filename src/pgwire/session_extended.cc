// The extended protocol: Parse, Bind, Describe, Execute, Close.
#include <fmt/format.h>

#include "base/utf8.h"
#include "pgwire/decoding.h"
#include "pgwire/session.h"

namespace concordat::pgwire {
namespace {

// The one statement of a Parse.
Outcome<Statement> ParseOne(const std::string& text) {
  auto statements = TRY(ParseCommands(text));
  if (statements.size() > 1) {
    return Refuse("", "cannot insert multiple commands into a prepared statement", "send them one by one",
                  "42601");
  }
  if (statements.empty()) return Statement{text, 0, EmptyCommand{}};
  return std::move(statements[0]);
}

bool FitsCount(const std::vector<Format>& formats, std::size_t count) {
  return formats.size() <= 1 || formats.size() == count;
}

}  // namespace

void Session::On(Parse parse, std::string& out) {
  executor_.transaction().Touch();
  if (auto done = ParseStatement(parse); !done) return Fail(done.error(), out, parse.text);
  AppendPlain(out, Plain::kParseComplete);
}

Outcome<void> Session::ParseStatement(Parse& parse) {
  TRY(CheckText(parse.text));
  TRY(CheckText(parse.statement));
  Statement statement = TRY(ParseOne(parse.text));
  const std::size_t offset = statement.offset;
  auto prepared = executor_.Prepare(std::move(statement), parse.types);
  if (!prepared) {
    Refusal refusal = std::move(prepared).error();
    if (refusal.position) *refusal.position += static_cast<int>(offset);
    return tl::unexpected(std::move(refusal));
  }
  return executor_.statements().Add(parse.statement, *std::move(prepared));
}

void Session::On(Bind bind, std::string& out) {
  executor_.transaction().Touch();
  if (auto done = BindPortal(bind); !done) return Fail(done.error(), out);
  AppendPlain(out, Plain::kBindComplete);
}

Outcome<void> Session::BindPortal(Bind& bind) {
  TRY(CheckText(bind.portal));
  auto prepared = TRY(executor_.statements().Find(bind.statement));
  const auto& types = prepared->parameters;
  if (!FitsCount(bind.parameter_formats, bind.parameters.size())) {
    return Refuse("",
                  fmt::format("bind message has {} parameter formats but {} parameters",
                              bind.parameter_formats.size(), bind.parameters.size()),
                  "", "08P01");
  }
  if (bind.parameters.size() != types.size()) {
    return Refuse(
        "",
        fmt::format("bind message supplies {} parameters, but prepared statement \"{}\" requires {}",
                    bind.parameters.size(), bind.statement, types.size()),
        "", "08P01");
  }
  Portal portal;
  for (std::size_t i = 0; i < types.size(); ++i) {
    portal.parameters.push_back(
        TRY(DecodeParameter(bind.parameters[i], types[i], FormatOf(bind.parameter_formats, i))));
  }
  prepared = TRY(executor_.Bound(std::move(prepared), portal.parameters));
  if (const auto columns = executor_.ColumnsOf(*prepared);
      columns && !FitsCount(bind.result_formats, columns->size())) {
    return Refuse("",
                  fmt::format("bind message has {} result formats but query has {} columns",
                              bind.result_formats.size(), columns->size()),
                  "", "08P01");
  }
  portal.prepared = std::move(prepared);
  portal.formats = std::move(bind.result_formats);
  TRY(executor_.portals().Add(bind.portal, std::move(portal)));
  return {};
}

void Session::On(const Describe& describe, std::string& out) {
  executor_.transaction().Touch();
  if (auto done = DescribeTarget(describe, out); !done) Fail(done.error(), out);
}

Outcome<void> Session::DescribeTarget(const Describe& describe, std::string& out) {
  std::shared_ptr<const Prepared> prepared;
  std::vector<Format> formats;
  if (describe.target == Target::kStatement) {
    prepared = TRY(executor_.statements().Find(describe.name));
    AppendParameterDescription(out, prepared->parameters);
  } else {
    const Portal& portal = *TRY(executor_.portals().Find(describe.name));
    if (portal.cursor) {
      formats.assign(1, portal.effect->binary ? Format::kBinary : Format::kText);
      AppendRowDescription(out, portal.effect->answer->columns, formats);
      return {};
    }
    prepared = portal.prepared;
    formats = portal.formats;
  }
  if (const auto columns = executor_.ColumnsOf(*prepared)) {
    AppendRowDescription(out, *columns, formats);
  } else {
    AppendPlain(out, Plain::kNoData);
  }
  return {};
}

void Session::On(const Execute& execute, std::string& out) {
  executor_.interrupt().Begin(executor_.transaction().settings().statement_timeout());
  std::string text;
  std::size_t offset = 0;
  if (const auto portal = executor_.portals().Find(execute.portal); portal && (*portal)->prepared) {
    text = (*portal)->prepared->statement.text;
    offset = (*portal)->prepared->statement.offset;
  }
  text.insert(0, offset, ' ');
  if (auto done = ExecutePortal(execute, out); !done) Fail(done.error(), out, text, offset);
}

// Runs a portal's statement, which may close this very portal (COMMIT, DISCARD ALL); else the answer stays
// with it.
Outcome<Effect> Session::FirstRun(const std::string& name, const Portal& portal, std::string& out) {
  const auto prepared = portal.prepared;
  const Row parameters = portal.parameters;
  Effect effect = TRY(executor_.Run(prepared->statement, parameters));
  AppendNotices(out);
  if (auto kept = executor_.portals().Find(name)) {
    // FETCH's rows are its cursor's, and counted there.
    const bool is_fetch = std::holds_alternative<FetchCommand>(prepared->statement.command);
    if (effect.answer && !is_fetch) TRY(executor_.portals().Hold(**kept, *effect.answer));
    (*kept)->effect = effect;
  }
  return effect;
}

Outcome<void> Session::ExecutePortal(const Execute& execute, std::string& out) {
  const Portal& portal = *TRY(executor_.portals().Find(execute.portal));
  if (portal.cursor) return Refuse("", "a cursor is read with FETCH", "FETCH ALL FROM …", "0A000");
  if (std::holds_alternative<EmptyCommand>(portal.prepared->statement.command)) {
    executor_.interrupt().End();
    AppendPlain(out, Plain::kEmptyQuery);
    return {};
  }
  const std::vector<Format> formats = portal.formats;
  std::optional<Effect> effect = portal.effect;
  if (effect && !effect->answer) {
    return Refuse("", fmt::format("portal \"{}\" cannot be run", execute.portal), "", "55000");
  }
  if (!effect) effect = TRY(FirstRun(execute.portal, portal, out));
  Flow flow{.effect = *std::move(effect),
            .formats = formats,
            .limit = {},
            .portal = execute.portal,
            .extended = true};
  if (execute.rows > 0 && flow.effect.answer && !flow.effect.copy)
    flow.limit = static_cast<std::size_t>(execute.rows);
  StartFlow(std::move(flow), out);
  return {};
}

void Session::On(const Close& close, std::string& out) {
  if (close.target == Target::kStatement) {
    executor_.statements().Close(close.name);
  } else {
    executor_.portals().Close(close.name);
  }
  AppendPlain(out, Plain::kCloseComplete);
}

}  // namespace concordat::pgwire
