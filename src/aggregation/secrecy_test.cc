// What the receiver and colluding parties see of a sum, held against what they may learn: the sum of the
// honest parties' numbers. Each test has a control that is caught. Argument: sum.proof.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>

#include "aggregation/custody.h"
#include "aggregation/encryption.h"
#include "aggregation/masks.h"
#include "aggregation/testing_sum.h"
#include "crypto/aead.h"

namespace concordat::aggregation {
namespace {

// The seeds that a rehearsed party draws: of its sealing key, of its own mask, of its pairs' masks.
struct Seeds {
  crypto::Secret32 sealing, self, mask;
};
Seeds SeedsOf(std::uint64_t rehearsal, std::uint16_t party) {
  SeededRandom random(rehearsal * 1000 + party);
  Seeds seeds;
  random.Fill(seeds.sealing);
  random.Fill(seeds.self);
  random.Fill(seeds.mask);
  return seeds;
}

// What `party` adds for `other`.
Mask PairMaskOf(const Terms& terms, std::uint64_t rehearsal, std::uint16_t party, std::uint16_t other) {
  const crypto::X25519Key own(SeedsOf(rehearsal, party).mask), theirs(SeedsOf(rehearsal, other).mask);
  return PairMask(HashOf(terms), party, own, other, theirs.public_key());
}

// Ten parties of whom nine are a quorum and two collude, so that each has four neighbours: 0 has 1, 2, 8
// and 9.
constexpr Size kSparse{
    .way = Way::kMasks, .width = Width::k64, .parties = 10, .quorum = 9, .colluding = 2, .length = 4096};
constexpr std::uint64_t kSecrecySeed = 20261127;

struct Adversary {
  std::vector<std::uint16_t> colluding;  // their seeds are known
  std::vector<std::uint16_t> missing;    // not in the sum: their masks' seeds are opened
  bool Knows(std::uint16_t party) const {
    return std::ranges::count(colluding, party) + std::ranges::count(missing, party) > 0;
  }
};

// What is left of a contribution in the sum when all masks that the adversary knows are taken off.
Bytes LeftOf(const Cast& cast, const Message& contribution, const Adversary& adversary) {
  const std::uint16_t party = contribution.party;
  std::vector<Mask> known = {
      Opposite(SelfMask(HashOf(cast.terms), party, SeedsOf(kSecrecySeed, party).self))};
  for (const std::uint16_t other : Neighbours(cast.terms, party)) {
    if (adversary.Knows(other)) known.push_back(Opposite(PairMaskOf(cast.terms, kSecrecySeed, party, other)));
  }
  Bytes left = contribution.body;
  AddMasks(cast.terms.width, left, known);
  return left;
}

// Further from uniform bytes than chance explains: Pearson's statistic, of 255 degrees, exceeds 255 + 2
// sqrt(255 x) + 2x with a chance of e^-x (Laurent and Massart 2000). x = 23: 1e-10 a use, so 1e-7 for this
// whole file.
bool RefutesUniform(ByteView bytes) {
  constexpr double kMost = 255 + 2 * 76.6 + 46;
  std::array<double, 256> counts{};
  for (const std::uint8_t byte : bytes) ++counts[byte];
  const double expected = static_cast<double>(bytes.size()) / 256;
  double statistic = 0;
  for (const double count : counts) statistic += (count - expected) * (count - expected) / expected;
  return statistic > kMost;
}

Bytes Difference(const Bytes& a, const Bytes& b) {
  std::vector<Int128> numbers = Numbers(Width::k64, a);
  const std::vector<Int128> others = Numbers(Width::k64, b);
  for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] -= others[i];
  return Residues(Width::k64, numbers);
}

class MaskSecrecy : public ::testing::Test {
 protected:
  // Every contribution of one sum in which party 9 is missing.
  std::map<std::uint16_t, Message> Contributions() {
    Rehearsal rehearsal(cast_, values_, kSecrecySeed);
    rehearsal.speaks = [](Round round, std::uint16_t party) {
      return party != 9 || round < Round::kContribute;
    };
    const auto sum = rehearsal.Run();
    EXPECT_TRUE(sum);
    std::map<std::uint16_t, Message> contributions;
    for (const Message& message : rehearsal.said().at(Round::kContribute))
      contributions[message.party] = message;
    return contributions;
  }

