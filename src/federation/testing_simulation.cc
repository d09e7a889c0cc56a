#include "federation/testing_simulation.h"

#include <fmt/format.h>

#include <algorithm>

#include "agreement/testing_agreement.h"
#include "federation/testing_desk.h"
#include "federation/testing_sum.h"
#include "federation/testing_traitor.h"

namespace concordat::federation {

const crypto::SigningKey& KeyOf(const std::string& name) {
  static std::map<std::string, crypto::SigningKey> keys;
  const auto found = keys.find(name);
  return found != keys.end() ? found->second : keys.emplace(name, agreement::TestKey(name)).first->second;
}

std::shared_ptr<const agreement::Agreement> DocumentOf(const std::vector<std::string>& parties,
                                                       const char* version) {
  auto document = std::make_shared<agreement::Agreement>();
  document->name = "study";
  document->id = crypto::Sha256Hex(version);
  for (const std::string& party : parties) document->parties[party] = KeyOf(party).verify_key().Text();
  return document;
}

namespace {

const char* const kNames[] = {"arad", "brno", "cork", "dole", "evora"};

class Simulation {
 public:
  Simulation(std::uint64_t seed, const Summing& summing, bool fits, bool traces)
      : world_(seed, summing), judge_(world_), fits_(fits) {
    world_.traces = traces;
  }
  void MakeNoisy() { scene_.noisy = judge_.noisy = true; }

  Run Go() {
    Settle();
    if (fits_) scene_.rounds = 1 + static_cast<std::uint32_t>(dice().Below(6));
    const int questions = 1 + static_cast<int>(world_.dice.Below(3));
    for (int i = 0; i < questions; ++i) AskOne();
    world_.Run(world_.now + std::chrono::minutes(20), [] { return false; });
    judge_.Close();
    run_.faults = world_.faults;
    run_.resumed = scene_.resumed;
    return run_;
  }

 private:
  Dice& dice() { return world_.dice; }

  // Members, who owns what, and who of them is not to be trusted.
  void Settle() {
    names_.assign(std::begin(kNames), std::begin(kNames) + 3 + dice().Below(3));
    release::Sharing& sharing = scene_.sharing;
    sharing.table = "people";
    sharing.owners = names_;
    while (sharing.owners.size() > 2 && dice().Chance(0.25))
      sharing.owners.erase(sharing.owners.begin() +
                           static_cast<std::ptrdiff_t>(dice().Below(sharing.owners.size())));
    const std::size_t n = sharing.owners.size();
    sharing.quorum = dice().Chance(0.4) ? n : n / 2 + 1 + dice().Below(n - n / 2);
    sharing.colluding = std::min(n / 2, 2 * sharing.quorum - n - 1);
    sharing.local = dice().Chance(0.1);
    if (dice().Chance(0.3))
      sharing.sums = dice().Chance(0.5) ? agreement::SumsBy::kMasks : agreement::SumsBy::kEncryption;
    if (fits_) {  // of all owners by masks, whatever the agreement says of questions
      sharing.sums.reset();
      sharing.quorum = n;
      sharing.local = false;
    }
    judge_.sharing = sharing;
    judge_.limit = dice().Chance(0.2) ? 2 : 100;
    SetWeather();
    for (const std::string& name : names_) {
      scene_.contracts[name] = "v1";
      judge_.documents[name] = DocumentOf(names_, "first");
      world_.nodes[name] = std::make_unique<Node>(world_, name);
      world_.nodes[name]->key = &KeyOf(name);
      if (world_.weather.skew) SetClock(*world_.nodes[name]);
    }
    world_.furnish = [this](Node& node) { return MakeDesk(world_, scene_, judge_, node); };
    world_.leaves = [this](const std::string& from, Node& node, const Call& call, const Bytes& reply) {
      judge_.Leaves(from, node, call, reply);
      if (call.method == method::kRound && strikes_in_ > 0 && --strikes_in_ == 0) Strike();
    };
    Cast();
    for (auto& [name, node] : world_.nodes) world_.Start(*node);
  }

  void SetWeather() {
    Weather& weather = world_.weather;
    if (dice().Chance(0.6)) weather.repeat = 0.2;
    if (dice().Chance(0.25)) return;
    if (dice().Chance(0.5)) weather.loss = 0.15;
    if (dice().Chance(0.3)) weather.slow = 0.1;
    if (dice().Chance(0.4)) weather.crash = 0.08;
    if (dice().Chance(0.3)) weather.kill = 0.02;
    if (dice().Chance(0.2)) weather.engine = 0.1;
    weather.skew = dice().Chance(0.15);
    weather.partition = dice().Chance(0.2);
    weather.strike = fits_ && dice().Chance(0.5);
  }

