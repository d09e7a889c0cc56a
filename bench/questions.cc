// The questions an analyst asks, as a node computes them, against the same questions to DuckDB alone: 10
// million rows, same file, same threads, one after the other.
//
//   question_bench FOLDER OUT.json     FOLDER holds what rows.sql makes (bench_duckdb)
//
// Governed time is that of the generated statement, the noise and the statement over released values; parsing
// and planning take microseconds and the ledger is measured elsewhere. Plain time is what `plain` takes.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/file.h"
#include "base/json.h"
#include "catalogue/contract.h"
#include "catalogue/profile.h"
#include "dp/pool.h"
#include "engine/duckdb.h"
#include "sql/bind.h"
#include "sql/generate.h"
#include "sql/plan.h"
#include "sql/shape.h"

namespace concordat {
namespace {

constexpr int kRuns = 9;
constexpr int kLongRuns = 5;  // of questions that take longer than this
constexpr double kLongMs = 1000;

struct Case {
  const char* name;
  const char* product;
  const char* governed;
  const char* plain = nullptr;  // the same text when null
  double target = 1.5;
};

constexpr double kBounded = 3;
// Every value is compared with its range, where plain DuckDB clips nothing and answers another question. The
// target is ours; "clipped alike" is the same question.
constexpr double kClipped = 3;

const Case kCases[] = {
    {"count", "people", "SELECT count(*) FROM people"},
    {"avg of integers", "people", "SELECT avg(age) FROM people"},
    {"avg of integers, some null", "people", "SELECT avg(hours) FROM people"},
    {"avg of doubles", "people", "SELECT avg(income) FROM people"},
    {"avg of doubles by region", "people", "SELECT region, avg(income) FROM people GROUP BY region"},
    {"count and avg by region", "people", "SELECT region, count(*), avg(age) FROM people GROUP BY region"},
    {"sum, clipped by the question", "people", "SELECT sum(least(greatest(income, 100), 50000)) FROM people"},
    {"sum of integers, clipped", "people", "SELECT sum(least(greatest(hours, 10), 60)) FROM people"},
    {"filter", "people", "SELECT count(*) FROM people WHERE age BETWEEN 30 AND 40 AND region <> 'north'"},
    {"FILTER", "people",
     "SELECT count(*) FILTER (WHERE age >= 65), avg(hours) FILTER (WHERE age < 65) FROM people"},
    {"filter, CASE, casts", "people",
     "SELECT CASE WHEN age < 18 THEN 'child' WHEN age < 65 THEN 'adult' ELSE 'old' END AS stage, "
     "avg(least(greatest(CAST(code AS integer), 0), 999)) FROM people WHERE code <> 'unknown' GROUP BY 1",
     "SELECT CASE WHEN age < 18 THEN 'child' WHEN age < 65 THEN 'adult' ELSE 'old' END AS stage, "
     "avg(least(greatest(TRY_CAST(code AS integer), 0), 999)) FROM people WHERE code <> 'unknown' GROUP BY "
     "1"},
    {"undeclared keys", "people", "SELECT trade, count(*) FROM people GROUP BY trade"},
    {"by month", "people", "SELECT date_trunc('month', day), avg(hours) FROM people GROUP BY 1"},
    {"count, CSV", "people_csv", "SELECT count(*) FROM people"},
    {"avg of doubles by region, CSV", "people_csv", "SELECT region, avg(income) FROM people GROUP BY region"},
    {"clipped alike: avg of integers", "wild", "SELECT avg(hours) FROM people",
     "SELECT avg(CASE WHEN hours IS NOT NULL THEN least(greatest(hours, 0), 99) END) FROM people"},
    {"clipped alike: avg of doubles", "wild", "SELECT avg(income) FROM people",
     "SELECT avg(least(greatest(income, 0), 100000)) FROM people"},
    {"clipped alike: by region", "wild", "SELECT region, count(*), avg(income) FROM people GROUP BY region",
     "SELECT region, count(*), avg(least(greatest(income, 0), 100000)) FROM people GROUP BY region"},
    {"ranges not proven: avg of integers", "wild", "SELECT avg(hours) FROM people", nullptr, kClipped},
    {"ranges not proven: avg of doubles", "wild", "SELECT avg(income) FROM people", nullptr, kClipped},
    {"ranges not proven: by region", "wild",
     "SELECT region, count(*), avg(income) FROM people GROUP BY region", nullptr, kClipped},
    {"bounded: people and avg", "claims", "SELECT count(DISTINCT person), avg(age) FROM people", nullptr,
     kBounded},
    {"bounded: people and avg of doubles", "claims", "SELECT count(DISTINCT person), avg(income) FROM people",
     nullptr, kBounded},
    {"bounded: people and avg by region", "claims",
     "SELECT region, count(DISTINCT person), avg(age) FROM people GROUP BY region", nullptr, kBounded},
    {"bounded: by undeclared keys", "claims",
     "SELECT trade, count(DISTINCT person), avg(income) FROM people GROUP BY trade", nullptr, kBounded},
};

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  CHECK(place != text.npos);
  return text.replace(place, from.size(), to);
}

struct Opened {
  std::shared_ptr<catalogue::Product> product;
  std::unique_ptr<engine::Engine> engine;
  std::string plain_source;
};

// As publishing does it: the contract read, the rows looked at, what holds of them proven.
Opened Open(const std::string& text, const std::string& folder) {
  auto contract = catalogue::ParseContract(text);
  if (!contract)
    fmt::print(stderr, "{}\n", catalogue::ContractError("people.odcs.yaml", contract.error()).message);
  CHECK(contract);
  Opened opened{std::make_shared<catalogue::Product>(contract->product), {}, {}};
  engine::Source& source = opened.product->source;
  source.path = folder + "/" + source.path;
  opened.engine = *engine::OpenDuckdb({.sources = {source}, .memory_mb = 4096});
  const auto begin = std::chrono::steady_clock::now();
  const auto profile = catalogue::ProfileRows(*opened.product, *opened.engine, [](std::string_view) {});
  CHECK(profile);
  opened.product->bounds.rows_proven = profile->rows_proven;
  opened.product->bounds.ranges_proven = profile->ranges_proven;
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print(stderr, "{}: {} rows looked at in {:.1f} s; rows proven: {}, ranges proven: {}\n", source.path,
             profile->rows, took.count(), profile->rows_proven, profile->ranges_proven);
  opened.plain_source = source.format == engine::Format::kCsv
                            ? fmt::format("SELECT * FROM read_csv({})", engine::QuoteText(source.path))
                            : engine::SelectFrom(source);
  return opened;
}

std::map<std::string, Opened> OpenAll(const std::string& folder) {
  const std::string people = *ReadFile(CONCORDAT_SOURCE_DIR "/bench/people.odcs.yaml");
  std::map<std::string, Opened> all;
  all["people"] = Open(people, folder);
  all["people_csv"] = Open(
      Replaced(people, "path: people.parquet, format: parquet", "path: people.csv, format: csv"), folder);
  all["wild"] = Open(Replaced(people, "people.parquet", "wild.parquet"), folder);
  const std::string claims = Replaced(Replaced(people, "name: id", "name: person"), "rows_per_unit, value: 1",
                                      "rows_per_unit, value: 4");
  all["claims"] = Open(claims, folder);
  return all;
}

double CpuSeconds() {
  rusage usage{};
  CHECK(getrusage(RUSAGE_SELF, &usage) == 0);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

// Of each pair of runs, one after the other, how often the one is the other: a machine that slows down
// meanwhile slows both.
double MedianRatio(std::vector<double> ones, const std::vector<double>& others) {
  for (std::size_t i = 0; i < ones.size(); ++i) ones[i] /= others[i];
  return Median(std::move(ones));
}

struct Timings {
  std::vector<double> wall_ms;
  std::vector<double> cpu_ms;

  template <class Work>
  void Time(const Work& work) {
    const double cpu = CpuSeconds();
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double, std::milli> wall = std::chrono::steady_clock::now() - begin;
    wall_ms.push_back(wall.count());
    cpu_ms.push_back((CpuSeconds() - cpu) * 1000);
  }
};

sql::Plan PlanOf(const Case& c, const Opened& opened) {
  const auto question = sql::ParseQuestion(c.governed);
  CHECK(question);
  const auto query = sql::Bind(*question, {{"people", opened.product}});
  if (!query) fmt::print(stderr, "{}: {}\n", c.name, query.error().message);
  CHECK(query);
  const auto plan = sql::MakePlan(std::make_shared<sql::Query>(*query),
                                  {.budget = {Epsilon{1}, Delta{1e-8}}, .threshold = Delta{1e-10}});
  if (!plan) fmt::print(stderr, "{}: {}\n", c.name, plan.error().message);
  CHECK(plan);
  return *plan;
}

class Bench {
 public:
  explicit Bench(const std::string& folder)
      : all_(OpenAll(folder)), released_(*engine::OpenDuckdb({.threads = 1})), pool_(random_) {
    pool_.WaitUntilFull();
  }

  Json Measure(const Case& c, bool show) {
    const Opened& opened = all_.at(c.product);
    const sql::Plan plan = PlanOf(c, opened);
    if (show) fmt::print(stderr, "{}\n", sql::InnerStatement(plan, {}, 7).sql);
    Timings plain;
    Timings governed;
    const auto run_plain = [&] { RunPlain(c, opened); };
    const auto run_governed = [&] { RunGoverned(plan, opened); };
    int runs = kRuns;
    for (int run = 0; run <= runs; ++run) {
      if (run == 1) {  // the first warmed the file's pages
        if (plain.wall_ms.front() > kLongMs) runs = kLongRuns;
        plain = governed = {};
      }
      const bool plain_first = run % 2 == 0;
      if (plain_first) plain.Time(run_plain);
      governed.Time(run_governed);
      if (!plain_first) plain.Time(run_plain);
    }
    const double ratio = MedianRatio(governed.wall_ms, plain.wall_ms);
    const double cpu_ratio = MedianRatio(governed.cpu_ms, plain.cpu_ms);
    fmt::print(stderr,
               "{:38} plain {:7.0f} ms, governed {:7.0f} ms: {:5.2f} x (cpu {:5.2f} x), target {} x\n",
               c.name, Median(plain.wall_ms), Median(governed.wall_ms), ratio, cpu_ratio, c.target);
    return {{"name", c.name},
            {"question", c.governed},
            {"product", c.product},
            {"plain_ms", Median(plain.wall_ms)},
            {"governed_ms", Median(governed.wall_ms)},
            {"ratio", ratio},
            {"cpu_ratio", cpu_ratio},
            {"target", c.target}};
  }

 private:
  void RunPlain(const Case& c, const Opened& opened) {
    const std::string text = c.plain == nullptr ? c.governed : c.plain;
    const auto rows =
        opened.engine->Run(fmt::format("WITH people AS ({}) {}", opened.plain_source, text), {}, {}, nullptr);
    if (!rows) fmt::print(stderr, "{}: {}\n", c.name, rows.error().message);
    CHECK(rows);
  }

  void RunGoverned(const sql::Plan& plan, const Opened& opened) {
    const sql::Statement inner = sql::InnerStatement(plan, {}, random_.NextU64());
    const std::string text =
        fmt::format("WITH source AS ({}) {}", engine::SelectFrom(opened.product->source), inner.sql);
    const auto exact = opened.engine->Run(text, inner.parameters, {}, nullptr);
    if (!exact) fmt::print(stderr, "{}: {}\n", text, exact.error().message);
    CHECK(exact);
    const auto noisy = sql::AddNoise(plan, exact->rows, pool_);
    CHECK(noisy);
    const sql::Statement outer = sql::OuterStatement(plan, *noisy, {});
    CHECK(released_->Run(outer.sql, outer.parameters, {}, nullptr));
  }

  std::map<std::string, Opened> all_;
  std::unique_ptr<engine::Engine> released_;
  OsRandom random_;
  dp::NoisePool pool_;
};

int Main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(
        stderr,
        "usage: question_bench FOLDER OUT.json [WORD: only cases whose name has it, with their SQL]\n");
    return 2;
  }
  Bench bench(argv[1]);
  Json results = Json::array();
  for (const Case& c : kCases) {
    const bool chosen = argc > 3 && std::string(c.name).find(argv[3]) != std::string::npos;
    if (argc == 3 || chosen) results.push_back(bench.Measure(c, chosen));
  }
  std::ofstream(argv[2]) << results.dump(1) << '\n';
  return 0;
}

}  // namespace
}  // namespace concordat

int main(int argc, char** argv) { return concordat::Main(argc, argv); }
