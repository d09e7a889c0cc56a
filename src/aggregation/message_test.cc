#include "aggregation/message.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace concordat::aggregation {
namespace {

Message Sample(std::uint64_t seed, std::size_t length) {
  SeededRandom random(seed);
  Message message{.round = Round::kAgree, .party = 259, .body = Bytes(length)};
  random.Fill(message.view);
  random.Fill(message.body);
  random.Fill(message.signature);
  return message;
}

TEST(Message, IsReadAsItWasWritten) {
  for (const std::size_t length : {0U, 1U, 31U, 32U, 33U, 100000U}) {
    for (const bool elided : {false, true}) {
      const Message message = elided ? Elide(Sample(length, length)) : Sample(length, length);
      const auto read = DecodeMessage(Encode(message));
      ASSERT_TRUE(read);
      EXPECT_EQ(read->round, message.round);
      EXPECT_EQ(read->party, message.party);
      EXPECT_EQ(read->view, message.view);
      EXPECT_EQ(read->body, message.body);
      EXPECT_EQ(read->elided, message.elided);
      EXPECT_EQ(read->signature, message.signature);
    }
  }
}

TEST(Message, WithoutItsBodyHasItsHash) {
  const Message whole = Sample(1, 1000);
  EXPECT_EQ(Elide(whole).elided, crypto::Sha256(whole.body));
  EXPECT_TRUE(Elide(whole).body.empty());
  EXPECT_EQ(Encode(Elide(Elide(whole))), Encode(Elide(whole)));
}

TEST(Message, HasTheBytesThatItsPageSays) {
  const Bytes bytes = Encode(Message{.round = Round::kReveal, .party = 0x0102, .body = {7, 8}});
  EXPECT_EQ(bytes.size(), 102U);
  EXPECT_EQ(ToHex(ByteView(bytes).first(4)), "01020201");
  EXPECT_EQ(ToHex(ByteView(bytes).last(2)), "0708");
}

TEST(DecodeMessage, RefusesAllElse) {
  const Bytes whole = Encode(Sample(1, 5)), elided = Encode(Elide(Sample(1, 5)));
  for (std::size_t size = 0; size < 100; ++size)
    EXPECT_FALSE(DecodeMessage(ByteView(whole).first(size))) << size;
  EXPECT_FALSE(DecodeMessage(ByteView(elided).first(elided.size() - 1)));
  const struct {
    const char* name;
    std::size_t place;
    std::uint8_t byte;
  } cases[] = {{"no form", 0, 0}, {"another form", 0, 3}, {"no round", 1, 0}, {"a seventh round", 1, 7}};
  for (const auto& c : cases) {
    Bytes changed = whole;
    changed[c.place] = c.byte;
    EXPECT_FALSE(DecodeMessage(changed)) << c.name;
  }
  Bytes longer = elided;
  longer.push_back(0);
  EXPECT_FALSE(DecodeMessage(longer));
}

}  // namespace
}  // namespace concordat::aggregation