  Cast cast_ = CastOf(kSparse);
  std::vector<std::vector<Int128>> values_ = EdgeValues(kSparse, 1);
};

// Every set of honest parties but all of them sums to uniform numbers; all of them sum to their values.
TEST_F(MaskSecrecy, NoSetOfHonestPartiesButAllIsSeen) {
  for (auto& vector : values_) std::ranges::fill(vector, 1000);  // as far from uniform as may be
  const auto contributions = Contributions();
  const Adversary adversary{.colluding = {1, 2}, .missing = {9}};
  std::vector<Bytes> left;
  std::vector<std::uint16_t> honest;
  for (const auto& [party, contribution] : contributions) {
    if (adversary.Knows(party)) continue;
    honest.push_back(party);
    left.push_back(LeftOf(cast_, contribution, adversary));
  }
  ASSERT_EQ(honest.size(), 7U);
  for (unsigned set = 1; set < 1U << honest.size(); ++set) {
    Bytes sum(left[0].size());
    for (std::size_t i = 0; i < honest.size(); ++i) {
      if ((set >> i & 1) != 0) AddResidues(Width::k64, sum, left[i]);
    }
    const bool all = set + 1 == 1U << honest.size();
    EXPECT_EQ(RefutesUniform(sum), all) << set;
    if (all) EXPECT_EQ(Numbers(Width::k64, sum), SumOfValues(kSparse, values_, honest));
  }
}

// Control: when all its neighbours collude or are missing, which the terms rule out, a party is seen.
TEST_F(MaskSecrecy, MoreThanMayColludeAreSeenToSucceed) {
  const Adversary adversary{.colluding = {1, 2, 8}, .missing = {9}};
  const Bytes left = LeftOf(cast_, Contributions().at(0), adversary);
  EXPECT_TRUE(RefutesUniform(left));
  EXPECT_EQ(Numbers(Width::k64, left), values_[0]);
}

// A receiver that has a contribution and says that it has not is given its party's pair masks, not its own
// mask.
TEST_F(MaskSecrecy, AContributionThatIsLeftOutStaysHidden) {
  const Message late = Contributions().at(0);
  std::vector<Mask> known;
  for (const std::uint16_t other : Neighbours(cast_.terms, 0))
    known.push_back(Opposite(PairMaskOf(cast_.terms, kSecrecySeed, 0, other)));
  Bytes left = late.body;
  AddMasks(Width::k64, left, known);
  EXPECT_FALSE(RefutesUniform(left));
  // Control: without a mask of its own.
  AddMasks(Width::k64, left, {Opposite(SelfMask(HashOf(cast_.terms), 0, SeedsOf(kSecrecySeed, 0).self))});
  EXPECT_TRUE(RefutesUniform(left));
}

// Parties that draw the same seeds in another context have other masks; in the same one they would reuse
// them.
TEST_F(MaskSecrecy, MasksOfOneContextAreUselessForAnother) {
  const Bytes first = Contributions().at(0).body;
  values_ = EdgeValues(kSparse, 2);
  EXPECT_TRUE(RefutesUniform(Difference(first, Contributions().at(0).body)));  // control: a mask used twice
  cast_.terms.context[0] ^= 1;
  EXPECT_FALSE(RefutesUniform(Difference(first, Contributions().at(0).body)));
}

// Two ways to the same sum: what is seen has the same distribution. Two-sample chi-square of bytes, as above.
TEST_F(MaskSecrecy, HonestValuesSwappedAreNotTold) {
  std::array<double, 256> counts[2] = {};
  for (const int swapped : {0, 1}) {
    cast_.terms.context[1] = static_cast<std::uint8_t>(swapped);
    std::ranges::fill(values_[0], swapped == 0 ? 0 : 1000);
    std::ranges::fill(values_[5], swapped == 0 ? 1000 : 0);
    const auto contributions = Contributions();
    for (const std::uint16_t party : {0, 5}) {
      for (const std::uint8_t byte :
           LeftOf(cast_, contributions.at(party), {.colluding = {1, 2}, .missing = {9}}))
        ++counts[swapped][byte];
    }
  }
  double statistic = 0;
  for (int i = 0; i < 256; ++i) {
    const double apart = counts[0][i] - counts[1][i];
    statistic += apart * apart / (counts[0][i] + counts[1][i]);
  }
  EXPECT_LT(statistic, 255 + 2 * 76.6 + 46);
}

// Of each party one share from each: of its own mask's seed, or of its pair masks' seed.
TEST_F(MaskSecrecy, NeverBothKindsOfShareForOneParty) {
  Rehearsal rehearsal(cast_, values_, kSecrecySeed);
  rehearsal.speaks = [](Round round, std::uint16_t party) {
    return party != 9 || round < Round::kContribute;
  };
  ASSERT_TRUE(rehearsal.Run());
  Collection collection({.terms = HashOf(cast_.terms), .quorum = 9, .seeds = kMaskSeeds});
  std::vector<std::uint16_t> all(10);
  for (std::uint16_t party = 0; party < 10; ++party) all[party] = party;
  for (const Message& reveal : rehearsal.said().at(Round::kReveal))
    collection.Learn(reveal.party, all, reveal.body);
  for (const Message& open : rehearsal.said().at(Round::kOpen)) {
    ASSERT_EQ(open.body.size(), 10U * 32);
    for (const std::uint16_t dealer : all) {
      GivenShare given{.dealer = dealer,
                       .seed = dealer == 9 ? kMaskSeed : kSelfSeed,
                       .holder = open.party,
                       .share = ByteView(open.body).subspan(dealer * std::size_t{32}, 32)};
      EXPECT_TRUE(collection.Check(given));
      given.seed = kMaskSeeds - 1 - given.seed;
      EXPECT_FALSE(collection.Check(given));
    }
  }
}

// Lengths depend on the terms and on who is there.
TEST(Secrecy, LengthsDependOnNoValue) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    for (const Width width : {Width::k64, Width::k128}) {
      const Size size{.way = way, .width = width, .parties = 3, .quorum = 3, .colluding = 1, .length = 7};
      const Cast cast = CastOf(size);
      std::vector<std::vector<std::size_t>> lengths;
      for (const std::uint64_t seed : {1U, 2U}) {
        auto values = EdgeValues(size, seed);
        if (seed == 2) values.assign(3, std::vector<Int128>(7, 0));
        Rehearsal rehearsal(cast, values, seed);
        ASSERT_TRUE(rehearsal.Run());
        auto& all = lengths.emplace_back();
        for (const auto& [round, messages] : rehearsal.said()) {
          for (const Message& message : messages) all.push_back(Encode(message).size());
        }
      }
      EXPECT_EQ(lengths[0], lengths[1]);
    }
  }
}

