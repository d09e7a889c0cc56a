// Fits a method as several members would, for tests: rows of a file dealt out among them, sums through the
// integers that members share, states through their text. Reads a JSON description on standard input, prints
// JSON.
//
//   {"csv": "people.csv", "members": 4, "rules": {"minimum_rows": 50},
//    "schema": [{"name": "age", "range": [0, 120]}, {"name": "sex", "levels": ["female", "male"]}],
//    "call": {"method": "lm", "formula": "y ~ age", "options": {}}}
//
// With "noise": {"rho": 0.028, "seed": 7} or {"exact": true} it fits the form under noise, each row a unit of
// its own, all with one member; with {"rho": 0.028, "fits": 10} so often, with other draws each time, and
// prints a list, of "members" who each add a whole draw: "rho" is what one of them alone would make it. With
// {"epsilon": 1, "delta": 1e-5, "seed": 7}, of rounds that sample, a unit moves what a node would let it,
// members are as many as asked, half of them trusted, and "seconds" says how long the fit took. With
// --xgboost it prints XGBoost's text of the model of boost too, and predictions.
//
// With "by", a factor, each of its levels is a member; with "without": 2 the last two take no part in the
// fit.
//
// With --design it prints the model matrix of "call" (and of "weights", a column's name) instead. A field
// that is empty or NA is missing; one more member than rows are dealt to has none. With "exports", the start
// of a path, a network is also written to that path's .onnx and .safetensors, and "told" is what it tells of
// every row.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "boosting/model.h"
#include "boosting/xgboost.h"
#include "dp/accounting.h"
#include "dp/shares.h"
#include "learning/design.h"
#include "learning/method.h"
#include "learning/testing_noisy.h"
#include "methods/methods.h"
#include "network/onnx.h"
#include "network/safetensors.h"
#include "network/saved.h"

namespace concordat::learning {
namespace {

std::vector<std::string> Split(const std::string& line) {
  std::vector<std::string> fields(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"') {
      quoted = !quoted;
    } else if (c == ',' && !quoted) {
      fields.emplace_back();
    } else if (c != '\r') {
      fields.back() += c;
    }
  }
  return fields;
}

double ValueOf(const std::string& text, const Field& field) {
  if (text.empty() || text == "NA") return NAN;
  if (field.levels.empty()) return std::stod(text);
  const auto found = std::find(field.levels.begin(), field.levels.end(), text);
  return found == field.levels.end() ? NAN : static_cast<double>(found - field.levels.begin());
}

// To how many members rows are dealt: one after the other, or by a column's level.
struct Dealing {
  std::size_t members = 1;
  std::optional<std::size_t> by;  // a column's place in the schema

