#include "learning/testing_fit.h"

#include <cmath>

#include "base/check.h"

namespace concordat::learning {
namespace {

// Even spread over [0, 1): multiples of an irrational, another for each column.
double Spread(std::size_t row, double irrational) {
  const double product = static_cast<double>(row + 1) * irrational;
  return product - std::floor(product);
}

std::vector<double> RowOf(std::size_t row) {
  const double age = std::floor(20 + 60 * Spread(row, std::sqrt(2.0)));
  const double noise = Spread(row, std::sqrt(3.0)), other = Spread(row, std::sqrt(5.0));
  const double sex = other < 0.5 ? 0 : 1, region = std::floor(3 * Spread(row, std::sqrt(7.0)));
  const double ill = noise < age / 100 ? 1 : 0, visits = std::floor(noise * age / 10);
  return {age,
          100 + 5 * age + 50 * sex + 100 * noise,
          visits,
          1 + std::floor(3 * other),
          noise - 0.5,
          7,
          2 * age,
          row == 5 ? 1e6 : other,
          0,
          region == 0 ? visits : 0,
          NAN,
          sex,
          region,
          ill,
          row % 100 == 0 ? 1.0 : 0.0,
          age > 50 ? 1.0 : 0.0};
}

}  // namespace

Schema PeopleSchema() {
  const std::vector<std::string> yes = {"no", "yes"};
  return {{"age", {}, {{0, 120}}},
          {"cost", {}, {{0, 1000}}},
          {"visits", {}, {{0, 20}}},
          {"weight", {}, {{0, 4}}},
          {"change", {}, {{-1, 1}}},
          {"same", {}, {{0, 10}}},
          {"twice", {}, {{0, 240}}},
          {"outlier", {}, {{0, 1e6}}},
          {"zero", {}, {{0, 1}}},
          {"none", {}, {{0, 20}}},
          {"empty", {}, {{0, 1}}},
          {"sex", {"female", "male"}, {}},
          {"region", {"north", "south", "west"}, {}},
          {"ill", yes, {}},
          {"rare", yes, {}},
          {"split", yes, {}}};
}

std::vector<Rows> People(std::size_t rows, std::size_t members) {
  const Schema schema = PeopleSchema();
  std::vector<Rows> all(members + 1);
  for (Rows& each : all)
    for (const Field& field : schema) each.columns.push_back({field.name, {}});
  for (std::size_t row = 0; row < rows; ++row) {
    const std::vector<double> values = RowOf(row);
    for (std::size_t i = 0; i < schema.size(); ++i) all[row % members].columns[i].values.push_back(values[i]);
  }
  return all;
}

Result<std::vector<double>> TotalOf(const ExactMethod& method, const std::vector<Rows>& members,
                                    const Json& state) {
  const std::size_t length = TRY(method.Length(state));
  const Slots slots = TRY(method.SlotsOf(state));
  std::vector<Int128> sums(IntegersOf(slots, length), 0);
  for (const Rows& rows : members) {
    const Sums own = TRY(method.Add(rows, state));
    CHECK(own.numbers.size() == length);
    const auto integers = TRY(ToIntegers(slots, own.numbers));
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += integers[i];
  }
  return FromIntegers(slots, sums);
}

Json StateAfter(const ExactMethod& method, const std::vector<Rows>& members, int rounds) {
  Json state = method.Start();
  for (int round = 0; round < rounds; ++round) {
    const auto step = method.Next(state, *TotalOf(method, members, state));
    CHECK(step && !step->fitted);
    state = step->state;
  }
  return state;
}

}  // namespace concordat::learning
