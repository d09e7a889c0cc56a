// What other members are to be told, and whether they were: nothing is kept of it but in memory, since all of
// it is on the ledger, and taking it in again changes nothing.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "federation/link.h"
#include "node/node.h"

namespace concordat::node {

// Threading: any; hold no Share.
class Delivery {
 public:
  Delivery(Node& node, federation::Link& link) : node_(node), link_(link) {}

  struct Told {
    std::vector<std::string> told;      // members with nothing left to be told
    std::map<std::string, Error> away;  // who could not be
  };
  // Tells every active member what it has not been told: agreements that both take part in, and the members
  // whom this one made known. kDue: those that are not in back-off, and only when there is news; kAll: all.
  enum class Whom { kDue, kAll };
  Told Round(Whom whom, Milliseconds patience);

  // The member was heard of: it is told at the next round, whatever the back-off.
  void Heard(const std::string& member);
  // All is told anew, and with it who we are.
  void Forget();

 private:
  struct Item {
    std::string kind;  // of a letter
    std::string text;  // the note; of an introduction, whose
    std::string mark;  // a hash of what it says
  };
  struct Recipient {
    std::set<std::string> taken;              // marks
    std::map<std::string, std::string> said;  // why one was not taken, by mark
    std::uint64_t news = 0;                   // Node::news when it had been told all
    bool greeted = false;                     // since this node began to serve
    int failures = 0;
    Milliseconds due{0};
  };
  struct Batch {
    std::string member;
    std::vector<Item> items;
    std::uint64_t news = 0;
  };

  std::vector<Item> ItemsFor(const member::Member& member);
  std::vector<Batch> Pending(Whom whom);
  // The letter that makes a member known to another, signed.
  std::string Introduce(const std::string& to, const std::string& name);
  void Note(const Batch& batch, const Result<Bytes>& answer, Told& told);
  void NoteItem(Recipient& to, const std::string& member, const Item& item, const Json& said);

  Node& node_;
  federation::Link& link_;
  std::mutex mutex_;
  std::map<std::string, Recipient> recipients_;  // guarded by mutex_
};

// What a member told this one, taken in: the body of "member/tell", and what is answered to it. Format:
// docs/formats/peer.md.
Result<Bytes> TakeLetters(Node& node, const std::string& member, ByteView body);

}  // namespace concordat::node
