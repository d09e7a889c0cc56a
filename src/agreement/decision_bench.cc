// Decisions a second, with everything that a decision looks at; the figure to beat is 20,000 (50 us each).
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "agreement/decision.h"
#include "base/check.h"

namespace concordat::agreement {
namespace {

constexpr int kAnalysts = 200;
constexpr int kTables = 20;

// As large as an agreement is in practice: many analysts and tables, hours, a rate, two trainings.
std::shared_ptr<const Agreement> Large() {
  std::string analysts, tables;
  for (int i = 0; i < kAnalysts; ++i) analysts += fmt::format("{}ana{}@lewisham", i == 0 ? "" : ", ", i);
  for (int i = 0; i < kTables; ++i)
    tables += fmt::format("{}table{}: [lewisham/product{}@1]", i == 0 ? "" : ", ", i, i);
  auto agreement = ParseAgreement(fmt::format(R"(concordat: agreement/1
name: study
parties: {{lewisham: self}}
tables: {{{}}}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A6-1-e
question: How long does a decision take?
analysts: [{}]
allows: [sql]
protection: {{mode: dp, epsilon: 4, delta: 1.0e-6, per_query: 0.5, minimum_people: 10}}
conditions: {{hours: {{days: [mon, tue, wed, thu, fri], from: "08:00", until: "18:00"}}, questions_per_hour: 100}}
needs: {{approvals: {{lewisham: 1}}, training: [data-ethics, disclosure]}}
valid: {{from: 2026-02-01, until: 2026-12-01}}
retention_days: 90
)",
                                              tables, analysts));
  CHECK(agreement);
  return std::make_shared<const Agreement>(*std::move(agreement));
}

void Decisions(benchmark::State& state) {
  const Standing standing{.document = Large(), .state = State::kActive, .steps = {}};
  const Time trained = *ParseTime("2026-03-01");
  const Analyst analyst{.name = fmt::format("ana{}", kAnalysts - 1),
                        .trainings = {{"data-ethics", trained}, {"disclosure", trained}}};
  const Request request{
      .analyst = analyst.name, .agreement = "study", .purpose = "dpv:ScientificResearch", .epsilon = 0.25};
  const Evidence evidence{.member = "lewisham",
                          .standing = &standing,
                          .analyst = &analyst,
                          .now = *ParseTime("2026-07-01T10:00:00Z"),
                          .asked = 7};
  for (auto _ : state) CHECK(Decide(request, evidence));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(Decisions);

}  // namespace
}  // namespace concordat::agreement
