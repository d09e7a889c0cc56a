// Three members who own a table together, in calm weather; for tests that go through rounds by hand.
#pragma once

#include <string>
#include <vector>

#include "federation/testing_desk.h"
#include "federation/testing_sum.h"

namespace concordat::federation {

class Trio {
 public:
  // Two of the three must contribute. `sums`: in place of those that cost nothing.
  explicit Trio(const Summing* sums = nullptr);

  Node& node(const std::string& name) { return *world.nodes.at(name); }
  SignedStatement Statement(const std::string& home, const std::string& text);
  // Of a fit, from its first round.
  SignedStatement FitStatement(const std::string& home, const std::string& text);
  Coordinator MakeCoordinator(const std::string& home);
  void Restart(const std::string& name);

  PlainSumming summing;
  World world;
  Judge judge;
  Scene scene;
  std::map<std::string, std::unique_ptr<SceneAsker>> askers;
  std::map<std::string, std::unique_ptr<WorldLink>> links;
};

inline constexpr const char* kArad = "arad";
inline constexpr const char* kBrno = "brno";
inline constexpr const char* kCork = "cork";

}  // namespace concordat::federation
