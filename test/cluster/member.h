// A member with a real ledger in a folder of its own, a product, and release over both; for tests alone.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <semaphore>
#include <string>

#include "agreement/agreement.h"
#include "agreement/registry.h"
#include "base/random.h"
#include "catalogue/abroad.h"
#include "catalogue/catalogue.h"
#include "dp/testing_noise.h"
#include "federation/release_desk.h"
#include "ledger/budget.h"
#include "ledger/ledger.h"
#include "release/fit.h"
#include "release/joint.h"
#include "release/pace.h"
#include "release/sources.h"
#include "store/store.h"
#include "subject/subject.h"

namespace concordat::cluster {

// What a member's contract of its table says.
struct ContractTerms {
  std::string age = "[0, 120]";
  int rows = 1;
  std::string holdings = "overlapping";
  // Of a person: columns after the id, "f,44,note 1"; in place of the usual ones.
  std::function<std::string(int person)> row = nullptr;
};

class Member {
 public:
  // Everything CHECKs that it works. `make`: the methods that it knows.
  explicit Member(const std::string& name, release::MethodMaker make = {});
  ~Member();
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  // Closes the ledger and opens it again, as a node that restarts does.
  void Reopen();
  // People `from` to `until` of any age, every second of them a woman, with one of three notes each.
  void Publish(int from, int until, const ContractTerms& terms);
  // Takes part in what all parties have signed.
  void Agree(const std::shared_ptr<const agreement::Agreement>& document);
  void Suspend();  // what it agreed to
  void AddAnalyst(const std::string& analyst);
  void Meet(const Member& other);  // enters a copy of its product
  // What the ledger has of a question, in order: "charge", "contributed", …
  std::vector<std::string> Outcomes(const std::string& id) const;
  double Spent() const;  // of its product

  release::Parts parts();
  const std::string& name() const { return name_; }
  store::Store& store() { return *store_; }
  ledger::Ledger& ledger() { return *ledger_; }
  release::JointOwner& owner() { return *owner_; }
  release::JointAsker& asker() { return *asker_; }
  release::FitOwner& fit_owner() { return *fit_owner_; }
  release::FitAsker& fit_asker() { return *fit_asker_; }

 private:
  void Open();
  void Close();
  template <class S>
  void Enter(const S& step);

  std::string name_;
  std::filesystem::path folder_;
  ManualClock clock_;
  OsRandom random_;
  catalogue::Catalogue catalogue_;
  catalogue::Abroad abroad_;
  agreement::Registry agreements_;
  ledger::BudgetBook budgets_;
  subject::Subjects subjects_;
  release::Pace pace_;
  dp::NoNoise noise_;
  std::counting_semaphore<> turns_{8};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<release::Sources> sources_;
  std::unique_ptr<release::JointOwner> owner_;
  std::unique_ptr<release::JointAsker> asker_;
  release::MethodMaker make_;
  std::unique_ptr<release::FitOwner> fit_owner_;
  std::unique_ptr<release::FitAsker> fit_asker_;
};

// The agreement "heart-study" of budapest, cleveland and hungary, who own its table `patients` together, and
// of zurich, where ana asks; bo does in budapest, which owns the table `alone`. `terms`: lines of YAML with
// its protection.
std::shared_ptr<const agreement::Agreement> HeartStudy(const std::string& terms,
                                                       const std::string& allows = "sql");

}  // namespace concordat::cluster
