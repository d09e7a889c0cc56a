#include "release/job.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/body.h"
#include "ledger/name.h"
#include "ledger/seal.h"
#include "release/fit_progress.h"
#include "sql/fit.h"

namespace concordat::release {
namespace {

using ledger::TextIn;

constexpr std::uint64_t kMost = 1'000'000;

std::string StateOf(const std::string& outcome) {
  if (outcome == "answered") return "finished";
  return outcome == "failed" ? "failed" : "interrupted";
}

void AddSecret(Job& job, const Json& secret) {
  if (secret.contains("said")) job.said = TextIn(secret, "said");
  job.text = TextIn(secret, "text");
  if (secret.contains("epsilon")) job.epsilon = ledger::NumberIn(secret, "epsilon");
  if (secret.contains("asked")) job.asked = ledger::NumberIn(secret, "asked");
  job.parameters.clear();
  for (const Json& value : secret.value("parameters", Json::array()))
    job.parameters.push_back(value.is_string() ? value.get<std::string>() : std::string());
  if (const auto began = ParseTime(TextIn(secret, "began"))) job.started = *began;
  const auto asked = sql::ReadFit(job.text);
  if (asked && *asked) job.formula = (*asked)->call.formula;
}

// A job that came to its end is asked again, of other rows.
void StartAnew(Job& job) {
  job.round = 0;
  job.said.clear();
  job.epsilon = 0;
}

// Precondition: there are entries, and all are of one job.
Job JobIn(const std::vector<ledger::Entry>& entries, Time now) {
  const ledger::Entry& newest = entries.back();
  Job job{.id = ledger::JobOf(newest.body),
          .agreement = TextIn(newest.body, "agreement"),
          .analyst = TextIn(newest.body, "analyst"),
          .method = TextIn(newest.body.value("fit", Json::object()), "method"),
          .formula = {},
          .table = TextIn(newest.body, "table"),
          .state = StateOf(TextIn(newest.body, "outcome")),
          .round = 0,
          .said = {},
          .text = {},
          .parameters = {},
          .started = newest.time,
          .updated = newest.time};
  bool ended = false;
  for (const ledger::Entry& entry : entries) {
    if (ended) StartAnew(job);
    ended = TextIn(entry.body, "outcome") == "answered";
    if (IsRound(entry)) job.round = ledger::RoundOf(entry.body);
    if (const Json* secret = ledger::Shown(entry, now)) AddSecret(job, *secret);
  }
  return job;
}

Result<std::vector<Job>> JobsUnder(const ledger::Ledger& ledger, const std::string& beginning) {
  std::vector<Job> jobs;
  for (const std::string& name : TRY(ledger.NamesFrom(beginning, kMost))) {
    const auto entries = TRY(NewestOf(ledger, name));
    if (!entries.empty()) jobs.push_back(JobIn(entries, ledger.Now()));
  }
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const Job& a, const Job& b) { return a.updated > b.updated; });
  return jobs;
}

}  // namespace

Result<std::vector<Job>> JobsOf(const ledger::Ledger& ledger, const std::string& agreement,
                                const std::string& analyst) {
  return JobsUnder(ledger, ledger::JobName(agreement, analyst, ""));
}

Result<std::vector<Job>> AllJobs(const ledger::Ledger& ledger) {
  return JobsUnder(ledger, ledger::kJobNames);
}

}  // namespace concordat::release
