// Parties that keep to no protocol: each wrong message is named with its party, and the sum goes
// on without that party where quorum allows, or there is none.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "aggregation/custody.h"
#include "aggregation/encryption.h"
#include "aggregation/testing_sum.h"
#include "crypto/aead.h"
#include "he/encoding.h"
#include "he/wire.h"

namespace concordat::aggregation {
namespace {

constexpr std::uint16_t kWrong = 1;  // the party that does wrong: member001

struct Deed {
  const char* name;
  Way way;
  Round round;
  std::function<void(const Cast&, Message&)> change;
  ErrorCode code;
  const char* message;  // after "member001 "
};

constexpr std::uint64_t kSeed = 5;  // of all rehearsals here

// What is under the seal, changed.
void Reseal(const Cast& cast, Message& message, const std::function<void(Bytes&)>& change) {
  const crypto::Secret32 key = SealKeyOf(cast, kSeed, message.party);
  const crypto::Hash terms = HashOf(cast.terms);
  Bytes text = *crypto::OpenSealed(key, message.body, terms);
  change(text);
  message.body = crypto::SealOnce(key, text, terms);
  message = Resigned(cast, message);
}

const Deed kDeeds[] = {
    {"a signature that is wrong", Way::kMasks, Round::kCommit,
     [](const Cast&, Message& m) { m.signature[5] ^= 1; }, ErrorCode::kPermissionDenied,
     "did not sign this for this sum, in round commit"},
    {"a body that was changed on the way", Way::kMasks, Round::kContribute,
     [](const Cast&, Message& m) { FlipLast(m.body); }, ErrorCode::kPermissionDenied,
     "did not sign this for this sum, in round contribute"},
    {"a body that was changed on the way, encrypted", Way::kEncryption, Round::kContribute,
     [](const Cast&, Message& m) { FlipLast(m.body); }, ErrorCode::kPermissionDenied,
     "did not sign this for this sum, in round contribute"},
    {"a view that was changed on the way", Way::kMasks, Round::kAgree,
     [](const Cast&, Message& m) { m.view[0] ^= 1; }, ErrorCode::kPermissionDenied,
     "did not sign this for this sum, in round agree"},
    {"another view, signed", Way::kMasks, Round::kAgree,
     [](const Cast& c, Message& m) { m.view[0] ^= 1, m = Resigned(c, m); }, ErrorCode::kPermissionDenied,
     "was shown other messages before round agree, or says so"},
    {"another round's message", Way::kMasks, Round::kReveal,
     [](const Cast& c, Message& m) { m.round = Round::kCommit, m = Resigned(c, m); },
     ErrorCode::kPermissionDenied, "sent a message of round commit in round reveal"},
    {"another round's signature", Way::kMasks, Round::kAgree,
     [](const Cast& c, Message& m) {
       m.round = Round::kOpen, m = Resigned(c, m);
       m.round = Round::kAgree;
     },
     ErrorCode::kPermissionDenied, "did not sign this for this sum, in round agree"},
    {"another sum's message", Way::kEncryption, Round::kCommit,
     [](const Cast& c, Message& m) {
       Cast other{c.terms, {}};
       other.terms.context[0] ^= 1;
       m.signature = c.keys[kWrong].Sign(SignedText(HashOf(other.terms), m, crypto::Sha256(m.body)));
     },
     ErrorCode::kPermissionDenied, "did not sign this for this sum, in round commit"},
    {"another party's message", Way::kMasks, Round::kCommit,
     [](const Cast& c, Message& m) {
       m.signature = c.keys[2].Sign(SignedText(HashOf(c.terms), m, crypto::Sha256(m.body)));
     },
     ErrorCode::kPermissionDenied, "did not sign this for this sum, in round commit"},
    {"a message without its body", Way::kMasks, Round::kContribute,
     [](const Cast&, Message& m) { m = Elide(m); }, ErrorCode::kInvalidArgument,
     "sent a message without its body"},

    {"a key of small order", Way::kMasks, Round::kCommit,
     [](const Cast& c, Message& m) { std::fill_n(m.body.begin() + 32, 32, 0), m = Resigned(c, m); },
     ErrorCode::kInvalidArgument, "sent a public key of small order"},
    {"keys of another length", Way::kMasks, Round::kCommit,
     [](const Cast& c, Message& m) { m.body.pop_back(), m = Resigned(c, m); }, ErrorCode::kInvalidArgument,
     "sent keys of another length"},
    {"a dealing of another length", Way::kMasks, Round::kReveal,
     [](const Cast& c, Message& m) { m.body.push_back(0), m = Resigned(c, m); }, ErrorCode::kInvalidArgument,
     "sent a message of another length"},
    {"a vector of another length", Way::kMasks, Round::kContribute,
     [](const Cast& c, Message& m) { m.body.resize(m.body.size() - 8), m = Resigned(c, m); },
     ErrorCode::kInvalidArgument, "sent a message of another length"},
    {"more than a signature", Way::kMasks, Round::kAgree,
     [](const Cast& c, Message& m) { m.body.push_back(0), m = Resigned(c, m); }, ErrorCode::kInvalidArgument,
     "sent a message of another length"},
    {"a share that was not dealt", Way::kMasks, Round::kOpen,
     [](const Cast& c, Message& m) { FlipLast(m.body), m = Resigned(c, m); }, ErrorCode::kPermissionDenied,
     "gave back a share that is not the one dealt"},
    {"shares of another number", Way::kMasks, Round::kOpen,
     [](const Cast& c, Message& m) { m.body.resize(m.body.size() - 32), m = Resigned(c, m); },
     ErrorCode::kInvalidArgument, "sent a message of another length"},

    {"a commitment of another length", Way::kEncryption, Round::kCommit,
     [](const Cast& c, Message& m) { m.body.push_back(0), m = Resigned(c, m); }, ErrorCode::kInvalidArgument,
     "sent a commitment of another length"},
    {"a key that it did not commit to", Way::kEncryption, Round::kReveal,
     [](const Cast& c, Message& m) {
       const Bytes rogue = KeyShareOf(HashOf(c.terms), {}).PublicShare();
       std::ranges::copy(rogue, m.body.begin());
       m = Resigned(c, m);
     },
     ErrorCode::kPermissionDenied, "revealed another key than the one it committed to"},
    {"a reveal of another length", Way::kEncryption, Round::kReveal,
     [](const Cast& c, Message& m) { m.body.resize(m.body.size() - 1), m = Resigned(c, m); },
     ErrorCode::kInvalidArgument, "revealed a message of another length"},
    {"half a message", Way::kEncryption, Round::kContribute,
     [](const Cast& c, Message& m) { m.body.resize(m.body.size() / 2), m = Resigned(c, m); },
     ErrorCode::kInvalidArgument, "contributed a message of another length"},
    {"no message", Way::kEncryption, Round::kContribute,
     [](const Cast& c, Message& m) { m.body.clear(), m = Resigned(c, m); }, ErrorCode::kInvalidArgument,
     "contributed a message of another length"},
    {"a seal that does not open", Way::kEncryption, Round::kContribute,
     [](const Cast& c, Message& m) { FlipLast(m.body), m = Resigned(c, m); }, ErrorCode::kInvalidArgument,
     "contributed what its seal does not open"},
    {"a ciphertext of residues out of range", Way::kEncryption, Round::kContribute,
     [](const Cast& c, Message& m) {
       Reseal(c, m, [](Bytes& text) { std::fill(text.end() - 200, text.end(), 0xff); });
     },
     ErrorCode::kInvalidArgument, "contributed a malformed ciphertext"},
    {"a sum in place of an encryption", Way::kEncryption, Round::kContribute,
     [](const Cast& c, Message& m) {
       Reseal(c, m, [&](Bytes& text) {
         const ByteView twice[] = {text, text};
         text = *he::Add(ShapeOf(c.terms), twice);
       });
     },
     ErrorCode::kInvalidArgument, "contributed a sum of ciphertexts"},
    {"a share of a seal that was not dealt", Way::kEncryption, Round::kAgree,
     [](const Cast& c, Message& m) { FlipLast(m.body), m = Resigned(c, m); }, ErrorCode::kPermissionDenied,
     "gave back a share that is not the one dealt"},
    {"too few shares of seals", Way::kEncryption, Round::kAgree,
     [](const Cast& c, Message& m) { m.body.resize(m.body.size() - 32), m = Resigned(c, m); },
     ErrorCode::kInvalidArgument, "agreed with a message of another length"},
    {"half a decryption", Way::kEncryption, Round::kOpen,
     [](const Cast& c, Message& m) { m.body.resize(m.body.size() / 2), m = Resigned(c, m); },
     ErrorCode::kInvalidArgument, "opened with a message of another length"},
};

TEST(Byzantine, EachWrongMessageIsNamedAndTheSumGoesOnWithoutItsParty) {
  for (const Deed& deed : kDeeds) {
    SCOPED_TRACE(deed.name);
    const Size size = SizeFor(deed.way);
    const Cast cast = CastOf(size);
    const auto values = EdgeValues(size, 3);
    Rehearsal rehearsal(cast, values, kSeed);
    rehearsal.on_the_way = [&](Message& message) {
      if (message.party == kWrong && message.round == deed.round) deed.change(cast, message);
    };
    const auto sum = rehearsal.Run();
    // Where its message was taken at first, the party itself, which said another, goes no further.
    ASSERT_EQ(rehearsal.faults().size(), rehearsal.receiver().Faults().empty() ? 1U : 2U);
    const Error& fault = rehearsal.faults().back();
    EXPECT_EQ(fault.code, deed.code);
    EXPECT_TRUE(fault.message.starts_with(std::string("member001 ") + deed.message)) << fault.message;
    ASSERT_TRUE(sum) << sum.error().message;
    const bool in = deed.round > Round::kContribute;
    EXPECT_EQ(*sum,
              SumOfValues(size, values,
                          in ? std::vector<std::uint16_t>{0, 1, 2, 3} : std::vector<std::uint16_t>{0, 2, 3}));
  }
}

// Party 4 agrees and does not open; of the others, who must give shares of its key, one does wrong.
TEST(Byzantine, WrongSharesOfAKeyThatIsRestoredAreNamed) {
  const struct {
    const char* name;
    std::function<void(const Cast&, Message&)> change;
    ErrorCode code;
    const char* message;
  } cases[] = {
      {"not the one dealt", [](const Cast& c, Message& m) { FlipLast(m.body), m = Resigned(c, m); },
       ErrorCode::kPermissionDenied, "member001 gave back a share that is not the one dealt"},
      {"none", [](const Cast& c, Message& m) { m.body.clear(), m = Resigned(c, m); },
       ErrorCode::kInvalidArgument, "member001 restored with a message of another length"},
      {"changed on the way", [](const Cast&, Message& m) { FlipLast(m.body); }, ErrorCode::kPermissionDenied,
       "member001 did not sign this for this sum, in round restore"},
      {"of another view", [](const Cast& c, Message& m) { m.view[0] ^= 1, m = Resigned(c, m); },
       ErrorCode::kPermissionDenied, "member001 was shown other messages before round restore, or says so"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const Size size{.way = Way::kEncryption, .parties = 5, .quorum = 3, .length = 3};
    const Cast cast = CastOf(size);
    const auto values = EdgeValues(size, 3);
    Rehearsal rehearsal(cast, values, kSeed);
    rehearsal.speaks = [](Round round, std::uint16_t party) { return party != 4 || round < Round::kOpen; };
    rehearsal.on_the_way = [&](Message& message) {
      if (message.party == kWrong && message.round == Round::kRestore) c.change(cast, message);
    };
    const auto sum = rehearsal.Run();
    ASSERT_EQ(rehearsal.faults().size(), 1U);
    EXPECT_EQ(rehearsal.faults().front().code, c.code);
    EXPECT_EQ(rehearsal.faults().front().message, c.message);
    ASSERT_TRUE(sum) << sum.error().message;
    EXPECT_EQ(*sum, SumOfValues(size, values, {0, 1, 2, 3, 4}));
  }
}

// Who is dealt such shares goes no further; of the other three a sum comes.
TEST(Byzantine, SharesDealtWronglyAreSeenByTheirHolder) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    const Size size{.way = way, .parties = 5, .quorum = 3};
    const Cast cast = CastOf(size);
    const auto values = EdgeValues(size, 3);
    Rehearsal rehearsal(cast, values, kSeed);
    rehearsal.on_the_way = [&](Message& message) {
      if (message.party != kWrong || message.round != Round::kReveal) return;
      FlipLast(message.body);  // sealed to the last party
      message = Resigned(cast, message);
    };
    const auto sum = rehearsal.Run();
    ASSERT_EQ(rehearsal.faults().size(), 2U);  // the dealer's own, for it is not what it said; its holder's
    EXPECT_EQ(rehearsal.faults().back().message, "member001 dealt shares that do not open");
    ASSERT_TRUE(sum);
    EXPECT_EQ(*sum, SumOfValues(size, values, {0, 2, 3}));
  }
}

// Shares that open and fit their hashes, of a seed that is not the key's: seen when the seed is needed.
TEST(Byzantine, SharesOfAnotherSeedAreSeenWhenTheyAreNeeded) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    const Size size = SizeFor(way);
    const Cast cast = CastOf(size);
    Rehearsal rehearsal(cast, EdgeValues(size, 3), kSeed);
    SealingKeys keys;
    rehearsal.on_the_way = [&](Message& message) {
      if (message.round == Round::kCommit) std::copy_n(message.body.begin(), 32, keys[message.party].begin());
      if (message.party != kWrong || message.round != Round::kReveal) return;
      constexpr std::size_t seeds = 2;
      SeededRandom same(kSeed * 1000 + kWrong);  // its sealing key is the first thing that it draws
      Holder holder({.terms = HashOf(cast.terms), .quorum = size.quorum, .seeds = seeds}, kWrong, same);
      const Bytes dealing = holder.Deal(keys, std::vector<crypto::Secret32>(seeds), same);
      std::ranges::copy(dealing, message.body.end() - static_cast<std::ptrdiff_t>(dealing.size()));
      message = Resigned(cast, message);
    };
    rehearsal.speaks = [](Round round, std::uint16_t party) {
      return party != kWrong || round < Round::kContribute;
    };
    const auto sum = rehearsal.Run();
    ASSERT_FALSE(sum);
    EXPECT_EQ(sum.error().code, ErrorCode::kPermissionDenied);
    EXPECT_TRUE(sum.error().message.starts_with("member001 dealt shares that do not give back its"))
        << sum.error().message;
  }
}

