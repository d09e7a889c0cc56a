#include <fmt/format.h>

#include <utility>

#include "base/clock.h"
#include "pgcatalog/functions.h"
#include "pgcatalog/rewriter.h"
#include "sql/signature.h"

namespace concordat::pgcatalog {
namespace {

using pg_query::Node;

// Series over an array's subscripts and small constants are what clients ask; longer ones are a way to waste
// time.
constexpr int longest_series = 1'000;

bool IsNumber(Oid type) {
  return type == oid::kInt2 || type == oid::kInt4 || type == oid::kInt8 || type == oid::kOid || type == 28 ||
         !RegistryName(type).empty();
}

bool IsText(Oid type) {
  return type == oid::kText || type == oid::kVarchar || type == oid::kName || type == oid::kBpchar;
}

// The type a cast names; arrays included.
Outcome<Oid> NamedType(const pg_query::TypeName& type) {
  const std::string name = LastName(type.names());
  // Domains of information_schema, by what they stand on.
  const struct {
    const char* domain;
    Oid base;
  } domains[] = {{"sql_identifier", oid::kName},
                 {"character_data", oid::kVarchar},
                 {"yes_or_no", oid::kVarchar},
                 {"cardinal_number", oid::kInt4},
                 {"time_stamp", oid::kTimestamptz}};
  Oid found = 0;
  for (const auto& d : domains) {
    if (name == d.domain) found = d.base;
  }
  if (found == 0) {
    const auto known = FindType(name);
    if (!known) {
      return Refuse("unknown_type", "type \"" + name + "\" does not exist",
                    "pg_catalog.pg_type lists the types that exist", "42704");
    }
    found = *known;
  }
  if (!type.array_bounds().empty()) found = ArrayOf(found);
  return found;
}

bool IsBoundedSeries(const pg_query::FuncCall& call) {
  return std::all_of(call.args().begin(), call.args().end(), [](const Node& node) {
    if (node.has_a_const()) return std::abs(node.a_const().ival().ival()) <= longest_series;
    if (!node.has_func_call()) return false;
    const std::string name = LastName(node.func_call().funcname());
    return name == "array_lower" || name == "array_upper" || name == "array_length" || name == "cardinality";
  });
}

Node Now() {
  const auto stamp = Timestamp{SystemClock().Now().time_since_epoch().count() * 1000};
  return CastTo(TextConstant(ToText(stamp)), "TIMESTAMP");
}

bool IsMoment(const std::string& name) {
  return name == "now" || name == "clock_timestamp" || name == "statement_timestamp" ||
         name == "transaction_timestamp" || name == "pg_postmaster_start_time" || name == "pg_conf_load_time";
}

Oid ReturnType(const Function& function, Oid argument) {
  switch (function.returns) {
    case Returns::kType:
      return function.type;
    case Returns::kArgument:
      return argument;
    case Returns::kArrayOfArgument:
      return ArrayOf(argument);
    case Returns::kElementOfArgument:
      return ElementOf(argument);
  }
  return 0;
}

}  // namespace

std::string RegistryName(Oid type) {
  switch (type) {
    case oid::kRegclass:
      return "regclass";
    case oid::kRegtype:
      return "regtype";
    case oid::kRegproc:
      return "regproc";
    case 2202:
      return "regproc";  // regprocedure
    case oid::kRegnamespace:
      return "regnamespace";
    case oid::kRegrole:
      return "regrole";
    default:
      return "";
  }
}

Node RegistryText(Node node, Oid type) {
  return CallOf("f_" + RegistryName(type) + "_out", {std::move(node)});
}

Outcome<Oid> Rewriter::Cast(Node& node, const Scope& scope) {
  auto& cast = *node.mutable_type_cast();
  const Oid type = TRY(NamedType(cast.type_name()));
  const Level level(*this, IsText(type) || !RegistryName(type).empty() ? 2 : 1);
  TRY(level.Check());
  Node& argument = *cast.mutable_arg();
  if (const std::string* text = ConstantText(argument); text != nullptr && ElementOf(type) != 0) {
    auto array = ArrayConstant(*text);
    if (!array)
      return Refuse("bad_value", "malformed array literal: \"" + *text + "\"", "write '{a,b}'", "22P02");
    argument = *std::move(array);
  }
  const std::string registry = RegistryName(type);
  const bool parameter = argument.has_param_ref();
  const Oid from = TRY(Expression(argument, scope, type));
  if (!registry.empty() && (parameter || !IsNumber(from))) {
    // A parameter became a number by its expected type; a name needs the text inside that cast.
    Node text = parameter ? argument.type_cast().arg() : argument;
    node = CallOf("f_" + registry + "_in", {CastTo(std::move(text), "VARCHAR")});
    return type;
  }
  if (IsText(type) && !RegistryName(from).empty()) {
    node = RegistryText(std::move(argument), from);
    return type;
  }
  Node inner = std::move(argument);
  node = CastTo(std::move(inner), CarrierOf(type));
  return type;
}

Outcome<void> Rewriter::Arguments(pg_query::FuncCall& call, const Scope& scope, const std::vector<Oid>& types,
                                  Oid& first) {
  for (int i = 0; i < call.args_size(); ++i) {
    const auto index = static_cast<std::size_t>(i);
    const Oid type =
        TRY(Expression(*call.mutable_args(i), scope, index < types.size() ? types[index] : oid::kText));
    if (i == 0) first = type;
  }
  return {};
}

Outcome<void> Rewriter::Window(pg_query::WindowDef& window, const Scope& scope) {
  TRY(Each(*window.mutable_partition_clause(), scope));
  for (Node& key : *window.mutable_order_clause()) {
    TRY(Expression(*key.mutable_sort_by()->mutable_node(), scope));
  }
  if (window.has_start_offset() || window.has_end_offset()) {
    return Refuse("catalogue_question", "a window's frame is not supported in a question about the catalogue",
                  "leave the frame out");
  }
  return {};
}

// format() with a constant pattern of %s, %I and %L, as a chain of ||.
Outcome<Oid> Rewriter::Format(Node& node, const Scope& scope) {
  auto& call = *node.mutable_func_call();
  TRY(Each(*call.mutable_args(), scope, oid::kText));
  const std::string* constant = call.args().empty() ? nullptr : ConstantText(call.args(0));
  if (constant == nullptr) {
    return Refuse("unknown_function", "format() needs a constant pattern here", "use || instead", "42883",
                  call.location());
  }
  const std::string pattern = *constant;
  std::vector<Node> parts;
  std::string plain;
  int next = 1;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const char kind = pattern[i] == '%' && i + 1 < pattern.size() ? pattern[i + 1] : '\0';
    if (kind != 's' && kind != 'I' && kind != 'L') {
      plain += pattern[i];
      if (kind == '%') ++i;
      continue;
    }
    if (next >= call.args_size())
      return Refuse("bad_value", "too few arguments for format()", "give one for each %", "22023");
    parts.push_back(TextConstant(plain));
    plain.clear();
    Node argument = CastTo(call.args(next++), "VARCHAR");
    parts.push_back(kind == 's' ? argument
                                : CallOf(kind == 'I' ? "f_quote_ident" : "f_quote_literal", {argument}));
    ++i;
  }
  parts.push_back(TextConstant(plain));
  node = CallOf("concat", std::move(parts));
  return oid::kText;
}

