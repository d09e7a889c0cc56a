#include "model/matrix.h"

#include <fmt/format.h>

#include <algorithm>

#include "model/arithmetic.h"
#include "model/fields.h"

namespace concordat::model {
namespace {

using learning::Variable;

// The right side alone: what a model was fitted to is not looked at any more.
Result<learning::Formula> FormulaOf(const std::string& text) {
  auto formula = learning::ParseFormula(text);
  if (!formula) return WrongModel("its formula is not one: " + formula.error().message);
  formula->response.reset();
  if (formula->status || !formula->strata.empty() || formula->grouping)
    return WrongModel("its formula is of another kind of model");
  for (const Variable& variable : formula->variables) {
    if (variable.kind == Variable::Kind::kBSpline || variable.kind == Variable::Kind::kNaturalSpline)
      return WrongModel(fmt::format("{} has no form in SQL: write poly(…, 3, raw = TRUE)", variable.text));
  }
  return *std::move(formula);
}

}  // namespace

Columns Named(const std::vector<learning::Field>& fields, const std::vector<sql::Expr>& inputs) {
  Columns columns;
  for (std::size_t i = 0; i < inputs.size(); ++i) columns.emplace(fields[i].name, inputs[i]);
  return columns;
}

Result<learning::Design> DesignOf(const std::string& formula, const std::vector<learning::Field>& inputs) {
  auto design = learning::Design::Bind(TRY(FormulaOf(formula)), inputs);
  if (!design) return WrongModel("its formula is not of its inputs: " + design.error().message);
  const std::vector<std::string> names = design->Columns();
  for (const learning::Field& input : inputs) {
    if (std::find(names.begin(), names.end(), input.name) == names.end())
      return WrongModel(fmt::format("its formula does not read {}", input.name));
  }
  return *std::move(design);
}

sql::Expr NumberOf(const learning::Design& design, const learning::Design::Piece& piece,
                   const Columns& columns) {
  const Variable& variable = design.formula().variables[piece.part];
  sql::Expr value = Arithmetic(variable.of, columns);
  if (variable.kind == Variable::Kind::kPlain || piece.column == 0) return value;
  return Compute(sql::Op::kPower, {std::move(value), Constant(static_cast<double>(piece.column + 1))});
}

}  // namespace concordat::model
