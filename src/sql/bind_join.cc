#include "sql/bind_join.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/mutation.h"

namespace concordat::sql {
namespace {

using pg_query::Node;

constexpr std::size_t kMostTables = 16;

bool IsPublic(const NamedRelation& from) { return ScanOf(*from.relation).product->is_public; }

// The columns of both, and the tables they are of.
NamedRelation Beside(const NamedRelation& left, const NamedRelation& right) {
  auto relation = std::make_shared<Relation>();
  relation->kind = Relation::Kind::kJoin;
  relation->columns = left.relation->columns;
  relation->columns.insert(relation->columns.end(), right.relation->columns.begin(),
                           right.relation->columns.end());
  relation->rows_per_unit = left.relation->rows_per_unit;
  relation->rows_proven = left.relation->rows_proven;
  relation->input = left.relation;
  relation->joined = right.relation;
  NamedRelation both{std::move(relation), left.tables, left.merged};
  const std::size_t own = left.relation->columns.size();
  for (NamedTable table : right.tables) {
    table.first += own;
    both.tables.push_back(std::move(table));
  }
  for (const std::size_t index : right.merged) both.merged.insert(own + index);
  return both;
}

class Joiner {
 public:
  // `outer`: all rows of `left` stay.
  Joiner(NamedRelation left, NamedRelation right, bool outer)
      : left_(std::move(left)), right_(std::move(right)), outer_(outer) {}

  // Puts the rows of people first.
  Outcome<void> Order(int position);
  Outcome<void> Using(const google::protobuf::RepeatedPtrField<Node>& names, int position);
  Outcome<void> On(const Node& condition);
  // Equalities between columns of the two, and nothing else of a WHERE.
  Outcome<void> Where(const Node& condition);
  Outcome<NamedRelation> Finish(int position);

 private:
  Outcome<void> CheckTables(int position) const;
  Outcome<void> CheckKey(int position) const;
  // The pair that an expression says is equal; none for anything else.
  std::optional<JoinPair> PairOf(const Node& node) const;
  Outcome<void> Add(JoinPair pair, int position);
  const std::string& NameOf(std::size_t right) const { return right_.relation->columns[right].name; }

