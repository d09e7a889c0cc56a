// concordat.predict: a model's expression over the columns, or other expressions, that it takes its inputs
// from.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sql/bind_expr.h"
#include "sql/bind_type.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

using pg_query::FuncCall;
using pg_query::Node;

constexpr char kHowToPredict[] =
    "write concordat.predict('heart_risk'), or concordat.predict('heart_risk', age => years)";

tl::unexpected<Refusal> BadInputs(const std::string& what, const std::string& hint, int position) {
  return Refuse("model_arguments", what, hint, "22023", position);
}

std::vector<std::string> NamesOf(const Model& model) {
  std::vector<std::string> names;
  for (const ModelInput& input : model.inputs()) names.push_back(input.name);
  return names;
}

// What stands for each input: what was written for it, or nothing. Either all are written in their order, or
// some by their names.
Outcome<std::vector<const Node*>> Written(const FuncCall& call, const Model& model) {
  const std::vector<std::string> names = NamesOf(model);
  std::vector<const Node*> written(names.size());
  std::size_t placed = 0;
  for (int i = 1; i < call.args_size(); ++i) {
    const Node& arg = call.args(i);
    const bool named = arg.has_named_arg_expr();
    const auto place =
        named ? std::find(names.begin(), names.end(), arg.named_arg_expr().name()) - names.begin()
              : static_cast<std::ptrdiff_t>(placed);
    const auto index = static_cast<std::size_t>(place);
    if (index >= names.size()) {
      return BadInputs(named ? fmt::format("the model has no input {}", arg.named_arg_expr().name())
                             : fmt::format("the model has {} inputs, and more are written", names.size()),
                       fmt::format("its inputs are {}", fmt::join(names, ", ")), PositionOf(arg));
    }
    if (written[index] != nullptr)
      return BadInputs(fmt::format("the input {} is written twice", names[index]), "write it once",
                       PositionOf(arg));
    written[index] = named ? &arg.named_arg_expr().arg() : &arg;
    if (!named) ++placed;
  }
  if (placed > 0 && placed < static_cast<std::size_t>(call.args_size() - 1))
    return BadInputs("some inputs are written by name and some are not", kHowToPredict, call.location());
  if (placed > 0 && placed < names.size())
    return BadInputs(fmt::format("{} of the model's {} inputs are written", placed, names.size()),
                     fmt::format("write {}, or name those that are not called so", fmt::join(names, ", ")),
                     call.location());
  return written;
}

// The column that an input is called after.
Node ColumnNamed(const std::string& name, int position) {
  Node node;
  node.mutable_column_ref()->add_fields()->mutable_string()->set_sval(name);
  node.mutable_column_ref()->set_location(position);
  return node;
}

// Dates count as days, as they do in fits.
Expr Days(Expr date) {
  return Operation(Op::kDateDiff, Type::kInteger, {std::move(date), Literal(Value(Date{0}), Type::kDate)});
}

}  // namespace

bool IsPredict(const FuncCall& call) { return IsOwn(call) && call.funcname(1).string().sval() == "predict"; }

Outcome<ModelPtr> ExprBinder::ModelOf(const FuncCall& call) {
  if (call.agg_star() || call.agg_distinct() || call.has_agg_filter()) {
    return Refuse("not_an_aggregate",
                  "concordat.predict is not an aggregate: it takes no *, DISTINCT or FILTER",
                  "put it inside of one: avg(concordat.predict('heart_risk'))", "42809", call.location());
  }
  const bool named = call.args_size() > 0 && call.args(0).has_a_const() && call.args(0).a_const().has_sval();
  if (!named)
    return BadInputs("the model's name is not written out, as a text, before all else", kHowToPredict,
                     call.location());
  const std::string& name = call.args(0).a_const().sval().sval();
  const auto known = context_.models.find(name);
  if (known != context_.models.end()) return known->second;
  if (!context_.find_model)
    return Refuse("unknown_model", fmt::format("there is no model {} here", name),
                  "ask of a table's rows, under an agreement that lists the model", "42704", call.location());
  auto found = context_.find_model(name);
  if (!found) {
    found.error().position = call.location();
    return tl::unexpected(std::move(found.error()));
  }
  context_.models.emplace(name, *found);
  return *std::move(found);
}

Outcome<Expr> ExprBinder::BindInput(const ModelInput& input, const Node& node) {
  Expr value = TRY(Bind(node, input.is_level ? Type::kText : Type::kNumber));
  if (input.is_level && (value.type == Type::kText || value.type == Type::kBoolean))
    return Converted(std::move(value), Type::kText);
  if (!input.is_level && value.type == Type::kDate) value = Days(std::move(value));
  if (!input.is_level && IsNumeric(value.type)) return Converted(std::move(value), Type::kNumber);
  return Refuse("type_mismatch",
                fmt::format("the model takes {} as {}, not as {}", input.name,
                            input.is_level ? "one of some texts" : "a number", Name(value.type)),
                "cast it, or compute what the model was fitted on", "42804", PositionOf(node));
}

Outcome<Expr> ExprBinder::BindPredict(const FuncCall& call) {
  const ModelPtr model = TRY(ModelOf(call));
  const std::vector<const Node*> written = TRY(Written(call, *model));
  std::vector<Expr> inputs;
  for (std::size_t i = 0; i < written.size(); ++i) {
    const ModelInput& input = model->inputs()[i];
    const Node column = ColumnNamed(input.name, call.location());
    auto bound = BindInput(input, written[i] != nullptr ? *written[i] : column);
    if (!bound && written[i] == nullptr && bound.error().reason == "unknown_column")
      bound.error().hint = fmt::format("the model takes it: write {} => and what stands for it", input.name);
    inputs.push_back(TRY(std::move(bound)));
  }
  return model->Score(inputs);
}

}  // namespace concordat::sql
