#include "federation/fitting.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::federation {
namespace {

constexpr Milliseconds kFirstPause{1'000}, kLongestPause{30'000};

}  // namespace

void Fitting::Tell(const std::string& stage) const {
  if (progress_ && !stage.empty()) progress_(stage);
}

void Fitting::Pause(Milliseconds time) const {
  const Milliseconds until = parts_.clock.Elapsed() + time;
  while (!cancel_.requested() && parts_.clock.Elapsed() < until)
    parts_.wait(std::min(terms_.pause, until - parts_.clock.Elapsed()));
}

SignedStatement Fitting::Statement() const {
  auto statement = StatementOf(parts_, fit_, question_);
  statement.round = fit_.round();
  return Sign(std::move(statement), parts_.key);
}

Outcome<release::Answer> Fitting::GoOn(bool& began) {
  const bool proves = reached_ && fit_.outline().exact;
  if (proves) fit_.Return(reached_->round);
  const std::optional<Reached> from = proves ? reached_ : std::nullopt;
  FitSession session(parts_, terms_, fit_, Statement(), from, cancel_);
  auto answer = session.Go([&] {
    since_ = parts_.clock.Elapsed();
    Tell(fit_.said());
  });
  began = began || session.began();
  if (session.reached()) reached_ = session.reached();
  return answer;
}

bool Fitting::StartsAnew(const Refusal& refusal) {
  if (refusal.reason != "state_unknown" || anew_ || !fit_.outline().exact) return false;
  anew_ = true;
  reached_.reset();
  fit_.StartAnew(refusal.message);
  Tell(fit_.said());
  return true;
}

Outcome<release::Answer> Fitting::Fit() {
  bool began = false;
  since_ = parts_.clock.Elapsed();
  for (Milliseconds pause = kFirstPause;; pause = std::min(2 * pause, kLongestPause)) {
    const Milliseconds before = since_;
    auto answer = GoOn(began);
    if (answer && !fit_.done()) {
      reached_ = fit_.TakeEarlier();
      Tell(fit_.said());
      continue;
    }
    if (answer) {
      const std::string summary = fit_.Summary();
      if (!summary.empty()) answer->notice = summary + "; " + answer->notice;
      return answer;
    }
    if (StartsAnew(answer.error())) continue;
    if (since_ != before) pause = kFirstPause;
    const bool waits = answer.error().reason == "owners_missing" && began && !cancel_.requested() &&
                       parts_.clock.Elapsed() - since_ < terms_.away;
    if (!waits) return answer;
    Tell(fmt::format("round {} waits, again in {} s: {}", fit_.round().number, pause.count() / 1000,
                     answer.error().message));
    Pause(pause);
  }
}

std::vector<std::string> Fitting::Explain() {
  const Progress silent;
  return Asking(parts_, terms_, fit_, Statement(), cancel_, silent).Explain();
}

}  // namespace concordat::federation
