// Release as a simulation has it: rows are numbers that a hash makes, noise is known, a ledger is a list on a
// disk that may tear. What it promises is what release promises.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "federation/testing_judge.h"
#include "federation/testing_world.h"

namespace concordat::federation {

// What a question is, by its text.
struct Shape {
  bool finds_groups = false;
  std::size_t declared = 1;
  std::size_t measured = 1;
  bool wide = false;
};

// What members agreed to, and how each has it.
struct Scene {
  release::Sharing sharing;
  std::map<std::string, Shape> questions;          // by text
  std::map<std::string, std::string> contracts;    // by member: the version of the contract that it has
  std::set<std::string> revoked;                   // members where the agreement ended
  std::map<std::string, std::uint64_t> revisions;  // by member
  std::map<std::string, std::size_t> included;     // by id of an honest coordinator's answer: owners in it
  std::map<std::string, release::Answer> stored;   // by member, question and revisions
  // By member: of each owner's ledger at each size that a receipt told of, the head.
  std::map<std::string, std::map<std::string, std::string>> heads;

  Outline OutlineFor(const std::string& member, const std::string& text) const;
  // Of a fit: of all owners.
  Outline FitOutlineFor(const std::string& member, const std::string& text) const;
  std::uint32_t rounds = 3;  // of every fit
  bool noisy = false;        // every fit is; else exact
  // What the node that asks has on record of a fit that did not come to its end.
  struct Going {
    Reached reached;
    release::FitRound next;
    std::map<std::string, std::string> revisions;
  };
  std::map<std::string, Going> going;  // by member and text
  std::uint64_t resumed = 0;           // fits that went on with it
};

std::unique_ptr<Desk> MakeDesk(World& world, Scene& scene, Judge& judge, Node& node);

class SceneAsker final : public Asker {
 public:
  SceneAsker(World& world, Scene& scene, Judge& judge, Node& home)
      : world_(world), scene_(scene), judge_(judge), home_(home) {}
  Outcome<std::unique_ptr<Asked>> Plan(const release::Caller& caller,
                                       const release::Question& question) override;
  Outcome<std::unique_ptr<AskedFit>> PlanFit(const release::Caller& caller,
                                             const release::Question& question) override;
  bool lies = false;     // so nobody judges what it takes for an answer
  bool any_few = false;  // takes any number of owners for a quorum

 private:
  World& world_;
  Scene& scene_;
  Judge& judge_;
  Node& home_;
};

}  // namespace concordat::federation