  // A third of the owners dies at once, in the midst of a round, and perhaps the node that asks.
  void Strike() {
    std::vector<std::string> owners = scene_.sharing.owners;
    for (std::size_t dead = 0, third = (owners.size() + 2) / 3; dead < third; ++dead) {
      const std::size_t which = dice().Below(owners.size());
      world_.At(world_.now, [this, name = owners[which]] { world_.Kill(*world_.nodes[name]); });
      owners.erase(owners.begin() + static_cast<std::ptrdiff_t>(which));
    }
    ++run_.struck;
    if (dice().Chance(0.4)) world_.At(world_.now, [this] { world_.Kill(*world_.nodes[home_]); });
  }

  void SetClock(Node& node) {
    node.clock.skew = dice().Between(-360'000, 360'000);
    node.clock.drift_ppm = static_cast<std::int64_t>(dice().Below(400)) - 200;
  }

  void Cast() {
    const auto& owners = scene_.sharing.owners;
    const std::string& some = owners[dice().Below(owners.size())];
    if (dice().Chance(0.1)) world_.nodes[some]->terms.non_disclosing = [] { return true; };
    if (dice().Chance(0.12)) scene_.contracts[some] = "v0";
    if (dice().Chance(0.06)) judge_.documents[some] = DocumentOf(names_, "before");
    stale_ = scene_.contracts[some] == "v0" || judge_.documents[some]->id != DocumentOf(names_, "first")->id;
    if (scene_.sharing.colluding > 0 && dice().Chance(0.35)) {
      traitor_ = owners[dice().Below(owners.size())];
      MakeTraitor(world_, *world_.nodes[traitor_], KeyOf(names_[0] == traitor_ ? names_[1] : names_[0]));
    }
    if (dice().Chance(0.3)) liar_ = names_[dice().Below(names_.size())];
  }

  std::string MakeQuestion() {
    const std::string text = fmt::format("q{}", dice().Below(4));
    if (!scene_.questions.contains(text)) {
      scene_.questions[text] = {.finds_groups = dice().Chance(0.25),
                                .declared = 1 + dice().Below(3),
                                .measured = 1 + dice().Below(2),
                                .wide = dice().Chance(0.1)};
    }
    return text;
  }