class EncryptionSecrecy : public ::testing::Test {
 protected:
  static constexpr Size kFour{
      .way = Way::kEncryption, .width = Width::k64, .parties = 4, .quorum = 4, .colluding = 2, .length = 64};

  // All that is said of a sum.
  std::map<Round, std::vector<Message>> Said(std::uint64_t seed) {
    Rehearsal rehearsal(cast_, values_, seed);
    EXPECT_TRUE(rehearsal.Run());
    return rehearsal.said();
  }
  Bytes PartialOf(const Message& open) const {
    return Bytes(open.body.begin(),
                 open.body.begin() + static_cast<std::ptrdiff_t>(he::PartialBytes(shape_)));
  }
  // What a contribution of a rehearsal has under its seal.
  Bytes CiphertextOf(const Message& contribution, std::uint64_t seed) const {
    return *crypto::OpenSealed(SealKeyOf(cast_, seed, contribution.party), contribution.body,
                               HashOf(cast_.terms));
  }
  std::vector<Bytes> CiphertextsOf(const std::vector<Message>& contributions, std::uint64_t seed) const {
    std::vector<Bytes> ciphertexts;
    for (const Message& contribution : contributions) ciphertexts.push_back(CiphertextOf(contribution, seed));
    return ciphertexts;
  }
  Bytes SumOfAll(const std::vector<Bytes>& ciphertexts) const {
    const std::vector<ByteView> parts(ciphertexts.begin(), ciphertexts.end());
    return *he::Add(shape_, parts);
  }
  // What decryption by these parts comes to.
  Result<std::vector<std::uint64_t>> OpenBy(const Bytes& ciphertext,
                                            const std::vector<Bytes>& partials) const {
    const std::vector<ByteView> views(partials.begin(), partials.end());
    return he::Open(shape_, ciphertext, views);
  }