// Of three that a sum needs, two contributed ciphertexts that are none.
TEST(Byzantine, TooFewEncryptionsAreNoSum) {
  const Size size = SizeFor(Way::kEncryption);
  const Cast cast = CastOf(size);
  Rehearsal rehearsal(cast, EdgeValues(size, 3), kSeed);
  rehearsal.on_the_way = [&](Message& message) {
    if (message.round != Round::kContribute) return;
    if (message.party >= 2) Reseal(cast, message, [](Bytes& text) { text[0] ^= 0xff; });
  };
  const auto sum = rehearsal.Run();
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().code, ErrorCode::kUnavailable);
}

TEST(Byzantine, AWrongDecryptionIsSeen) {
  const Size size = SizeFor(Way::kEncryption);
  const Cast cast = CastOf(size);
  Rehearsal rehearsal(cast, EdgeValues(size, 3), kSeed);
  Bytes of_another;
  rehearsal.on_the_way = [&](Message& message) {
    if (message.round != Round::kOpen) return;
    if (message.party == 0) of_another = message.body;
    if (message.party != kWrong) return;
    message.body = of_another;
    message = Resigned(cast, message);
  };
  const auto sum = rehearsal.Run();
  ASSERT_FALSE(sum);
  EXPECT_EQ(sum.error().code, ErrorCode::kCorrupt);
}

