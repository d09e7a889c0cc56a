#include "pgcatalog/own_functions.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sql/signature.h"

namespace concordat::pgcatalog {
namespace {

constexpr Oid own_functions_from = 13300;  // below FirstNormalObjectId: they are always there
constexpr std::int64_t pg_proc_relation = 1255, record_type = 2249, own_role = 10, internal_language = 12;

// KeptArguments as PostgreSQL keeps them: lists as DuckDB writes them.
struct KeptArguments {
  std::vector<std::string> names, modes;  // 'i' in, 't' a column of what comes back
  std::vector<Oid> types;
  std::size_t in = 0;
};

struct OwnFunction {
  std::string name, arguments, result, about, example;
  KeptArguments kept = {};
  bool rows = false;  // stands in FROM
};

std::string ListOf(const std::vector<sql::FittedColumn>& columns, const char* between) {
  std::vector<std::string> parts;
  for (const auto& column : columns) parts.push_back(column.name + between + Name(column.type));
  return fmt::format("{}", fmt::join(parts, ", "));
}

OwnFunction MethodFunction(const sql::Signature& method) {
  OwnFunction function{
      .name = method.name,
      .arguments = "formula text, data text",
      .result = "TABLE(" + ListOf(method.columns, " ") + ")",
      .about = fmt::format("{}, fitted over all members' rows", method.about),
      .example = fmt::format("SELECT * FROM concordat.{}('{}', 'patients')", method.name, method.response),
      .rows = true};
  if (!method.options.empty()) function.arguments += ", " + ListOf(method.options, " => ");
  KeptArguments& kept = function.kept;
  kept.names = {"formula", "data"};
  kept.types = {oid::kText, oid::kText};
  for (const auto& option : method.options) {
    kept.names.push_back(option.name);
    kept.types.push_back(TypeOid(option.type));
  }
  kept.in = kept.names.size();
  kept.modes.assign(kept.in, "i");
  for (const auto& column : method.columns) {
    kept.names.push_back(column.name);
    kept.types.push_back(TypeOid(column.type));
    kept.modes.emplace_back("t");
  }
  return function;
}

std::vector<OwnFunction> OwnFunctions() {
  std::vector<OwnFunction> all;
  for (const sql::Signature& method : sql::Signatures()) all.push_back(MethodFunction(method));
  const struct {
    const char *name, *arguments, *result, *about, *example;
    bool rows;
  } others[] = {
      {"calibration", "model text, data text, outcome => condition, bins => bigint",
       "TABLE(bin bigint, \"from\" double precision, \"to\" double precision, count bigint, predicted double "
       "precision, observed double precision)",
       "whether a model's chances are what they say",
       "SELECT * FROM concordat.calibration('heart_risk', 'patients', outcome => disease = 'present')", true},
      {"fairness", "model text, data text, outcome => condition, by => text, threshold => double precision",
       "SETOF record", "how well a model fits declared groups",
       "SELECT * FROM concordat.fairness('heart_risk', 'patients', outcome => disease = 'present', by => "
       "'sex')",
       true},
      {"predict", "model text, input => expression", "double precision",
       "what a model says of a row, within an aggregate",
       "SELECT avg(concordat.predict('heart_risk')) FROM patients", false},
      {"cancel", "job text", "text", "ends a fit that runs", "SELECT concordat.cancel('4be1c07d')", false},
      {"model", "id text", "text", "a fitted model, as JSON", "SELECT concordat.model('7f02ab91')", false},
      {"model_card", "id text", "text", "what is to be known of a model, as JSON",
       "SELECT concordat.model_card('7f02ab91')", false}};
  for (const auto& other : others)
    all.push_back({other.name, other.arguments, other.result, other.about, other.example, {}, other.rows});
  return all;
}

Row ProcedureRow(Oid oid, const OwnFunction& function) {
  static const Relation& shape = *FindRelation("pg_catalog", "pg_proc");
  const KeptArguments& kept = function.kept;
  const std::vector<Oid> in(kept.types.begin(), kept.types.begin() + static_cast<std::ptrdiff_t>(kept.in));
  const auto list = [&](const auto& items) -> Value {
    if (items.empty()) return Null();
    return fmt::format("[{}]", fmt::join(items, ", "));
  };
  return MakeRow(shape, {{"oid", static_cast<std::int64_t>(oid)},
                         {"proname", function.name},
                         {"pronamespace", static_cast<std::int64_t>(concordat_schema)},
                         {"proowner", own_role},
                         {"prolang", internal_language},
                         {"prokind", "f"},
                         {"proretset", function.rows},
                         {"provolatile", "v"},
                         {"proparallel", "u"},
                         {"pronargs", static_cast<std::int64_t>(kept.in)},
                         {"prorettype", function.rows ? record_type : std::int64_t{oid::kText}},
                         {"proargtypes", fmt::format("[{}]", fmt::join(in, ", "))},
                         {"proallargtypes", list(kept.types)},
                         {"proargmodes", list(kept.modes)},
                         {"proargnames", list(kept.names)},
                         {"prosrc", function.example}});
}

}  // namespace

void AddOwnFunctions(Records& records) {
  Oid next = own_functions_from;
  for (const OwnFunction& function : OwnFunctions()) {
    const auto oid = static_cast<std::int64_t>(next);
    records["cat.pg_proc"].push_back(ProcedureRow(next++, function));
    records["cat.signatures"].push_back({oid, function.arguments, function.result});
    records["cat.pg_description"].push_back({oid, pg_proc_relation, std::int64_t{0}, function.about});
  }
}

}  // namespace concordat::pgcatalog
