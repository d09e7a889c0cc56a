// The row side: FROM, WHERE, and expressions over rows.
#pragma once

#include <set>

#include "sql/bind.h"
#include "sql/bind_expr.h"

namespace concordat::sql {

// A table of a FROM, by whose name columns may be qualified.
struct NamedTable {
  std::string alias;
  std::size_t first = 0;  // its columns' place in the relation
  std::size_t count = 0;
};

// What a FROM comes to.
struct NamedRelation {
  std::shared_ptr<const Relation> relation;
  std::vector<NamedTable> tables;
  std::set<std::size_t>
      merged;  // columns that USING made one with another, and that only qualified names find
};
NamedRelation Named(std::shared_ptr<const Relation> relation, const std::string& alias);

// CTEs that are in sight, by name.
using Ctes = std::map<std::string, std::shared_ptr<const Relation>>;

// Expressions over the rows of one relation. The privacy unit is refused except where `BindUnitOrColumn` is
// asked.
class RowBinder final : public ExprBinder {
 public:
  RowBinder(const NamedRelation& from, BindContext& context) : ExprBinder(context), from_(from) {}

  const Relation& relation() const { return *from_.relation; }
  // The column that a reference names. Refusals: unknown_column (42703), unknown_table, ambiguous_column.
  Outcome<std::size_t> FindColumn(const pg_query::ColumnRef& ref) const;
  // Those that * or table.* names. Refusals: unknown_table.
  Outcome<std::vector<std::size_t>> FindColumns(const pg_query::ColumnRef& star) const;

 protected:
  Outcome<std::optional<Expr>> BindSpecial(const pg_query::Node& node) override;

 private:
  Outcome<const NamedTable*> FindTable(const pg_query::ColumnRef& ref) const;

  const NamedRelation& from_;
};

Expr ColumnExpr(const Relation& relation, std::size_t index);
bool IsAggregateName(const std::string& name);
// Is there an aggregate anywhere below?
bool HasAggregate(const google::protobuf::Message& message);
// The name PostgreSQL gives an output column that was given none.
std::string OutputName(const pg_query::Node& node);

// FROM and WHERE of a SELECT, and its CTEs.
Outcome<NamedRelation> BindFrom(const pg_query::SelectStmt& select, const Scope& scope, Ctes ctes,
                                BindContext& context);

}  // namespace concordat::sql
