// Fits as jobs, as the record of the node that asked has them. A job is one fit of one analyst under one
// agreement (JobOf): asked again, it is the same job. Read from the store when asked for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "ledger/ledger.h"

namespace concordat::release {

struct Job {
  std::string id;  // 16 hex digits
  std::string agreement, analyst;
  std::string method, formula, table;
  // By the record "finished", "failed" or "interrupted"; a node that runs it says "running", and for as long
  // as it serves which were "cancelled".
  std::string state;
  std::uint64_t round = 0;              // the newest on record; 0: none is
  std::string said;                     // what that came to, or why the job ended
  std::string text;                     // the statement
  std::vector<std::string> parameters;  // as text
  double epsilon = 0;                   // spent so far at each owner
  std::optional<double> asked;          // epsilon of the whole fit, under noise: another is another job
  Time started{}, updated{};
};

// Of an analyst under an agreement, the newest first. What is sealed or erased is left empty. Errors of both:
// the ledger's.
Result<std::vector<Job>> JobsOf(const ledger::Ledger& ledger, const std::string& agreement,
                                const std::string& analyst);
// Of everyone under every agreement.
Result<std::vector<Job>> AllJobs(const ledger::Ledger& ledger);

}  // namespace concordat::release
