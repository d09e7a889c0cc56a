#include "pgwire/session.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace concordat::pgwire {
namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

Session::Session(Backend& backend, const Limits& limits, Interrupt& interrupt, release::Caller caller,
                 Settings settings, Send send)
    : send_(std::move(send)),
      executor_(backend, limits, interrupt, std::move(caller), std::move(settings),
                [this](const Report& notice) { SendNow(notice); }) {}

void Session::Greet(const CancelRequest& key, std::string& out) {
  ReportSettings(out);
  AppendBackendKeyData(out, key.process, key.secret);
  Ready(out);
}

bool Session::Step(std::string& out) {
  out_ = &out;
  while (out.size() < kChunkBytes) {
    if (flow_) {
      Pump(out);
    } else if (script_) {
      RunNext(out);
    } else if (ended_ || waiting_.empty()) {
      return false;
    } else {
      Message message = std::move(waiting_.front());
      waiting_.pop_front();
      Handle(std::move(message), out);
    }
  }
  return true;
}

void Session::Handle(Message message, std::string& out) {
  if (std::holds_alternative<Terminate>(message)) {
    ended_ = true;
    return;
  }
  if (skips_to_sync_ && !std::holds_alternative<Sync>(message)) return;
  std::visit(Overloaded{
                 [](Flush) {},  // the connection sends whatever there is
                 [](Terminate) {},
                 // Left over from a COPY that failed, says PostgreSQL, and passes over them.
                 [](CopyData) {},
                 [](CopyDone) {},
                 [](CopyFail) {},
                 [&](Authentication&&) {
                   Fail({"", "password message outside of login", "", "08P01", {}}, out);
                 },
                 [&]<class Message>(Message&& other) {
                   ready_ = false;
                   On(std::forward<Message>(other), out);
                 },
             },
             std::move(message));
}

void Session::On(FunctionCall, std::string& out) {
  Fail({"", "function calls of the wire protocol are not supported", "use SELECT", "0A000", {}}, out);
  skips_to_sync_ = false;  // it is answered with a ReadyForQuery of its own
  executor_.EndImplicit();
  Ready(out);
}

void Session::On(Sync, std::string& out) {
  skips_to_sync_ = false;
  executor_.EndImplicit();
  Ready(out);
}

void Session::ReportSettings(std::string& out) {
  auto now = executor_.transaction().settings().Reported();
  for (std::size_t i = 0; i < now.size(); ++i) {
    if (i < reported_.size() && reported_[i] == now[i]) continue;
    AppendParameterStatus(out, now[i].first, now[i].second);
  }
  reported_ = std::move(now);
}

void Session::Ready(std::string& out) {
  ReportSettings(out);
  AppendReadyForQuery(out, executor_.transaction().status());
  ready_ = true;
}

void Session::AppendNotices(std::string& out) {
  for (const Report& notice : executor_.TakeNotices()) AppendReport(out, notice);
}

// What this step wrote before goes first. Where it is not taken, the notice alone is lost: the rest waits for
// the step's end, as all else does.
void Session::SendNow(const Report& notice) {
  const std::lock_guard lock(sending_);
  std::string bytes = *out_;
  AppendReport(bytes, notice);
  if (send_(bytes)) out_->clear();
}

void Session::Fail(const Refusal& refusal, std::string& out, std::string_view text, std::size_t offset) {
  AppendNotices(out);
  AppendReport(out, Explained(refusal, text, offset));
  executor_.interrupt().End();
  executor_.transaction().Fail();
  flow_.reset();
  if (!script_) {
    skips_to_sync_ = true;
    return;
  }
  script_.reset();
  executor_.set_in_script(false);
  executor_.EndImplicit();
  Ready(out);
}

Outcome<void> Session::CheckText(const std::string& text) const {
  if (text.size() > executor_.limits().statement_bytes) {
    return Refuse("",
                  fmt::format("a statement of {} bytes is past the limit of {}", text.size(),
                              executor_.limits().statement_bytes),
                  "write it shorter, or use parameters", "54000");
  }
  if (!IsUtf8(text))
    return Refuse("", "invalid byte sequence for encoding \"UTF8\"", "send text as UTF-8", "22021");
  return {};
}

// ---- The simple protocol

