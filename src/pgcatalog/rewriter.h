// The walk behind rewrite.h: selects in rewrite.cc, expressions in expression.cc and operator.cc, casts and
// calls in call.cc.
#pragma once

#include "pgcatalog/functions.h"
#include "pgcatalog/rewrite.h"
#include "pgcatalog/scope.h"
#include "pgcatalog/tree.h"

namespace concordat::pgcatalog {

class Rewriter {
 public:
  Rewriter(const Database& database, const Row* values) : database_(database), values_(values) {}

  // Rewrites in place; the columns it offers. `top`: what it offers goes to the client.
  Outcome<std::vector<RelationColumn>> Select(pg_query::SelectStmt& select, const Scope* outer, bool top);

  bool empty = false;  // the question has no rows: it may name the granted tables, which are empty here
  std::vector<Oid> parameters;
  std::set<std::string> reads;
  std::vector<std::pair<std::string, std::size_t>> set_config;

 private:
  using Nodes = google::protobuf::RepeatedPtrField<pg_query::Node>;

  // rewrite.cc
  Outcome<void> With(pg_query::WithClause& with, Scope& scope);
  Outcome<void> From(pg_query::Node& node, Scope& scope);
  Outcome<void> FromRelation(pg_query::RangeVar& range, Scope& scope);
  std::optional<Source> Named(const std::string& schema, const std::string& name) const;
  Outcome<void> FromFunction(pg_query::RangeFunction& range, Scope& scope);
  Outcome<void> Targets(pg_query::SelectStmt& select, Scope& scope, bool top,
                        std::vector<RelationColumn>& offered);
  Outcome<std::vector<RelationColumn>> Values(pg_query::SelectStmt& select, Scope& scope);
  Outcome<std::vector<RelationColumn>> SetOperation(pg_query::SelectStmt& select, const Scope* scope,
                                                    bool top);
  Outcome<void> Sorting(Nodes& nodes, Scope& scope, const std::vector<RelationColumn>& offered);
  Outcome<void> Grouping(Nodes& nodes, Scope& scope, const std::vector<RelationColumn>& offered);

  // expression.cc, operator.cc: the PostgreSQL type of what was rewritten; 0 if not known. `expected` types a
  // bare parameter.
  Outcome<Oid> Expression(pg_query::Node& node, const Scope& scope, Oid expected = 0);
  Outcome<void> Each(Nodes& nodes, const Scope& scope, Oid expected = 0);
  Outcome<Oid> First(Nodes& nodes, const Scope& scope, Oid expected);
  Outcome<Oid> ColumnReference(pg_query::Node& node, const Scope& scope);
  static Outcome<Oid> Constant(const pg_query::A_Const& constant);
  Outcome<Oid> Comparison(pg_query::Node& node, const Scope& scope, Oid expected);
  Outcome<Oid> Compound(pg_query::Node& node, const Scope& scope, Oid expected);
  Outcome<Oid> Operator(pg_query::Node& node, const Scope& scope);
  Outcome<Oid> AnyOrAll(pg_query::Node& node, const Scope& scope);
  Outcome<Oid> Case(pg_query::CaseExpr& expression, const Scope& scope, Oid expected);
  Outcome<Oid> SubQuery(pg_query::SubLink& link, const Scope& scope);
  Outcome<Oid> Indirection(pg_query::A_Indirection& indirection, const Scope& scope);
  Outcome<Oid> SessionValue(pg_query::Node& node);
  Outcome<Oid> Parameter(pg_query::Node& node, Oid expected);
  Outcome<Oid> Pattern(pg_query::Node& node, const Scope& scope);

  // call.cc
  Outcome<Oid> Cast(pg_query::Node& node, const Scope& scope);
  Outcome<Oid> Call(pg_query::Node& node, const Scope& scope);
  Outcome<void> Arguments(pg_query::FuncCall& call, const Scope& scope, const std::vector<Oid>& types,
                          Oid& first);
  Outcome<const Function*> Listed(const pg_query::FuncCall& call);
  Outcome<Oid> Format(pg_query::Node& node, const Scope& scope);
  Outcome<void> Window(pg_query::WindowDef& window, const Scope& scope);

  // What stands within what, bounded: DuckDB takes exponential time to plan nested queries, a macro repeats
  // its argument as often as its body names it, and neither can be interrupted.
  class Level {
   public:
    explicit Level(Rewriter& rewriter, int copies = 1) : rewriter_(rewriter), copies_(copies) {
      ++rewriter_.depth_;
      rewriter_.copies_ *= copies_;
    }
    ~Level() {
      --rewriter_.depth_;
      rewriter_.copies_ /= copies_;
    }
    Level(const Level&) = delete;
    Level& operator=(const Level&) = delete;
    Outcome<void> Check() const;

   private:
    Rewriter& rewriter_;
    int copies_;
  };

  const Database& database_;
  const Row* values_;  // of $1, $2, …; none when only described
  int depth_ = 0;
  int copies_ = 1;        // how often the expression at hand will stand in the text that DuckDB plans
  bool in_from_ = false;  // the call at hand stands in FROM, where it may return rows
};

// The refusal of what a question about the catalogue may not hold.
tl::unexpected<Refusal> NotHere(const std::string& what);
// For a type that names objects: "regclass"; otherwise empty.
std::string RegistryName(Oid type);
// The value of an object name type as text: f_regclass_out(node).
pg_query::Node RegistryText(pg_query::Node node, Oid type);
// '{a,b}' as ARRAY['a', 'b']; none if it is not the text of a one-dimensional array.
std::optional<pg_query::Node> ArrayConstant(const std::string& text);

}  // namespace concordat::pgcatalog
