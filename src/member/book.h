// The members that this one knows: a fold over entries member.* (docs/formats/entry.md).
//
// A member is introduced (pinned once this one's operator agrees), active, paused, or removed. An alarm of a
// witness about a member's log pauses it: who shows two histories is spoken to again once a person has said
// so. An entry that was not allowed when its turn came changes nothing.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"
#include "ledger/ledger.h"
#include "member/card.h"
#include "member/letter.h"

namespace concordat::member {

enum class State { kIntroduced, kActive, kPaused, kRemoved };
const char* Name(State state);  // "introduced", …

struct Event {
  std::string what;  // "joined", "address", …
  std::string by;
  std::string reason;  // or what it changed to
  Time when{};
};

struct Member {
  Card card;
  std::string announced;  // the address it gave itself; card.address may have been set here since
  State state = State::kActive;
  std::string introducer;           // who made it known; empty where nobody stood between
  bool may_introduce = false;       // whom it introduces is pinned without asking again
  std::string why;                  // it is paused or removed
  std::vector<Event> history = {};  // oldest first
};

// An invitation that was written here.
struct Invited {
  std::string guest;
  Time until{};
  std::string used_by;  // the key, as text, that came with it; empty until then
};

// Reads hold Ledger::Share; pointers live as long as they hold it.
class Book final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry& entry) override;
  void Clear() override;
  std::vector<std::string> Kinds() const override { return {"member.", ledger::kind::kWitnessAlarm}; }

  const std::map<std::string, Member, std::less<>>& members() const { return members_; }
  const Member* Find(std::string_view name) const;       // null for nobody we ever knew
  const Member* FindPin(const crypto::Hash& pin) const;  // the same; removed ones too, introduced ones not
  const std::map<std::string, Invited>& invitations() const { return invitations_; }  // by HashOfSecret
  bool HasOpenInvitation(Time now) const;
  // The door itself is paused: nobody is spoken to.
  bool paused() const { return paused_; }
  // This member joined as one that contributes under encryption alone.
  bool non_disclosing() const { return non_disclosing_; }

  // May they be entered now? Refusals: invitation_unknown, invitation_used, invitation_expired;
  // member_known (the name, with another key; or pinned already); member_unknown; member_state.
  Outcome<void> CheckGuest(const Joining& joining, Time now) const;
  Outcome<void> CheckCard(const Card& card) const;
  Outcome<void> CheckKnown(std::string_view name) const;

 private:
  void Invite(const ledger::Entry& entry);
  void Join(const ledger::Entry& entry);
  void Introduce(const ledger::Entry& entry);
  void Change(const ledger::Entry& entry);
  void Pause(const ledger::Entry& entry, bool pause);

  std::map<std::string, Member, std::less<>> members_;
  std::map<std::string, Invited> invitations_;
  bool paused_ = false;
  bool non_disclosing_ = false;
};

// Entries. `by`: the person who acts here.
ledger::Draft InvitedDraft(const Invitation& invitation, const std::string& by);
struct Joined {
  Card card;
  std::string invitation = {};  // HashOfSecret, at the inviter's
  std::string introducer = {};  // where it was an introduction
  bool may_introduce = false;
  bool as_non_disclosing = false;  // this member is, from now on
};
ledger::Draft JoinedDraft(const Joined& joined, const std::string& by);
ledger::Draft IntroducedDraft(const Card& card, const std::string& introducer);
ledger::Draft RotatedDraft(const std::string& name, const KeyStatement& statement, const std::string& by);
// `announced`: by the member itself.
ledger::Draft AddressDraft(const std::string& name, const std::string& address, bool announced,
                           const std::string& by);
// Of one member, or of the door where the name is empty.
ledger::Draft PausedDraft(const std::string& name, const std::string& reason, const std::string& by);
ledger::Draft ResumedDraft(const std::string& name, const std::string& by);
ledger::Draft RemovedDraft(const std::string& name, const std::string& reason, const std::string& by);

}  // namespace concordat::member
