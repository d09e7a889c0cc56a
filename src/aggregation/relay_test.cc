// Relays that show two things: no party is led to open what quorum did not agree to, nor anything twice.
#include <gtest/gtest.h>

#include <functional>

#include "aggregation/testing_sum.h"

namespace concordat::aggregation {
namespace {

// Parties without a receiver, for relays that do as they like.
struct Parties {
  std::vector<std::unique_ptr<SeededRandom>> random;
  std::vector<std::unique_ptr<Party>> parties;

  explicit Parties(const Cast& cast) {
    for (std::size_t i = 0; i < cast.keys.size(); ++i) {
      random.push_back(std::make_unique<SeededRandom>(i));
      parties.push_back(*MakeParty(cast.terms, i, cast.keys[i], *random[i]));
    }
  }
  template <class Speak>
  std::vector<Message> All(Speak speak) {
    std::vector<Message> messages;
    for (const auto& party : parties) messages.push_back(*speak(*party));
    return messages;
  }
};

// What relays do. Each is seen by the party itself, or by what it says next.
struct Relaying {
  const char* name;
  Round handed;  // in which round the party is handed something else
  std::function<void(const Cast&, std::vector<Message>&)> change;
  const char* message;
};

const Relaying kRelaying[] = {
    {"its own message left out", Round::kAgree,
     [](const Cast&, std::vector<Message>& m) { m.erase(m.begin() + 2); },
     "what this party said in round contribute is not among what it was handed"},
    {"another's left out", Round::kAgree, [](const Cast&, std::vector<Message>& m) { m.erase(m.begin()); },
     "member002 was shown other messages before round agree, or says so"},
    {"another's left out before the keys are used", Round::kContribute,
     [](const Cast&, std::vector<Message>& m) { m.erase(m.begin()); },
     "member002 was shown other messages before round contribute, or says so"},
    {"too few", Round::kAgree,
     [](const Cast&, std::vector<Message>& m) { m.erase(m.begin(), m.begin() + 2); },
     "2 of 3 parties that a sum needs are there in round contribute; missing: member000, member001"},
    {"another's changed", Round::kReveal, [](const Cast&, std::vector<Message>& m) { FlipLast(m[0].body); },
     "member000 did not sign this for this sum, in round commit"},
    {"another's without its body", Round::kReveal,
     [](const Cast&, std::vector<Message>& m) { m[0] = Elide(m[0]); },
     "messages of round commit were handed on without their bodies"},
    {"another's twice, and not alike", Round::kReveal,
     [](const Cast& c, std::vector<Message>& m) {
       Message second = m[0];
       FlipLast(second.body);
       m.push_back(Resigned(c, second));
     },
     "member000 signed two messages of round commit"},
};

TEST(Relay, RelaysThatShowTwoThingsAreSeen) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    for (const Relaying& relaying : kRelaying) {
      SCOPED_TRACE(relaying.name);
      const Size size = SizeFor(way);
      const Cast cast = CastOf(size);
      Rehearsal rehearsal(cast, EdgeValues(size, 3), 5);
      rehearsal.hands = [&](Round round, std::uint16_t party, std::vector<Message> messages) {
        if (round == relaying.handed && party == 2) relaying.change(cast, messages);
        return messages;
      };
      (void)rehearsal.Run();
      ASSERT_FALSE(rehearsal.faults().empty());
      EXPECT_EQ(rehearsal.faults().front().message, relaying.message);
    }
  }
}

// A party that colludes with the relay signs for both of two sets, {0, 1, 2, 4} shown to parties 0 and 1, and
// {1, 2, 3, 4} shown to 2 and 3. Of five with a quorum of four, neither set has four that agreed: nobody
// opens.
TEST(Relay, NobodyOpensForHalfThoughOneSignsForBoth) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    const Size size{.way = way, .parties = 5, .quorum = 4, .colluding = 1};
    const Cast cast = CastOf(size);
    Parties troupe(cast);
    const auto commits = troupe.All([](Party& p) { return p.Commit(); });
    const auto reveals = troupe.All([&](Party& p) { return p.Reveal(commits); });
    const std::vector<Int128> values(size.length, 1);
    const auto contributions = troupe.All([&](Party& p) { return p.Contribute(reveals, values); });
    std::vector<Message> sets[2] = {contributions, contributions};
    sets[0].erase(sets[0].begin() + 3);
    sets[1].erase(sets[1].begin());
    std::vector<Message> agreements[2];
    for (const std::uint16_t party : {0, 1, 2, 3})
      agreements[party / 2].push_back(*troupe.parties[party]->Agree(sets[party / 2]));
    for (std::vector<Message>& half : agreements) {
      Message both = half.front();  // with this half's view and sum
      both.party = 4;
      half.push_back(Resigned(cast, both));
    }
    EXPECT_NE(agreements[0].front().view, agreements[1].front().view);
    for (const std::uint16_t party : {0, 1, 2, 3}) {
      auto handed = agreements[party / 2];
      if (party % 2 == 1) handed.push_back(agreements[1 - party / 2].front());  // and one of the other half
      const auto opened = troupe.parties[party]->Open(handed);
      ASSERT_FALSE(opened);
      EXPECT_EQ(opened.error().code, party % 2 == 1 ? ErrorCode::kPermissionDenied : ErrorCode::kUnavailable);
    }
  }
}