  Cast cast_ = CastOf(kFour);
  std::vector<std::vector<Int128>> values_ = EdgeValues(kFour, 1);
  he::Shape shape_ = ShapeOf(cast_.terms);
};

// The receiver and two of four open the sum with what all gave, and no one's contribution, nor anything with
// less.
TEST_F(EncryptionSecrecy, TwoOfFourOpenNothingButTheSum) {
  const auto said = Said(1);
  std::vector<Bytes> partials;
  for (const Message& open : said.at(Round::kOpen)) partials.push_back(PartialOf(open));
  const auto ciphertexts = CiphertextsOf(said.at(Round::kContribute), 1);
  const Bytes sum = SumOfAll(ciphertexts);
  EXPECT_TRUE(OpenBy(sum, partials));  // control: the sum does open
  for (const Bytes& ciphertext : ciphertexts) EXPECT_FALSE(OpenBy(ciphertext, partials));
  for (std::size_t i = 0; i < partials.size(); ++i) {
    std::vector<Bytes> fewer = partials;
    fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_FALSE(OpenBy(sum, fewer));
  }
}

// What colluding parties could decrypt by their own shares of the key, one contribution and all the others'
// parts of the sum: nothing.
TEST_F(EncryptionSecrecy, OwnSharesOfTheKeyDoNotTurnPartsOfTheSumAgainstAContribution) {
  const auto said = Said(1);
  const Bytes victim = CiphertextOf(said.at(Round::kContribute)[0], 1);
  std::vector<Bytes> partials;
  for (const std::uint16_t party : {0, 1}) partials.push_back(PartialOf(said.at(Round::kOpen)[party]));
  OsRandom random;
  for (const std::uint16_t party : {2, 3}) {
    SeededRandom drawn(1 * 1000 + party);
    (void)NewSeed(drawn);  // of the sealing key
    partials.push_back(
        *he::DecryptPartly(KeyShareOf(HashOf(cast_.terms), NewSeed(drawn)), shape_, 4, victim, random));
  }
  EXPECT_FALSE(OpenBy(victim, partials));
}

TEST_F(EncryptionSecrecy, KeysOfOneContextAreUselessForAnother) {
  const auto first = Said(1);
  std::vector<Bytes> partials;
  for (const Message& open : first.at(Round::kOpen)) partials.push_back(PartialOf(open));
  cast_.terms.context[0] ^= 1;
  const auto second = Said(1);  // the parties draw the same seeds
  EXPECT_FALSE(OpenBy(SumOfAll(CiphertextsOf(second.at(Round::kContribute), 1)), partials));
  for (std::size_t i = 0; i < 4; ++i)
    EXPECT_NE(first.at(Round::kReveal)[i].body, second.at(Round::kReveal)[i].body);
}

// With everyone there, no share of a key is given back.
TEST_F(EncryptionSecrecy, SharesAreGivenOfTheDeadAlone) {
  const auto said = Said(1);
  for (const Message& open : said.at(Round::kOpen)) EXPECT_EQ(open.body.size(), he::PartialBytes(shape_));
  cast_.terms.quorum = 3;
  cast_.terms.colluding = 1;
  Rehearsal rehearsal(cast_, values_, 1);
  rehearsal.speaks = [](Round round, std::uint16_t party) { return party != 2 || round < Round::kAgree; };
  ASSERT_TRUE(rehearsal.Run());
  for (const Message& open : rehearsal.said().at(Round::kOpen))
    EXPECT_EQ(open.body.size(), he::PartialBytes(shape_) + 32);
}

