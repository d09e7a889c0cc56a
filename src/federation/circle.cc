#include "federation/circle.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::federation {

std::map<std::string, Bytes> Circle::Ask(const char* method, const Bytes& request, const char* done) {
  const std::string_view name = method;
  const bool computes = name == method::kSelect || name == method::kContribute || name == method::kRound;
  if (computes) charged_.insert(there_.begin(), there_.end());
  const Milliseconds started = parts_.clock.Elapsed();
  std::vector<std::string> waiting = there_;
  std::map<std::string, Bytes> answers;
  unreached_.clear();
  last_.clear();
  refusal_now_.reset();
  while (!waiting.empty() && !cancelled()) {
    const bool quorum = answers.size() >= quorum_;
    const Milliseconds worked = parts_.clock.Elapsed() - started;
    const Milliseconds limit = quorum ? terms_.grace : terms_.round;
    if (worked >= limit) break;
    if (quorum || charged_.empty() || !terms_.spends)
      GiveUpAbsent(waiting);  // what was charged is worth a longer wait
    Try(method, request, std::min(terms_.try_for, limit - worked), waiting, answers);
    if (waiting.empty()) break;
    ReportWaiting(waiting, computes);
    parts_.wait(terms_.pause);
  }
  for (const std::string& owner : waiting)
    Lose(owner, last_.contains(owner) ? last_[owner] : "did not answer");
  if (*done != '\0') Report(fmt::format("{} of {} owners have {}", answers.size(), all_.size(), done));
  return answers;
}

void Circle::Report(const std::string& stage) {
  if (!progress_ || stage == reported_) return;
  reported_ = stage;
  progress_(stage);
}

// In a round that computes, an owner that is late may be at work on its rows: that it is, alone among the
// others, is nobody's to know. Whom nothing reaches is the network's doing, and named in every round.
void Circle::ReportWaiting(const std::vector<std::string>& waiting, bool computes) {
  std::string names;
  for (const std::string& owner : waiting) {
    if (!computes || unreached_.contains(owner))
      names += fmt::format("{}'{}'", names.empty() ? "" : ", ", owner);
  }
  if (!names.empty()) Report("waiting for " + names);
}

// Those whom nothing has reached for a while.
void Circle::GiveUpAbsent(std::vector<std::string>& waiting) {
  for (const auto& [owner, since] : unreached_) {
    if (parts_.clock.Elapsed() - since < terms_.absent) continue;
    Lose(owner, last_[owner]);
    std::erase(waiting, owner);
  }
}

void Circle::Tell(const char* method, const Bytes& request) {
  std::vector<Call> calls;
  for (const std::string& owner : all_) calls.push_back({owner, method, request});
  static_cast<void>(parts_.link.AskAll(calls, terms_.pause));
}

void Circle::Try(const char* method, const Bytes& request, Milliseconds patience,
                 std::vector<std::string>& waiting, std::map<std::string, Bytes>& answers) {
  std::vector<Call> calls;
  for (const std::string& owner : waiting) calls.push_back({owner, method, request});
  const auto replies = parts_.link.AskAll(calls, patience);
  std::vector<std::string> again;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    if (!Take(calls[i].member, replies[i], answers)) again.push_back(calls[i].member);
  }
  waiting = std::move(again);
}

bool Circle::Take(const std::string& owner, const Result<Bytes>& reply,
                  std::map<std::string, Bytes>& answers) {
  if (!reply) {
    const ErrorCode code = reply.error().code;
    const bool passing = code == ErrorCode::kTimeout || code == ErrorCode::kUnavailable;
    last_[owner] = code == ErrorCode::kTimeout ? "did not answer in time" : reply.error().message;
    if (!passing) Lose(owner, reply.error().message);
    if (code == ErrorCode::kUnavailable)
      unreached_.try_emplace(owner, parts_.clock.Elapsed());
    else
      unreached_.erase(owner);
    return !passing;
  }
  unreached_.erase(owner);
  auto decoded = DecodeReply(*reply);
  if (!decoded) {
    Lose(owner, decoded.error().message);
  } else if (!*decoded) {
    Decline(owner, std::move(decoded->error().refusal));
  } else {
    answers.insert_or_assign(owner, **std::move(decoded));
  }
  return true;
}

void Circle::Lose(const std::string& owner, const std::string& why) {
  std::erase(there_, owner);
  lost_.try_emplace(owner, why);
}

void Circle::Decline(const std::string& owner, Refusal refusal) {
  refusal.message = fmt::format("'{}' refuses: {}", owner, refusal.message);
  Lose(owner, fmt::format("refused ({})", refusal.reason));
  if (!refusal_now_) refusal_now_ = refusal;
  if (!refusal_) refusal_ = std::move(refusal);
}

void Circle::KeepOnly(const std::vector<std::string>& owners, const std::string& why) {
  for (const std::string& owner : std::vector<std::string>(there_)) {
    if (std::find(owners.begin(), owners.end(), owner) == owners.end()) Lose(owner, why);
  }
}

std::string Circle::LostText() const {
  std::string text;
  for (const auto& [owner, why] : lost_)
    text += fmt::format("{}'{}': {}", text.empty() ? "" : "; ", owner, why);
  return text;
}

}  // namespace concordat::federation
