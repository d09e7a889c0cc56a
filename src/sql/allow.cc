#include "sql/allow.h"

#include <google/protobuf/descriptor.h>

#include <cstring>
#include <map>
#include <optional>

namespace concordat::sql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

struct Rule {
  const char* message;
  const char* field;
  FieldUse use;
  const char* reason = "";
  const char* construct = "";
  const char* hint = "";
};

constexpr auto R = FieldUse::kRead;
constexpr auto P = FieldUse::kPosition;
constexpr auto F = FieldUse::kFixed;
constexpr auto X = FieldUse::kRefused;

constexpr Rule kRules[] = {
    {"SelectStmt", "distinct_clause", R},
    {"SelectStmt", "into_clause", X, "not_supported", "SELECT INTO",
     "leave INTO out; the answer comes to you"},
    {"SelectStmt", "target_list", R},
    {"SelectStmt", "from_clause", R},
    {"SelectStmt", "where_clause", R},
    {"SelectStmt", "group_clause", R},
    {"SelectStmt", "group_distinct", X, "not_supported", "GROUP BY DISTINCT", "write GROUP BY"},
    {"SelectStmt", "having_clause", R},
    {"SelectStmt", "window_clause", X, "window_function", "a WINDOW clause", "group instead of windowing"},
    {"SelectStmt", "values_lists", X, "not_supported", "VALUES", "SELECT from a table"},
    {"SelectStmt", "sort_clause", R},
    {"SelectStmt", "limit_offset", R},
    {"SelectStmt", "limit_count", R},
    {"SelectStmt", "limit_option", R},
    {"SelectStmt", "locking_clause", X, "not_supported", "FOR UPDATE or FOR SHARE",
     "leave it out; the data is read-only"},
    {"SelectStmt", "with_clause", R},
    {"SelectStmt", "op", R},
    {"SelectStmt", "all", X, "set_operation", "UNION, INTERSECT or EXCEPT", "ask the parts one by one"},
    {"SelectStmt", "larg", X, "set_operation", "UNION, INTERSECT or EXCEPT", "ask the parts one by one"},
    {"SelectStmt", "rarg", X, "set_operation", "UNION, INTERSECT or EXCEPT", "ask the parts one by one"},
    {"ResTarget", "name", R},
    {"ResTarget", "indirection", X, "not_supported", "a part of a column", "name the column alone"},
    {"ResTarget", "val", R},
    {"ResTarget", "location", P},
    {"RangeVar", "catalogname", X, "not_supported", "a table of another database",
     "connect to the agreement that grants it"},
    {"RangeVar", "schemaname", R},
    {"RangeVar", "relname", R},
    {"RangeVar", "inh", R},
    {"RangeVar", "relpersistence", F},
    {"RangeVar", "alias", R},
    {"RangeVar", "location", P},
    {"Alias", "aliasname", R},
    {"Alias", "colnames", X, "not_supported", "column names after a table's alias",
     "name the columns with AS inside the subquery"},
    {"JoinExpr", "jointype", R},
    {"JoinExpr", "is_natural", X, "join_not_supported", "NATURAL JOIN", "name the columns: USING (code)"},
    {"JoinExpr", "larg", R},
    {"JoinExpr", "rarg", R},
    {"JoinExpr", "using_clause", R},
    {"JoinExpr", "join_using_alias", X, "not_supported", "a name for the columns of USING",
     "name the table that a column is of"},
    {"JoinExpr", "quals", R},
    {"JoinExpr", "alias", X, "not_supported", "a name for a whole join", "name its tables instead"},
    {"JoinExpr", "rtindex", X, "not_supported", "an analysed tree", "send text"},
    {"RangeSubselect", "lateral", X, "join_not_supported", "LATERAL", "ask of one table"},
    {"RangeSubselect", "subquery", R},
    {"RangeSubselect", "alias", R},
    {"WithClause", "ctes", R},
    {"WithClause", "recursive", X, "not_supported", "WITH RECURSIVE", "write WITH"},
    {"WithClause", "location", P},
    {"CommonTableExpr", "ctename", R},
    {"CommonTableExpr", "aliascolnames", X, "not_supported", "column names after a CTE's name",
     "name the columns with AS inside it"},
    {"CommonTableExpr", "ctematerialized", R},
    {"CommonTableExpr", "ctequery", R},
    {"CommonTableExpr", "search_clause", X, "not_supported", "SEARCH", "leave it out"},
    {"CommonTableExpr", "cycle_clause", X, "not_supported", "CYCLE", "leave it out"},
    {"CommonTableExpr", "location", P},
    {"CommonTableExpr", "cterecursive", X, "not_supported", "WITH RECURSIVE", "write WITH"},
    {"CommonTableExpr", "cterefcount", X, "not_supported", "an analysed tree", "send text"},
    {"CommonTableExpr", "ctecolnames", X, "not_supported", "an analysed tree", "send text"},
    {"CommonTableExpr", "ctecoltypes", X, "not_supported", "an analysed tree", "send text"},
    {"CommonTableExpr", "ctecoltypmods", X, "not_supported", "an analysed tree", "send text"},
    {"CommonTableExpr", "ctecolcollations", X, "not_supported", "an analysed tree", "send text"},
    {"ColumnRef", "fields", R},
    {"ColumnRef", "location", P},
    {"A_Star", "", R},
    {"A_Const", "isnull", R},
    {"A_Const", "ival", R},
    {"A_Const", "fval", R},
    {"A_Const", "boolval", R},
    {"A_Const", "sval", R},
    {"A_Const", "bsval", X, "not_supported", "a bit string", "write a number or a text"},
    {"A_Const", "location", P},
    {"A_Expr", "kind", R},
    {"A_Expr", "name", R},
    {"A_Expr", "lexpr", R},
    {"A_Expr", "rexpr", R},
    {"A_Expr", "location", P},
    {"BoolExpr", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"BoolExpr", "boolop", R},
    {"BoolExpr", "args", R},
    {"BoolExpr", "location", P},
    {"NullTest", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"NullTest", "arg", R},
    {"NullTest", "nulltesttype", R},
    {"NullTest", "argisrow", X, "not_supported", "IS NULL of a row", "test one value"},
    {"NullTest", "location", P},
    {"BooleanTest", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"BooleanTest", "arg", R},
    {"BooleanTest", "booltesttype", R},
    {"BooleanTest", "location", P},
    {"CaseExpr", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"CaseExpr", "casetype", X, "not_supported", "an analysed tree", "send text"},
    {"CaseExpr", "casecollid", X, "not_supported", "an analysed tree", "send text"},
    {"CaseExpr", "arg", R},
    {"CaseExpr", "args", R},
    {"CaseExpr", "defresult", R},
    {"CaseExpr", "location", P},
    {"CaseWhen", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"CaseWhen", "expr", R},
    {"CaseWhen", "result", R},
    {"CaseWhen", "location", P},
    {"CoalesceExpr", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"CoalesceExpr", "coalescetype", X, "not_supported", "an analysed tree", "send text"},
    {"CoalesceExpr", "coalescecollid", X, "not_supported", "an analysed tree", "send text"},
    {"CoalesceExpr", "args", R},
    {"CoalesceExpr", "location", P},
    {"MinMaxExpr", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"MinMaxExpr", "minmaxtype", X, "not_supported", "an analysed tree", "send text"},
    {"MinMaxExpr", "minmaxcollid", X, "not_supported", "an analysed tree", "send text"},
    {"MinMaxExpr", "inputcollid", X, "not_supported", "an analysed tree", "send text"},
    {"MinMaxExpr", "op", R},
    {"MinMaxExpr", "args", R},
    {"MinMaxExpr", "location", P},
    {"FuncCall", "funcname", R},
    {"FuncCall", "args", R},
    {"FuncCall", "agg_order", X, "not_supported", "ORDER BY inside an aggregate",
     "leave it out: sums and counts have no order"},
    {"FuncCall", "agg_filter", R},
    {"FuncCall", "over", X, "window_function", "a window function (OVER)", "group instead of windowing"},
    {"FuncCall", "agg_within_group", X, "not_supported", "WITHIN GROUP", "count, sum and avg are supported"},
    {"FuncCall", "agg_star", R},
    {"FuncCall", "agg_distinct", R},
    {"FuncCall", "func_variadic", X, "not_supported", "VARIADIC", "list the arguments"},
    {"FuncCall", "funcformat", R},
    {"FuncCall", "location", P},
    {"NamedArgExpr", "xpr", X, "not_supported", "an analysed tree", "send text"},
    {"NamedArgExpr", "arg", R},
    {"NamedArgExpr", "name", R},
    {"NamedArgExpr", "argnumber", F},
    {"NamedArgExpr", "location", P},
    {"TypeCast", "arg", R},
    {"TypeCast", "type_name", R},
    {"TypeCast", "location", P},
    {"TypeName", "names", R},
    {"TypeName", "type_oid", X, "not_supported", "an analysed tree", "send text"},
    {"TypeName", "setof", X, "not_supported", "SETOF", "cast to one value's type"},
    {"TypeName", "pct_type", X, "not_supported", "%TYPE", "name the type"},
    {"TypeName", "typmods", R},
    {"TypeName", "typemod", F},
    {"TypeName", "array_bounds", X, "not_supported", "an array", "cast to one value's type"},
    {"TypeName", "location", P},
    {"SortBy", "node", R},
    {"SortBy", "sortby_dir", R},
    {"SortBy", "sortby_nulls", R},
    {"SortBy", "use_op", X, "not_supported", "ORDER BY … USING", "write ASC or DESC"},
    {"SortBy", "location", P},
    {"ParamRef", "number", R},
    {"ParamRef", "location", P},
    {"List", "items", R},
    {"String", "sval", R},
    {"Integer", "ival", R},
    {"Float", "fval", R},
    {"Boolean", "boolval", R},
};

