#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "agreement/agreement.h"
#include "quality/freshness.h"
#include "quality/measure.h"

namespace concordat::quality {
namespace {

catalogue::Product Claims() {
  catalogue::Product product;
  product.id = "lewisham/claims";
  product.name = "claims";
  product.version = 2;
  product.revision = 3;
  product.budget = {{10}, {1e-6}};
  product.columns = {{.name = "nino", .source_name = "NI"},
                     {.name = "region", .source_name = "region"},
                     {.name = "order", .source_name = "order"},
                     {.name = "paid", .source_name = "paid"}};
  product.columns[0].unit = true;
  product.columns[3].nullable = false;
  return product;
}

Measured Sample() {
  return {.product = "lewisham/claims",
          .version = 2,
          .revision = 3,
          .answer = "4f1c",
          .rows = 100,
          .margin = 4,
          .columns = {{"region", 0.5, 0.06}, {"order", 1, 0.08}},
          .when = *ParseTime("2026-07-01")};
}

TEST(Measure, AsksForColumnsThatMayBeEmpty) {
  EXPECT_EQ(QuestionOf(Claims()),
            "SELECT count(*) AS n, count(\"region\") AS c1, count(\"order\") AS c2 FROM t");
}

TEST(Measure, ReadsSharesAndMarginsOfAnAnswer) {
  release::Answer answer{.id = "4f1c",
                         .columns = {{"n", Type::kInteger},
                                     {"n_margin", Type::kNumber},
                                     {"c1", Type::kInteger},
                                     {"c1_margin", Type::kNumber},
                                     {"c2", Type::kInteger},
                                     {"c2_margin", Type::kNumber}},
                         .rows = {{std::int64_t{100}, 4.0, std::int64_t{50}, 4.0, std::int64_t{103}, 4.0}},
                         .notice = {}};
  Measured measured = MeasuredBy(answer, Claims());
  measured.when = Sample().when;
  EXPECT_EQ(measured, Sample());
  // Fewer than no rows: nothing can be said.
  answer.rows[0][0] = std::int64_t{-5};
  EXPECT_EQ(MeasuredBy(answer, Claims()).columns.at(0).margin, 1);
}

TEST(Measure, ProposesAnAgreementThatHolds) {
  const auto outline = OutlineOf(Claims(), "lewisham", "dpv-gdpr:A6-1-e", {}, *ParseTime("2026-07-01"));
  const auto agreement = agreement::ReadAgreement(agreement::DocumentOf(outline));
  ASSERT_TRUE(agreement) << agreement.error().message;
  EXPECT_EQ(agreement->name, "quality-claims");
  EXPECT_EQ(agreement->analysts, (std::vector<std::string>{"concordat.quality@lewisham"}));
  EXPECT_EQ(agreement->protection.per_query, Epsilon{0.05});
}

TEST(Book, KeepsTheNewestOfEachProduct) {
  Book book;
  ledger::Entry entry;
  const ledger::Draft draft = DraftOf(Sample());
  entry.kind = draft.kind;
  entry.body = draft.body;
  entry.time = Sample().when;
  book.Apply(entry);
  ASSERT_NE(book.Find("lewisham/claims"), nullptr);
  EXPECT_EQ(*book.Find("lewisham/claims"), Sample());
  EXPECT_TRUE(IsMeasured(book, Claims()));
  catalogue::Product next = Claims();
  next.revision = 4;
  EXPECT_FALSE(IsMeasured(book, next));
  entry.body["revision"] = 4;
  book.Apply(entry);
  EXPECT_TRUE(IsMeasured(book, next));
  entry.body["columns"] = {1};
  EXPECT_FALSE(MeasuredIn(entry));
  book.Clear();
  EXPECT_EQ(book.Find("lewisham/claims"), nullptr);
}

TEST(Freshness, ReadsWhatTheContractPromises) {
  const struct {
    const char* property;
    const char* value;
    const char* unit;
    int hours;  // 0: nothing is promised
  } cases[] = {
      {"frequency", "1", "d", 24},     {"frequency", "12", "Hours", 12}, {"frequency", "2", "weeks", 336},
      {"frequency", "0.5", "day", 12}, {"frequency", "1", "month", 744}, {"frequency", "1", "y", 8784},
      {"latency", "1", "d", 0},        {"frequency", "often", "d", 0},   {"frequency", "1", "", 0},
      {"frequency", "-1", "d", 0},     {"frequency", "1e9", "d", 0},     {"frequency", "1", "moon", 0}};
  for (const auto& each : cases) {
    catalogue::About about;
    about.promises = {{each.property, each.value, each.unit, ""}};
    const auto every = PromisedEvery(about);
    EXPECT_EQ(every ? *every : Milliseconds(0), std::chrono::hours(each.hours))
        << each.value << " " << each.unit;
  }
}

TEST(Freshness, IsLateOnceThePromisedTimeIsOver) {
  const Freshness fresh{*ParseTime("2026-07-01"), std::chrono::hours(24)};
  EXPECT_FALSE(fresh.IsLateAt(*ParseTime("2026-07-02")));
  EXPECT_TRUE(fresh.IsLateAt(*ParseTime("2026-07-02") + Milliseconds(1)));
  EXPECT_FALSE((Freshness{fresh.updated, {}}.IsLateAt(*ParseTime("2036-07-02"))));
}

}  // namespace
}  // namespace concordat::quality
