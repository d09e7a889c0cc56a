#include "federation/coordinator.h"

#include <future>

#include "federation/asking.h"
#include "federation/fitting.h"

namespace concordat::federation {
Statement StatementOf(const CoordinatorParts& parts, const Asked& asked, const release::Question& question) {
  Statement statement{.agreement = asked.document()->name,
                      .document = asked.document()->id,
                      .visitor = asked.visitor(),
                      .question = question,
                      .time = parts.clock.Now(),
                      .session = {}};
  parts.random.Fill(statement.session);
  return statement;
}
Outcome<release::Answer> Coordinator::Ask(const release::Caller& caller, const release::Question& question,
                                          const engine::Cancel& cancel, const Progress& progress) {
  const auto asked = TRY(parts_.asker.Plan(caller, question));
  return Asking(parts_, terms_, *asked, Sign(StatementOf(parts_, *asked, question), parts_.key), cancel,
                progress)
      .Ask();
}

Outcome<std::vector<std::string>> Coordinator::Explain(const release::Caller& caller,
                                                       const release::Question& question) {
  const auto asked = TRY(parts_.asker.Plan(caller, question));
  const engine::Cancel never;
  const Progress silent;
  std::vector<std::string> lines = asked->Lines();
  Asking asking(parts_, terms_, *asked, Sign(StatementOf(parts_, *asked, question), parts_.key), never,
                silent);
  for (std::string& line : asking.Explain()) lines.push_back(std::move(line));
  return lines;
}

Outcome<release::Answer> Coordinator::Fit(const release::Caller& caller, const release::Question& question,
                                          const engine::Cancel& cancel, const Progress& progress) {
  const auto fit = TRY(parts_.asker.PlanFit(caller, question));
  return Fitting(parts_, terms_, *fit, question, cancel, progress).Fit();
}

Outcome<std::vector<std::string>> Coordinator::ExplainFit(const release::Caller& caller,
                                                          const release::Question& question) {
  const auto fit = TRY(parts_.asker.PlanFit(caller, question));
  const engine::Cancel never;
  const Progress silent;
  std::vector<std::string> lines = fit->Lines();
  for (std::string& line : Fitting(parts_, terms_, *fit, question, never, silent).Explain())
    lines.push_back(std::move(line));
  return lines;
}

std::vector<Result<Bytes>> OwnLink::AskAll(const std::vector<Call>& calls, Milliseconds patience) {
  std::vector<Call> away;
  for (const Call& call : calls) {
    if (call.member != member_) away.push_back(call);
  }
  auto asked = std::async(std::launch::async, [&] {
    return others_ == nullptr || away.empty() ? std::vector<Result<Bytes>>{}
                                              : others_->AskAll(away, patience);
  });
  std::vector<Result<Bytes>> replies;
  for (const Call& call : calls) {
    if (call.member == member_)
      replies.push_back(owner_.Answer(member_, call.method, call.request));
    else
      replies.push_back(
          Fail(ErrorCode::kUnavailable, "'" + call.member + "' is not reached", "is it a member here?"));
  }
  auto from_away = asked.get();
  for (std::size_t i = 0, next = 0; i < calls.size() && next < from_away.size(); ++i) {
    if (calls[i].member != member_) replies[i] = std::move(from_away[next++]);
  }
  return replies;
}

}  // namespace concordat::federation
