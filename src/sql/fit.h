// SELECT … FROM concordat.glm('disease ~ age', 'patients', family => 'binomial'): a method's call in place of
// a table, and the rest of the statement, which is asked of the table that was fitted.
//
// What a method is, this module does not know: it reads names and literals. Pure.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "base/value.h"
#include "sql/plan.h"

namespace pg_query {
class ParseResult;
class SelectStmt;
}  // namespace pg_query

namespace concordat::sql {

// What was called, as it was written.
struct FitCall {
  std::string method;
  std::string formula;
  std::string table;
  std::map<std::string, Value> options;  // by name; texts, numbers and booleans
};

// An argument that is a parameter, whose value is not known yet: family => $1, or $1::text.
struct OpenArgument {
  std::string name;       // "formula", "data", an option's
  std::size_t index = 0;  // of the parameter, from 0
  std::optional<Type> cast = {};
};

struct FitQuestion {
  FitCall call;  // without what is open
  std::vector<OpenArgument> open = {};
  std::optional<int> formula_at = {};  // byte of the statement at which the formula's literal begins
  std::string alias;                   // by which columns may be qualified
  std::shared_ptr<const pg_query::SelectStmt> select;  // without the call
  std::string normal;                                  // of the select, as Question::normal
};

// Does it call a function of schema concordat in place of a table, anywhere?
bool CallsMethod(const pg_query::ParseResult& tree);
// False where the text cannot call one; true is no promise.
bool MayCallMethod(std::string_view text);

// A statement whose call has no parameters any more.
struct WrittenOut {
  std::string text;
  Row parameters;  // of the rest, at their numbers; NULL where that has none
};
// Writes the values of parameters within a fit's call into it, for every member must read the same. None
// where there are none there, or the statement is not one fit's.
std::optional<WrittenOut> WriteOut(std::string_view text, const Row& parameters);

// None for a statement that calls no method, and for what is no SQL: others say what is wrong with that.
// Refusals: fit_not_alone, fit_arguments; those of CheckAllowed.
Outcome<std::optional<FitQuestion>> ReadFit(std::string_view text);

struct FittedColumn {
  std::string name;
  Type type = Type::kText;
};

// The rest of the statement over a table of those columns: a plan whose groups are the columns, so that
// OuterStatement makes the answer of the table's rows. Nothing is measured, and no noise is added.
// Refusals: those of binding; fit_aggregated.
Outcome<Plan> PlanFitted(const FitQuestion& question, const std::vector<FittedColumn>& columns);

}  // namespace concordat::sql
