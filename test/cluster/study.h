// A study of four members with real ledgers: budapest, cleveland and hungary own its table `patients`
// together, ana asks in zurich; and the simulated worlds in which they meet. For tests alone.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cluster/member.h"
#include "federation/coordinator.h"
#include "federation/testing_world.h"

namespace concordat::cluster {

inline constexpr char kHome[] = "zurich";
inline const std::vector<std::string> kOwners = {"budapest", "cleveland", "hungary"};
inline constexpr int kPeople = 60;  // of each owner, half of them women

struct StudyTerms {
  std::string agreement;  // lines of YAML with its protection
  std::string allows = "sql";
  release::MethodMaker make = {};
  std::map<std::string, release::MethodMaker> makes = {};  // by member, where it is another
  std::vector<int> firsts = {100, 200, 300};               // of each owner's people
  std::map<std::string, ContractTerms> contracts = {};     // by owner, where it is another
  std::map<std::string, int> people = {};                  // by owner, where they are fewer
};

class Study {
 public:
  // Everything CHECKs that it works.
  explicit Study(const StudyTerms& terms);

  Member& at(const std::string& name) { return *members_.at(name); }
  const std::map<std::string, std::unique_ptr<Member>>& members() const { return members_; }
  // Every member has a node in a world of its own time and network.
  void Settle(federation::World& world);
  // What a coordinator at home comes to, asked as ana. Precondition: the world is settled.
  Outcome<release::Answer> Ask(federation::World& world, const std::string& text);
  // The same of a fit; `on_stage` hears of its rounds.
  Outcome<release::Answer> Fit(federation::World& world, const std::string& text,
                               const federation::Progress& on_stage = nullptr);
  // Changes what home sends, for each owner its own.
  std::function<void(federation::Call& call)> tamper;
  // Before its nodes go, since what they hold is the members'.
  static void Leave(federation::World& world);

 private:
  using Asks = std::function<Outcome<release::Answer>(
      federation::Coordinator& coordinator, const release::Caller& ana, const engine::Cancel& gone)>;
  Outcome<release::Answer> AtHome(federation::World& world, const Asks& asks);

  std::map<std::string, std::unique_ptr<Member>> members_;
};

}  // namespace concordat::cluster
