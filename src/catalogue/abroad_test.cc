#include "catalogue/abroad.h"

#include <nlohmann/json.hpp>

#include "catalogue/testing_catalogue.h"

namespace concordat::catalogue {
namespace {

Json Heart(std::int64_t version = 1, double high = 700) {
  const Product product{
      .id = "budapest/heart",
      .name = "heart",
      .version = version,
      .title = "Heart",
      .description = {},
      .about = {},
      .columns = {{.name = "chol", .source_name = "chol", .type = Type::kInteger, .range = Range{0, high}}},
      .people = 300,
      .budget = {{10}, {1e-6}},
      .source = {},
      .unit_is_row = true,
      .disjoint = true};
  return ToJson(product);
}

class AbroadTest : public CatalogueTest {
 protected:
  AbroadTest() {
    ledger_.reset();
    SeededRandom random(5);
    ledger_ = *ledger::Ledger::Open(*store_, *crypto::SigningKey::Generate("lewisham", random), clock_,
                                    random_, {&abroad_});
  }
  Abroad abroad_;
};

TEST_F(AbroadTest, KeepsTheNewestCopyOfEachVersion) {
  EXPECT_EQ(abroad_.Find("budapest/heart@1"), nullptr);
  ASSERT_TRUE(EnterAbroad(*ledger_, abroad_, "budapest", Heart()));
  ASSERT_TRUE(EnterAbroad(*ledger_, abroad_, "budapest", Heart(2, 600)));
  EXPECT_EQ(abroad_.Find("budapest/heart@1")->columns[0].range->high, 700);
  EXPECT_EQ(abroad_.Find("budapest/heart@2")->columns[0].range->high, 600);
  EXPECT_TRUE(abroad_.Find("budapest/heart@2")->disjoint);
  EXPECT_EQ(abroad_.Find("budapest/heart"), nullptr);
  const auto again = EnterAbroad(*ledger_, abroad_, "budapest", Heart());
  ASSERT_TRUE(again);
  EXPECT_FALSE(*again);  // nothing new
  ASSERT_TRUE(*EnterAbroad(*ledger_, abroad_, "budapest", Heart(1, 650)));
  EXPECT_EQ(abroad_.Find("budapest/heart@1")->columns[0].range->high, 650);
  EXPECT_EQ(ToJson(*abroad_.Find("budapest/heart@1")), Heart(1, 650));
}

TEST_F(AbroadTest, TakesNothingThatIsNoProductOfItsMember) {
  const auto with = [](const char* pointer, const Json& value) {
    Json body = Heart();
    body[Json::json_pointer(pointer)] = value;
    return body;
  };
  const struct {
    const char* name;
    const char* member;
    Json body;
  } cases[] = {
      {"another's", "cleveland", Heart()},
      {"a list", "budapest", Json::array()},
      {"no version", "budapest", with("/version", "one")},
      {"version past all", "budapest", with("/version", 1e300)},
      {"no rows", "budapest", with("/bounds/rows_per_unit", 0)},
      {"no groups", "budapest", with("/bounds/groups_per_unit", -1)},
      {"bounds of text", "budapest", with("/bounds", "wide")},
      {"half a person", "budapest", with("/people", 0.5)},
      {"no columns", "budapest", with("/columns", Json::array())},
      {"an unknown type", "budapest", with("/columns/0/type", "colour")},
      {"an empty range", "budapest", with("/columns/0/range", {2, 1})},
      {"half a range", "budapest", with("/columns/0/range", {2})},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto entered = EnterAbroad(*ledger_, abroad_, c.member, c.body);
    ASSERT_FALSE(entered);
    EXPECT_EQ(entered.error().code, ErrorCode::kInvalidArgument);
    // Nor from a ledger that somebody else wrote.
    ASSERT_TRUE(ledger_->Append({"abroad.product", {{"member", c.member}, {"product", c.body}}, {}}));
  }
  EXPECT_EQ(abroad_.Find("budapest/heart@1"), nullptr);
}

}  // namespace
}  // namespace concordat::catalogue
