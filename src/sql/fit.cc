#include "sql/fit.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/name.h"
#include "sql/allow.h"
#include "sql/audit.h"
#include "sql/bind_expr.h"
#include "sql/bind_type.h"
#include "sql/statement.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

using pg_query::FuncCall;
using pg_query::Node;
using pg_query::RangeFunction;
using pg_query::SelectStmt;

constexpr char kHowToFit[] =
    "write SELECT * FROM concordat.glm('disease ~ age', 'patients', family => 'binomial')";
constexpr char kHowToGoOn[] =
    "SELECT its columns there, with WHERE, ORDER BY and LIMIT; join, group and keep its few rows in your own "
    "tool";
constexpr std::size_t kMostOptions = 64;
constexpr int kMostOpen = 1000;

bool IsMethod(const RangeFunction& range) {
  const FuncCall* call = OnlyFunction(range);
  return call != nullptr && IsOwn(*call);
}

bool Calls(const google::protobuf::Message& message) {
  if (const auto* range = dynamic_cast<const RangeFunction*>(&message); range != nullptr && IsMethod(*range))
    return true;
  return AnyBelow(message, Calls);
}

tl::unexpected<Refusal> NotAlone(const std::string& what) { return Refuse("fit_not_alone", what, kHowToFit); }

tl::unexpected<Refusal> WrongFitArguments(const std::string& what, const std::string& hint, int position) {
  return Refuse("fit_arguments", what, hint, "22023", position);
}

// Every field of the nodes around a call is read here or refused.
Outcome<void> CheckRange(const RangeFunction& range) {
  if (range.lateral()) return NotAlone("LATERAL before a fit is not supported");
  if (range.ordinality()) return NotAlone("WITH ORDINALITY after a fit is not supported");
  if (range.is_rowsfrom()) return NotAlone("ROWS FROM around a fit is not supported");
  if (range.coldeflist_size() > 0) return NotAlone("a list of columns after a fit is not supported");
  if (range.has_alias() && range.alias().colnames_size() > 0)
    return NotAlone("column names after a fit's alias are not supported: name them in the SELECT list");
  // The second item of the list is the function's own list of columns: an empty node without one.
  const auto& items = range.functions(0).list().items();
  for (int i = 1; i < items.size(); ++i) {
    if (items[i].node_case() != Node::NODE_NOT_SET)
      return NotAlone("a list of columns after a fit is not supported");
  }
  return {};
}

Outcome<void> CheckCall(const FuncCall& call) {
  const auto wrong = [&](const char* what) {
    return WrongFitArguments(std::string(what) + " within a fit's call is not supported", kHowToFit,
                             call.location());
  };
  if (call.agg_order_size() > 0) return wrong("ORDER BY");
  if (call.has_agg_filter()) return wrong("FILTER");
  if (call.has_over()) return wrong("OVER");
  if (call.agg_within_group()) return wrong("WITHIN GROUP");
  if (call.agg_star()) return wrong("*");
  if (call.agg_distinct()) return wrong("DISTINCT");
  if (call.func_variadic()) return wrong("VARIADIC");
  if (call.funcformat() != pg_query::COERCE_EXPLICIT_CALL) return wrong("another way of calling");
  return {};
}

tl::unexpected<Refusal> NotWritten(const Node& node, const std::string& what) {
  const std::string message = fmt::format("{} of a fit is not written out", what);
  const bool word = node.has_column_ref() && node.column_ref().fields_size() == 1 &&
                    node.column_ref().fields(0).has_string();
  if (word) {
    const std::string quoted =
        fmt::format("it is a text: write '{}' in quotes", node.column_ref().fields(0).string().sval());
    return WrongFitArguments(message, quoted, PositionOf(node));
  }
  if (what == "the formula")
    return WrongFitArguments(message, "it is a text: write it in quotes, 'disease ~ age + sex'",
                             PositionOf(node));
  return WrongFitArguments(message, "write texts, numbers, true or false: every member must read the same",
                           PositionOf(node));
}

// A literal, as it is written out; '0.9'::float8 too.
Outcome<Value> LiteralOf(const Node& node, const std::string& what) {
  if (node.has_type_cast()) {
    const pg_query::TypeName& named = node.type_cast().type_name();
    if (named.typmods_size() > 0 || named.array_bounds_size() > 0) return NotWritten(node, what);
    const auto type = TypeNamed(LastName(named.names()));
    Value value = TRY(LiteralOf(node.type_cast().arg(), what));
    return type ? ParseLiteral(*type, ToText(value), PositionOf(node)) : NotWritten(node, what);
  }
  if (!node.has_a_const()) return NotWritten(node, what);
  const pg_query::A_Const& constant = node.a_const();
  if (constant.isnull())
    return WrongFitArguments(fmt::format("{} of a fit is NULL", what), "leave it out", constant.location());
  if (constant.has_ival()) return Value(static_cast<std::int64_t>(constant.ival().ival()));
  if (constant.has_fval()) return ParseLiteral(Type::kNumber, constant.fval().fval(), constant.location());
  if (constant.has_boolval()) return Value(constant.boolval().boolval());
  if (constant.has_sval()) return Value(constant.sval().sval());
  return WrongFitArguments(fmt::format("{} of a fit is a bit string", what), "write a number or a text",
                           constant.location());
}

Outcome<std::string> TextOf(const Node& node, const std::string& what) {
  Value value = TRY(LiteralOf(node, what));
  if (auto* text = std::get_if<std::string>(&value)) return std::move(*text);
  return WrongFitArguments(fmt::format("{} of a fit is no text", what), kHowToFit, PositionOf(node));
}

