// A member's home, opened: everything that answers questions and carries out verbs.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "agreement/registry.h"
#include "agreement/token.h"
#include "base/clock.h"
#include "base/random.h"
#include "catalogue/abroad.h"
#include "catalogue/catalogue.h"
#include "dp/pool.h"
#include "ledger/budget.h"
#include "ledger/ledger.h"
#include "ledger/witness_book.h"
#include "member/book.h"
#include "node/cosigned.h"
#include "node/home.h"
#include "node/jobs.h"
#include "node/news.h"
#include "node/tally.h"
#include "quality/book.h"
#include "release/pace.h"
#include "release/release.h"
#include "release/sources.h"
#include "store/store.h"
#include "subject/subject.h"
#include "transparency/tally.h"

namespace concordat::node {

class Federated;
class Peers;

// Threading: what it hands out is as thread-safe as its own headers say.
class Node {
 public:
  // Opens the store (one process a home), brings the folds to the ledger's end, starts the noise pool.
  static Result<std::unique_ptr<Node>> Open(Home home);
  ~Node();
  // Writes the newest checkpoint beside the store when there is a newer one, and the folds when they came by
  // much since. One thread at a time.
  Result<void> Remember();

  const Home& home() const { return home_; }
  const std::string& member() const { return home_.config.member; }
  const Clock& clock() const { return clock_; }  // the machine's; decisions go by ledger().Now()
  RandomSource& random() { return random_; }
  store::Store& store() { return *store_; }
  ledger::Ledger& ledger() { return *ledger_; }
  const ledger::BudgetBook& budgets() const { return budgets_; }
  const catalogue::Catalogue& catalogue() const { return catalogue_; }
  const catalogue::Abroad& abroad() const { return abroad_; }
  const agreement::Registry& agreements() const { return agreements_; }
  const agreement::TokenBook& tokens() const { return tokens_; }
  const subject::Subjects& subjects() const { return subjects_; }
  const transparency::Tally& uses() const { return uses_; }
  const quality::Book& quality() const { return quality_; }
  const release::Pace& pace() const { return pace_; }
  const ledger::WitnessBook& witnesses() const { return witnesses_; }
  const member::Book& members() const { return members_; }
  const News& news() const { return news_; }
  // The line to other members, while this process serves; null where it carries out one verb.
  Peers* peers() const { return peers_; }
  void SetPeers(Peers* peers) { peers_ = peers; }
  const crypto::Cosigner& cosigner() const { return *cosigner_; }
  CosignedHead& cosigned() { return cosigned_; }
  const CosignedHead& cosigned() const { return cosigned_; }
  // What others are served: the newest checkpoint with the cosignatures that are there for it.
  Result<std::string> ServedCheckpoint() const;
  release::Release& release() { return *release_; }
  // Questions of tables that others hold, alone or as well.
  Federated& federated() { return *federated_; }
  // A question of this member's own tables goes to release, another to their owners; counted. `progress`
  // hears how far those have come, which is the network's doing and the owners'. Of this member's own it
  // hears nothing: how far the engine is would tell of rows.
  Outcome<release::Answer> Ask(const release::Caller& caller, const release::Question& question,
                               const engine::Cancel& cancel,
                               const std::function<void(const std::string&)>& progress = {});
  Outcome<release::Description> Describe(const release::Caller& caller, const release::Question& question);
  Outcome<std::vector<std::string>> Explain(const release::Caller& caller, const release::Question& question);
  Tally& tally() { return tally_; }
  Jobs& jobs() { return jobs_; }
  // Where its doors are once it serves; empty before.
  struct Addresses {
    std::string web, sql, peer;
  };
  Addresses addresses() const {
    const std::lock_guard lock(addresses_mutex_);
    return addresses_;
  }
  void SetAddresses(Addresses addresses) {
    const std::lock_guard lock(addresses_mutex_);
    addresses_ = std::move(addresses);
  }
  // Requested when the node stops and patience is over: ends questions of HTTP and the control socket.
  engine::Cancel& stopping() { return stopping_; }

 private:
  explicit Node(Home home);
  Result<void> Start();

  Home home_;
  SystemClock clock_;
  Tally tally_;
  Jobs jobs_{clock_};
  engine::Cancel stopping_;
  OsRandom random_;
  ledger::BudgetBook budgets_;
  catalogue::Catalogue catalogue_;
  catalogue::Abroad abroad_;
  agreement::Registry agreements_;
  agreement::TokenBook tokens_;
  subject::Subjects subjects_;
  transparency::Tally uses_;
  quality::Book quality_;
  release::Pace pace_;
  ledger::WitnessBook witnesses_;
  member::Book members_;
  News news_;
  std::atomic<Peers*> peers_{nullptr};
  CosignedHead cosigned_;
  std::optional<crypto::Cosigner> cosigner_;
  std::unique_ptr<ledger::Ledger> ledger_;  // outlives the store's writer, which calls it
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<dp::NoisePool> noise_;
  std::unique_ptr<release::Sources> sources_;
  std::unique_ptr<release::Release> release_;
  std::unique_ptr<Federated> federated_;
  mutable std::mutex addresses_mutex_;
  Addresses addresses_;           // guarded by addresses_mutex_
  std::uint64_t remembered_ = 0;  // entries that the checkpoint beside the store signs for
};

}  // namespace concordat::node
