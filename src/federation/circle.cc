#include "federation/circle.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::federation {

std::map<std::string, Bytes> Circle::Ask(const char* method, const Bytes& request, const char* done) {
  const std::string_view name = method;
  if (name == method::kSelect || name == method::kContribute) charged_.insert(there_.begin(), there_.end());
  const Milliseconds started = parts_.clock.Elapsed();
  Milliseconds until = started + terms_.round;
  std::vector<std::string> waiting = there_;
  std::map<std::string, Bytes> answers;
  while (!waiting.empty() && !cancelled()) {
    const Milliseconds now = parts_.clock.Elapsed();
    if (now >= until) break;
    Try(method, request, std::min(terms_.try_for, until - now), waiting, answers);
    if (answers.size() >= quorum_)
      until = std::min(until, std::max(parts_.clock.Elapsed(), started + terms_.grace));
    if (!waiting.empty()) parts_.wait(terms_.pause);
  }
  for (const std::string& owner : waiting)
    Lose(owner, last_.contains(owner) ? last_[owner] : "did not answer");
  if (progress_ && *done != '\0')
    progress_(fmt::format("{} of {} owners have {}", answers.size(), all_.size(), done));
  return answers;
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
    return !passing;
  }
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