// The function of the list that a call means.
Outcome<const Function*> Rewriter::Listed(const pg_query::FuncCall& call) {
  const std::string name = LastName(call.funcname());
  const std::string schema = Qualifier(call.funcname());
  const bool ours = schema.empty() || schema == "pg_catalog" || schema == "information_schema";
  const Function* function = ours ? FindFunction(name) : nullptr;
  if (const auto* method = sql::FindSignature(name); method != nullptr && function == nullptr) {
    return Refuse("fit_not_alone",
                  fmt::format("{} is a fit: it stands in FROM, with its schema's name", name),
                  fmt::format("write SELECT * FROM concordat.{}('{}', 'patients')", name, method->response),
                  "0A000", call.location());
  }
  if (name == "pg_cancel_backend" || name == "pg_terminate_backend") {
    return Refuse(
        "unknown_function", "no session ends another's question by its number",
        "cancel your own as your client does (Ctrl-C in psql), a fit with SELECT concordat.cancel('JOB'): "
        "concordat.jobs lists yours",
        "42883", call.location());
  }
  if (function == nullptr || call.func_variadic() || call.agg_within_group()) {
    return Refuse(
        "unknown_function", "function " + name + "() is not available in a question about the catalogue",
        "information_schema answers most questions about tables and columns", "42883", call.location());
  }
  if (name == "generate_series" && !IsBoundedSeries(call)) {
    return Refuse("unknown_function", "generate_series() is bounded here to 1000 and to arrays' subscripts",
                  "join the catalogue's tables instead", "42883", call.location());
  }
  return function;
}

Outcome<Oid> Rewriter::Call(Node& node, const Scope& scope) {
  const bool in_from = std::exchange(in_from_, false);
  auto& call = *node.mutable_func_call();
  const std::string name = LastName(call.funcname());
  const Function* const target = FindFunction(name);
  const bool repeats = target != nullptr && std::string_view(target->target).starts_with("f_");
  const Level level(*this, repeats ? 4 : 1);
  TRY(level.Check());
  if (call.args().empty() && IsMoment(name)) {
    node = Now();
    return oid::kTimestamptz;
  }
  if (name == "pg_typeof" && call.args_size() == 1) {
    const Oid type = TRY(Expression(*call.mutable_args(0), scope));
    node = CallOf("f_regtype_in", {TextConstant(TypeDisplay(type))});
    return oid::kRegtype;
  }
  if (name == "format") return Format(node, scope);
  const Function* const function = TRY(Listed(call));
  if (name == "current_setting") reads.insert("pg_catalog.pg_settings");
  Oid first = 0;
  TRY(Arguments(call, scope, function->parameters, first));
  for (Node& key : *call.mutable_agg_order()) TRY(Expression(*key.mutable_sort_by()->mutable_node(), scope));
  if (call.has_agg_filter()) TRY(Expression(*call.mutable_agg_filter(), scope, oid::kBool));
  if (call.has_over()) TRY(Window(*call.mutable_over(), scope));
  call.clear_funcname();
  *call.add_funcname() = StringNode(function->target);
  call.set_funcformat(pg_query::COERCE_EXPLICIT_CALL);
  if (name == "generate_series" && !in_from) {
    Node rows = CallOf("unnest", {std::move(node)});
    node = std::move(rows);
  }
  return ReturnType(*function, first == oid::kUnknown ? oid::kText : first);
}

}  // namespace concordat::pgcatalog
