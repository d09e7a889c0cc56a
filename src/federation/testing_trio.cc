#include "federation/testing_trio.h"

#include "federation/testing_simulation.h"

namespace concordat::federation {

Trio::Trio(const Summing* sums) : world(7, sums == nullptr ? summing : *sums), judge(world) {
  const std::vector<std::string> names{kArad, kBrno, kCork};
  scene.sharing.table = "people";
  scene.sharing.owners = names;
  scene.sharing.quorum = 2;
  judge.sharing = scene.sharing;
  judge.limit = 100;
  scene.questions["sums"] = {.finds_groups = false, .declared = 2, .measured = 2, .wide = false};
  scene.questions["groups"] = {.finds_groups = true, .declared = 0, .measured = 1, .wide = false};
  world.furnish = [this](Node& each) { return MakeDesk(world, scene, judge, each); };
  world.leaves = [this](const std::string& from, Node& each, const Call& call, const Bytes& reply) {
    judge.Leaves(from, each, call, reply);
  };
  for (const std::string& name : names) {
    scene.contracts[name] = "v1";
    judge.documents[name] = DocumentOf(names, "first");
    world.nodes[name] = std::make_unique<Node>(world, name);
    world.nodes[name]->key = &KeyOf(name);
    world.Start(*world.nodes[name]);
  }
}

SignedStatement Trio::Statement(const std::string& home, const std::string& text) {
  federation::Statement statement{.agreement = "study",
                                  .document = judge.documents.at(home)->id,
                                  .visitor = {.analyst = "ana", .home = home, .trainings = {}},
                                  .question = {text, {}, {}},
                                  .time = node(home).clock.Now(),
                                  .session = {}};
  world.dice.Fill(statement.session);
  return Sign(std::move(statement), KeyOf(home));
}

SignedStatement Trio::FitStatement(const std::string& home, const std::string& text) {
  federation::Statement statement = Statement(home, text).statement;
  statement.round = release::FitRound{1, Judge::kStart};
  return Sign(std::move(statement), KeyOf(home));
}

Coordinator Trio::MakeCoordinator(const std::string& home) {
  askers[home] = std::make_unique<SceneAsker>(world, scene, judge, node(home));
  links[home] = std::make_unique<WorldLink>(world, node(home));
  return Coordinator({.member = home,
                      .key = KeyOf(home),
                      .asker = *askers[home],
                      .link = *links[home],
                      .summing = world.summing,
                      .clock = node(home).clock,
                      .random = world.dice,
                      .wait = [this](Milliseconds by) { world.Run(world.now + by, [] { return false; }); }},
                     {});
}

void Trio::Restart(const std::string& name) {
  node(name).owner = nullptr;
  world.Start(node(name));
}

}  // namespace concordat::federation