// Nodes that are refused whole, by what people call them.
struct Unknown {
  const char* message;
  const char* reason;
  const char* construct;
  const char* hint;
  const char* sqlstate = "0A000";
};
constexpr Unknown kUnknown[] = {
    {"SubLink", "subquery_expression", "a subquery within an expression",
     "write the values, or put the condition into WHERE"},
    {"RangeFunction", "not_supported", "a function in FROM", "ask of a table"},
    {"RangeTableSample", "not_supported", "TABLESAMPLE", "leave it out: noise protects better than sampling"},
    {"RangeTableFunc", "not_supported", "XMLTABLE", "ask of a table"},
    {"GroupingSet", "not_supported", "GROUPING SETS, ROLLUP or CUBE", "ask the groupings one by one"},
    {"GroupingFunc", "not_supported", "GROUPING()", "ask the groupings one by one"},
    {"CollateClause", "not_supported", "COLLATE", "leave it out"},
    {"A_ArrayExpr", "not_supported", "ARRAY[…]", "list the values with IN (…)"},
    {"A_Indirection", "not_supported", "a part of a value", "name the column alone"},
    {"RowExpr", "not_supported", "ROW(…)", "compare the values one by one"},
    {"SQLValueFunction", "volatile_function", "the current time or user",
     "write the date as a literal: DATE '2026-01-01'"},
    {"XmlExpr", "not_supported", "XML", "use text functions"},
    {"SetToDefault", "not_supported", "DEFAULT", "write the value"},
    {"InsertStmt", "not_supported", "INSERT within WITH", "the data is read-only"},
    {"UpdateStmt", "not_supported", "UPDATE within WITH", "the data is read-only"},
    {"DeleteStmt", "not_supported", "DELETE within WITH", "the data is read-only"},
    {"CurrentOfExpr", "not_supported", "WHERE CURRENT OF", "the data is read-only"},
};

