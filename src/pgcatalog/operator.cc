// Operators: comparisons, patterns, arithmetic, ANY and ALL.
#include "pgcatalog/rewriter.h"

namespace concordat::pgcatalog {
namespace {

using pg_query::Node;

bool IsParameter(const Node& node) { return node.has_param_ref(); }

bool IsComparison(const std::string& name) {
  return name == "=" || name == "<>" || name == "!=" || name == "<" || name == ">" || name == "<=" ||
         name == ">=";
}

bool IsPattern(const std::string& name) {
  return name == "~~" || name == "!~~" || name == "~~*" || name == "!~~*";
}

// Type of `left op right` for the arithmetic and text operators that are let through.
std::optional<Oid> OperatorType(const std::string& name, Oid left, Oid right) {
  if (IsComparison(name) || IsPattern(name) || name == "&&" || name == "@>" || name == "<@")
    return oid::kBool;
  if (name == "||") return ElementOf(left) != 0 ? left : ElementOf(right) != 0 ? right : oid::kText;
  if (name == "+" || name == "-" || name == "*" || name == "/" || name == "%") {
    for (const Oid wide : {oid::kFloat8, oid::kNumeric, oid::kInt8, oid::kInt4, oid::kInt2}) {
      if (left == wide || right == wide) return wide;
    }
    return 0;
  }
  if (name == "&" || name == "|" || name == "#" || name == "<<" || name == ">>") return left;
  return std::nullopt;
}

// l ~ r and its kin.
std::optional<Node> RegularExpression(const std::string& name, const Node& left, const Node& right) {
  const bool folds = name.ends_with('*');
  const std::string base = folds ? name.substr(0, name.size() - 1) : name;
  if (base != "~" && base != "!~") return std::nullopt;
  std::vector<Node> arguments = {left, right};
  if (folds) arguments.push_back(TextConstant("i"));
  Node match = CallOf("regexp_matches", std::move(arguments));
  return base == "~" ? match : NotOf(std::move(match));
}

// The type of a bare parameter beside a value of this type: PostgreSQL compares varchar as text.
Oid Beside(Oid type) { return type == oid::kVarchar ? oid::kText : type; }

}  // namespace

// LIKE with ESCAPE is a function of its own in DuckDB.
Outcome<Oid> Rewriter::Pattern(Node& node, const Scope& scope) {
  auto& expression = *node.mutable_a_expr();
  TRY(Expression(*expression.mutable_lexpr(), scope, oid::kText));
  Node& pattern = *expression.mutable_rexpr();
  if (!pattern.has_func_call() || LastName(pattern.func_call().funcname()) != "like_escape") {
    TRY(Expression(pattern, scope, oid::kText));
    return oid::kBool;
  }
  TRY(Each(*pattern.mutable_func_call()->mutable_args(), scope, oid::kText));
  const std::string name = LastName(expression.name());
  Node match = CallOf(name.ends_with('*') ? "ilike_escape" : "like_escape",
                      {expression.lexpr(), pattern.func_call().args(0), pattern.func_call().args(1)});
  node = name.starts_with('!') ? NotOf(std::move(match)) : std::move(match);
  return oid::kBool;
}

Outcome<Oid> Rewriter::Operator(Node& node, const Scope& scope) {
  auto& expression = *node.mutable_a_expr();
  const std::string name = LastName(expression.name());
  const bool divides = expression.has_lexpr() && (name == "/" || name == "%");
  std::optional<Level> level;
  if (divides) TRY(level.emplace(*this, 2).Check());
  Oid left = 0;
  Oid right = 0;
  if (expression.has_lexpr() && !IsParameter(expression.lexpr()))
    left = TRY(Expression(*expression.mutable_lexpr(), scope));
  const bool matches = name.find('~') != std::string::npos;
  right = TRY(Expression(*expression.mutable_rexpr(), scope, matches ? oid::kText : Beside(left)));
  if (expression.has_lexpr() && left == 0 && expression.lexpr().has_param_ref()) {
    left = TRY(Expression(*expression.mutable_lexpr(), scope, Beside(right)));
  }
  if (expression.has_lexpr()) {
    if (auto match = RegularExpression(name, expression.lexpr(), expression.rexpr())) {
      node = *std::move(match);
      return oid::kBool;
    }
  }
  const auto type = OperatorType(name, left, right);
  if (!type) return NotHere("operator " + name);
  if (divides) {
    node = CallOf(name == "/" ? "f_divide" : "f_modulo", {expression.lexpr(), expression.rexpr()});
    return *type;
  }
  // OPERATOR(pg_catalog.=) is plain =.
  expression.clear_name();
  *expression.add_name() = StringNode(name);
  if (name == "||" || IsPattern(name)) {
    for (auto* side : {expression.mutable_lexpr(), expression.mutable_rexpr()}) {
      const Oid of = side == expression.mutable_lexpr() ? left : right;
      if (!RegistryName(of).empty()) *side = RegistryText(std::move(*side), of);
    }
  }
  return *type;
}

Outcome<Oid> Rewriter::AnyOrAll(Node& node, const Scope& scope) {
  auto& expression = *node.mutable_a_expr();
  const std::string name = LastName(expression.name());
  if (!IsComparison(name)) return NotHere(name + " with ANY or ALL");
  const Oid left = TRY(Expression(*expression.mutable_lexpr(), scope));
  Node& right = *expression.mutable_rexpr();
  if (const std::string* text = ConstantText(right)) {
    auto array = ArrayConstant(*text);
    if (!array) return NotHere("this array");
    right = *std::move(array);
  }
  TRY(Expression(right, scope, ArrayOf(left == 0 || left == oid::kUnknown ? oid::kText : Beside(left))));
  expression.clear_name();
  *expression.add_name() = StringNode(name);
  if (expression.kind() == pg_query::AEXPR_OP_ALL && (name == "<>" || name == "!=")) {
    expression.set_kind(pg_query::AEXPR_OP_ANY);
    expression.mutable_name(0)->mutable_string()->set_sval("=");
    node = NotOf(std::move(node));
  }
  return oid::kBool;
}

Outcome<Oid> Rewriter::Comparison(Node& node, const Scope& scope, Oid expected) {
  auto& expression = *node.mutable_a_expr();
  switch (expression.kind()) {
    case pg_query::AEXPR_OP_ANY:
    case pg_query::AEXPR_OP_ALL:
      return AnyOrAll(node, scope);
    case pg_query::AEXPR_SIMILAR:
      return NotHere("SIMILAR TO");
    case pg_query::AEXPR_OP:
      return Operator(node, scope);
    case pg_query::AEXPR_LIKE:
    case pg_query::AEXPR_ILIKE:
      return Pattern(node, scope);
    default:
      break;
  }
  // DISTINCT FROM, IN, BETWEEN, NULLIF
  const bool null_if = expression.kind() == pg_query::AEXPR_NULLIF;
  const Oid type = TRY(Expression(*expression.mutable_lexpr(), scope, null_if ? expected : 0));
  TRY(Expression(*expression.mutable_rexpr(), scope, Beside(type)));
  return null_if ? type : oid::kBool;
}

}  // namespace concordat::pgcatalog