  void AskOne() {
    const std::string text = MakeQuestion();
    if (dice().Chance(0.1)) ++scene_.revisions[scene_.sharing.owners[0]];
    if (world_.weather.partition && dice().Chance(0.5))
      world_.At(world_.now + dice().Between(0, 300),
                [this] { world_.Part(world_.now + dice().Between(100, 200'000)); });
    if (!world_.weather.calm() && dice().Chance(0.05)) {
      const std::string name = scene_.sharing.owners.back();
      world_.At(world_.now + dice().Between(0, 500), [this, name] { scene_.revoked.insert(name); });
    }
    const bool lies = !liar_.empty() && dice().Chance(0.6);
    const std::string& home = lies ? liar_ : names_[dice().Below(names_.size())];
    world_.Run(world_.now + std::chrono::minutes(15), [&] { return world_.nodes[home]->up; });
    Node& node = *world_.nodes[home];
    if (!node.up) return;
    if (lies) return AskAsLiar(node, text);
    home_ = home;
    if (world_.weather.strike) strikes_in_ = 1 + dice().Below(scene_.sharing.owners.size() * scene_.rounds);
    // Of a fit the node that asks has a record: asked again once it is back, it goes on.
    for (int times = 0; times < 3 && !AskHonestly(node, text) && fits_; ++times)
      world_.Run(world_.now + std::chrono::minutes(15), [&] { return node.up; });
    strikes_in_ = 0;
  }

  CoordinatorParts PartsOf(Node& node, SceneAsker& asker, WorldLink& link) {
    return {.member = node.name,
            .key = *node.key,
            .asker = asker,
            .link = link,
            .summing = world_.summing,
            .clock = node.clock,
            .random = dice(),
            .wait = [this](Milliseconds by) { world_.Run(world_.now + by, [] { return false; }); }};
  }

  Outcome<release::Answer> Ask(Coordinator& coordinator, const std::string& text, WorldLink& link) const {
    const release::Caller caller{"ana", "study", "psql"};
    return fits_ ? coordinator.Fit(caller, {text, {}, {}}, link.gone, nullptr)
                 : coordinator.Ask(caller, {text, {}, {}}, link.gone, nullptr);
  }

  // False: the node that asks died.
  bool AskHonestly(Node& node, const std::string& text) {
    if (!node.up) return false;
    world_.Trace(node.name + " asks " + text);
    WorldLink link(world_, node);
    SceneAsker asker(world_, scene_, judge_, node);
    Coordinator coordinator(PartsOf(node, asker, link), {});
    const auto answer = Ask(coordinator, text, link);
    if (!link.alive() || node.dying) {
      if (node.dying) world_.Kill(node);
      return false;
    }
    world_.Trace(answer ? "answer " + answer->id + ": " + answer->notice
                        : "refused " + answer.error().reason + ": " + answer.error().message);
    ++run_.outcomes[answer ? "answered" : answer.error().reason];
    if (answer)
      Judged(*answer);
    else
      JudgeRefusal(node, answer.error());
    return true;
  }

  void Judged(const release::Answer& answer) {
    ++run_.answered;
    const auto included = scene_.included.find(answer.id);
    if (included == scene_.included.end()) return;  // stored by a liar, who deceives itself
    std::vector<Int128> sums;
    for (const Value& value : answer.rows.at(0)) sums.push_back(std::get<Int128>(value));
    const auto [before, fresh] = answers_.emplace(answer.id, sums);
    if (!fresh && before->second != sums) world_.faults.push_back(answer.id + " has two answers");
    if (fresh && !fits_) judge_.Answered(answer.id, sums, included->second);  // of a fit each round was
    if (fits_ && included->second != scene_.sharing.owners.size())
      world_.faults.push_back(answer.id + " is a fit of some");
  }

  // A refusal names who is missing; and where nothing can go wrong, nothing does.
  void JudgeRefusal(const Node& node, const Refusal& refusal) {
    const bool names = std::any_of(names_.begin(), names_.end(), [&](const std::string& name) {
      return refusal.message.find(name) != std::string::npos;
    });
    const bool of_members = refusal.reason == "owners_missing" || refusal.reason == "plans_differ";
    if (of_members && !names) world_.faults.push_back("a refusal names nobody: " + refusal.message);
    // Deaths and losses alone leave the sum of a quorum, or too few.
    if (refusal.reason == "sum_failed" && traitor_.empty())
      world_.faults.push_back("no sum of honest owners: " + refusal.message);
    const bool fair =
        world_.weather.calm() && world_.weather.slow == 0 && traitor_.empty() && !stale_ && liar_.empty();
    // A fit is of all owners or not at all, so that one who has nothing left is missed.
    const bool spent = refusal.reason == "budget_exhausted" || (fits_ && judge_.limit < 10);
    const bool expected = spent || refusal.reason == "non_disclosing" || scene_.contracts[node.name] == "v0";
    if (fair && !expected) world_.faults.push_back("nothing went wrong, and yet: " + refusal.message);
  }

  void AskAsLiar(Node& node, const std::string& text) {
    WorldLink link(world_, node);
    SceneAsker asker(world_, scene_, judge_, node);
    Liar liar(world_, scene_, node, *world_.nodes[names_[0] == node.name ? names_[1] : names_[0]], fits_);
    world_.Trace(fmt::format("{} asks {}, {}", node.name, text, liar.plot()));
    liar.Corrupt(link, asker);
    Coordinator coordinator(PartsOf(node, asker, link), {});
    static_cast<void>(Ask(coordinator, text, link));
    if (node.dying) world_.Kill(node);
    liar.Afterwards();
  }

  World world_;
  Scene scene_;
  Judge judge_;
  const bool fits_;
  std::vector<std::string> names_;
  std::string home_;            // that asks
  std::size_t strikes_in_ = 0;  // replies to rounds; 0: never
  std::string traitor_;         // an owner
  std::string liar_;            // who lies when it asks
  bool stale_ = false;
  std::map<std::string, std::vector<Int128>> answers_;
  Run run_;
};

}  // namespace

Run Simulate(std::uint64_t seed, const Summing& summing, bool traces) {
  return Simulation(seed, summing, false, traces).Go();
}

Run SimulateFits(std::uint64_t seed, bool noisy, bool traces) {
  const PlainSumming summing;  // fits have sums of their own
  Simulation simulation(seed, summing, true, traces);
  if (noisy) simulation.MakeNoisy();
  return simulation.Go();
}

}  // namespace concordat::federation
