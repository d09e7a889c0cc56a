// The released side: groups, aggregates, and expressions over them.
#pragma once

#include "sql/bind_rows.h"

namespace concordat::sql {

// Expressions over groups and aggregates. Aggregates that it meets are added to the query, equal ones once.
class ReleasedBinder final : public ExprBinder {
 public:
  ReleasedBinder(RowBinder& rows, Query& query, BindContext& context)
      : ExprBinder(context), rows_(rows), query_(query) {}

 protected:
  Outcome<std::optional<Expr>> BindSpecial(const pg_query::Node& node) override;

 private:
  Outcome<Expr> BindAggregate(const pg_query::FuncCall& call);
  Outcome<Expr> BindCount(const pg_query::FuncCall& call, std::optional<Expr> filter);
  Outcome<Expr> BindSum(const pg_query::FuncCall& call, const std::string& name, std::optional<Expr> filter);
  Expr Intern(Aggregate aggregate, Type type);
  std::optional<Expr> AsGroup(const pg_query::Node& node);

  RowBinder& rows_;
  Query& query_;
};

}  // namespace concordat::sql
