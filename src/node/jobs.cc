#include "node/jobs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace concordat::node {
namespace {

constexpr Milliseconds kLong{10'000};     // from then on a run says how long it takes
constexpr std::size_t kMostEnded = 1000;  // of those that ended without an answer

std::string KeyOf(const release::Job& job) { return job.agreement + "/" + job.analyst + "/" + job.id; }

// "1 min 5 s"
std::string Spent(Milliseconds time) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time).count();
  return seconds < 60 ? fmt::format("{} s", seconds) : fmt::format("{} min {} s", seconds / 60, seconds % 60);
}

}  // namespace

Jobs::Run::Run(Jobs& jobs, release::Job job, const engine::Cancel& asked)
    : jobs_(jobs), job_(std::move(job)), begun_(jobs.clock_.Elapsed()), cancel_(&asked) {}

Jobs::Run::~Run() {
  const std::lock_guard lock(jobs_.mutex_);
  jobs_.runs_.remove(this);
}

std::string Jobs::Run::Hear(const std::string& said) {
  const Milliseconds spent = jobs_.clock_.Elapsed() - begun_;
  const std::lock_guard lock(jobs_.mutex_);
  job_.said = said;
  job_.updated = jobs_.clock_.Now();
  return spent < kLong ? said : fmt::format("{} ({})", said, Spent(spent));
}

void Jobs::Run::Decline(const Refusal& refusal) {
  const std::lock_guard lock(jobs_.mutex_);
  job_.state = cancel_.requested() ? "cancelled" : "failed";
  job_.said = refusal.message;
  job_.updated = jobs_.clock_.Now();
  if (jobs_.ended_.size() >= kMostEnded) jobs_.ended_.erase(jobs_.ended_.begin());
  jobs_.ended_[KeyOf(job_)] = job_;
}

std::unique_ptr<Jobs::Run> Jobs::Begin(release::Job job, const engine::Cancel& asked) {
  job.state = "running";
  job.started = job.updated = clock_.Now();
  std::unique_ptr<Run> run(new Run(*this, std::move(job), asked));
  const std::lock_guard lock(mutex_);
  ended_.erase(KeyOf(run->job_));
  runs_.push_front(run.get());
  return run;
}

std::vector<release::Job> Jobs::Now(std::vector<release::Job> all,
                                    const std::function<bool(const release::Job&)>& concerned) const {
  const std::lock_guard lock(mutex_);
  std::vector<release::Job> here;
  for (const Run* run : runs_) here.push_back(run->job_);
  for (const auto& [key, job] : ended_) here.push_back(job);
  for (release::Job& job : here) {
    const auto known = std::find_if(all.begin(), all.end(), [&](const release::Job& on_record) {
      return KeyOf(on_record) == KeyOf(job);
    });
    if (known == all.end()) continue;
    const bool anew = known->state == "finished";  // with another rest of the statement
    if (!anew) job.started = known->started;
    if (!anew) job.round = known->round;
    if (!anew) job.epsilon = known->epsilon;
    all.erase(known);
  }
  std::erase_if(here, [&](const release::Job& job) { return !concerned(job); });
  all.insert(all.begin(), here.begin(), here.end());
  return all;
}

std::size_t Jobs::running() const {
  const std::lock_guard lock(mutex_);
  return runs_.size();
}

bool Jobs::Cancel(const release::Job& job) {
  const std::lock_guard lock(mutex_);
  bool any = false;
  for (Run* run : runs_) {
    if (KeyOf(run->job_) != KeyOf(job)) continue;
    run->cancel_.Request();
    any = true;
  }
  return any;
}

}  // namespace concordat::node