// A partial decryption and the encoding of as many ones.
Bytes ShiftedByOne(const he::Shape& shape, ByteView partial) {
  const he::Lanes& lanes = he::LanesOf(he::BestKernel());
  const std::vector<std::uint64_t> ones(shape.values, 1);
  const he::Encoding encoding(shape.set, ones);
  Bytes shifted = he::Begin(he::Kind::kPartial, shape);
  for (std::size_t prime = 0; prime < he::Of(shape.set).primes; ++prime) {
    const he::Place place = he::InPartial(shape, 0, prime);
    std::vector<std::uint64_t> residues(place.residues);
    EXPECT_TRUE(he::Read(residues, partial, place, prime, lanes));
    encoding.AddTo(residues, prime, he::BestKernel());
    he::Write(shifted, place, residues, lanes);
  }
  return shifted;
}

// The limit of the above: who knows how to shifts the sum by its partial decryption, as it could by its
// numbers.
TEST(Byzantine, AShiftedDecryptionIsNotSeen) {
  const Size size = SizeFor(Way::kEncryption);
  const Cast cast = CastOf(size);
  const auto values = EdgeValues(size, 3);
  Rehearsal rehearsal(cast, values, kSeed);
  rehearsal.on_the_way = [&](Message& message) {
    if (message.round != Round::kOpen || message.party != kWrong) return;
    message.body = ShiftedByOne(ShapeOf(cast.terms), message.body);
    message = Resigned(cast, message);
  };
  const auto sum = rehearsal.Run();
  ASSERT_TRUE(sum) << sum.error().message;
  auto shifted = SumOfValues(size, values, {0, 1, 2, 3});
  for (Int128& value : shifted) value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) + 1);
  EXPECT_EQ(*sum, shifted);
}

