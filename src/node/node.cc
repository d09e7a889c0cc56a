#include "node/node.h"

#include "catalogue/copy.h"
#include "node/federated.h"
#include "node/log.h"
#include "node/remember.h"

namespace concordat::node {
namespace {

constexpr std::uint64_t kWorthSaving = 5000;  // entries: a start replays so many in some 50 ms

}  // namespace

Node::Node(Home home)
    : home_(std::move(home)),
      agreements_(home_.config.member),
      uses_(home_.config.member),
      cosigned_(home_.cosigned_checkpoint()) {}

Node::~Node() {
  if (!release_) return;
  if (const auto remembered = Remember(); !remembered) Log(Severity::kWarning, remembered.error().message);
}

Result<void> Node::Remember() {
  const std::uint64_t size = ledger_->Head().size;
  if (size == remembered_) return {};
  TRY(node::Remember(*ledger_, home_.newest_checkpoint()));
  remembered_ = size;
  TRY(ledger_->SaveFolds(kWorthSaving));
  return {};
}

Outcome<release::Answer> Node::Ask(const release::Caller& caller, const release::Question& question,
                                   const engine::Cancel& cancel,
                                   const std::function<void(const std::string&)>& progress) {
  const auto concerns = federated_->Concerns(caller, question);
  auto answer = !concerns   ? Outcome<release::Answer>(tl::unexpected(concerns.error()))
                : *concerns ? federated_->Ask(caller, question, cancel, progress)
                            : release_->Ask(caller, question, cancel);
  if (answer) {
    tally_.CountAnswered();
  } else {
    tally_.CountDeclined(answer.error());
  }
  return answer;
}

Outcome<release::Description> Node::Describe(const release::Caller& caller,
                                             const release::Question& question) {
  if (TRY(federated_->Concerns(caller, question))) return federated_->Describe(caller, question);
  return release_->Describe(caller, question);
}

Outcome<std::vector<std::string>> Node::Explain(const release::Caller& caller,
                                                const release::Question& question) {
  if (TRY(federated_->Concerns(caller, question))) return federated_->Explain(caller, question);
  return release_->Explain(caller, question);
}

Result<std::string> Node::ServedCheckpoint() const { return cosigned_.On(TRY(ledger_->SignedHead())); }

Result<std::unique_ptr<Node>> Node::Open(Home home) {
  std::unique_ptr<Node> node(new Node(std::move(home)));
  TRY(node->Start());
  return node;
}

Result<void> Node::Start() {
  store_ = TRY(store::Store::Open(home_.store(), ledger::LedgerMigrations()));
  auto key = TRY(ReadLedgerKey(home_));
  ledger_ = TRY(ledger::Ledger::Open(*store_, std::move(key), clock_, random_,
                                     {&catalogue_, &abroad_, &agreements_, &tokens_, &budgets_, &subjects_,
                                      &uses_, &quality_, &pace_, &witnesses_, &members_, &news_},
                                     home_.folds()));
  if (!ledger_->doubt().empty())
    Log(Severity::kWarning, ledger_->doubt(), {{"file", home_.folds().string()}});
  TRY(CheckRemembered(*ledger_, home_.newest_checkpoint()));
  // Here nobody reads them yet.
  if (const auto removed = catalogue::RemoveReplaced(home_.copies(), *ledger_, catalogue_); !removed)
    Log(Severity::kWarning, removed.error().message);
  cosigner_ = TRY(ReadWitnessKey(home_, random_));
  TRY(cosigned_.Load());
  noise_ = std::make_unique<dp::NoisePool>(random_);
  sources_ = TRY(release::Sources::Open(
      {.memory_mb = home_.config.engine_memory_mb, .threads = home_.config.engine_threads}));
  const release::Parts parts{*ledger_, budgets_,  catalogue_, agreements_, subjects_,
                             pace_,    *sources_, *noise_,    random_,     clock_};
  const release::Timing timing{.grid = home_.config.answer_grid, .engine_limit = home_.config.query_time};
  release_ = std::make_unique<release::Release>(parts, timing, LogFailure);
  federated_ = std::make_unique<Federated>(*this, parts, timing);
  return {};
}

}  // namespace concordat::node