  NamedRelation left_, right_, both_;
  std::vector<JoinPair> pairs_;
  bool outer_;
};

Outcome<void> Joiner::CheckTables(int position) const {
  if (left_.tables.size() + right_.tables.size() > kMostTables) {
    return Refuse("too_many_tables", fmt::format("more than {} tables", kMostTables), "ask in parts", "54011",
                  position);
  }
  for (const NamedTable& table : right_.tables) {
    const bool known = std::any_of(left_.tables.begin(), left_.tables.end(),
                                   [&](const NamedTable& other) { return other.alias == table.alias; });
    if (known) {
      return Refuse("duplicate_table", fmt::format("two tables of this FROM are called {}", table.alias),
                    fmt::format("name one with AS: {} AS other", table.alias), "42712", position);
    }
  }
  return {};
}

Outcome<void> Joiner::Order(int position) {
  TRY(CheckTables(position));
  const bool left_public = IsPublic(left_), right_public = IsPublic(right_);
  const std::string &left = left_.tables.front().alias, &right = right_.tables.front().alias;
  if (!left_public && !right_public) {
    return Refuse("join_not_supported",
                  fmt::format("{} and {} both hold rows of people, and are not joined", left, right),
                  "ask of each alone, or join one with a public table", "0A000", position);
  }
  if (left_public && !right_public) {
    if (outer_) {
      return Refuse("join_not_supported",
                    fmt::format("rows of {} that nobody in {} belongs to are not kept", left, right),
                    fmt::format("write {} LEFT JOIN {}", right, left), "0A000", position);
    }
    std::swap(left_, right_);
  }
  both_ = Beside(left_, right_);
  return {};
}

std::optional<JoinPair> Joiner::PairOf(const Node& node) const {
  const pg_query::A_Expr& expr = node.a_expr();
  const bool equality = node.has_a_expr() && expr.kind() == pg_query::AEXPR_OP &&
                        LastName(expr.name()) == "=" && expr.lexpr().has_column_ref() &&
                        expr.rexpr().has_column_ref();
  if (!equality) return {};
  BindContext none;
  const RowBinder binder(both_, none);
  const auto one = binder.FindColumn(expr.lexpr().column_ref());
  const auto other = binder.FindColumn(expr.rexpr().column_ref());
  const std::size_t own = left_.relation->columns.size();
  if (!one || !other || (*one < own) == (*other < own)) return {};
  return JoinPair{std::min(*one, *other), std::max(*one, *other) - own};
}

Outcome<void> Joiner::Add(JoinPair pair, int position) {
  const RelationColumn& left = left_.relation->columns[pair.left];
  const RelationColumn& right = right_.relation->columns[pair.right];
  if (left.unit) {
    return Refuse("unit_exposed", fmt::format("{} is the privacy unit: it names people", left.name),
                  "join by a column that many people share", "0A000", position);
  }
  if (left.type != right.type || left.type == Type::kNumber) {
    return Refuse(
        "type_mismatch",
        left.type == right.type
            ? fmt::format("{} and {} are numbers, which are not joined by", left.name, right.name)
            : fmt::format("{} is {} and {} is {}", left.name, Name(left.type), right.name, Name(right.type)),
        fmt::format("cast in a subquery: FROM (SELECT *, {}::{} AS key FROM …) AS t", left.name,
                    Name(right.type == Type::kNumber ? Type::kInteger : right.type)),
        "42804", position);
  }
  pairs_.push_back(pair);
  return {};
}

Outcome<void> Joiner::Using(const google::protobuf::RepeatedPtrField<Node>& names, int position) {
  const auto find = [&](const NamedRelation& from, const std::string& name) -> Outcome<std::size_t> {
    pg_query::ColumnRef ref;
    ref.set_location(position);
    ref.add_fields()->mutable_string()->set_sval(name);
    BindContext none;
    return RowBinder(from, none).FindColumn(ref);
  };
  for (const Node& item : names) {
    const std::string& name = item.string().sval();
    const std::size_t left = TRY(find(left_, name));
    const std::size_t right = TRY(find(right_, name));
    const JoinPair pair{left, right};
    TRY(Add(pair, position));
    both_.merged.insert(left_.relation->columns.size() + pair.right);
  }
  return {};
}

Outcome<void> Joiner::On(const Node& condition) {
  if (condition.has_bool_expr() && condition.bool_expr().boolop() == pg_query::AND_EXPR) {
    for (const Node& part : condition.bool_expr().args()) TRY(On(part));
    return {};
  }
  if (const auto pair = PairOf(condition)) return Add(*pair, PositionOf(condition));
  if (condition.has_a_expr() && condition.a_expr().lexpr().has_column_ref() &&
      condition.a_expr().rexpr().has_column_ref()) {  // a name that is not there says so itself
    BindContext none;
    const RowBinder binder(both_, none);
    TRY(binder.FindColumn(condition.a_expr().lexpr().column_ref()));
    TRY(binder.FindColumn(condition.a_expr().rexpr().column_ref()));
  }
  return Refuse("join_condition", "tables are joined where a column of one equals a column of the other",
                "put other conditions into WHERE, and compute columns in a subquery: FROM (SELECT *, "
                "upper(ward) AS code FROM …) AS t",
                "0A000", PositionOf(condition));
}

Outcome<void> Joiner::Where(const Node& condition) {
  if (condition.has_bool_expr() && condition.bool_expr().boolop() == pg_query::AND_EXPR) {
    for (const Node& part : condition.bool_expr().args()) TRY(Where(part));
    return {};
  }
  if (const auto pair = PairOf(condition)) return Add(*pair, PositionOf(condition));
  return {};
}

// The pairs must name all of the key, or one row might fit several.
Outcome<void> Joiner::CheckKey(int position) const {
  const catalogue::Product& product = *ScanOf(*right_.relation).product;
  const std::string& alias = right_.tables.front().alias;
  if (product.key.empty() && !Mutated("key_not_proven")) {
    return Refuse("join_without_key", fmt::format("{} has no key that it could be joined by", alias),
                  "ask its owner to declare concordat.key in its contract", "0A000", position);
  }
  std::vector<std::string> missing;
  for (const std::size_t place : product.key) {
    const bool named = std::any_of(pairs_.begin(), pairs_.end(), [&](const JoinPair& pair) {
      return ScannedAs(*right_.relation, pair.right) == place;
    });
    if (!named) missing.push_back(fmt::format("{}.{}", alias, product.columns[place].name));
  }
  if (missing.empty() || Mutated("key_not_proven")) return {};
  return Refuse("join_without_key",
                fmt::format("{} is joined by its key, and {} is not named: a row might fit several", alias,
                            fmt::join(missing, ", ")),
                fmt::format("write FROM {} JOIN {} ON {}.… = {}", left_.tables.front().alias, alias,
                            left_.tables.front().alias,
                            fmt::join(missing, fmt::format(" AND {}.… = ", left_.tables.front().alias))),
                "0A000", position);
}

Outcome<NamedRelation> Joiner::Finish(int position) {
  TRY(CheckKey(position));
  auto relation = std::make_shared<Relation>(*both_.relation);
  const std::size_t own = left_.relation->columns.size();
  for (std::size_t i = own; i < relation->columns.size() && outer_; ++i) relation->columns[i].nullable = true;
  for (const JoinPair& pair : pairs_) {  // NULL equals nothing
    if (outer_) continue;
    relation->columns[pair.left].nullable = false;
    relation->columns[own + pair.right].nullable = false;
  }
  relation->pairs = std::move(pairs_);
  relation->outer = outer_;
  both_.relation = std::move(relation);
  return std::move(both_);
}

// Where the text names the joined table.
int PositionIn(const Node& item) {
  if (!item.has_join_expr()) return PositionOf(item);
  return PositionIn(item.join_expr().rarg());
}

Outcome<NamedRelation> BindJoin(const pg_query::JoinExpr& join, const BindTableOf& table) {
  const int position = PositionIn(join.rarg());
  const auto kind = join.jointype();
  if (kind != pg_query::JOIN_INNER && kind != pg_query::JOIN_LEFT && kind != pg_query::JOIN_RIGHT) {
    return Refuse("join_not_supported", "FULL JOIN is not supported",
                  "write LEFT JOIN, with the table of people first", "0A000", position);
  }
  NamedRelation left = TRY(BindItem(join.larg(), table));
  NamedRelation right = TRY(BindItem(join.rarg(), table));
  if (kind == pg_query::JOIN_RIGHT) std::swap(left, right);
  Joiner joiner(std::move(left), std::move(right), kind != pg_query::JOIN_INNER);
  TRY(joiner.Order(position));
  TRY(joiner.Using(join.using_clause(), position));
  if (join.has_quals()) TRY(joiner.On(join.quals()));
  return joiner.Finish(position);
}

}  // namespace

const NamedTable& TableOf(const NamedRelation& from, std::size_t index) {
  const auto after = std::find_if(from.tables.begin(), from.tables.end(),
                                  [&](const NamedTable& table) { return index < table.first + table.count; });
  return after == from.tables.end() ? from.tables.back() : *after;
}

Outcome<NamedRelation> BindItem(const Node& item, const BindTableOf& table) {
  return item.has_join_expr() ? BindJoin(item.join_expr(), table) : table(item);
}

Outcome<NamedRelation> JoinWhere(NamedRelation left, NamedRelation right, const pg_query::SelectStmt& select,
                                 int position) {
  Joiner joiner(std::move(left), std::move(right), false);
  TRY(joiner.Order(position));
  if (select.has_where_clause()) TRY(joiner.Where(select.where_clause()));
  return joiner.Finish(position);
}

}  // namespace concordat::sql