TEST(Relay, NothingIsSaidTwiceNorOutOfTurn) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    const Size size = SizeFor(way);
    const Cast cast = CastOf(size);
    SeededRandom random(1);
    const auto party = *MakeParty(cast.terms, 0, cast.keys[0], random);
    EXPECT_FALSE(party->Open({}));
    EXPECT_TRUE(party->Commit());
    EXPECT_FALSE(party->Commit());
    std::vector<Message> commits;
    for (std::size_t i = 0; i < 4; ++i) {
      SeededRandom own(i);
      commits.push_back(*(*MakeParty(cast.terms, i, cast.keys[i], own))->Commit());
    }
    EXPECT_EQ(party->Reveal(commits).error().code, ErrorCode::kFailedPrecondition);
    EXPECT_EQ(party->Reveal(commits).error().code, ErrorCode::kFailedPrecondition);
  }
}

// A party decrypts once, and a second time not even the same.
TEST(Relay, NothingIsOpenedTwice) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    const Size size = SizeFor(way);
    const Cast cast = CastOf(size);
    const std::vector<Int128> values(size.length, 1);
    Parties troupe(cast);
    const auto commits = troupe.All([](Party& p) { return p.Commit(); });
    const auto reveals = troupe.All([&](Party& p) { return p.Reveal(commits); });
    const auto contributions = troupe.All([&](Party& p) { return p.Contribute(reveals, values); });
    const auto agreements = troupe.All([&](Party& p) { return p.Agree(contributions); });
    // Another set of those that agreed would have other shares given.
    EXPECT_TRUE(troupe.parties[0]->Open(std::span(agreements).first(3)));
    const auto again = troupe.parties[0]->Open(agreements);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().message, "this party does not open now: each round comes once, in order");
  }
}

// What is held of a key is given once, by who has opened the sum itself, and only of those whom fewer than
// all of quorum would leave out.
TEST(Relay, NothingIsRestoredButForQuorumThatOpened) {
  const struct {
    const char* name;
    std::function<void(const Cast&, std::vector<Message>&)> change;  // of party 0's openings of four
    std::size_t shares;                                              // that it gives; or
    const char* message;
  } cases[] = {
      {"all are there", [](const Cast&, std::vector<Message>&) {}, 0, ""},
      {"one is left out", [](const Cast&, std::vector<Message>& m) { m.pop_back(); }, 1, ""},
      {"by their hashes", [](const Cast&, std::vector<Message>& m) { m.pop_back(), m[1] = Elide(m[1]); }, 1,
       ""},
      {"too few", [](const Cast&, std::vector<Message>& m) { m.resize(2); }, 0,
       "2 of 3 parties that a sum needs are there in round open; missing: member002, member003"},
      {"its own is left out", [](const Cast&, std::vector<Message>& m) { m.erase(m.begin()); }, 0,
       "what this party said in round open is not among what it was handed"},
      {"one is forged", [](const Cast&, std::vector<Message>& m) { m[2] = m[1], m[2].party = 2; }, 0,
       "member002 did not sign this for this sum, in round open"},
      {"one that agreed to another set",
       [](const Cast& c, std::vector<Message>& m) { m[1].view[0] ^= 1, m[1] = Resigned(c, m[1]); }, 0,
       "member001 was shown other messages before round open, or says so"},
  };
  const Cast cast = CastOf(SizeFor(Way::kEncryption));
  const std::vector<Int128> values(cast.terms.length, 1);
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Parties troupe(cast);
    const auto commits = troupe.All([](Party& p) { return p.Commit(); });
    const auto reveals = troupe.All([&](Party& p) { return p.Reveal(commits); });
    const auto contributions = troupe.All([&](Party& p) { return p.Contribute(reveals, values); });
    const auto agreements = troupe.All([&](Party& p) { return p.Agree(contributions); });
    auto openings = troupe.All([&](Party& p) { return p.Open(agreements); });
    c.change(cast, openings);
    const auto restored = troupe.parties[0]->Restore(openings);
    ASSERT_EQ(restored.has_value(), *c.message == '\0') << (restored ? "" : restored.error().message);
    if (restored)
      EXPECT_EQ(restored->body.size(), c.shares * 32);
    else
      EXPECT_EQ(restored.error().message, c.message);
    EXPECT_FALSE(troupe.parties[0]->Restore(openings)) << "a second time";
  }
}

TEST(Relay, NothingIsRestoredBeforeOneHasOpenedNorUnderMasks) {
  for (const Way way : {Way::kMasks, Way::kEncryption}) {
    const Cast cast = CastOf(SizeFor(way));
    const std::vector<Int128> values(cast.terms.length, 1);
    Parties troupe(cast);
    const auto commits = troupe.All([](Party& p) { return p.Commit(); });
    const auto reveals = troupe.All([&](Party& p) { return p.Reveal(commits); });
    const auto contributions = troupe.All([&](Party& p) { return p.Contribute(reveals, values); });
    const auto agreements = troupe.All([&](Party& p) { return p.Agree(contributions); });
    std::vector<Message> openings;
    for (std::size_t i = 0; i < 3; ++i) openings.push_back(*troupe.parties[i]->Open(agreements));
    EXPECT_EQ(troupe.parties[3]->Restore(openings).error().message,
              "this party does not restore now: each round comes once, in order");
    const auto restored = troupe.parties[0]->Restore(openings);
    EXPECT_EQ(restored.has_value(), way == Way::kEncryption);
    if (!restored) EXPECT_EQ(restored.error().code, ErrorCode::kFailedPrecondition);
  }
}

}  // namespace
}  // namespace concordat::aggregation
