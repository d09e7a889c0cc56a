#include "node/model_export.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <nlohmann/json.hpp>

#include "boosting/xgboost.h"
#include "network/onnx.h"
#include "network/safetensors.h"

namespace concordat::node {
namespace {

tl::unexpected<Error> Without(const std::string& form) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("this model has no form '{}'", form),
              "--as model writes all of it");
}

struct Coefficient {
  std::string term;
  double estimate = 0, standard_error = 0;
};

// Of models with one coefficient a term, and a covariance of these.
Result<std::vector<Coefficient>> CoefficientsOf(const Json& model, const std::string& form) {
  const Json terms = model.value("terms", Json()), estimates = model.value("coefficients", Json()),
             covariance = model.value("covariance", Json());
  const bool fits = terms.is_array() && estimates.is_array() && covariance.is_array() &&
                    estimates.size() == terms.size() && covariance.size() == terms.size();
  if (!fits) return Without(form);
  std::vector<Coefficient> coefficients;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    const bool numbers = terms[i].is_string() && estimates[i].is_number() && covariance[i].is_array() &&
                         covariance[i].size() == terms.size() && covariance[i][i].is_number();
    if (!numbers) return Without(form);
    coefficients.push_back({terms[i], estimates[i], std::sqrt(covariance[i][i].get<double>())});
  }
  return coefficients;
}

// RFC 4180.
std::string CsvField(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

Result<std::string> Csv(const Json& model) {
  std::string text = "term,estimate,standard_error\r\n";
  for (const Coefficient& c : TRY(CoefficientsOf(model, "csv")))
    text += fmt::format("{},{},{}\r\n", CsvField(c.term), c.estimate, c.standard_error);
  return text;
}

Result<std::string> Coefficients(const Json& model) {
  Json all = Json::array();
  for (const Coefficient& c : TRY(CoefficientsOf(model, "json")))
    all.push_back({{"term", c.term}, {"estimate", c.estimate}, {"standard_error", c.standard_error}});
  return all.dump(2) + "\n";
}

Result<std::string> Whole(const Json& model) { return model.dump(2) + "\n"; }

Result<std::string> Xgboost(const Json& model) {
  const auto trees = boosting::XgboostJson(model);
  if (!trees) return Without("xgboost");
  return trees->dump() + "\n";
}

Result<std::string> Onnx(const Json& model) {
  auto bytes = network::OnnxOf(model);
  if (!bytes) return Without("onnx");
  return bytes;
}

Result<std::string> Safetensors(const Json& model) {
  auto bytes = network::SafetensorsOf(model);
  if (!bytes) return Without("safetensors");
  return bytes;
}

struct Exporter {
  const char* form;
  Result<std::string> (*write)(const Json& model);
  bool binary = false;
};
constexpr Exporter kExporters[] = {
    {"model", Whole},     {"csv", Csv},         {"json", Coefficients},
    {"xgboost", Xgboost}, {"onnx", Onnx, true}, {"safetensors", Safetensors, true},
};

const Exporter* ExporterOf(const std::string& form) {
  const auto* const exporter = std::find_if(std::begin(kExporters), std::end(kExporters),
                                            [&](const Exporter& each) { return form == each.form; });
  return exporter == std::end(kExporters) ? nullptr : exporter;
}

}  // namespace

bool IsBinary(const std::string& form) {
  const Exporter* exporter = ExporterOf(form);
  return exporter != nullptr && exporter->binary;
}

std::vector<std::string> ExportForms() {
  std::vector<std::string> forms;
  for (const Exporter& exporter : kExporters) forms.emplace_back(exporter.form);
  return forms;
}

std::vector<std::string> FormsOf(const Json& model) {
  std::vector<std::string> forms;
  for (const Exporter& exporter : kExporters)
    if (exporter.write(model)) forms.emplace_back(exporter.form);
  return forms;
}

Result<std::string> ExportModel(const Json& model, const std::string& form) {
  const Exporter* exporter = ExporterOf(form);
  if (exporter != nullptr) {
    auto text = exporter->write(model);
    if (text) return text;
    return Fail(text.error().code, text.error().message,
                fmt::format("say --as {}", fmt::join(FormsOf(model), ", ")));
  }
  return Fail(ErrorCode::kInvalidArgument, fmt::format("'{}' is no form of a model", form),
              fmt::format("say --as {}", fmt::join(ExportForms(), ", ")));
}

}  // namespace concordat::node
