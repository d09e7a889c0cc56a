#include "pgcatalog/testing_database.h"

namespace concordat::pgcatalog {

Database HeartStudy() {
  auto patients = std::make_shared<catalogue::Product>();
  patients->id = "cleveland/heart";
  patients->title = "Heart patients";
  patients->people = 300;
  patients->columns = {
      {.name = "patient", .source_name = "patient", .type = Type::kText, .nullable = false, .unit = true},
      {.name = "sex", .source_name = "sex", .type = Type::kText, .domain = {Value("f"), Value("m")}},
      {.name = "age",
       .source_name = "age",
       .type = Type::kInteger,
       .range = catalogue::Range{0, 120},
       .description = "Age in years"},
      {.name = "chol",
       .source_name = "chol",
       .type = Type::kNumber,
       .range = catalogue::Range{100, 600},
       .resolution = 0.5},
      {.name = "seen", .source_name = "seen", .type = Type::kDate, .range = catalogue::Range{0, 20000}},
      {.name = "stamp", .source_name = "stamp", .type = Type::kTimestamp},
      {.name = "smoker", .source_name = "smoker", .type = Type::kBoolean}};
  auto wards = std::make_shared<catalogue::Product>();
  wards->id = "cleveland/wards";
  wards->columns = {{.name = "ward", .source_name = "ward", .type = Type::kText},
                    {.name = "beds", .source_name = "beds", .type = Type::kInteger}};
  View budget{.name = "budget",
              .description = "What is left",
              .columns = {{"epsilon", Type::kNumber, "left"}, {"agreement", Type::kText, ""}},
              .rows = [] {
                return Result<std::vector<Row>>({{Value(1.5), Value("heart-study")}});
              }};
  return {.name = "heart-study",
          .analyst = "ana",
          .description = "Does cholesterol predict disease?",
          .tables = {{"patients", patients}, {"wards", wards}},
          .views = {std::move(budget)},
          .others = {"claims"}};
}

}  // namespace concordat::pgcatalog
