#include "cluster/study.h"

#include "federation/testing_simulation.h"

namespace concordat::cluster {

using namespace federation;

Study::Study(const StudyTerms& terms) {
  const auto document = HeartStudy(terms.agreement, terms.allows);
  for (const std::string& name : {kOwners[0], kOwners[1], kOwners[2], std::string(kHome)})
    members_[name] =
        std::make_unique<Member>(name, terms.makes.contains(name) ? terms.makes.at(name) : terms.make);
  for (std::size_t i = 0; i < kOwners.size(); ++i) {
    const auto contract = terms.contracts.find(kOwners[i]);
    const auto people = terms.people.find(kOwners[i]);
    at(kOwners[i])
        .Publish(
            terms.firsts[i], terms.firsts[i] + (people == terms.people.end() ? kPeople : people->second),
            contract == terms.contracts.end() ? ContractTerms{.holdings = "disjoint"} : contract->second);
  }
  for (auto& [name, member] : members_) {
    member->Agree(document);
    for (const std::string& owner : kOwners) {
      if (owner != name) member->Meet(at(owner));
    }
  }
  at(kHome).AddAnalyst("ana");
}

void Study::Settle(World& world) {
  world.furnish = [this](Node& node) {
    Member& member = at(node.name);
    return std::make_unique<ReleaseDesk>(member.owner(), member.fit_owner(), member.parts());
  };
  for (const auto& [name, member] : members_) {
    world.nodes[name] = std::make_unique<Node>(world, name);
    world.nodes[name]->key = &KeyOf(name);
    world.Start(*world.nodes[name]);
  }
}

Outcome<release::Answer> Study::AtHome(World& world, const Asks& asks) {
  Member& home = at(kHome);
  ReleaseAsker asker(home.asker(), home.fit_asker(), home.parts());
  WorldLink link(world, *world.nodes.at(kHome));
  link.tamper = tamper;
  Coordinator coordinator({.member = kHome,
                           .key = KeyOf(kHome),
                           .asker = asker,
                           .link = link,
                           .summing = world.summing,
                           .clock = world.nodes.at(kHome)->clock,
                           .random = world.dice,
                           .wait = [&](Milliseconds by) { world.Run(world.now + by, [] { return false; }); }},
                          {});
  return asks(coordinator, {"ana", "heart-study", "test", {}}, link.gone);
}

Outcome<release::Answer> Study::Ask(World& world, const std::string& text) {
  return AtHome(world, [&](Coordinator& coordinator, const auto& ana, const auto& gone) {
    return coordinator.Ask(ana, {text, {}, {}}, gone, nullptr);
  });
}

Outcome<release::Answer> Study::Fit(World& world, const std::string& text, const Progress& on_stage) {
  return AtHome(world, [&](Coordinator& coordinator, const auto& ana, const auto& gone) {
    return coordinator.Fit(ana, {text, {}, {}}, gone, on_stage);
  });
}

void Study::Leave(World& world) {
  for (auto& [name, node] : world.nodes) node->owner = nullptr;
}

}  // namespace concordat::cluster
