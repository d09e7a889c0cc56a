#include "learning/testing_members.h"

#include <cmath>

#include "base/check.h"

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

Result<std::vector<double>> TotalOver(const Method& method, const std::vector<Rows>& members,
                                      const Json& state) {
  const std::size_t length = TRY(method.Length(state));
  std::vector<Int128> sums(length, 0);
  for (const Rows& rows : members) {
    const Sums part = TRY(method.Add(rows, state));
    CHECK(part.numbers.size() == length);
    for (std::size_t i = 0; i < length; ++i) {
      CHECK(std::abs(part.numbers[i]) < std::ldexp(1, 60));
      sums[i] +=
          static_cast<Int128>(std::nearbyint(std::ldexp(static_cast<long double>(part.numbers[i]), 64)));
    }
  }
  std::vector<double> totals;
  for (const Int128 sum : sums)
    totals.push_back(static_cast<double>(std::ldexp(static_cast<long double>(sum), -64)));
  return totals;
}

Outcome<Fitted> FitOver(const Method& method, const std::vector<Rows>& members, std::vector<Json>* states) {
  for (Json state = method.Start();;) {
    if (states != nullptr) states->push_back(state);
    const auto totals = TotalOver(method, members, state);
    if (!totals) return Refuse("sum_failed", totals.error().message, "");
    Step step = TRY(method.Next(state, *totals));
    if (step.fitted) return *std::move(step.fitted);
    state = Json::parse(step.state.dump());
  }
}

}  // namespace concordat::learning
