#include "federation/fitting.h"

#include <fmt/format.h>

namespace concordat::federation {
namespace {

constexpr int kAttempts = 3;                   // at a round that an owner missed
constexpr std::uint32_t kMostRounds = 10'000;  // a method that is not done by then never is

}  // namespace

void Fitting::Tell(const std::string& stage) const {
  if (progress_ && !stage.empty()) progress_(stage);
}

SignedStatement Fitting::Statement() const {
  auto statement = StatementOf(parts_, fit_, question_);
  statement.round = fit_.round();
  return Sign(std::move(statement), parts_.key);
}

// A session of its own for each attempt: what was opened in another is the same total again.
Outcome<release::Answer> Fitting::Round() {
  const Progress silent;
  for (int attempt = 1;; ++attempt) {
    auto answer = Asking(parts_, terms_, fit_, Statement(), cancel_, silent).Ask();
    const bool again =
        !answer && answer.error().reason == "owners_missing" && attempt < kAttempts && !cancel_.requested();
    if (!again) return answer;
    Tell(fmt::format("round {} again: {}", fit_.round().number, answer.error().message));
  }
}

Outcome<release::Answer> Fitting::Fit() {
  while (fit_.round().number <= kMostRounds) {
    auto answer = TRY(Round());
    Tell(fit_.said());
    if (!fit_.done()) continue;
    const std::string summary = fit_.Summary();
    if (!summary.empty()) answer.notice = summary + "; " + answer.notice;
    return answer;
  }
  return Refuse("not_converged", fmt::format("{} rounds did not end the fit", kMostRounds),
                "fit fewer terms, or allow a larger tolerance", "22023");
}

std::vector<std::string> Fitting::Explain() {
  return Asking(parts_, terms_, fit_, Statement(), cancel_, progress_).Explain();
}

}  // namespace concordat::federation
