#include "sql/signature.h"

#include <algorithm>
#include <sstream>

#include "base/check.h"
#include "sql/bind_type.h"

namespace concordat::sql {
namespace {

constexpr char kCoefficients[] =
    "term text, estimate float8, standard_error float8, statistic float8, p_value float8, lower float8, "
    "upper float8";

// A Signature as text: options and columns as "name type, …", with PostgreSQL's names of types.
struct SignatureText {
  const char* name;
  const char* about;
  const char* response;
  const char* options;
  const char* columns;
  const char* noisy = "";
  const char* weighted = "";
};

// Sorted by name.
constexpr SignatureText kLines[] = {
    {"anova", "what each term explains beyond those before it", "chol ~ sex + age", "",
     "term text, df float8, sum_of_squares float8, mean_square float8, statistic float8, p_value float8"},
    {"boost", "gradient boosted trees", "disease ~ age + chol",
     "objective text, trees int8, depth int8, eta float8, bins int8, lambda float8, gamma float8, "
     "min_child_weight float8, monotone text, subsample float8, colsample float8, seed int8, "
     "max_delta_step float8, base_score float8, batch int8, clip float8, rows_of_a_unit int8",
     "feature text, splits int8, gain float8, share float8"},
    {"chi_square", "two factors' table, and Pearson's test", "~ disease + sex", "correct bool",
     "first text, second text, count float8, expected float8, residual float8, statistic float8, df float8, "
     "p_value float8"},
    {"correlation", "Pearson's correlations of columns", "~ age + chol", "level float8, clip float8",
     "first text, second text, correlation float8, statistic float8, df float8, p_value float8, lower "
     "float8, "
     "upper float8"},
    {"cox", "proportional hazards", "Surv(days, died) ~ age",
     "resolution float8, ties text, weights text, strata text, level float8, max_rounds int8",
     "term text, estimate float8, hazard_ratio float8, standard_error float8, statistic float8, p_value "
     "float8, "
     "lower float8, upper float8"},
    {"glm", "generalised linear model", "disease ~ age + sex",
     "family text, link text, theta float8, weights text, level float8, max_rounds int8, dispersion text, "
     "ridge float8, rounds int8, rows_of_a_unit int8",
     kCoefficients},
    {"kaplan_meier", "survival curves by group", "Surv(days, died) ~ disease",
     "resolution float8, interval text, level float8, weights text, steps int8",
     "group text, time float8, at_risk int8, events int8, survival float8, standard_error float8, lower "
     "float8, "
     "upper float8",
     "",
     "group text, time float8, at_risk float8, events float8, survival float8, standard_error float8, "
     "lower float8, upper float8"},
    {"kmeans", "clusters around means", "~ age + chol",
     "k int8, seed int8, max_rounds int8, scale bool, rounds int8",
     "cluster int8, size int8, within_sum_of_squares float8, column text, centre float8"},
    {"lm", "linear regression", "chol ~ age + sex", "weights text, level float8, rows_of_a_unit int8",
     kCoefficients},
    {"log_rank", "whether survival differs between groups", "Surv(days, died) ~ disease",
     "resolution float8, steps int8",
     "group text, rows int8, events int8, expected float8, statistic float8, df int8, p_value float8"},
    {"mixed", "linear model with a random intercept for the site", "chol ~ age + (1 | site())",
     "reml bool, random text, level float8, max_rounds int8", kCoefficients},
    {"network", "neural network", "disease ~ age + chol",
     "layers text, method text, rounds int8, epochs int8, batch int8, learning_rate float8, server_rate "
     "float8, "
     "mu float8, clip float8, combine text, trim float8, seed int8, sample float8",
     "round int8, loss float8, accuracy float8",
     "rounds int8, parameters int8, sample float8, clip float8, noise float8"},
    {"pca", "principal components", "~ age + chol", "scale bool, components int8, clip float8",
     "component int8, standard_deviation float8, variance_share float8, column text, loading float8"},
    {"penalised", "ridge, lasso and elastic net", "disease ~ age + chol",
     "family text, link text, theta float8, weights text, alpha float8, lambda text, path int8, max_rounds "
     "int8, "
     "level float8",
     "lambda float8, term text, estimate float8, standard_error float8, statistic float8, p_value float8, "
     "lower float8, upper float8"},
    {"t_test", "one mean, two groups' means, or differences within rows", "chol ~ disease",
     "mu float8, paired text, equal_variances bool, alternative text, level float8",
     "term text, estimate float8, standard_error float8, statistic float8, df float8, p_value float8, "
     "lower float8, upper float8, first_mean float8, second_mean float8"},
};

std::vector<FittedColumn> ColumnsIn(const std::string& text) {
  std::vector<FittedColumn> columns;
  std::istringstream parts(text);
  for (std::string name, type; parts >> name >> type;) {
    if (type.ends_with(',')) type.pop_back();
    const auto known = TypeNamed(type);
    CHECK(known.has_value());
    columns.push_back({name, *known});
  }
  return columns;
}

std::vector<Signature> ReadSignatures() {
  std::vector<Signature> all;
  for (const SignatureText& line : kLines) {
    all.push_back({line.name, line.about, line.response, ColumnsIn(line.options), ColumnsIn(line.columns),
                   ColumnsIn(line.noisy), ColumnsIn(line.weighted)});
  }
  return all;
}

}  // namespace

const std::vector<Signature>& Signatures() {
  static const std::vector<Signature> all = ReadSignatures();
  return all;
}

const Signature* FindSignature(std::string_view method) {
  const auto& all = Signatures();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Signature& signature) { return signature.name == method; });
  return found == all.end() ? nullptr : &*found;
}

const std::vector<FittedColumn>& ColumnsOf(const Signature& signature, const FitQuestion& question,
                                           bool noisy) {
  const bool weighted = question.call.options.contains("weights") ||
                        std::any_of(question.open.begin(), question.open.end(),
                                    [](const OpenArgument& argument) { return argument.name == "weights"; });
  if (noisy && !signature.noisy.empty()) return signature.noisy;
  if (weighted && !signature.weighted.empty()) return signature.weighted;
  return signature.columns;
}

Type ArgumentType(const Signature& signature, std::string_view name) {
  for (const FittedColumn& option : signature.options)
    if (option.name == name) return option.type;
  return Type::kText;
}

}  // namespace concordat::sql
