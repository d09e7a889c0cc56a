// Products, questions and tables for tests of plans, and the path from a plan to integers on a real engine.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "sql/generate.h"
#include "sql/plan.h"

namespace concordat::sql {

// Columns of the tested product, by position.
enum Visit : int { kPerson, kRegion, kAge, kCost, kDay, kNote, kSeen };

struct VisitsOptions {
  std::int64_t rows_per_unit = 1;
  std::int64_t groups_per_unit = 1;
  bool rows_proven = true;
  bool ranges_proven = true;
};

// person text unit; region text {north, south, east, west}; age bigint 0..100; cost number 0..5000 step 0.01;
// day date of 2020..2025; note text; seen timestamp.
std::shared_ptr<catalogue::Product> Visits(const VisitsOptions& options);
// A budget that any of these questions keeps within.
Terms Plenty();
Plan Planned(const Query& query, const Terms& terms = Plenty());

std::shared_ptr<const Relation> ScanRelation(std::shared_ptr<const catalogue::Product> product);
std::shared_ptr<const Relation> Filtered(std::shared_ptr<const Relation> input, Expr predicate);

// Expressions.
Expr Col(const Relation& relation, int index);
Expr Lit(Value value);
Expr Call(Op op, Type type, std::vector<Expr> args, std::optional<Range> range = {});
Expr Group(const Query& query, int index);
Expr Agg(const Query& query, int index);
// The sum of aggregate `sum` over its count, aggregate `count`.
Expr Average(const Query& query, int sum, int count);

// The table as the engine would read it: every column as text when `text`, else by the contract's type.
std::string SourceSql(const catalogue::Product& product, const std::vector<Row>& table, bool text);
std::unique_ptr<engine::Engine> MemoryEngine();
// `publics`: rows of each of Plan::publics; none for those that are left out.
Result<std::vector<Row>> RunInner(engine::Engine& engine, const Plan& plan, const std::vector<Row>& table,
                                  const Row& parameters = {}, bool text = false, std::uint64_t secret = 7,
                                  const std::vector<std::vector<Row>>& publics = {});

}  // namespace concordat::sql