// Who agreed and is said to have died has its key restored, though it was only slow: its part of the
// decryption is known as well. With what one that colludes knows besides, no contribution opens; the sum
// does.
TEST_F(EncryptionSecrecy, AKeyThatIsRestoredOpensNothingButTheSum) {
  constexpr std::uint16_t kSlow = 2, kColluding = 3;
  cast_.terms.quorum = 3;
  cast_.terms.colluding = 1;
  Rehearsal rehearsal(cast_, values_, 1);
  Message late;
  rehearsal.on_the_way = [&](Message& message) {
    if (message.round != Round::kOpen || message.party != kSlow) return;
    late = message;
    message.signature[0] ^= 1;  // so that it does not arrive
  };
  const auto sums = rehearsal.Run();
  ASSERT_TRUE(sums) << sums.error().message;
  EXPECT_EQ(*sums, SumOfValues(kFour, values_, {0, 1, 2, 3}));
  const auto& said = rehearsal.said();
  Collection collection({.terms = HashOf(cast_.terms), .quorum = 3, .seeds = kKeySeeds});
  for (const Message& reveal : said.at(Round::kReveal)) {
    collection.Learn(reveal.party, {0, 1, 2, 3},
                     ByteView(reveal.body).subspan(he::PublicShareBytes(he::Set::kT64)));
  }
  // One share of the one key is given, by each of the others.
  ASSERT_EQ(said.at(Round::kRestore).size(), 3U);
  for (const Message& restore : said.at(Round::kRestore)) {
    ASSERT_EQ(restore.body.size(), 32U);
    collection.Take({kSlow, kKeySeed, restore.party, restore.body});
    for (const std::uint16_t dealer : {0, 1, 2, 3}) {
      for (const std::size_t dealt : {kKeySeed, kSealSeed}) {
        const bool given = dealer == kSlow && dealt == kKeySeed;
        EXPECT_EQ(collection.Check({dealer, dealt, restore.party, restore.body}).has_value(), given);
      }
    }
  }
  const auto seed_of = [](std::uint16_t party) {
    SeededRandom drawn(1 * 1000 + party);
    (void)NewSeed(drawn);  // of the sealing key
    return NewSeed(drawn);
  };
  const auto seed = collection.Restore(kSlow, kKeySeed);
  ASSERT_TRUE(seed);
  const crypto::Hash terms = HashOf(cast_.terms);
  EXPECT_EQ(KeyShareOf(terms, *seed).PublicShare(), KeyShareOf(terms, seed_of(kSlow)).PublicShare());
  const auto ciphertexts = CiphertextsOf(said.at(Round::kContribute), 1);
  const Bytes sum = SumOfAll(ciphertexts);
  std::map<std::uint16_t, Bytes> of_sum{{kSlow, PartialOf(late)}};
  for (const Message& open : said.at(Round::kOpen)) {
    if (open.party != kSlow) of_sum[open.party] = PartialOf(open);
  }
  OsRandom random;
  const auto by_seed = [&](std::uint16_t party, const Bytes& ciphertext) {
    return *he::DecryptPartly(KeyShareOf(terms, seed_of(party)), shape_, 4, ciphertext, random);
  };
  EXPECT_TRUE(OpenBy(sum, {of_sum[0], of_sum[1], of_sum[2], of_sum[3]}));
  EXPECT_TRUE(OpenBy(sum, {of_sum[0], of_sum[1], by_seed(kSlow, sum), by_seed(kColluding, sum)}));
  for (const Bytes& victim : ciphertexts) {
    EXPECT_FALSE(OpenBy(victim, {of_sum[0], of_sum[1], by_seed(kSlow, victim), by_seed(kColluding, victim)}));
    EXPECT_FALSE(
        OpenBy(victim, {by_seed(0, victim), of_sum[1], by_seed(kSlow, victim), by_seed(kColluding, victim)}))
        << "one key unknown is enough";
    // Control: with every key.
    EXPECT_TRUE(OpenBy(victim, {by_seed(0, victim), by_seed(1, victim), by_seed(kSlow, victim),
                                by_seed(kColluding, victim)}));
  }
}

