#include "federation/owner.h"

#include <fmt/format.h>

#include <algorithm>

#include "federation/visit.h"
#include "federation/wire.h"

namespace concordat::federation {
namespace {

bool IsMethod(std::string_view method) {
  return std::find(std::begin(method::kAll), std::end(method::kAll), method) != std::end(method::kAll);
}

tl::unexpected<Error> TooMany(const std::string& whose) {
  return Fail(ErrorCode::kResourceExhausted, "too many questions " + whose + " are under way here",
              "ask again when some have ended");
}

}  // namespace

Owner::Owner(OwnerParts parts, const OwnerTerms& terms) : parts_(std::move(parts)), terms_(terms) {}
Owner::~Owner() = default;

Result<Bytes> Owner::Answer(const std::string& member, const std::string& method, ByteView request) {
  if (!IsMethod(method))
    return Fail(ErrorCode::kInvalidArgument, "no method '" + method + "'",
                "do both members run the same version?");
  if (method == method::kExplain) return Explain(member, request);
  if (method == method::kCharged) return Charged(member, request);
  if (method != method::kPrepare) return TRY(FindVisit(member, request))->Answer(method, request);
  Sweep();
  SignedStatement statement = TRY(DecodeStatement(request));
  const Place place{member, statement.statement.session};
  return TRY(Admit(place, std::move(statement)))->Answer(method, request);
}

Result<Bytes> Owner::Explain(const std::string& member, ByteView request) {
  const SignedStatement statement = TRY(DecodeStatement(request));
  const Outcome<Opened> opened = OpenPart(parts_, terms_, member, statement);
  if (!opened) return EncodeReply(Declined{parts_.member, opened.error()});
  return EncodeReply(Encode(PreparedOf(*opened->part, parts_, terms_)));
}

// What is not charged by then never is: its session has ended.
Result<Bytes> Owner::Charged(const std::string& member, ByteView request) {
  federation::Charged charged;
  const Doubtful doubtful = TRY(DecodeDoubtful(request));
  for (const Doubtful::Asked& asked : doubtful.rounds) {
    if (const auto visit = FindVisit(member, asked.session)) {
      (*visit)->End();
      if (!(*visit)->ended())
        return Fail(ErrorCode::kTimeout, "still at work on that question", "ask again in a moment");
    }
    if (TRY(parts_.desk.Charged(asked.question))) charged.questions.push_back(asked.question);
  }
  return EncodeReply(Encode(charged));
}

Result<std::shared_ptr<Visit>> Owner::Admit(const Place& place, SignedStatement statement) {
  const std::scoped_lock lock(mutex_);
  if (const auto found = visits_.find(place); found != visits_.end()) return found->second;
  std::size_t all = 0;
  std::size_t of_one = 0;
  for (const auto& [other, visit] : visits_) {
    if (visit->ended()) continue;
    ++all;
    if (other.first == place.first) ++of_one;
  }
  if (of_one >= terms_.most_of_one) return TooMany("of '" + place.first + "'");
  if (all >= terms_.most || visits_.size() >= terms_.most_known) return TooMany("of all members");
  const Milliseconds until = parts_.clock.Elapsed() + Lifetime(terms_);
  auto visit = std::make_shared<Visit>(parts_, terms_, place.first, std::move(statement), until);
  visits_.emplace(place, visit);
  return visit;
}

Result<std::shared_ptr<Visit>> Owner::FindVisit(const std::string& member, ByteView request) const {
  Place place{member, {}};
  if (request.size() < place.second.size())
    return Fail(ErrorCode::kInvalidArgument, "malformed: no session",
                "do both members run the same version?");
  std::copy_n(request.begin(), place.second.size(), place.second.begin());
  const std::scoped_lock lock(mutex_);
  const auto found = visits_.find(place);
  if (found == visits_.end())
    return Fail(ErrorCode::kNotFound,
                fmt::format("'{}' knows no such question of '{}'", parts_.member, member),
                "it ended, or the node restarted: ask again");
  return found->second;
}

void Owner::Sweep() {
  std::vector<std::shared_ptr<Visit>> over;
  {
    const std::scoped_lock lock(mutex_);
    for (auto it = visits_.begin(); it != visits_.end();) {
      const bool late = it->second->until() <= parts_.clock.Elapsed();
      if (late) over.push_back(it->second);
      it = late ? visits_.erase(it) : std::next(it);
    }
  }
  for (const auto& visit : over) visit->End();
}

std::size_t Owner::size() const {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(
      std::count_if(visits_.begin(), visits_.end(), [](const auto& each) { return !each.second->ended(); }));
}

}  // namespace concordat::federation