const Rule* FindRule(const std::string& message, const std::string& field) {
  static const auto rules = [] {
    std::map<std::pair<std::string, std::string>, const Rule*> index;
    for (const Rule& rule : kRules) index[{rule.message, rule.field}] = &rule;
    return index;
  }();
  const auto found = rules.find({message, field});
  return found == rules.end() ? nullptr : found->second;
}

bool IsAccepted(const std::string& message) {
  for (const Rule& rule : kRules) {
    if (message == rule.message) return true;
  }
  return message == "Node" || message == "A_Star";
}

// The nearest position in or above a node.
std::optional<int> PositionBelow(const Message& message, std::optional<int> above) {
  const FieldDescriptor* field = message.GetDescriptor()->FindFieldByName("location");
  if (field == nullptr || field->cpp_type() != FieldDescriptor::CPPTYPE_INT32) return above;
  const int position = message.GetReflection()->GetInt32(message, field);
  return position > 0 ? std::optional<int>(position) : above;
}

Outcome<void> Check(const Message& message, std::optional<int> above) {
  const std::string name = message.GetDescriptor()->name();
  const std::optional<int> position = PositionBelow(message, above);
  if (!IsAccepted(name)) {
    for (const Unknown& unknown : kUnknown) {
      if (name == unknown.message) {
        return Refuse(unknown.reason, std::string(unknown.construct) + " is not supported", unknown.hint,
                      unknown.sqlstate, position);
      }
    }
    return Refuse("not_supported", name + " is not supported", "see docs/analysts.md for what may be written",
                  "0A000", position);
  }
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (name != "Node") {
      const Rule* rule = FindRule(name, field->name());
      if (rule == nullptr) {
        return Refuse("not_supported", name + "." + field->name() + " is not supported",
                      "see docs/analysts.md for what may be written", "0A000", position);
      }
      if (rule->use == FieldUse::kRefused) {
        return Refuse(rule->reason, std::string(rule->construct) + " is not supported", rule->hint, "0A000",
                      position);
      }
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const auto* reflection = message.GetReflection();
    if (!field->is_repeated()) {
      TRY(Check(reflection->GetMessage(message, field), position));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i) {
      TRY(Check(reflection->GetRepeatedMessage(message, field, i), position));
    }
  }
  return {};
}

}  // namespace

Outcome<void> CheckAllowed(const Message& message) { return Check(message, {}); }

std::vector<AllowedField> AllowedFields() {
  std::vector<AllowedField> fields;
  for (const Rule& rule : kRules) {
    if (std::strlen(rule.field) > 0) fields.push_back({rule.message, rule.field, rule.use});
  }
  return fields;
}

}  // namespace concordat::sql
