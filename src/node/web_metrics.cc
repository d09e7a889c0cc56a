// /metrics: what an operator watches. Public facts and counts of this process alone: nothing of a row, a
// question's text or an analyst. Names: docs/http.md, which a test holds against these.
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "crypto/certificate.h"
#include "node/access.h"
#include "node/disk.h"
#include "node/exposition.h"
#include "node/web.h"
#include "node/witnessing.h"

namespace concordat::node {
namespace {

constexpr char kGauge[] = "gauge";
constexpr char kCounter[] = "counter";

double Seconds(Time time) { return static_cast<double>(time.time_since_epoch().count()) / 1000; }

double Count(std::uint64_t count) { return static_cast<double>(count); }

// When the newest entry was written; its checkpoint was signed with it.
Result<Time> NewestEntry(Node& node, std::uint64_t size) {
  const Bytes leaf = TRY(node.ledger().LeafBytes(size - 1));
  const Json entry = Json::parse(AsText(leaf), nullptr, false);
  if (!entry.is_object() || !entry.contains("time"))
    return Fail(ErrorCode::kCorrupt, "the entry has no time");
  return ParseTime(entry["time"].get<std::string>());
}

void AddLedger(Node& node, std::uint64_t at_start, Exposition& out) {
  const std::uint64_t size = node.ledger().Head().size;
  out.Family("concordat_ledger_entries", kGauge, "Entries that the newest checkpoint signs for.");
  out.Add(Count(size));
  out.Family("concordat_ledger_appends_total", kCounter, "Entries appended by this process.");
  out.Add(Count(size - at_start));
  out.Family("concordat_ledger_checkpoint_timestamp_seconds", kGauge,
             "When the newest entry and its checkpoint were written.");
  if (size > 0) {
    if (const auto time = NewestEntry(node, size)) out.Add(Seconds(*time));
  }
  out.Family("concordat_ledger_clock_behind_seconds", kGauge,
             "How far the machine's clock is behind the newest entry.");
  out.Add(static_cast<double>(node.ledger().ClockBehind().count()) / 1000);
  out.Family("concordat_store_commits_total", kCounter, "Groups of writes committed by this process.");
  out.Add(Count(node.store().commits()));
}

void AddTraffic(Node& node, int sessions, Exposition& out) {
  out.Family("concordat_questions_total", kCounter,
             "Questions by outcome (answered, refused, failed) and the refusal's reason.");
  for (const auto& [key, count] : node.tally().questions())
    out.Add(Count(count), {{"outcome", key.first}, {"reason", key.second}});
  out.Family("concordat_sessions", kGauge, "Sessions of analysts that are open.");
  out.Add(sessions);
  out.Family("concordat_fits_running", kGauge, "Fits that analysts of this node have under way.");
  out.Add(Count(node.jobs().running()));
  out.Family("concordat_http_requests_total", kCounter, "HTTP requests by the status of their answer.");
  for (const auto& [status, count] : node.tally().http())
    out.Add(Count(count), {{"code", std::to_string(status)}});
}

// Budgets take time to add up, and only change with the ledger.
class Budgets {
 public:
  void Add(Node& node, Exposition& out) {
    const std::lock_guard lock(mutex_);
    const std::uint64_t size = node.ledger().Head().size;
    const Milliseconds now = node.clock().Elapsed();
    if (!levels_ || (size != size_ && now - at_ >= Milliseconds(1000))) {
      const auto share = node.ledger().Share();
      levels_ = node.budgets().Report();
      size_ = size;
      at_ = now;
    }
    out.Family("concordat_budget_epsilon_limit", kGauge,
               "Epsilon that a product (agreement empty) or an agreement on it may ever spend.");
    AddEach(out, [](const ledger::LevelState& state) { return state.limit.epsilon.value; });
    out.Family("concordat_budget_epsilon_spent", kGauge, "Epsilon spent of it; never falls.");
    AddEach(out, [](const ledger::LevelState& state) { return state.spent.value; });
  }

 private:
  template <class Value>
  void AddEach(Exposition& out, const Value& value) const {
    for (const ledger::LevelState& state : *levels_) {
      if (!state.level.analyst.empty()) continue;
      out.Add(value(state), {{"product", state.level.product}, {"agreement", state.level.agreement}});
    }
  }