TEST(Byzantine, TwoMessagesOfOnePartyAreTwoAndTheFirstStands) {
  const Size size = SizeFor(Way::kMasks);
  const Cast cast = CastOf(size);
  for (const Round round : {Round::kCommit, Round::kReveal, Round::kContribute}) {
    SCOPED_TRACE(Name(round));
    const auto values = EdgeValues(size, 3);
    Rehearsal rehearsal(cast, values, kSeed);
    rehearsal.on_the_way = [&](Message& message) {
      if (message.party != kWrong || message.round != round) return;
      EXPECT_TRUE(rehearsal.receiver().Add(message));
      EXPECT_TRUE(rehearsal.receiver().Add(message));  // a link that repeats
      FlipLast(message.body);
      message = Resigned(cast, message);
    };
    const auto sum = rehearsal.Run();
    ASSERT_EQ(rehearsal.faults().size(), 1U);
    EXPECT_EQ(rehearsal.faults().front().message,
              fmt::format("member001 signed two messages of round {}", Name(round)));
    ASSERT_TRUE(sum);
    EXPECT_EQ(*sum, SumOfValues(size, values, {0, 1, 2, 3}));
  }
}

TEST(Byzantine, WhoLeftDoesNotComeBack) {
  const Size size = SizeFor(Way::kMasks);
  const Cast cast = CastOf(size);
  Rehearsal rehearsal(cast, EdgeValues(size, 3), kSeed);
  rehearsal.speaks = [](Round, std::uint16_t party) { return party != kWrong; };
  rehearsal.on_the_way = [&](Message& message) {
    if (message.party != 0 || message.round != Round::kContribute) return;
    Message stranger = message;
    stranger.party = kWrong;
    const auto added = rehearsal.receiver().Add(Resigned(cast, stranger));
    ASSERT_FALSE(added);
    EXPECT_EQ(added.error().message, "member001 was not there in the round before contribute");
    stranger.party = 4;
    EXPECT_FALSE(rehearsal.receiver().Add(stranger));
  };
  EXPECT_TRUE(rehearsal.Run());
}

TEST(Byzantine, ValuesThatDoNotFitAreRefused) {
  const Size size = SizeFor(Way::kMasks);
  const Cast cast = CastOf(size);
  const struct {
    std::vector<Int128> values;
    const char* message;
  } cases[] = {{{1, 2}, "2 values for a sum of 3 numbers"},
               {{1, 2, Int128{1} << 63}, "a value does not fit the sum's 64 bits"},
               {{1, 2, -(Int128{1} << 63) - 1}, "a value does not fit the sum's 64 bits"}};
  for (const auto& c : cases) {
    auto values = EdgeValues(size, 3);
    values[0] = c.values;
    Rehearsal rehearsal(cast, values, kSeed);
    EXPECT_TRUE(rehearsal.Run());  // of the other three
    ASSERT_EQ(rehearsal.faults().size(), 1U);
    EXPECT_EQ(rehearsal.faults().front().message, c.message);
  }
}

}  // namespace
}  // namespace concordat::aggregation