  std::size_t MemberOf(std::size_t row, const std::vector<double>& values) const {
    if (!by) return row % members;
    CHECK(std::isfinite(values[*by]));
    return static_cast<std::size_t>(values[*by]);
  }
};

Dealing DealingOf(const Json& asked, const Schema& schema) {
  const std::string by = asked.value("by", "");
  for (std::size_t i = 0; i < schema.size(); ++i)
    if (schema[i].name == by) return {.members = schema[i].levels.size(), .by = i};
  return {.members = asked.value("members", std::size_t{4}), .by = {}};
}

// Columns of the schema.
std::vector<Rows> Deal(const std::string& path, const Schema& schema, const Dealing& dealing) {
  std::ifstream file(path);
  std::string line;
  CHECK(std::getline(file, line));
  const std::vector<std::string> header = Split(line);
  std::vector<Rows> all(dealing.members + 1);
  for (Rows& rows : all) {
    for (const Field& field : schema) rows.columns.push_back({.name = field.name, .values = {}});
  }
  for (std::size_t row = 0; std::getline(file, line); ++row) {
    const std::vector<std::string> fields = Split(line);
    std::vector<double> values;
    for (const Field& field : schema) {
      const auto place =
          static_cast<std::size_t>(std::find(header.begin(), header.end(), field.name) - header.begin());
      CHECK(place < fields.size());
      values.push_back(ValueOf(fields[place], field));
    }
    Rows& rows = all[dealing.MemberOf(row, values)];
    for (std::size_t i = 0; i < schema.size(); ++i) rows.columns[i].values.push_back(values[i]);
  }
  return all;
}

Schema SchemaOf(const Json& json) {
  Schema schema;
  for (const Json& each : json) {
    Field field{
        .name = each.at("name"), .levels = each.value("levels", std::vector<std::string>()), .range = {}};
    if (each.contains("range"))
      field.range = {each["range"][0].get<double>(), each["range"][1].get<double>()};
    schema.push_back(std::move(field));
  }
  return schema;
}

Value OptionOf(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (json.is_number()) return json.get<double>();
  if (json.is_null()) return Null();
  return json.get<std::string>();
}

Call CallOf(const Json& json) {
  Call call{.method = json.value("method", ""),
            .formula = json.value("formula", ""),
            .table = "people",
            .options = {}};
  const Json options = json.value("options", Json::object());
  for (const auto& [name, value] : options.items()) call.options[name] = OptionOf(value);
  return call;
}

Json JsonOf(const Value& value) {
  if (IsNull(value)) return nullptr;
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return ToText(value);
}

Json JsonOf(const Refusal& refusal) {
  return {{"refused", {{"reason", refusal.reason}, {"message", refusal.message}, {"hint", refusal.hint}}}};
}

Json JsonOf(const Eigen::VectorXd& numbers) { return std::vector<double>(numbers.begin(), numbers.end()); }

Json RowsOf(const Eigen::MatrixXd& matrix) {
  Json rows = Json::array();
  for (Eigen::Index i = 0; i < matrix.rows(); ++i) rows.push_back(JsonOf(Eigen::VectorXd(matrix.row(i))));
  return rows;
}

Json DesignOf(const Json& asked, const Schema& schema) {
  const auto formula = ParseFormula(asked["call"].at("formula").get<std::string>());
  if (!formula) return JsonOf(formula.error());
  const auto design = Design::Bind(*formula, schema, asked.value("weights", ""));
  if (!design) return JsonOf(design.error());
  const Frame frame = design->Of(Deal(asked["csv"], schema, Dealing())[0]);
  return {{"terms", design->terms()},
          {"assign", design->assign()},
          {"labels", design->labels()},
          {"x", RowsOf(frame.x)},
          {"y", JsonOf(frame.y)},
          {"status", JsonOf(frame.status)},
          {"weights", JsonOf(frame.weights)},
          {"offset", JsonOf(frame.offset)},
          {"stratum", frame.stratum},
          {"group", frame.group},
          {"scaled", RowsOf(design->Scaled(frame.x))},
          {"unscale", RowsOf(design->Unscale())},
          {"normal", ToText(*formula)}};
}

// Sums as members make them: multiples of 2^-64 in 128 bits.
std::vector<double> Total(const ExactMethod& method, const std::vector<Rows>& members,
                          std::vector<std::unique_ptr<Kept>>& kept, const Json& state) {
  const auto length = method.Length(state);
  CHECK(length);
  std::vector<Int128> sums(*length, 0);
  for (std::size_t member = 0; member < members.size(); ++member) {
    const auto added = method.AddAgain(members[member], state, kept[member]);
    if (!added) {
      fmt::print(stderr, "{}\n", added.error().message);
      std::exit(2);
    }
    CHECK(added->numbers.size() == *length);
    for (std::size_t i = 0; i < *length; ++i) {
      CHECK(std::fabs(added->numbers[i]) < std::ldexp(1, 60));
      sums[i] +=
          static_cast<Int128>(std::nearbyint(std::ldexp(static_cast<long double>(added->numbers[i]), 64)));
    }
  }
  std::vector<double> totals;
  for (const Int128 sum : sums)
    totals.push_back(static_cast<double>(std::ldexp(static_cast<long double>(sum), -64)));
  return totals;
}

Rules RulesOf(const Json& asked) {
  Rules rules;
  const Json given = asked.value("rules", Json::object());
  rules.minimum_rows = given.value("minimum_rows", rules.minimum_rows);
  rules.minimum_cell = given.value("minimum_cell", rules.minimum_cell);
  rules.parameters_share = given.value("parameters_share", rules.parameters_share);
  return rules;
}

// XGBoost's text of the model, and what the model itself predicts for the file's rows.
void AddXgboost(const std::string& path, const Schema& schema, Json& fitted) {
  const auto model = boosting::ReadBoostModel(fitted["model"]);
  CHECK(model);
  fitted["xgboost"] = *boosting::XgboostJson(fitted["model"]);
  const Eigen::ArrayXd means =
      boosting::PredictBoost(*model, Deal(path, schema, {.members = 1, .by = {}})[0]);
  fitted["predictions"] = std::vector<double>(means.begin(), means.end());
}

Json JsonOf(const Fitted& fitted, const std::vector<std::string>& said) {
  Json names = Json::array();
  Json rows = Json::array();
  for (const Output& column : fitted.columns) names.push_back(column.name);
  for (const Row& row : fitted.rows) {
    rows.emplace_back(Json::array());
    for (const Value& value : row) rows.back().push_back(JsonOf(value));
  }
  return {{"said", said}, {"columns", names}, {"rows", rows}, {"model", fitted.model}};
}

// Of a unit in each round, as release/fit_noise.cc has it where units are with one member each.
std::uint64_t StepsFor(const Json& given, const NoisyMethod& method, std::uint64_t members) {
  const auto round = method.Round(method.Start());
  CHECK(round && round->sampled < 1);
  const dp::NoiseShare share =
      dp::ShareOf(dp::Mechanism::kDiscreteGaussian, {.all = members, .honest = members - members / 2});
  return dp::StepsForSampled({.rate = static_cast<std::uint64_t>(round->sampled * double{dp::kEveryone}),
                              .rounds = static_cast<std::uint32_t>(std::lround(1 / round->share)),
                              .scale = share.scale},
                             {Epsilon{given["epsilon"]}, Delta{given["delta"]}});
}

// By an account: {"epsilon": …}.
Json AccountedFitOf(const Json& asked, const Schema& schema, const NoisyMethod& method) {
  const Json& given = asked["noise"];
  std::vector<UnitRows> members;
  for (const Rows& rows : Deal(asked["csv"], schema, DealingOf(asked, schema)))
    members.push_back(ByUnit(rows));
  members.pop_back();  // the one that has no rows
  const std::uint64_t steps = StepsFor(given, method, members.size());
  const auto begin = std::chrono::steady_clock::now();
  const auto fitted = FitNoisily(method, members, {.seed = given.at("seed"), .steps = steps});
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
  if (!fitted) return JsonOf(fitted.error());
  Json json = JsonOf(*fitted, std::vector<std::string>());
  json["seconds"] = seconds.count();
  return json;
}

Json NoisyFitsOf(const Json& asked, const Schema& schema) {
  const auto method = methods::MakeNoisy(CallOf(asked["call"]), schema, RulesOf(asked));
  if (!method) return JsonOf(method.error());
  const Json& given = asked["noise"];
  if (given.contains("epsilon")) return AccountedFitOf(asked, schema, **method);
  const Dealing dealing = given.contains("fits") ? DealingOf(asked, schema) : Dealing();
  std::vector<UnitRows> members;
  for (const Rows& rows : Deal(asked["csv"], schema, dealing)) members.push_back(ByUnit(rows));
  members.pop_back();  // without the one that has no rows
  const auto fit = [&](std::uint64_t seed) {
    const auto fitted =
        FitNoisily(**method, members,
                   {.rho = given.value("rho", 1.0), .exact = given.value("exact", false), .seed = seed});
    return fitted ? JsonOf(*fitted, std::vector<std::string>()) : JsonOf(fitted.error());
  };
  if (!given.contains("fits")) return fit(given.value("seed", std::uint64_t{1}));
  Json fits = Json::array();
  for (std::uint64_t seed = 1; seed <= given["fits"]; ++seed) fits.push_back(fit(seed));
  return fits;
}

void Write(const std::string& path, const Result<std::string>& bytes) {
  CHECK(bytes);
  std::ofstream(path, std::ios::binary) << *bytes;
}

// What a network tells of every row of the file; its exports are written.
Json ToldOf(const Json& asked, const Schema& schema, const Json& model) {
  const std::string path = asked.at("exports");
  Write(path + ".onnx", network::OnnxOf(model));
  Write(path + ".safetensors", network::SafetensorsOf(model));
  const auto design = Design::Bind(*ParseFormula(model.at("formula").get<std::string>()), schema);
  CHECK(design);
  const Frame frame = design->Of(Deal(asked["csv"], schema, Dealing())[0]);
  const auto saved = network::ReadSaved(model);
  CHECK(saved);
  const network::Lanes matrix = frame.x.rightCols(frame.x.cols() - 1).transpose();
  return RowsOf(network::Predict(*saved, matrix).transpose());
}

Json FitOf(const Json& asked, const Schema& schema) {
  const auto method = methods::Make(CallOf(asked["call"]), schema, RulesOf(asked));
  if (!method) return JsonOf(method.error());
  std::vector<Rows> members = Deal(asked["csv"], schema, DealingOf(asked, schema));
  members.resize(members.size() - asked.value("without", std::size_t{0}));
  std::vector<std::unique_ptr<Kept>> kept(members.size());
  std::vector<std::string> said;
  for (Json state = (*method)->Start();;) {
    auto step = (*method)->Next(state, Total(**method, members, kept, state));
    if (!step) return JsonOf(step.error());
    said.push_back(step->said);
    if (step->fitted) {
      Complete(**method, *step->fitted);
      Json fitted = JsonOf(*step->fitted, said);
      if (asked.contains("exports")) fitted["told"] = ToldOf(asked, schema, step->fitted->model);
      return fitted;
    }
    state = Json::parse(step->state.dump());
  }
}

}  // namespace
}  // namespace concordat::learning

int main(int argc, char** argv) {
  using namespace concordat::learning;
  const concordat::Json asked = concordat::Json::parse(std::cin);
  const Schema schema = SchemaOf(asked.at("schema"));
  const std::string_view flag = argc > 1 ? argv[1] : "";
  concordat::Json printed = flag == "--design"        ? DesignOf(asked, schema)
                            : asked.contains("noise") ? NoisyFitsOf(asked, schema)
                                                      : FitOf(asked, schema);
  if (flag == "--xgboost" && printed.contains("model")) AddXgboost(asked["csv"], schema, printed);
  std::cout << printed << "\n";
  return 0;
}
