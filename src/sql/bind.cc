#include "sql/bind.h"

#include <fmt/format.h>
#include <pg_query.pb.h>

#include <algorithm>

#include "sql/bind_domain.h"
#include "sql/bind_over.h"
#include "sql/bind_released.h"
#include "sql/bind_type.h"

namespace concordat::sql {
namespace {

using pg_query::Node;
using pg_query::SelectStmt;

constexpr int kMostOutputs = 200;
constexpr int kMostGroups = 16;

class QueryBinder {
 public:
  QueryBinder(const SelectStmt& select, NamedRelation from, BindContext& context)
      : select_(select),
        from_(std::move(from)),
        context_(context),
        rows_(from_, context),
        released_(rows_, query_, context) {
    query_.relation = from_.relation;
  }

  Outcome<Query> Bind() {
    TRY(BindGroups());
    return BindRest(select_.has_having_clause() ? &select_.having_clause() : nullptr, "what follows HAVING");
  }

  // As if all columns were grouped by, and what follows WHERE were of groups.
  Outcome<Query> BindOverColumns() {
    for (std::size_t i = 0; i < query_.relation->columns.size(); ++i)
      query_.groups.push_back({ColumnExpr(*query_.relation, i), {}});
    return BindRest(select_.has_where_clause() ? &select_.where_clause() : nullptr, "what follows WHERE");
  }

 private:
  Outcome<Query> BindRest(const Node* condition, const char* what) {
    if (select_.target_list_size() == 0 || select_.target_list_size() > kMostOutputs) {
      return Refuse("too_many_outputs", fmt::format("a question has 1 to {} output columns", kMostOutputs),
                    "ask in parts", "54011");
    }
    TRY(BindOutputs());
    if (condition != nullptr) query_.having = TRY(released_.BindAs(*condition, Type::kBoolean, what));
    TRY(BindDistinct());
    TRY(BindOrder());
    TRY(BindLimit());
    if (query_.aggregates.empty() && query_.groups.empty()) {
      return Refuse("row_level_output", "every output column must be an aggregate or a declared group",
                    "try SELECT count(*) FROM the table");
    }
    for (const auto& type : context_.parameters) query_.parameters.push_back(type.value_or(Type::kText));
    query_.models = context_.models;
    return std::move(query_);
  }

  // The output that an ordinal or an alias names; none for anything else.
  Outcome<const Node*> OutputNamed(const Node& node, bool alias_first) {
    if (node.has_a_const() && node.a_const().has_ival()) {
      const int ordinal = node.a_const().ival().ival();
      if (ordinal < 1 || ordinal > select_.target_list_size()) {
        return Refuse("bad_ordinal", fmt::format("there is no output column {}", ordinal),
                      "count from 1, or name it", "42P10", PositionOf(node));
      }
      return &select_.target_list(ordinal - 1).res_target().val();
    }
    if (!node.has_column_ref() || node.column_ref().fields_size() != 1) return nullptr;
    const std::string name = LastName(node.column_ref().fields());
    if (!alias_first && rows_.FindColumn(node.column_ref())) return nullptr;
    for (const Node& target : select_.target_list()) {
      if (target.res_target().name() == name) return &target.res_target().val();
    }
    return nullptr;
  }

  Outcome<void> BindGroups() {
    if (select_.group_clause_size() > kMostGroups) {
      return Refuse("too_many_groups", fmt::format("more than {} groups", kMostGroups),
                    "group by fewer columns", "54011");
    }
    for (const Node& item : select_.group_clause()) {
      const Node* named = TRY(OutputNamed(item, false));
      const Node& node = named != nullptr ? *named : item;
      if (HasAggregate(node))
        return Refuse("misplaced_aggregate", "an aggregate cannot be grouped by",
                      "put it into the SELECT list", "42803", PositionOf(node));
      Expr value = TRY(rows_.Bind(node));
      const bool known = std::any_of(query_.groups.begin(), query_.groups.end(),
                                     [&](const GroupKey& key) { return key.value == value; });
      if (known) continue;
      auto domain = DomainOf(value, *query_.relation);
      query_.groups.push_back({std::move(value), std::move(domain)});
    }
    return {};
  }