  std::mutex mutex_;
  std::optional<std::vector<ledger::LevelState>> levels_;
  std::uint64_t size_ = 0;
  Milliseconds at_{0};
};

void AddGovernance(Node& node, Exposition& out) {
  std::map<std::string, std::uint64_t> states;
  std::uint64_t products = 0;
  {
    const auto lock = node.ledger().Share();
    const Time now = node.ledger().Now();
    for (const auto& [name, standing] : node.agreements().agreements())
      ++states[agreement::Name(standing.At(now))];
    products = node.catalogue().List().size();
  }
  out.Family("concordat_products", kGauge, "Versions of products that are published.");
  out.Add(Count(products));
  out.Family("concordat_agreements", kGauge, "Agreements by their state.");
  for (const auto& [state, count] : states) out.Add(Count(count), {{"state", state}});
}

void AddWitnesses(Node& node, Exposition& out) {
  std::map<std::string, double> behind;
  std::size_t alarms = 0;
  {
    const auto lock = node.ledger().Share();
    const std::uint64_t worth = node.witnesses().worth_cosigning();
    for (const auto& [name, witness] : node.witnesses().witnesses()) {
      const std::uint64_t known = KnownTo(node, witness.key);
      behind[name] = known < worth ? Count(worth - known) : 0;
    }
    alarms = node.witnesses().alarms().size();
  }
  out.Family("concordat_witness_behind_entries", kGauge,
             "Entries that a witness of this ledger has not cosigned yet.");
  for (const auto& [name, entries] : behind) out.Add(entries, {{"witness", name}});
  out.Family("concordat_witness_failures_total", kCounter,
             "Times that a witness was asked and did not cosign.");
  for (const auto& [name, count] : node.tally().witness_failures())
    out.Add(Count(count), {{"witness", name}});
  out.Family("concordat_witness_alarms", kGauge,
             "Forks and roll-backs of other members' logs that were found; each is an entry.");
  out.Add(Count(alarms));
}

void AddHost(Node& node, Exposition& out) {
  out.Family("concordat_certificate_expiry_timestamp_seconds", kGauge, "When the TLS certificate ends.");
  const auto pem = ReadFile(node.home().certificate());
  const auto until = pem ? crypto::ValidUntil(*pem) : Result<Time>(tl::unexpected(pem.error()));
  if (until) out.Add(Seconds(*until));
  const auto disk = DiskUnder(node.home().root);
  out.Family("concordat_disk_free_bytes", kGauge, "Room on the disk that the home is on.");
  if (disk) out.Add(disk->free_bytes);
  out.Family("concordat_disk_size_bytes", kGauge, "Size of that disk.");
  if (disk) out.Add(disk->size_bytes);
}

// Under the names that every Prometheus client library gives them.
void AddProcess(double began, Exposition& out) {
  out.Family("process_start_time_seconds", kGauge, "When the process began to serve.");
  out.Add(began);
  std::uint64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  out.Family("process_resident_memory_bytes", kGauge, "Memory that the process holds.");
  out.Add(Count(resident) * static_cast<double>(sysconf(_SC_PAGESIZE)));
  timespec used{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
  out.Family("process_cpu_seconds_total", kCounter, "Processor time used.");
  out.Add(static_cast<double>(used.tv_sec) + static_cast<double>(used.tv_nsec) / 1e9);
}

}  // namespace

std::vector<web::Route> MetricRoutes(Node& node, Sessions sessions, Audience audience) {
  const auto budgets = std::make_shared<Budgets>();
  const auto access = std::make_shared<Access>(node);
  const std::uint64_t at_start = node.ledger().Head().size;
  const double began = Seconds(node.clock().Now());
  const auto answer = [&node, sessions = std::move(sessions), audience, budgets, access, at_start,
                       began](const web::Request& request) {
    if (audience == Audience::kWorld) {
      if (const auto token = access->Admit(request, "metrics"); !token) return token.error();
    }
    Exposition out;
    out.Family("concordat_build_info", kGauge, "1, with this node's version and member.");
    out.Add(1, {{"version", CONCORDAT_VERSION}, {"member", node.member()}});
    AddLedger(node, at_start, out);
    AddTraffic(node, sessions(), out);
    budgets->Add(node, out);
    AddGovernance(node, out);
    AddWitnesses(node, out);
    AddHost(node, out);
    AddProcess(began, out);
    return web::Response{.type = kExpositionType, .body = out.text()};
  };
  return {{"GET", "/metrics", answer}};
}

}  // namespace concordat::node