void Session::On(Query query, std::string& out) {
  script_ = Script{std::move(query.text), {}, 0};
  if (auto checked = CheckText(script_->text); !checked) return Fail(checked.error(), out);
  executor_.portals().Close("");
  auto statements = ParseCommands(script_->text);
  if (!statements) {
    executor_.transaction().Touch();
    return Fail(statements.error(), out, script_->text);
  }
  script_->statements = *std::move(statements);
  executor_.set_in_script(script_->statements.size() > 1);
  if (script_->statements.empty()) AppendPlain(out, Plain::kEmptyQuery);
}

void Session::RunNext(std::string& out) {
  if (script_->next == script_->statements.size()) {
    script_.reset();
    executor_.set_in_script(false);
    executor_.EndImplicit();
    return Ready(out);
  }
  const Statement& statement = script_->statements[script_->next++];
  executor_.interrupt().Begin(executor_.transaction().settings().statement_timeout());
  auto effect = executor_.Run(statement, {});
  if (!effect) return Fail(effect.error(), out, script_->text, statement.offset);
  AppendNotices(out);
  std::vector<Format> formats;
  if (effect->binary) formats = {Format::kBinary};
  if (effect->answer && !effect->copy) AppendRowDescription(out, effect->answer->columns, formats);
  StartFlow({.effect = *std::move(effect), .formats = std::move(formats), .limit = {}, .portal = {}}, out);
}

// ---- Rows

void Session::StartFlow(Flow flow, std::string& out) {
  flow_ = std::move(flow);
  if (!flow_->effect.answer || !flow_->effect.copy) return;
  const CopyForm& form = *flow_->effect.copy;
  AppendCopyOutResponse(out, form.wire_format(), flow_->effect.answer->columns.size());
  AppendCopyHeader(flow_->pending, flow_->effect.answer->columns, form);
  if (form.kind == CopyForm::Kind::kBinary)
    return;  // goes out with the first row, as clients expect of PostgreSQL
  if (!flow_->pending.empty()) AppendCopyData(out, std::exchange(flow_->pending, {}));
}

Outcome<void> Session::AppendRow(std::string& out) {
  const Effect& effect = flow_->effect;
  const Row& row = effect.answer->rows[effect.begin];
  const TextStyle style = executor_.transaction().settings().style();
  if (!effect.copy) return AppendDataRow(out, row, effect.answer->columns, flow_->formats, style);
  std::string data = std::exchange(flow_->pending, {});
  TRY(AppendCopyRow(data, row, effect.answer->columns, *effect.copy, style));
  AppendCopyData(out, data);
  return {};
}

void Session::Pump(std::string& out) {
  Effect& effect = flow_->effect;
  while (effect.answer && effect.begin < effect.end && out.size() < kChunkBytes) {
    if (flow_->limit && flow_->sent == *flow_->limit) return FinishFlow(out, true);
    if (auto interrupted = executor_.interrupt().refusal()) return Fail(*interrupted, out);
    const std::size_t before = out.size();
    if (auto appended = AppendRow(out); !appended) {
      out.resize(before);  // half a row is no message
      return Fail(appended.error(), out);
    }
    ++effect.begin;
    ++flow_->sent;
  }
  if (!effect.answer || effect.begin == effect.end)
    FinishFlow(out, flow_->limit && flow_->sent == *flow_->limit);
}

void Session::FinishFlow(std::string& out, bool suspended) {
  Flow flow = *std::exchange(flow_, std::nullopt);
  executor_.interrupt().End();
  if (flow.effect.answer && flow.effect.copy) {
    AppendCopyTrailer(flow.pending, *flow.effect.copy);
    if (!flow.pending.empty()) AppendCopyData(out, flow.pending);
    AppendPlain(out, Plain::kCopyDone);
  }
  if (flow.extended) {
    if (auto portal = executor_.portals().Find(flow.portal); portal && (*portal)->effect) {
      (*portal)->effect->begin = flow.effect.begin;
    }
  }
  if (suspended) return AppendPlain(out, Plain::kPortalSuspended);
  AppendCommandComplete(
      out, flow.effect.counted ? fmt::format("{} {}", flow.effect.tag, flow.sent) : flow.effect.tag);
}

}  // namespace concordat::pgwire
