#include "federation/message.h"

#include <gtest/gtest.h>

#include <limits>

#include "federation/testing_trio.h"
#include "federation/wire.h"

namespace concordat::federation {
namespace {

Setting SomeSetting() {
  return {.session = {5},
          .participants = {kArad, kBrno},
          .keys = {{Value(std::string("a"))}, {Value(std::string("b"))}},
          .way = aggregation::Way::kMasks,
          .width = aggregation::Width::k128};
}

// Whole it is read and written back the same; shorter or longer it is nothing.
template <class T>
void ComesBack(const Bytes& bytes, Result<T> (*decode)(ByteView)) {
  const auto read = decode(bytes);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(Encode(*read), bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_FALSE(decode(ByteView(bytes).first(size))) << size;
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode(longer));
}

TEST(Messages, ComeBackAsTheyWere) {
  ComesBack(Encode(Prepared{"{\"a\":1}", "rev", true, false, "4 of 6 left"}), DecodePrepared);
  ComesBack(Encode(SomeSetting()), DecodeSetting);
  ComesBack(Encode(Relayed{{1, 2}, {{1, 2, 3}, {}}}), DecodeRelayed);
  ComesBack(Encode(Plain{{1, -1, std::numeric_limits<Int128>::min()}, {3}}), DecodePlain);
  ComesBack(Encode(Doubtful{{{Session{7}, "00112233aabbccdd"}, {Session{}, ""}}}), DecodeDoubtful);
  ComesBack(Encode(Charged{{"00112233aabbccdd"}}), DecodeCharged);
  ComesBack(Encode(Finished{{"receipt\nof two lines"}, "none left"}), DecodeFinished);
  ComesBack(Encode(SomeSetting().keys), DecodeKeys);
}

TEST(Messages, OfFitsComeBackAsTheyWere) {
  ComesBack(Encode(Pledged{{"{\"a\":1}", "rev", true, false, "4 of 6 left"}, {1, 2, 3}}), DecodePledged);
  ComesBack(Encode(Pledged{{"", "", false, true, ""}, {}}), DecodePledged);
  ComesBack(Encode(Round{{5}, 1, "{}", {{1, 2}, {3}}, {}}), DecodeRound);
  ComesBack(Encode(Round{{5}, 0xFFFFFFFF, R"({"around":0.5})", {{}, {}}, {{7, 8}, {}}}), DecodeRound);
  ComesBack(Encode(Contributed{{9, 9}, {1, 2}}), DecodeContributed);
  ComesBack(Encode(Contributed{}), DecodeContributed);
}

TEST(Messages, OfFitsPromiseNoMoreThanFollows) {
  Writer blobs;  // a round whose pledges would be more than there is room for
  blobs.Raw(Session{5});
  blobs.U32(1);
  blobs.Text("{}");
  blobs.U32(0xFFFFFFFF);
  EXPECT_FALSE(DecodeRound(std::move(blobs).Take()));
  Writer state;  // that is not UTF-8
  state.Raw(Session{5});
  state.U32(1);
  state.Text("\xff");
  state.U32(0);
  state.U32(0);
  EXPECT_FALSE(DecodeRound(std::move(state).Take()));
}

TEST(Voucher, IsOfOneRoundOfOneFitOverTheSameRows) {
  const release::FitRound round{3, "{}"};
  const Bytes text = VoucherText("plan", round, "rows");
  EXPECT_EQ(VoucherText("plan", round, "rows"), text);
  EXPECT_NE(VoucherText("another plan", round, "rows"), text);
  EXPECT_NE(VoucherText("plan", {2, "{}"}, "rows"), text);
  EXPECT_NE(VoucherText("plan", {3, "[]"}, "rows"), text);
  EXPECT_NE(VoucherText("plan", round, "other rows"), text);
}

TEST(Messages, TakeEveryValueAndNoSecondFormOfOne) {
  const std::vector<Row> rows{
      {Value(Null{}), Value(true), Value(std::int64_t{-1}), Value(-2.5), Value(std::string("é")),
       Value(Date{-3}), Value(Timestamp{-4}), Value(Int128{-5})},
      {}};
  ComesBack(Encode(rows), DecodeKeys);
  EXPECT_EQ(Encode(std::vector<Row>{{Value(-0.0)}}), Encode(std::vector<Row>{{Value(0.0)}}));
  Writer negative_zero;
  negative_zero.U32(1);
  negative_zero.U32(1);
  negative_zero.U8(4);
  negative_zero.U64(std::uint64_t{1} << 63);
  EXPECT_FALSE(DecodeKeys(std::move(negative_zero).Take()));
  Writer not_utf8;
  not_utf8.U32(1);
  not_utf8.U32(1);
  not_utf8.U8(5);
  not_utf8.Text("\xff");
  EXPECT_FALSE(DecodeKeys(std::move(not_utf8).Take()));
}

TEST(Messages, CountsBeyondWhatFollowsAreRefusedBeforeMemoryIsTaken) {
  Writer out;
  out.U32(0xFFFFFFFF);
  EXPECT_FALSE(DecodeKeys(std::move(out).Take()));
}

TEST(Reply, CarriesARefusalWhole) {
  const Declined declined{kBrno, {"budget_exhausted", "nothing is left", "ask less", "53400", 7}};
  const auto read = DecodeReply(EncodeReply(declined));
  ASSERT_TRUE(read);
  ASSERT_FALSE(*read);
  EXPECT_EQ(read->error().owner, kBrno);
  EXPECT_EQ(read->error().refusal.reason, "budget_exhausted");
  EXPECT_EQ(read->error().refusal.message, "nothing is left");
  EXPECT_EQ(read->error().refusal.hint, "ask less");
  EXPECT_EQ(read->error().refusal.sqlstate, "53400");
  EXPECT_EQ(read->error().refusal.position, 7);
}

TEST(Reply, ShowsNothingButWords) {
  const struct {
    const char* name;
    Refusal refusal;
  } cases[] = {
      {"a reason of another form", {"Budget!", "m", "h", "53400", {}}},
      {"no reason", {"", "m", "h", "53400", {}}},
      {"a terminal's control sequence", {"failed", "\x1b[2J", "h", "XX000", {}}},
      {"a second line", {"failed", "m", "a\nb", "XX000", {}}},
      {"a state of six", {"failed", "m", "h", "XX0000", {}}},
      {"a novel", {"failed", std::string(5'000, 'm'), "h", "XX000", {}}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    EXPECT_FALSE(DecodeReply(EncodeReply(Declined{kBrno, c.refusal})));
  }
}

TEST(Keys, AreUnitedOnceAndInOneOrder) {
  const Row a{Value(std::string("a"))};
  const Row b{Value(std::string("b"))};
  const Row none{Value(Null{})};
  const auto united = Unite({{b, a}, {a}, {none, b}});
  EXPECT_EQ(united.size(), 3U);
  EXPECT_TRUE(AreInOrder(united));
  EXPECT_EQ(Unite({{none}, {a}, {b}}), united);
  EXPECT_FALSE(AreInOrder({a, a}));
  EXPECT_TRUE(AreInOrder({}));
}

TEST(Context, IsAnotherForWhateverDiffers) {
  Trio trio;
  const Statement statement = trio.Statement(kArad, "sums").statement;
  const crypto::Hash context = ContextOf(statement, "plan", SomeSetting());
  EXPECT_EQ(ContextOf(statement, "plan", SomeSetting()), context);
  EXPECT_NE(ContextOf(statement, "another plan", SomeSetting()), context);
  EXPECT_NE(ContextOf(trio.Statement(kArad, "sums").statement, "plan", SomeSetting()), context);
  for (void (*change)(Setting&) : std::initializer_list<void (*)(Setting&)>{
           [](Setting& s) { s.participants.pop_back(); }, [](Setting& s) { s.keys.pop_back(); },
           [](Setting& s) { s.way = aggregation::Way::kEncryption; },
           [](Setting& s) { s.width = aggregation::Width::k64; }}) {
    Setting setting = SomeSetting();
    change(setting);
    EXPECT_NE(ContextOf(statement, "plan", setting), context);
  }
}

}  // namespace
}  // namespace concordat::federation
