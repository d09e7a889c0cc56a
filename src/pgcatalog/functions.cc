#include "pgcatalog/functions.h"

#include <unordered_map>

namespace concordat::pgcatalog {
namespace {

using enum Returns;
using namespace oid;

// The session and the server.
std::vector<Function> Server() {
  return {
      {"version", "f_version"},
      {"current_database", "f_current_database", kName},
      {"current_catalog", "f_current_database", kName},
      {"current_schema", "f_current_schema", kName},
      {"current_schemas", "f_current_schemas", kNameArray, kType, {kBool}},
      {"current_setting", "f_current_setting", kText, kType, {kText, kBool}},
      {"pg_backend_pid", "f_pg_backend_pid", kInt4},
      {"pg_is_in_recovery", "f_false0", kBool},
      {"pg_my_temp_schema", "f_zero0", kOid},
      {"pg_is_other_temp_schema", "f_false1", kBool, kType, {kOid}},
      {"inet_server_addr", "f_null0"},
      {"inet_client_addr", "f_null0"},
      {"inet_server_port", "f_null0"},
      {"inet_client_port", "f_null0"},
      {"getdatabaseencoding", "f_getdatabaseencoding", kName},
      {"pg_client_encoding", "f_getdatabaseencoding", kName},
      {"pg_encoding_to_char", "f_pg_encoding_to_char", kName, kType, {kInt4}},
      {"pg_char_to_encoding", "f_pg_char_to_encoding", kInt4},
      {"pg_get_userbyid", "f_pg_get_userbyid", kName, kType, {kOid}},
      {"pg_advisory_unlock_all", "f_empty0", kVoid},
      {"txid_current", "f_transaction", kInt8},
      {"age", "f_age", kInt4, kType, {kXid}},
      {"pg_tablespace_location", "f_empty1", kText, kType, {kOid}},
  };
}

// What is in sight.
std::vector<Function> Sight() {
  return {
      {"pg_table_is_visible", "f_pg_table_is_visible", kBool, kType, {kOid}},
      {"pg_type_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_function_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_collation_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_conversion_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_opclass_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_opfamily_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_operator_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_ts_config_is_visible", "f_true1", kBool, kType, {kOid}},
      {"pg_statistics_obj_is_visible", "f_true1", kBool, kType, {kOid}},
  };
}

// How things were defined: nothing here has defaults, constraints, indexes, rules, triggers.
std::vector<Function> Definitions() {
  return {
      {"format_type", "f_format_type", kText, kType, {kOid, kInt4}},
      {"pg_get_expr", "f_null_text", kText, kType, {kText, kOid, kBool}},
      {"pg_get_constraintdef", "f_null_text", kText, kType, {kOid, kBool}},
      {"pg_get_indexdef", "f_null_text", kText, kType, {kOid, kInt4, kBool}},
      {"pg_get_viewdef", "f_pg_get_viewdef", kText, kType, {kOid, kBool}},
      {"pg_get_ruledef", "f_null_text", kText, kType, {kOid, kBool}},
      {"pg_get_triggerdef", "f_null_text", kText, kType, {kOid, kBool}},
      {"pg_get_functiondef", "f_null_text", kText, kType, {kOid}},
      {"pg_get_function_sqlbody", "f_null_text", kText, kType, {kOid}},
      {"pg_get_function_result", "f_function_result", kText, kType, {kOid}},
      {"pg_get_function_arguments", "f_function_arguments", kText, kType, {kOid}},
      {"pg_get_function_identity_arguments", "f_function_arguments", kText, kType, {kOid}},
      {"pg_get_partkeydef", "f_null_text", kText, kType, {kOid}},
      {"pg_get_partition_constraintdef", "f_null_text", kText, kType, {kOid}},
      {"pg_get_statisticsobjdef", "f_null_text", kText, kType, {kOid}},
      {"pg_get_statisticsobjdef_columns", "f_null_text", kText, kType, {kOid}},
      {"pg_get_serial_sequence", "f_null_text"},
      {"obj_description", "f_obj_description", kText, kType, {kOid, kText}},
      {"shobj_description", "f_shobj_description", kText, kType, {kOid, kText}},
      {"col_description", "f_col_description", kText, kType, {kOid, kInt4}},
      {"to_regclass", "f_to_regclass", kRegclass},
      {"to_regtype", "f_to_regtype", kRegtype},
      {"to_regnamespace", "f_to_regnamespace", kRegnamespace},
      {"pg_get_keywords", "f_pg_get_keywords"},
      {"_pg_expandarray", "f_expandarray"},
      {"pg_relation_is_publishable", "f_false1", kBool, kType, {kRegclass}},
  };
}

// Sizes are never told: they would depend on rows.
std::vector<Function> Sizes() {
  return {
      {"pg_relation_size", "f_null_size", kInt8, kType, {kRegclass, kText}},
      {"pg_table_size", "f_null_size", kInt8, kType, {kRegclass}},
      {"pg_total_relation_size", "f_null_size", kInt8, kType, {kRegclass}},
      {"pg_indexes_size", "f_null_size", kInt8, kType, {kRegclass}},
      {"pg_database_size", "f_null_size", kInt8, kType, {kName}},
      {"pg_tablespace_size", "f_null_size", kInt8, kType, {kName}},
      {"pg_stat_get_numscans", "f_null_size", kInt8, kType, {kOid}},
      {"pg_size_pretty", "f_pg_size_pretty", kText, kType, {kInt8}},
  };
}

// Rights: what is in sight can be asked, nothing can be changed.
std::vector<Function> Rights() {
  return {
      {"has_table_privilege", "f_may_read", kBool},
      {"has_any_column_privilege", "f_may_read", kBool},
      {"has_column_privilege", "f_may_read", kBool},
      {"has_schema_privilege", "f_may_use", kBool},
      {"has_database_privilege", "f_may_connect", kBool},
      {"has_function_privilege", "f_true2", kBool},
      {"has_type_privilege", "f_true2", kBool},
      {"has_language_privilege", "f_true2", kBool},
      {"has_tablespace_privilege", "f_false2", kBool},
      {"has_sequence_privilege", "f_false2", kBool},
      {"has_server_privilege", "f_false2", kBool},
      {"has_foreign_data_wrapper_privilege", "f_false2", kBool},
      {"pg_has_role", "f_pg_has_role", kBool},
      {"row_security_active", "f_false1", kBool, kType, {kRegclass}},
  };
}

// Text.
std::vector<Function> Texts() {
  return {
      {"lower", "lower"},
      {"upper", "upper"},
      {"replace", "replace"},
      {"concat", "concat"},
      {"concat_ws", "concat_ws"},
      {"substring", "substring"},
      {"substr", "substring"},
      {"left", "left"},
      {"right", "right"},
      {"btrim", "trim"},
      {"ltrim", "ltrim"},
      {"rtrim", "rtrim"},
      {"md5", "md5"},
      {"split_part", "split_part"},
      {"reverse", "reverse"},
      {"translate", "translate"},
      {"chr", "chr"},
      {"quote_ident", "f_quote_ident"},
      {"quote_literal", "f_quote_literal"},
      {"length", "length", kInt4},
      {"char_length", "length", kInt4},
      {"character_length", "length", kInt4},
      {"octet_length", "strlen", kInt4},
      {"strpos", "strpos", kInt4},
      {"position", "strpos", kInt4},
      {"ascii", "ascii", kInt4},
      {"starts_with", "starts_with", kBool},
      {"regexp_replace", "regexp_replace"},
  };
}

// Numbers.
std::vector<Function> Numbers() {
  return {
      {"abs", "abs", 0, kArgument}, {"ceil", "ceil", kFloat8},        {"ceiling", "ceil", kFloat8},
      {"floor", "floor", kFloat8},  {"round", "round", 0, kArgument}, {"mod", "mod", 0, kArgument},
      {"power", "pow", kFloat8},    {"sqrt", "sqrt", kFloat8},
  };
}

// Arrays.
std::vector<Function> Arrays() {
  return {
      {"array_to_string", "f_array_to_string"},      {"string_to_array", "f_string_to_array", kTextArray},
      {"array_upper", "f_array_upper", kInt4},       {"array_lower", "f_array_lower", kInt4},
      {"array_length", "f_array_upper", kInt4},      {"cardinality", "f_cardinality", kInt4},
      {"array_position", "array_position", kInt4},   {"array_append", "list_append", 0, kArgument},
      {"array_cat", "list_concat", 0, kArgument},    {"array_remove", "f_array_remove", 0, kArgument},
      {"unnest", "unnest", 0, kElementOfArgument},   {"generate_subscripts", "generate_subscripts", kInt4},
      {"generate_series", "generate_series", kInt4},
  };
}

// Aggregates and windows.
std::vector<Function> Aggregates() {
  return {
      {"count", "count", kInt8},
      {"min", "min", 0, kArgument},
      {"max", "max", 0, kArgument},
      {"sum", "sum", kInt8},
      {"avg", "avg", kFloat8},
      {"bool_and", "bool_and", kBool},
      {"every", "bool_and", kBool},
      {"bool_or", "bool_or", kBool},
      {"string_agg", "string_agg"},
      {"array_agg", "array_agg", 0, kArrayOfArgument},
      {"row_number", "row_number", kInt8},
      {"rank", "rank", kInt8},
      {"dense_rank", "dense_rank", kInt8},
      {"lag", "lag", 0, kArgument},
      {"lead", "lead", 0, kArgument},
      {"first_value", "first_value", 0, kArgument},
      {"last_value", "last_value", 0, kArgument},
  };
}

// Time.
std::vector<Function> Times() {
  return {
      {"extract", "f_extract", kNumeric, kType, {kText, kTimestamptz}},
      {"date_part", "date_part", kFloat8, kType, {kText, kTimestamptz}},
      {"timezone", "f_timezone", kTimestamp, kType, {kText, kTimestamptz}},
  };
}

// JSON, as SQLAlchemy asks for identity columns.
std::vector<Function> Documents() {
  return {
      {"json_build_object", "json_object", kJson},
  };
}

const std::unordered_map<std::string, Function>& List() {
  static const auto* const list = [] {
    auto* made = new std::unordered_map<std::string, Function>;
    for (const auto& group : {Server(), Sight(), Definitions(), Sizes(), Rights(), Texts(), Numbers(),
                              Arrays(), Aggregates(), Times(), Documents()}) {
      for (const Function& function : group) made->emplace(function.name, function);
    }
    return made;
  }();
  return *list;
}

}  // namespace

const Function* FindFunction(std::string_view name) {
  const auto found = List().find(std::string(name));
  return found == List().end() ? nullptr : &found->second;
}

bool IsTarget(std::string_view target) {
  return std::any_of(List().begin(), List().end(), [&](const auto& f) { return f.second.target == target; });
}

}  // namespace concordat::pgcatalog
