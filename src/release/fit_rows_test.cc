#include "release/fit_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace concordat::release {
namespace {

catalogue::Product Patients() {
  catalogue::Product product;
  const auto add = [&](const char* name, Type type) -> catalogue::Column& {
    product.columns.push_back({.name = name, .source_name = name, .type = type});
    return product.columns.back();
  };
  add("patient", Type::kText).unit = true;
  add("age", Type::kInteger).range = catalogue::Range{20, 90};
  add("sex", Type::kInteger).domain = {Value(std::int64_t{1}), Value(std::int64_t{0})};
  add("ward", Type::kText).domain = {Value("south"), Value("north")};
  add("smokes", Type::kBoolean);
  add("note", Type::kText);
  add("weight", Type::kNumber);
  add("born", Type::kDate).range = catalogue::Range{-100, 100};
  add("seen", Type::kTimestamp).range = catalogue::Range{0, 86'400e6};
  return product;
}

TEST(FitRows, TellFormulasWhatContractsDeclare) {
  const learning::Schema expected = {
      {"age", {}, {{20, 90}}},
      {"sex", {}, {{0, 1}}},  // a number, as R takes it
      {"ward", {"south", "north"}, {}},
      {"smokes", {"false", "true"}, {}},
      {"weight", {}, {}},
      {"born", {}, {{-100, 100}}},
      {"seen", {}, {{0, 1}}},  // days
      {"site()", {"brno", "cork"}, {}},
  };
  const learning::Schema schema = SchemaOf(Patients(), {"brno", "cork"});
  ASSERT_EQ(schema.size(), expected.size());
  for (std::size_t i = 0; i < schema.size(); ++i) EXPECT_EQ(schema[i], expected[i]) << schema[i].name;
}

TEST(FitRows, CountWhatLiesOutsideAsMissing) {
  const catalogue::Product product = Patients();
  const struct {
    const char* column;
    Value value;
    double number;
  } cases[] = {
      {"age", Value(std::int64_t{20}), 20},
      {"age", Value(std::int64_t{90}), 90},
      {"age", Value(std::int64_t{91}), NAN},
      {"age", Value(std::int64_t{19}), NAN},
      {"age", Value(Null()), NAN},
      {"sex", Value(std::int64_t{1}), 1},
      {"sex", Value(std::int64_t{2}), NAN},
      {"ward", Value("south"), 0},
      {"ward", Value("north"), 1},
      {"ward", Value("east"), NAN},
      {"smokes", Value(false), 0},
      {"smokes", Value(true), 1},
      {"weight", Value(-3.5), -3.5},
      {"weight", Value(std::nan("")), NAN},
      {"born", Value(Date{100}), 100},
      {"born", Value(Date{101}), NAN},
      {"seen", Value(Timestamp{43'200'000'000}), 0.5},
      {"seen", Value(Timestamp{-1}), NAN},
  };
  for (const auto& c : cases) {
    const double found = NumberOf(product.columns[PlacesOf(product, {c.column})[0]], c.value);
    if (std::isnan(c.number))
      EXPECT_TRUE(std::isnan(found)) << c.column << " " << ToText(c.value) << ": " << found;
    else
      EXPECT_EQ(found, c.number) << c.column << " " << ToText(c.value);
  }
}

TEST(FitRows, FindColumnsInTheOrderOfTheirNames) {
  EXPECT_THAT(PlacesOf(Patients(), {"ward", "site()", "age"}), testing::ElementsAre(3, 1));
}

}  // namespace
}  // namespace concordat::release
