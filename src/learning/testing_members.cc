#include "learning/testing_members.h"

#include "learning/methods.h"
#include "learning/testing_fit.h"

namespace concordat::learning {

std::vector<Rows> Deal(const Rows& rows, std::size_t members) {
  std::vector<Rows> all(members);
  for (Rows& each : all)
    for (const Column& column : rows.columns) each.columns.push_back({.name = column.name, .values = {}});
  for (std::size_t row = 0; row < rows.size(); ++row)
    for (std::size_t i = 0; i < rows.columns.size(); ++i)
      all[row % members].columns[i].values.push_back(rows.columns[i].values[row]);
  return all;
}

Outcome<Fitted> FitOver(const ExactMethod& method, const std::vector<Rows>& members,
                        std::vector<Json>* states) {
  for (Json state = method.Start();;) {
    if (states != nullptr) states->push_back(state);
    const auto totals = TotalOf(method, members, state);
    if (!totals) return Refuse("sum_failed", totals.error().message, totals.error().remedy);
    Step step = TRY(method.Next(state, *totals));
    if (step.fitted) {
      Complete(method, *step.fitted);
      return *std::move(step.fitted);
    }
    state = Json::parse(step.state.dump());
  }
}

Outcome<Fitted> FitAmong(const Call& call, const std::vector<Rows>& members, const Rules& rules) {
  return FitOver(*TRY(MakeMethod(Methods(), call, PeopleSchema(), rules)), members);
}

}  // namespace concordat::learning
