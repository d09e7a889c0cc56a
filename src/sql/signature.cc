#include "sql/signature.h"

#include <algorithm>

namespace concordat::sql {
namespace {

constexpr Type kText = Type::kText, kWhole = Type::kInteger, kReal = Type::kNumber, kTruth = Type::kBoolean;

using Columns = std::vector<FittedColumn>;

Columns Coefficients() {
  return {{"term", kText},    {"estimate", kReal}, {"standard_error", kReal}, {"statistic", kReal},
          {"p_value", kReal}, {"lower", kReal},    {"upper", kReal}};
}

Columns With(Columns columns, std::size_t place, FittedColumn column) {
  columns.insert(columns.begin() + static_cast<std::ptrdiff_t>(place), std::move(column));
  return columns;
}

Columns Curve(Type count) {
  return {{"group", kText},    {"time", kReal},           {"at_risk", count}, {"events", count},
          {"survival", kReal}, {"standard_error", kReal}, {"lower", kReal},   {"upper", kReal}};
}

std::vector<Signature> Regressions() {
  return {
      {"glm",
       "generalised linear model",
       "disease ~ age + sex",
       {{"family", kText},
        {"link", kText},
        {"theta", kReal},
        {"weights", kText},
        {"level", kReal},
        {"max_rounds", kWhole},
        {"dispersion", kText},
        {"ridge", kReal},
        {"rounds", kWhole},
        {"rows_of_a_unit", kWhole}},
       Coefficients()},
      {"lm",
       "linear regression",
       "chol ~ age + sex",
       {{"weights", kText}, {"level", kReal}, {"rows_of_a_unit", kWhole}},
       Coefficients()},
      {"mixed",
       "linear model with a random intercept for the site",
       "chol ~ age + (1 | site())",
       {{"reml", kTruth}, {"random", kText}, {"level", kReal}, {"max_rounds", kWhole}},
       Coefficients()},
      {"penalised",
       "ridge, lasso and elastic net",
       "disease ~ age + chol",
       {{"family", kText},
        {"link", kText},
        {"theta", kReal},
        {"weights", kText},
        {"alpha", kReal},
        {"lambda", kText},
        {"path", kWhole},
        {"max_rounds", kWhole},
        {"level", kReal}},
       With(Coefficients(), 0, {"lambda", kReal})},
      {"cox",
       "proportional hazards",
       "Surv(days, died) ~ age",
       {{"resolution", kReal},
        {"ties", kText},
        {"weights", kText},
        {"strata", kText},
        {"level", kReal},
        {"max_rounds", kWhole}},
       With(Coefficients(), 2, {"hazard_ratio", kReal})},
  };
}

std::vector<Signature> Tests() {
  return {
      {"anova",
       "what each term explains beyond those before it",
       "chol ~ sex + age",
       {},
       {{"term", kText},
        {"df", kReal},
        {"sum_of_squares", kReal},
        {"mean_square", kReal},
        {"statistic", kReal},
        {"p_value", kReal}}},
      {"chi_square",
       "two factors' table, and Pearson's test",
       "~ disease + sex",
       {{"correct", kTruth}},
       {{"first", kText},
        {"second", kText},
        {"count", kReal},
        {"expected", kReal},
        {"residual", kReal},
        {"statistic", kReal},
        {"df", kReal},
        {"p_value", kReal}}},
      {"correlation",
       "Pearson's correlations of columns",
       "~ age + chol",
       {{"level", kReal}, {"clip", kReal}},
       {{"first", kText},
        {"second", kText},
        {"correlation", kReal},
        {"statistic", kReal},
        {"df", kReal},
        {"p_value", kReal},
        {"lower", kReal},
        {"upper", kReal}}},
      {"t_test",
       "one mean, two groups' means, or differences within rows",
       "chol ~ disease",
       {{"mu", kReal},
        {"paired", kText},
        {"equal_variances", kTruth},
        {"alternative", kText},
        {"level", kReal}},
       {{"term", kText},
        {"estimate", kReal},
        {"standard_error", kReal},
        {"statistic", kReal},
        {"df", kReal},
        {"p_value", kReal},
        {"lower", kReal},
        {"upper", kReal},
        {"first_mean", kReal},
        {"second_mean", kReal}}},
      {"kaplan_meier",
       "survival curves by group",
       "Surv(days, died) ~ disease",
       {{"resolution", kReal}, {"interval", kText}, {"level", kReal}, {"weights", kText}, {"steps", kWhole}},
       Curve(kWhole),
       {},
       Curve(kReal)},
      {"log_rank",
       "whether survival differs between groups",
       "Surv(days, died) ~ disease",
       {{"resolution", kReal}, {"steps", kWhole}},
       {{"group", kText},
        {"rows", kWhole},
        {"events", kWhole},
        {"expected", kReal},
        {"statistic", kReal},
        {"df", kWhole},
        {"p_value", kReal}}},
  };
}

std::vector<Signature> Learners() {
  return {
      {"kmeans",
       "clusters around means",
       "~ age + chol",
       {{"k", kWhole}, {"seed", kWhole}, {"max_rounds", kWhole}, {"scale", kTruth}, {"rounds", kWhole}},
       {{"cluster", kWhole},
        {"size", kWhole},
        {"within_sum_of_squares", kReal},
        {"column", kText},
        {"centre", kReal}}},
      {"pca",
       "principal components",
       "~ age + chol",
       {{"scale", kTruth}, {"components", kWhole}, {"clip", kReal}},
       {{"component", kWhole},
        {"standard_deviation", kReal},
        {"variance_share", kReal},
        {"column", kText},
        {"loading", kReal}}},
      {"boost",
       "gradient boosted trees",
       "disease ~ age + chol",
       {{"objective", kText},
        {"trees", kWhole},
        {"depth", kWhole},
        {"eta", kReal},
        {"bins", kWhole},
        {"lambda", kReal},
        {"gamma", kReal},
        {"min_child_weight", kReal},
        {"monotone", kText},
        {"subsample", kReal},
        {"colsample", kReal},
        {"seed", kWhole},
        {"max_delta_step", kReal},
        {"base_score", kReal},
        {"batch", kWhole},
        {"clip", kReal},
        {"rows_of_a_unit", kWhole}},
       {{"feature", kText}, {"splits", kWhole}, {"gain", kReal}, {"share", kReal}}},
      {"network",
       "neural network",
       "disease ~ age + chol",
       {{"layers", kText},
        {"method", kText},
        {"rounds", kWhole},
        {"epochs", kWhole},
        {"batch", kWhole},
        {"learning_rate", kReal},
        {"server_rate", kReal},
        {"mu", kReal},
        {"clip", kReal},
        {"combine", kText},
        {"trim", kReal},
        {"seed", kWhole},
        {"sample", kReal}},
       {{"round", kWhole}, {"loss", kReal}, {"accuracy", kReal}},
       {{"rounds", kWhole}, {"parameters", kWhole}, {"sample", kReal}, {"clip", kReal}, {"noise", kReal}}},
  };
}

std::vector<Signature> Sorted() {
  std::vector<Signature> all;
  for (auto part : {Regressions(), Tests(), Learners()})
    for (Signature& signature : part) all.push_back(std::move(signature));
  std::sort(all.begin(), all.end(),
            [](const Signature& a, const Signature& b) { return std::string_view(a.name) < b.name; });
  return all;
}

}  // namespace

const std::vector<Signature>& Signatures() {
  static const std::vector<Signature> all = Sorted();
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