// The parameter that stands there, if one does.
std::optional<OpenArgument> OpenAt(const Node& node, const std::string& name) {
  const bool cast = node.has_type_cast();
  const Node& inner = cast ? node.type_cast().arg() : node;
  if (!inner.has_param_ref() || inner.param_ref().number() < 1) return std::nullopt;
  if (inner.param_ref().number() > kMostOpen) return std::nullopt;
  OpenArgument open{.name = name, .index = static_cast<std::size_t>(inner.param_ref().number()) - 1};
  if (cast) open.cast = TypeNamed(LastName(node.type_cast().type_name().names()));
  return open;
}

bool IsOpen(const FitQuestion& question, const std::string& name) {
  return std::any_of(question.open.begin(), question.open.end(),
                     [&](const OpenArgument& argument) { return argument.name == name; });
}

// Formula and table in their places, or by name (`table` is a word of SQL's own); what has another name is an
// option.
Outcome<void> TakeArgument(const Node& node, int place, FitQuestion& question) {
  FitCall& call = question.call;
  static const char* const kPlaces[] = {"formula", "data"};
  std::string name;
  if (node.has_named_arg_expr()) {
    const pg_query::NamedArgExpr& named = node.named_arg_expr();
    if (named.has_xpr() || named.argnumber() > 0)
      return WrongFitArguments("an analysed tree is not supported", "send text", named.location());
    name = named.name();
  } else if (place >= static_cast<int>(std::size(kPlaces))) {
    return WrongFitArguments("a fit takes a formula and a table; what else it takes has a name",
                             "write it as name => value: family => 'binomial'", PositionOf(node));
  } else {
    name = kPlaces[place];
  }
  const Node& value = node.has_named_arg_expr() ? node.named_arg_expr().arg() : node;
  if (IsOpen(question, name))
    return WrongFitArguments(fmt::format("{} is given twice", name), "give it once", PositionOf(value));
  if (auto open = OpenAt(value, name)) {
    question.open.push_back(*std::move(open));
    return {};
  }
  if (name == kPlaces[0] || name == kPlaces[1]) {
    std::string& text = name == kPlaces[0] ? call.formula : call.table;
    if (name == kPlaces[0] && value.has_a_const()) question.formula_at = value.a_const().location();
    if (!text.empty())
      return WrongFitArguments(fmt::format("the {} is given twice", name), "give it once", PositionOf(value));
    text = TRY(TextOf(value, "the " + name));
    return {};
  }
  Value literal = TRY(LiteralOf(value, name));
  if (!call.options.emplace(name, std::move(literal)).second)
    return WrongFitArguments(fmt::format("{} is given twice", name), "give it once", PositionOf(value));
  return {};
}

Outcome<FitQuestion> CallOf(const FuncCall& function) {
  TRY(CheckCall(function));
  FitQuestion question;
  FitCall& call = question.call;
  call.method = function.funcname(1).string().sval();
  for (int i = 0; i < function.args_size(); ++i) TRY(TakeArgument(function.args(i), i, question));
  if ((call.formula.empty() && !IsOpen(question, "formula")) ||
      (call.table.empty() && !IsOpen(question, "data"))) {
    return WrongFitArguments(fmt::format("{} needs a formula and a table", call.method), kHowToFit,
                             function.location());
  }
  if (call.options.size() + question.open.size() > kMostOptions)
    return WrongFitArguments("a fit has more than 64 options", "leave some out", function.location());
  return question;
}

Outcome<void> CheckAlone(const SelectStmt& select, const pg_query::ParseResult& tree) {
  if (tree.stmts_size() > 1) {
    return Refuse("several_statements", "several statements in one question", "send them one at a time",
                  "42601", tree.stmts(1).stmt_location());
  }
  if (select.from_clause_size() == 0 || !select.from_clause(0).has_range_function() ||
      !IsMethod(select.from_clause(0).range_function())) {
    return Refuse("fit_not_alone", "a fit stands in FROM of the outermost SELECT, and nowhere else",
                  kHowToGoOn);
  }
  if (select.from_clause_size() > 1)
    return Refuse("fit_not_alone", "a fit is joined with nothing", kHowToGoOn);
  if (select.has_with_clause())
    return Refuse("fit_not_alone", "WITH before a fit is not supported", kHowToGoOn);
  return {};
}

}  // namespace

bool CallsMethod(const pg_query::ParseResult& tree) { return Calls(tree); }

bool MayCallMethod(std::string_view text) {
  return Lower(std::string(text)).find(kOwnSchema) != std::string::npos;
}

Outcome<std::optional<FitQuestion>> ReadFit(std::string_view text) {
  if (!MayCallMethod(text)) return std::nullopt;
  const auto tree = ParseTree(text);
  if (!tree || !CallsMethod(*tree)) return std::nullopt;
  const Node& statement = tree->stmts(0).stmt();
  if (statement.has_select_stmt() && AsksForReport(statement.select_stmt())) return std::nullopt;
  if (!statement.has_select_stmt()) return NotAlone("a fit stands in FROM of a SELECT, and nowhere else");
  SelectStmt select = statement.select_stmt();
  TRY(CheckAlone(select, *tree));
  const RangeFunction range = select.from_clause(0).range_function();
  TRY(CheckRange(range));
  FitQuestion question = TRY(CallOf(*OnlyFunction(range)));
  question.alias = range.has_alias() ? range.alias().aliasname() : question.call.method;
  select.clear_from_clause();
  if (Calls(select)) return NotAlone("a fit within a fit's statement is not supported");
  TRY(CheckAllowed(select));
  question.normal = NormalOf(select);
  question.select = std::make_shared<const SelectStmt>(std::move(select));
  return question;
}

}  // namespace concordat::sql
