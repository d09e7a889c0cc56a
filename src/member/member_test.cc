#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/testing_random.h"
#include "crypto/canonical_json.h"
#include "crypto/note.h"
#include "ledger/witness_book.h"
#include "member/book.h"
#include "member/identity.h"

namespace concordat::member {
namespace {

const Time kNow = *ParseTime("2026-11-27T12:00:00Z");

// A member that can write.
struct Someone {
  explicit Someone(const std::string& name, std::uint64_t seed)
      : random(seed),
        key(*crypto::SigningKey::Generate(name, random)),
        witness(*crypto::Cosigner::Generate(name + "/witness", random)) {}

  Card CardAt(const std::string& address, std::uint8_t pin) const {
    Card card{.key = key.verify_key(), .witness = witness.key(), .address = address};
    card.pin.fill(pin);
    return card;
  }

  SeededRandom random;
  crypto::SigningKey key;
  crypto::Cosigner witness;
};

const Someone& Lewisham() {
  static const Someone someone("lewisham", 1);
  return someone;
}
const Someone& Southwark() {
  static const Someone someone("southwark", 2);
  return someone;
}

Invitation InvitationOf(std::uint8_t secret = 7) {
  return {.from = Lewisham().CardAt("lewisham.example:6490", 1),
          .guest = "southwark",
          .until = kNow + std::chrono::hours(24),
          .secret = Bytes(kSecretBytes, secret)};
}

Joining JoiningWith(const Invitation& invitation, const Card& from) {
  return {.from = from, .host = invitation.from.key.Text(), .secret = invitation.secret};
}

TEST(Letter, AnInvitationIsReadAsItWasWritten) {
  const Invitation invitation = InvitationOf();
  const auto read = ParseInvitation(FormatInvitation(invitation, Lewisham().key));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(CardJson(read->from), CardJson(invitation.from));
  EXPECT_EQ(read->guest, invitation.guest);
  EXPECT_EQ(read->until, invitation.until);
  EXPECT_EQ(read->secret, invitation.secret);
}

TEST(Letter, NoByteOfAnInvitationCanBeChanged) {
  const std::string text = FormatInvitation(InvitationOf(), Lewisham().key);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_FALSE(ParseInvitation(changed)) << i;
    EXPECT_FALSE(ParseInvitation(text.substr(0, i))) << i;
  }
}

TEST(Letter, OneOfAnotherKindOrByAnotherHandIsNone) {
  const std::string invitation = FormatInvitation(InvitationOf(), Lewisham().key);
  EXPECT_FALSE(ParseJoining(invitation));
  EXPECT_FALSE(ParseInvitation(FormatInvitation(InvitationOf(), Southwark().key)));
  const Joining joining = JoiningWith(InvitationOf(), Southwark().CardAt("", 2));
  EXPECT_TRUE(ParseJoining(FormatJoining(joining, Southwark().key)));
  EXPECT_FALSE(ParseJoining(FormatJoining(joining, Lewisham().key)));
  const Introduction introduction{.member = Southwark().CardAt("", 2), .host = "x"};
  const std::string letter = FormatIntroduction(introduction, Lewisham().key);
  EXPECT_TRUE(ParseIntroduction(letter, Lewisham().key.verify_key()));
  EXPECT_FALSE(ParseIntroduction(letter, Southwark().key.verify_key()));
  EXPECT_FALSE(ParseIntroduction(invitation, Lewisham().key.verify_key()));
}

TEST(Letter, WhatAMemberSaysOfItselfMustBeWhole) {
  const Json whole = CardJson(Lewisham().CardAt("lewisham.example:6490", 1));
  ASSERT_TRUE(ReadCard(whole));
  const struct {
    const char* name;
    const char* field;
    Json value;
  } cases[] = {
      {"no key", "key", nullptr},
      {"another's witness", "witness", Southwark().witness.key().Text()},
      {"a key for notes as witness", "witness", Lewisham().key.verify_key().Text()},
      {"a short pin", "pin", "0102"},
      {"no hex", "pin", std::string(64, 'g')},
      {"number nothing", "number", 0},
      {"half a number", "number", 1.5},
      {"a number as text", "number", "1"},
      {"an address without port", "address", "lewisham.example"},
      {"an address elsewhere", "address", "unix:/run/socket:1"},
      {"a flag as text", "non_disclosing", "yes"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    Json json = whole;
    json[c.field] = c.value;
    EXPECT_FALSE(ReadCard(json));
  }
  EXPECT_FALSE(ReadCard(Json::array()));
}

TEST(Letter, AddressesAreAHostAndAPort) {
  for (const char* good :
       {"a:1", "node.lewisham.example:6490", "127.0.0.1:65535", "[::1]:6490", "[fe80:0:0::2]:1"})
    EXPECT_TRUE(CheckAddress(good)) << good;
  for (const char* bad : {"", "a", ":1", "a:", "a:0", "a:65536", "a:-1", "a:1x", "a b:1", "a/b:1",
                          "unix:/x:1", "::1:6490", "[]:1", "[::1:1", "dns:a:1", "a:1111111"})
    EXPECT_FALSE(CheckAddress(bad)) << bad;
}

TEST(Fingerprint, IsTheSameFromBothSidesAndAnotherForAnybodyElse) {
  const auto& a = Lewisham().key.verify_key();
  const auto& b = Southwark().key.verify_key();
  const std::string text = Fingerprint(a, b);
  EXPECT_EQ(text, Fingerprint(b, a));
  EXPECT_EQ(text.size(), 35U);
  const Someone between("southwark", 3);
  EXPECT_NE(text, Fingerprint(a, between.key.verify_key()));
}

TEST(Identity, SaysWhoseKeyItIsAndWhichOne) {
  const auto made = MakeIdentity(Lewisham().key, 3, kNow);
  ASSERT_TRUE(made);
  const auto statement = StatementOf(made->certificate_pem, Lewisham().key.verify_key());
  ASSERT_TRUE(statement) << statement.error().message;
  EXPECT_EQ(statement->number, 3U);
  EXPECT_EQ(statement->pin, *crypto::KeyPin(made->certificate_pem));
  EXPECT_EQ(ClaimedName(*crypto::CommentOf(made->certificate_pem)), "lewisham");
  EXPECT_FALSE(StatementOf(made->certificate_pem, Southwark().key.verify_key()));
  // Somebody puts what lewisham said of its key into a certificate of their own.
  const auto stolen = crypto::MakeCertificate("lewisham", {"lewisham"}, kNow, [&](const crypto::Hash&) {
    return *crypto::CommentOf(made->certificate_pem);
  });
  EXPECT_FALSE(StatementOf(stolen->certificate_pem, Lewisham().key.verify_key()));
}

// Entries applied as the ledger would.
class BookTest : public testing::Test {
 protected:
  void Enter(const ledger::Draft& draft) {
    book_.Apply({.index = index_++, .time = kNow, .kind = draft.kind, .body = draft.body, .secret = {}});
  }
  State StateOf(const std::string& name) { return book_.Find(name)->state; }

  Book book_;
  std::uint64_t index_ = 0;
  const Card southwark_ = Southwark().CardAt("southwark.example:6490", 2);
};

TEST_F(BookTest, AnInvitationIsGoodOnceForItsGuestUntilItsEnd) {
  const Invitation invitation = InvitationOf();
  const Joining joining = JoiningWith(invitation, southwark_);
  const auto reason = [&](const Joining& guest, Time now) {
    const auto may = book_.CheckGuest(guest, now);
    return may ? std::string() : may.error().reason;
  };
  EXPECT_EQ(reason(joining, kNow), "invitation_unknown");
  EXPECT_FALSE(book_.HasOpenInvitation(kNow));
  Enter(InvitedDraft(invitation, "sam"));
  EXPECT_TRUE(book_.HasOpenInvitation(kNow));
  EXPECT_EQ(reason(joining, kNow), "");
  EXPECT_EQ(reason(JoiningWith(InvitationOf(8), southwark_), kNow), "invitation_unknown");
  const Someone camden("camden", 3);
  EXPECT_EQ(reason(JoiningWith(invitation, camden.CardAt("", 3)), kNow), "invitation_unknown");
  EXPECT_EQ(reason(joining, invitation.until), "invitation_expired");
  EXPECT_FALSE(book_.HasOpenInvitation(invitation.until));
  Enter(JoinedDraft({.card = southwark_, .invitation = HashOfSecret(invitation.secret)}, "southwark"));
  EXPECT_EQ(reason(joining, kNow), "invitation_used");
  EXPECT_FALSE(book_.HasOpenInvitation(kNow));
  EXPECT_EQ(StateOf("southwark"), State::kActive);
}

TEST_F(BookTest, ANameHasOneKeyAndAKeyOneName) {
  Enter(JoinedDraft({.card = southwark_}, "sam"));
  const Someone impostor("southwark", 9);
  EXPECT_EQ(book_.CheckCard(impostor.CardAt("", 9)).error().reason, "member_known");
  Enter(JoinedDraft({.card = impostor.CardAt("", 9)}, "sam"));  // not allowed: changes nothing
  EXPECT_EQ(book_.Find("southwark")->card.key.Text(), southwark_.key.Text());
  EXPECT_EQ(book_.CheckCard(Lewisham().CardAt("", 2)).error().reason, "member_known");
  Enter(RemovedDraft("southwark", "left", "sam"));
  EXPECT_TRUE(book_.CheckCard(impostor.CardAt("", 9)));
}

TEST_F(BookTest, WhatIsPausedOrRemovedStaysSoUntilSomebodySaysOtherwise) {
  Enter(JoinedDraft({.card = southwark_}, "sam"));
  Enter(PausedDraft("southwark", "inquiry 7", "sam"));
  EXPECT_EQ(StateOf("southwark"), State::kPaused);
  EXPECT_EQ(book_.Find("southwark")->why, "inquiry 7");
  Enter(ResumedDraft("southwark", "sam"));
  EXPECT_EQ(StateOf("southwark"), State::kActive);
  Enter(PausedDraft("", "", "sam"));
  EXPECT_TRUE(book_.paused());
  Enter(ResumedDraft("", "sam"));
  EXPECT_FALSE(book_.paused());
  Enter(RemovedDraft("southwark", "left", "sam"));
  Enter(ResumedDraft("southwark", "sam"));
  EXPECT_EQ(StateOf("southwark"), State::kRemoved);
  EXPECT_EQ(book_.CheckKnown("southwark").error().reason, "member_unknown");
  Enter(IntroducedDraft(southwark_, "lewisham"));
  EXPECT_EQ(StateOf("southwark"), State::kIntroduced);
  EXPECT_EQ(book_.CheckKnown("southwark").error().reason, "member_introduced");
  EXPECT_EQ(book_.FindPin(southwark_.pin), nullptr);
  EXPECT_EQ(book_.Find("southwark")->history.size(), 5U);
}

TEST_F(BookTest, AnAlarmAboutItsLogPausesAMember) {
  Enter(JoinedDraft({.card = southwark_}, "sam"));
  Enter(ledger::AlarmDraft("camden", "fork", "a", "b"));
  EXPECT_EQ(StateOf("southwark"), State::kActive);
  Enter(ledger::AlarmDraft("southwark", "fork", "a", "b"));
  EXPECT_EQ(StateOf("southwark"), State::kPaused);
  EXPECT_EQ(book_.Find("southwark")->why, "its log has signed two histories (entry 2)");
  Enter(ResumedDraft("southwark", "sam"));
  EXPECT_EQ(StateOf("southwark"), State::kActive);
}

TEST_F(BookTest, AKeyIsFollowedOnlyByALaterOne) {
  Enter(JoinedDraft({.card = southwark_}, "sam"));
  KeyStatement next{.pin = {}, .number = 2};
  next.pin.fill(22);
  Enter(RotatedDraft("southwark", next, "southwark"));
  EXPECT_EQ(book_.FindPin(next.pin)->card.name(), "southwark");
  EXPECT_EQ(book_.FindPin(southwark_.pin), nullptr);
  Enter(RotatedDraft("southwark", {southwark_.pin, 1}, "southwark"));
  Enter(RotatedDraft("southwark", {southwark_.pin, 2}, "southwark"));
  EXPECT_EQ(book_.Find("southwark")->card.pin, next.pin);
}

TEST_F(BookTest, AnAddressSetHereIsNotTheOneThatWasAnnounced) {
  Enter(JoinedDraft({.card = southwark_}, "sam"));
  Enter(AddressDraft("southwark", "10.0.0.1:6490", false, "sam"));
  EXPECT_EQ(book_.Find("southwark")->card.address, "10.0.0.1:6490");
  EXPECT_EQ(book_.Find("southwark")->announced, "southwark.example:6490");
  Enter(AddressDraft("southwark", "new.southwark.example:6490", true, "southwark"));
  EXPECT_EQ(book_.Find("southwark")->card.address, "new.southwark.example:6490");
}

TEST_F(BookTest, PassesOverWhatItCannotRead) {
  for (const char* kind :
       {"member.invited", "member.joined", "member.introduced", "member.rotated", "member.address",
        "member.paused", "member.resumed", "member.removed", "member.other"}) {
    for (const Json& body :
         {Json::object(), Json{{"name", 7}, {"card", "x"}, {"until", 1}}, Json{{"name", "nobody"}}})
      Enter({.kind = kind, .body = body, .secret = {}});
  }
  EXPECT_TRUE(book_.members().empty());
}

TEST_F(BookTest, KnowsWhetherThisMemberJoinedAsNonDisclosing) {
  EXPECT_FALSE(book_.non_disclosing());
  Enter(JoinedDraft({.card = southwark_, .as_non_disclosing = true}, "sam"));
  EXPECT_TRUE(book_.non_disclosing());
  book_.Clear();
  EXPECT_FALSE(book_.non_disclosing());
}

}  // namespace
}  // namespace concordat::member
