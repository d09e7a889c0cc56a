// Fits that this process runs, and how those that it ran ended: together with the ledger's record, the jobs
// that analysts and operators see.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/refusal.h"
#include "engine/engine.h"
#include "release/job.h"

namespace concordat::node {

// Threading: any thread.
class Jobs {
 public:
  // Outlives it.
  explicit Jobs(const Clock& clock) : clock_(clock) {}

  // A fit under way, for as long as it lives.
  class Run {
   public:
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    // Requested when whoever asked does, or by Jobs::Cancel.
    const engine::Cancel& cancel() const { return cancel_; }
    // Takes what a round came to; returns it as it is told, with the time that the run took once that is
    // long.
    std::string Hear(const std::string& said);
    void Decline(const Refusal& refusal);  // why it ended without an answer

   private:
    friend class Jobs;
    Run(Jobs& jobs, release::Job job, const engine::Cancel& asked);

    Jobs& jobs_;
    release::Job job_;  // guarded by the jobs' mutex
    const Milliseconds begun_;
    engine::Cancel cancel_;
  };

  // `job`: what it is of; state and times are made here.
  std::unique_ptr<Run> Begin(release::Job job, const engine::Cancel& asked);
  // Jobs as they stand now, those that run first, then others of this process. `all`: what is on record of
  // those that are `concerned`.
  std::vector<release::Job> Now(std::vector<release::Job> all,
                                const std::function<bool(const release::Job&)>& concerned) const;
  // Runs under way.
  std::size_t running() const;
  // Asks the runs of a job to end. Were there any?
  bool Cancel(const release::Job& job);

 private:
  const Clock& clock_;
  mutable std::mutex mutex_;
  std::list<Run*> runs_;                       // guarded by mutex_, as the rest
  std::map<std::string, release::Job> ended_;  // without an answer, the newest run of each, by job
};

}  // namespace concordat::node
