// The members that this one knows, for whoever must recognise, admit or reach one; and the ways to become
// one.
#pragma once

#include <map>
#include <mutex>
#include <string>

#include "base/json.h"
#include "crypto/hash.h"
#include "member/book.h"
#include "node/node.h"
#include "node/verb.h"
#include "peer/directory.h"

namespace concordat::node {

// Threading: any; hold no Share.
class Members final : public peer::Directory {
 public:
  explicit Members(Node& node) : node_(node) {}

  // A key that the member's ledger key vouches for, and that comes after the one pinned, is pinned in its
  // place.
  Result<std::string> Recognise(std::string_view certificate_pem) override;
  Result<void> Admit(const std::string& member) override;
  Result<std::string> AddressOf(const std::string& member) override;
  bool ExpectsStrangers() override;

  // A member's log that ends before what was cosigned of it, twice in a row: put back to an earlier state,
  // and refused until it has caught up. Once can be a request that was overtaken.
  void SawHead(const std::string& member, bool behind);
  Result<void> CheckUpToDate(const std::string& member);

 private:
  Result<crypto::Hash> PinOf(std::string_view certificate_pem);

  Node& node_;
  std::mutex mutex_;
  std::map<std::string, int> behind_;  // times in a row; guarded by mutex_
  // Of certificates seen lately: every call comes with its caller's. Guarded by mutex_.
  std::map<std::string, crypto::Hash, std::less<>> pins_;
};

// What this member says of itself; `address`: where it is reached.
Result<member::Card> OwnCard(Node& node, const std::string& address, bool non_disclosing);
// Where others reach this node, as far as it is set or known: the running node's, else by its settings.
std::string OwnAddress(const Node& node);

// Pins a member, if `may` agrees when it is the entry's turn; follows its log, and asks it to cosign this
// one's. Errors: kPermissionDenied with its reason; the ledger's.
Result<void> Connect(Node& node, const member::Joined& joined, const std::string& by,
                     const ledger::Ledger::Condition& may = {});

// A guest's letter, over a line whose other end holds the key of `certificate_pem`. What comes back is text
// for the guest. Errors: kPermissionDenied with its reason.
Result<Bytes> AnswerGuest(Node& node, const std::string& certificate_pem, ByteView letter);

// The digits to compare with a member.
std::string FingerprintWith(Node& node, const member::Card& card);

}  // namespace concordat::node
