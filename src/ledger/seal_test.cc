#include "ledger/seal.h"

#include <gtest/gtest.h>

#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

const Time kUntil = *ParseTime("2027-01-31T00:00:00Z");

Draft Question() {
  return {.kind = "release", .body = {{"question", "q"}}, .secret = Json{{"text", "SELECT"}}};
}

TEST(Seal, ShowsNothingBeforeTheDateAndAllFromThenOn) {
  store::TemporaryFolder folder;
  TestLedger ledger(folder / "store.db");
  Draft draft = Question();
  Seal(draft, kUntil);
  ASSERT_TRUE(ledger->Append(draft));
  ledger.Close();
  ledger.Open();
  const Entry entry = ledger->Read(0, 1)->at(0);
  EXPECT_EQ(entry.body, Json({{"question", "q"}, {"sealed_until", "2027-01-31T00:00:00.000Z"}}));
  EXPECT_EQ(Shown(entry, kUntil - Milliseconds(1)), nullptr);
  ASSERT_NE(Shown(entry, kUntil), nullptr);
  EXPECT_EQ(*Shown(entry, kUntil), Json({{"text", "SELECT"}}));
  EXPECT_TRUE(ledger.Verified().ok());
  ASSERT_TRUE(ledger->Erase({0}, "ordered"));
  EXPECT_EQ(Shown(ledger->Read(0, 1)->at(0), kUntil), nullptr);
}

TEST(Shown, ShowsWhatWasNeverSealed) {
  Entry entry{.index = 0, .time = {}, .kind = "release", .body = {{"question", "q"}}, .secret = Json("s")};
  EXPECT_EQ(*Shown(entry, Time{}), Json("s"));
  entry.secret.reset();
  EXPECT_EQ(Shown(entry, kUntil), nullptr);
}

TEST(Shown, TakesADateThatIsNoneForNever) {
  for (const Json& date :
       {Json(), Json(0), Json(""), Json("soon"), Json("2020-01-01"), Json("2020-01-01T00:00:00Z")}) {
    const Entry entry{
        .index = 0, .time = {}, .kind = "release", .body = {{"sealed_until", date}}, .secret = Json("s")};
    EXPECT_EQ(Shown(entry, kUntil), nullptr) << date;
    EXPECT_FALSE(SealedUntil(entry.body)) << date;
  }
}

TEST(EncodeDraft, RefusesASealOverNothingOrWithoutADate) {
  Draft draft = Question();
  Seal(draft, kUntil);
  EXPECT_TRUE(EncodeDraft(draft));
  draft.secret.reset();
  EXPECT_EQ(EncodeDraft(draft).error().code, ErrorCode::kInvalidArgument);
  draft = Question();
  draft.body["sealed_until"] = "soon";
  EXPECT_EQ(EncodeDraft(draft).error().code, ErrorCode::kInvalidArgument);
}

}  // namespace
}  // namespace concordat::ledger
