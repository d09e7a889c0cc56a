#include "sql/query.h"

#include <algorithm>

#include "base/check.h"

namespace concordat::sql {
namespace {

using Products = std::vector<std::shared_ptr<const catalogue::Product>>;

void CollectPublics(const Relation& relation, Products& publics) {
  if (relation.input) CollectPublics(*relation.input, publics);
  if (!relation.joined) return;
  const auto& product = ScanOf(*relation.joined).product;
  CHECK(product->is_public);
  if (std::find(publics.begin(), publics.end(), product) == publics.end()) publics.push_back(product);
  CollectPublics(*relation.joined, publics);
}

}  // namespace

const Relation& ScanOf(const Relation& relation) {
  return relation.kind == Relation::Kind::kScan ? relation : ScanOf(*relation.input);
}

Products PublicsOf(const Relation& relation) {
  Products publics;
  CollectPublics(relation, publics);
  return publics;
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
