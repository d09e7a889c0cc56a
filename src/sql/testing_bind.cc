#include "sql/testing_bind.h"

namespace concordat::sql {

Scope PeopleScope() {
  auto product = std::make_shared<catalogue::Product>();
  product->id = "lewisham/people";
  const auto add = [&](const char* name, Type type) -> catalogue::Column& {
    product->columns.push_back({.name = name, .source_name = name, .type = type});
    return product->columns.back();
  };
  add("person", Type::kText).unit = true;
  add("region", Type::kText).domain = {Value("north"), Value("south")};
  add("note", Type::kText);
  catalogue::Column& age = add("age", Type::kInteger);
  age.range = catalogue::Range{0, 100};
  age.nullable = false;
  add("cost", Type::kNumber).range = catalogue::Range{-10, 50};
  add("height", Type::kNumber);
  add("employed", Type::kBoolean);
  add("day", Type::kDate).range = catalogue::Range{20454, 20818};  // 2026
  add("seen", Type::kTimestamp);
  product->bounds = {.rows_per_unit = 4, .groups_per_unit = 2, .rows_proven = true, .ranges_proven = true};
  return {{"people", product}};
}

Outcome<Query> BindText(const std::string& text) { return Bind(TRY(ParseQuestion(text)), PeopleScope()); }

}  // namespace concordat::sql