  Outcome<void> BindOutputs() {
    for (const Node& item : select_.target_list()) {
      const pg_query::ResTarget& target = item.res_target();
      Expr value = TRY(released_.Bind(target.val()));
      query_.outputs.push_back(
          {target.name().empty() ? OutputName(target.val()) : target.name(), std::move(value)});
    }
    return {};
  }

  Outcome<void> BindDistinct() {
    for (const Node& item : select_.distinct_clause()) {
      if (item.node_case() != Node::NODE_NOT_SET) {
        return Refuse("not_supported", "DISTINCT ON is not supported", "write DISTINCT, or GROUP BY", "0A000",
                      PositionOf(item));
      }
      query_.distinct = true;
    }
    return {};
  }

  Outcome<void> BindOrder() {
    for (const Node& item : select_.sort_clause()) {
      const pg_query::SortBy& sort = item.sort_by();
      const Node* named = TRY(OutputNamed(sort.node(), true));
      OrderBy order{TRY(released_.Bind(named != nullptr ? *named : sort.node())),
                    sort.sortby_dir() == pg_query::SORTBY_DESC, false};
      const bool by_default = sort.sortby_nulls() == pg_query::SORTBY_NULLS_DEFAULT;
      order.nulls_first = by_default ? order.descending : sort.sortby_nulls() == pg_query::SORTBY_NULLS_FIRST;
      const bool shown = std::any_of(query_.outputs.begin(), query_.outputs.end(),
                                     [&](const Output& output) { return output.value == order.value; });
      if (query_.distinct && !shown) {
        return Refuse("not_supported", "with DISTINCT, ORDER BY must name output columns",
                      "add it to the SELECT list", "42P10", PositionOf(sort.node()));
      }
      query_.order.push_back(std::move(order));
    }
    return {};
  }

  // LIMIT and OFFSET take whole numbers; ALL and NULL mean none.
  Outcome<std::optional<std::int64_t>> Whole(const Node& node, const char* what) {
    if (node.has_a_const() && node.a_const().isnull()) return std::nullopt;
    const auto bound = released_.Bind(node, Type::kInteger);
    const bool literal = bound && bound->op == Op::kLiteral;
    const auto* whole = literal ? std::get_if<std::int64_t>(&bound->literal) : nullptr;
    if (whole == nullptr || *whole < 0) {
      return Refuse("limit_not_literal", fmt::format("{} must be a whole number, written out", what),
                    "write LIMIT 10", "0A000", PositionOf(node));
    }
    return *whole;
  }

  Outcome<void> BindLimit() {
    if (select_.limit_option() == pg_query::LIMIT_OPTION_WITH_TIES)
      return Refuse("not_supported", "WITH TIES is not supported", "write LIMIT 10");
    if (select_.has_limit_count()) query_.limit = TRY(Whole(select_.limit_count(), "LIMIT"));
    if (select_.has_limit_offset()) query_.offset = TRY(Whole(select_.limit_offset(), "OFFSET")).value_or(0);
    return {};
  }

  const SelectStmt& select_;
  NamedRelation from_;
  BindContext& context_;
  Query query_;
  RowBinder rows_;
  ReleasedBinder released_;
};

}  // namespace

Outcome<Query> Bind(const Question& question, const Scope& scope, FindModel find_model) {
  BindContext context{.parameters = {}, .find_model = std::move(find_model), .models = {}};
  const SelectStmt& select = *question.select;
  NamedRelation from = TRY(BindFrom(select, scope, {}, context));
  return QueryBinder(select, std::move(from), context).Bind();
}

Outcome<Query> BindOverColumns(const SelectStmt& select, NamedRelation from, BindContext& context) {
  return QueryBinder(select, std::move(from), context).BindOverColumns();
}

}  // namespace concordat::sql
