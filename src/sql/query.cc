#include "sql/query.h"

namespace concordat::sql {

const Relation& ScanOf(const Relation& relation) {
  return relation.kind == Relation::Kind::kScan ? relation : ScanOf(*relation.input);
}

std::optional<std::size_t> ScannedAs(const Relation& relation, std::size_t index) {
  switch (relation.kind) {
    case Relation::Kind::kScan:
      return index;
    case Relation::Kind::kFilter:
      return ScannedAs(*relation.input, index);
    case Relation::Kind::kProject: {
      const Expr& expr = relation.expressions[index];
      if (expr.op != Op::kColumn) return {};
      return ScannedAs(*relation.input, static_cast<std::size_t>(expr.index));
    }
    case Relation::Kind::kJoin:
      if (index >= relation.input->columns.size()) return {};
      return ScannedAs(*relation.input, index);
  }
  return {};
}

}  // namespace concordat::sql
