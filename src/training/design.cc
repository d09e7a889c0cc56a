#include "training/design.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <nlohmann/json.hpp>

#include "learning/coefficient_table.h"

namespace concordat::training {
namespace {

Outcome<void> NeedPlain(const learning::Formula& formula) {
  if (!formula.response)
    return Refuse("response_missing", "a network tells something of the others", "write y ~ a + b", "42601");
  const char* what = formula.status                 ? "Surv(time, status)"
                     : !formula.strata.empty()      ? "strata()"
                     : !formula.offsets.empty()     ? "offset()"
                     : formula.grouping.has_value() ? "(1 | column)"
                     : !formula.intercept           ? "a formula without intercept"
                                                    : nullptr;
  if (what != nullptr)
    return Refuse("formula_not_supported", fmt::format("network has no use for {}", what), "leave it out",
                  "0A000");
  if (formula.terms.empty())
    return Refuse("columns_needed", "nothing goes into the network", "write y ~ a + b", "42601");
  return {};
}

// Weights start alike for all inputs, and steps are as large for all: what goes in must be about as large.
Outcome<void> NeedRanges(const learning::Design& design, const learning::Schema& schema) {
  for (const std::string& name : design.Columns()) {
    const learning::Field* field = learning::Find(schema, name);
    if (field == nullptr || (field->levels.empty() && !field->range))
      return Refuse("range_needed", fmt::format("networks scale by declared ranges, and {} has none", name),
                    "ask the steward to declare the column's least and greatest value", "0A000");
  }
  return {};
}

// Of a response with several levels the place of a row's level is its stratum.
void NumberLevels(const learning::Schema& schema, learning::Formula& formula) {
  const learning::Expr& response = formula.response->of;
  if (learning::IsFactor(response, schema) && learning::Find(schema, response.name)->levels.size() > 2)
    formula.strata = {response.name};
}

network::Inputs InputsOf(const learning::Design& design, const learning::Schema& schema) {
  network::Inputs inputs{.columns = static_cast<Eigen::Index>(design.terms().size()) - 1};
  const learning::Formula& formula = design.formula();
  for (std::size_t column = 1; column < design.assign().size(); ++column) {
    const std::size_t term = design.assign()[column] - 1;
    if (formula.terms[term].size() != 1) continue;
    const learning::Variable& variable = formula.variables[formula.terms[term].front()];
    if (!learning::IsFactor(variable, schema)) continue;
    if (design.assign()[column - 1] == term + 1) {
      ++inputs.factors.back().count;
    } else {
      inputs.factors.push_back({.first = static_cast<Eigen::Index>(column) - 1, .count = 1});
    }
  }
  return inputs;
}

network::Outputs OutputsOf(const learning::Design& design) {
  const std::size_t levels = design.response_levels().size();
  if (levels == 0) return {};
  if (design.strata().empty()) return {.target = network::Target::kTwo};
  return {.target = network::Target::kClasses, .classes = static_cast<Eigen::Index>(levels)};
}

InputScales DeclaredScales(const learning::Design& design) {
  const auto size = static_cast<Eigen::Index>(design.terms().size()) - 1;
  InputScales scales{.centre = Eigen::VectorXd(size),
                     .half = Eigen::VectorXd(size),
                     .response_centre = design.response_scale().centre,
                     .response_half = design.response_scale().half};
  for (Eigen::Index i = 0; i < size; ++i) {
    const learning::Scale& scale = design.scales()[static_cast<std::size_t>(i) + 1];
    scales.centre[i] = scale.centre;
    scales.half[i] = scale.half;
  }
  return scales;
}

std::uint64_t SeedOf(const Eigen::Ref<const Eigen::VectorXd>& lane) {
  std::uint64_t seed = 0;
  for (const double number : lane) seed = network::Mix(seed ^ std::bit_cast<std::uint64_t>(number));
  return seed;
}

}  // namespace

Outcome<NetworkDesign> NetworkDesign::Bind(const std::string& formula, const std::string& layers,
                                           const learning::Schema& schema) {
  learning::Formula parsed = TRY(learning::ParseFormula(formula));
  TRY(NeedPlain(parsed));
  NumberLevels(schema, parsed);
  learning::Design design = TRY(learning::Design::Bind(std::move(parsed), schema));
  TRY(NeedRanges(design, schema));
  auto description = TRY(network::ParseLayers(layers));
  network::Saved saved{.network = TRY(network::Network::Make(std::move(description), InputsOf(design, schema),
                                                             OutputsOf(design)))};
  saved.terms.assign(design.terms().begin() + 1, design.terms().end());
  saved.levels = design.response_levels();
  InputScales scales = DeclaredScales(design);
  Json declared = ToJson(schema, design.Columns());
  return NetworkDesign(std::move(design), std::move(declared), std::move(saved), std::move(scales));
}

std::vector<Eigen::Index> NetworkDesign::NumberColumns() const {
  std::vector<Eigen::Index> columns;
  for (std::size_t column = 1; column < design_.pieces().size(); ++column)
    if (!design_.IsIndicator(column)) columns.push_back(static_cast<Eigen::Index>(column) - 1);
  return columns;
}

Samples NetworkDesign::Of(const learning::Frame& frame, const InputScales& scales) const {
  Samples samples;
  samples.in.resize(network().inputs().columns, frame.size());
  for (Eigen::Index i = 0; i < samples.in.rows(); ++i)
    samples.in.row(i).array() = (frame.x.col(i + 1).transpose().array() - scales.centre[i]) / scales.half[i];
  samples.wanted = frame.y;
  if (saved_.levels.empty())
    samples.wanted.array() = (frame.y.array() - scales.response_centre) / scales.response_half;
  for (std::size_t i = 0; i < frame.stratum.size(); ++i)
    samples.wanted[static_cast<Eigen::Index>(i)] = static_cast<double>(frame.stratum[i]);
  if (!network().drops()) return samples;
  for (Eigen::Index i = 0; i < samples.size(); ++i) samples.seeds.push_back(SeedOf(samples.in.col(i)));
  return samples;
}

Json NetworkDesign::ModelOf(const Eigen::VectorXd& weights, const InputScales& scales) const {
  network::Saved saved = saved_;
  saved.weights = weights;
  saved.centre = scales.centre;
  saved.half = scales.half;
  saved.response_centre = scales.response_centre;
  saved.response_half = scales.response_half;
  Json model = network::ToJson(saved);
  learning::Formula formula = design_.formula();
  formula.strata.clear();
  model["method"] = "network";
  model["columns"] = declared_;
  model["formula"] = learning::ToText(formula);
  return model;
}

}  // namespace concordat::training
