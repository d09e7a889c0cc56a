// A bound question: what an analyst asked, with every name, type, interval and unit resolved. No noise, no
// bounds yet.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalogue/product.h"
#include "sql/expr.h"
#include "sql/model.h"

namespace concordat::sql {

// A column that a relation offers to what stands on it.
struct RelationColumn {
  std::string name;
  Type type = Type::kText;
  bool nullable = true;
  std::optional<Range> range;
  std::vector<Value> domain;  // without NULL; empty: not declared
  bool unit = false;
};

// Columns that a join holds equal: of what is joined, and of the public rows that are joined with it.
struct JoinPair {
  std::size_t left = 0;   // index into the input's columns
  std::size_t right = 0;  // index into the public relation's
};

// Rows of people: a scan, or rows computed from rows. A tree, so that per-unit aggregation joins the kinds
// without changing those that are here.
struct Relation {
  enum class Kind { kScan, kFilter, kProject, kJoin };
  Kind kind = Kind::kScan;
  std::vector<RelationColumn> columns;  // what it offers
  std::int64_t rows_per_unit = 1;       // no unit has more rows in it
  bool rows_proven = false;             // by publishing; otherwise the plan must enforce it
  // kScan
  std::shared_ptr<const catalogue::Product> product;
  // kFilter, kProject, kJoin
  std::shared_ptr<const Relation> input;
  std::optional<Expr> predicate;  // kFilter
  std::vector<Expr> expressions;  // kProject: one for each of `columns`
  // kJoin: the columns of `input`, then those of rows that stand on public data alone. At most one of these
  // fits a row of `input`, because the pairs cover the key of the product they are of.
  std::shared_ptr<const Relation> joined;
  std::vector<JoinPair> pairs;
  bool outer = false;  // rows that nothing fits stay, with NULL; else they go
};

// The scan whose rows a relation's are: each of them becomes one row or none.
const Relation& ScanOf(const Relation& relation);
// Public products of the joined relations below, each once, in the order in which they are joined.
std::vector<std::shared_ptr<const catalogue::Product>> PublicsOf(const Relation& relation);
// The column of that scan which a column of the relation is, unchanged; none for what is computed or joined.
std::optional<std::size_t> ScannedAs(const Relation& relation, std::size_t index);

struct GroupKey {
  Expr value;  // over the relation
  std::optional<std::vector<Value>>
      domain;  // every value it may take, NULL among them when nullable; none: by threshold
};

enum class AggregateKind { kCountRows, kCount, kCountUnits, kSum };

struct Aggregate {
  AggregateKind kind = AggregateKind::kCountRows;
  std::optional<Expr> argument;  // kCount, kSum; over the relation; for kSum its range is known
  std::optional<Expr> filter;    // FILTER (WHERE …)
};

struct Output {
  std::string name;
  Expr value;  // released side
};

struct OrderBy {
  Expr value;  // released side
  bool descending = false;
  bool nulls_first = false;
};

// Average of x is kDivide(kAggregate sum, kAggregate count); the binder writes it so and shares equal
// aggregates.
struct Query {
  std::shared_ptr<const Relation> relation;
  std::vector<GroupKey> groups;
  std::vector<Aggregate> aggregates;
  std::vector<Output> outputs;
  std::optional<Expr> having;
  std::vector<OrderBy> order;
  std::optional<std::int64_t> limit;
  std::int64_t offset = 0;
  bool distinct = false;
  std::vector<Type> parameters;            // inferred, one for each $n
  std::map<std::string, ModelPtr> models;  // that it applies, by the name it calls them by
};

}  // namespace concordat::sql