// A relay may tell each party of other deaths, before the opening and after it. Of r parties that revealed
// keys each leaves out r - quorum at most, so that for every choice some honest key has too few shares.
// Control: with 2 quorum = parties + colluding, which terms rule out, every key is restored.
TEST(Secrecy, NoRelayRestoresEveryHonestKey) {
  struct Parties {
    std::size_t all, quorum, colluding;
  };
  const auto restores_all = [](const Parties& parties) {
    const std::size_t honest = parties.all - parties.colluding;
    std::vector<std::vector<unsigned>> choices(honest);  // of each honest party: sets of honest ones left out
    for (std::size_t self = 0; self < honest; ++self) {
      for (unsigned set = 0; set < 1U << honest; ++set) {
        const bool fits = static_cast<std::size_t>(std::popcount(set)) <= parties.all - parties.quorum;
        if (fits && (set >> self & 1) == 0) choices[self].push_back(set);
      }
    }
    // Shares that the colluding hold count for every key.
    const std::function<bool(std::size_t, std::vector<std::size_t>)> choose =
        [&](std::size_t self, std::vector<std::size_t> shares) {
          if (self == honest)
            return std::ranges::all_of(shares, [&](std::size_t n) { return n >= parties.quorum; });
          return std::ranges::any_of(choices[self], [&](unsigned set) {
            auto more = shares;
            for (std::size_t dealer = 0; dealer < honest; ++dealer) more[dealer] += set >> dealer & 1;
            return choose(self + 1, more);
          });
        };
    return choose(0, std::vector<std::size_t>(honest, parties.colluding));
  };
  for (std::size_t all = 2; all <= 5; ++all) {
    for (std::size_t quorum = 1; quorum <= all; ++quorum) {
      for (std::size_t colluding = 0; colluding < quorum && colluding + all < 2 * quorum; ++colluding)
        EXPECT_FALSE(restores_all({all, quorum, colluding})) << all << quorum << colluding;
    }
  }
  EXPECT_TRUE(restores_all({4, 2, 0}));
  EXPECT_TRUE(restores_all({5, 3, 1}));
}

// Ciphertexts of the same numbers have nothing in common but their heads, and uniform residues.
TEST_F(EncryptionSecrecy, ContributionsOfEqualNumbersAreUnlike) {
  for (auto& vector : values_) vector.assign(kFour.length, 0);
  const auto said = Said(1);
  const auto ciphertexts = CiphertextsOf(said.at(Round::kContribute), 1);
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_FALSE(RefutesUniform(ByteView(ciphertexts[i]).subspan(64)));
    for (std::size_t j = 0; j < i; ++j) EXPECT_NE(ciphertexts[i], ciphertexts[j]);
  }
}

// Before the set is agreed to, nothing shows a ciphertext to whoever has yet to contribute: it is under a
// seal whose seed has shares with every party, and one fewer than quorum of them give another key.
TEST_F(EncryptionSecrecy, ContributionsAreSealedUntilQuorumAgreed) {
  cast_.terms.quorum = 3;
  cast_.terms.colluding = 1;
  const auto said = Said(1);
  const crypto::Hash terms = HashOf(cast_.terms);
  const Message& victim = said.at(Round::kContribute)[0];
  Collection collection({.terms = terms, .quorum = 3, .seeds = kKeySeeds});
  const ByteView reveal = said.at(Round::kReveal)[0].body;
  collection.Learn(0, {0, 1, 2, 3}, reveal.subspan(he::PublicShareBytes(he::Set::kT64)));
  std::vector<Share> shares;
  for (const std::uint16_t holder : {1, 2, 3}) {
    const GivenShare given{0, kSealSeed, holder, ByteView(said.at(Round::kAgree)[holder].body).first(32)};
    ASSERT_TRUE(collection.Check(given));
    collection.Take(given);
    Share& share = shares.emplace_back();
    share.point = static_cast<std::uint8_t>(holder + 1);
    std::ranges::copy(given.share, share.value.data());
    const bool quorum = holder == 3;
    const auto key = SealKey(terms, 0, *Restore(shares));
    EXPECT_EQ(crypto::OpenSealed(key, victim.body, terms).has_value(), quorum);
    EXPECT_EQ(collection.Restore(0, kSealSeed).has_value(), quorum);
  }
}

}  // namespace
}  // namespace concordat::aggregation
