#include "pgwire/backend.h"

namespace concordat::pgwire {
namespace {

std::vector<Column> TypedColumns(const std::vector<release::OutputColumn>& columns) {
  std::vector<Column> typed;
  typed.reserve(columns.size());
  for (const auto& column : columns) typed.push_back({column.name, pgcatalog::TypeOid(column.type)});
  return typed;
}

}  // namespace

Answer Typed(release::Answer answer) {
  return {.columns = TypedColumns(answer.columns),
          .rows = std::move(answer.rows),
          .notice = std::move(answer.notice),
          .settings = {}};
}

Description Typed(const std::vector<release::OutputColumn>& columns, const std::vector<Type>& parameters) {
  Description description{.columns = TypedColumns(columns), .parameters = {}};
  for (const Type type : parameters) description.parameters.push_back(pgcatalog::TypeOid(type));
  return description;
}

}  // namespace concordat::pgwire
