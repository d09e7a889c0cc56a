#include "federation/testing_desk.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::federation {
namespace {

constexpr int kGroups = 5;
constexpr std::uint32_t kCost = 1;

std::uint64_t Mix(std::uint64_t seed, std::string_view text) {
  for (const char c : text) seed = (seed ^ static_cast<std::uint8_t>(c)) * 0x100000001B3;
  return Dice(seed).Next();
}

// What an owner's rows come to in one cell of an answer.
Int128 RowsOf(const std::string& owner, const std::string& text, std::size_t cell, bool wide) {
  const Int128 value = static_cast<Int128>(Mix(cell, owner + "/" + text) % 2001) - 1000;
  return wide ? value * (Int128{1} << 70) : value;
}

std::string HeadOf(const Node& node, std::size_t size, std::uint64_t seed) {
  for (std::size_t i = 0; i < size; ++i)
    seed = Mix(seed, node.ledger[i].id + std::to_string(node.ledger[i].kind));
  return fmt::format("{:x}", seed);
}

class ScenePart final : public FittingPart {
 public:
  ScenePart(World& world, Scene& scene, Judge& judge, Node& node, const Statement& statement)
      : world_(world),
        scene_(scene),
        judge_(judge),
        node_(node),
        id_(IdOf(statement)),
        text_(statement.question.text),
        session_(statement.session),
        revision_(scene.revisions[node.name]),
        round_(statement.round.value_or(release::FitRound{})),
        outline_(statement.round ? scene.FitOutlineFor(node.name, text_)
                                 : scene.OutlineFor(node.name, text_)) {}

  const Outline& outline() const override { return outline_; }
  std::string revision() const override { return std::to_string(revision_); }
  std::string Left() const override {
    return fmt::format("{} of {} left", judge_.limit - Spent(), judge_.limit);
  }
  std::string LeftAfter() const override { return Affordable() ? Left() : "refused"; }

  bool Affordable() const override { return Spent() + kCost <= judge_.limit; }

  Outcome<void> TakeUp(const std::string& id, const release::FitRound& round) override {
    if (round.number == 1 && round.state != Judge::kStart) return Refuse("state_invalid", "", "", "58000");
    id_ = id;
    round_ = round;
    charged_ = false;
    return {};
  }
  Outcome<void> Follow(const std::vector<Int128>& total, const release::FitRound& next) const override {
    if (round_.number < scene_.rounds && next.state == Judge::StateAfter(round_, total)) return {};
    return Refuse("state_differs", "it does not follow", "", "58000");
  }

  Outcome<void> Compute(const engine::Cancel&) override {
    if (outline_.exact && revision_ != scene_.revisions[node_.name])
      return Refuse("rows_changed", "the rows changed", "", "58000");
    if (scene_.revoked.contains(node_.name))
      return Refuse("agreement_not_active", "the agreement was revoked", "", "42501");
    if (!Affordable()) return Refuse("budget_exhausted", "nothing is left", "", "53400");
    if (!world_.Append(node_, {Entry::kCharge, id_, kCost}))
      return Refuse("node_full", "cannot record", "", "53100");
    judge_.Charged(node_, id_);
    if (!round_.state.empty()) judge_.ChargedInRound(node_, session_, round_.number);
    charged_ = true;
    if (world_.dice.Chance(world_.weather.engine)) return Refuse("failed", "the engine failed", "", "XX000");
    return {};
  }
  bool charged() const override { return charged_; }

  Result<std::vector<Row>> Select() override {
    std::vector<Row> keys;
    for (int i = 0; i < kGroups; ++i) {
      if (world_.dice.Chance(0.6)) keys.push_back({Value(fmt::format("g{}", i))});
    }
    return keys;
  }

  Result<std::vector<Int128>> Share(const std::vector<Row>& keys, const engine::Cancel&) override {
    std::vector<Int128> values;
    const std::size_t length = outline_.Length(keys.size());
    for (std::size_t i = 0; i < length; ++i) {
      const Int128 noise = outline_.exact ? 0 : static_cast<Int128>(world_.dice.Below(201)) - 100;
      values.push_back(RowsOf(node_.name, text_ + round_.state, i, outline_.wide) + noise);
    }
    judge_.Shared(node_, id_, outline_.description, keys, values);
    if (outline_.exact) judge_.SharedInRound(id_, round_);
    return values;
  }

  Outcome<void> RecordOpening(const crypto::Hash&) override {
    if (Has(Entry::kOpening)) return Refuse("opened_before", "it helped already", "", "42501");
    if (scene_.revoked.contains(node_.name)) {
      RecordFailure();
      return Refuse("agreement_not_active", "the agreement was revoked", "", "42501");
    }
    if (!world_.Append(node_, {Entry::kOpening, id_, 0}))
      return Refuse("node_full", "cannot record", "", "53100");
    judge_.Opens(node_, id_, outline_.description);
    return {};
  }
  void RecordInterruption() override {
    static_cast<void>(world_.Append(node_, {Entry::kInterrupted, id_, 0}));
  }
  Outcome<void> InForce() const override {
    if (scene_.revoked.contains(node_.name))
      return Refuse("agreement_not_active", "the agreement was revoked", "", "42501");
    return {};
  }
  void RecordFailure() override { static_cast<void>(world_.Append(node_, {Entry::kFailure, id_, 0})); }

  Result<std::vector<std::string>> Receipts() override {
    const std::size_t size = node_.forks ? 1 : node_.ledger.size();
    const std::uint64_t seed = node_.forks ? world_.dice.Next() : 1;
    return std::vector<std::string>{
        fmt::format("{} {}", size, HeadOf(node_, std::min(size, node_.ledger.size()), seed))};
  }

 private:
  bool Has(Entry::Kind kind) const {
    return std::any_of(node_.ledger.begin(), node_.ledger.end(),
                       [&](const Entry& entry) { return entry.kind == kind && entry.id == id_; });
  }
  std::uint32_t Spent() const {
    std::uint32_t spent = 0;
    for (const Entry& entry : node_.ledger) spent += entry.cost;
    return spent;
  }

  World& world_;
  Scene& scene_;
  Judge& judge_;
  Node& node_;
  std::string id_;
  std::string text_;
  Session session_;
  std::uint64_t revision_;
  release::FitRound round_;
  Outline outline_;
  bool charged_ = false;
};

class SceneDesk final : public Desk {
 public:
  SceneDesk(World& world, Scene& scene, Judge& judge, Node& node)
      : world_(world), scene_(scene), judge_(judge), node_(node) {}
  std::shared_ptr<const agreement::Agreement> Find(const std::string& agreement) override {
    const auto& document = judge_.documents.at(node_.name);
    return document->name == agreement ? document : nullptr;
  }
  Result<bool> Charged(const std::string& id) override {
    return std::any_of(node_.ledger.begin(), node_.ledger.end(),
                       [&](const Entry& entry) { return entry.kind == Entry::kCharge && entry.id == id; });
  }
  Outcome<std::unique_ptr<Part>> Prepare(const Statement& statement) override {
    if (scene_.revoked.contains(node_.name))
      return Refuse("agreement_not_active", "the agreement was revoked", "", "42501");
    if (!scene_.questions.contains(statement.question.text))
      return Refuse("not_sql", "no question", "", "42601");
    return std::make_unique<ScenePart>(world_, scene_, judge_, node_, statement);
  }
  Outcome<std::unique_ptr<FittingPart>> PrepareFit(const Statement& statement) override {
    TRY(Prepare(statement));
    auto part = std::make_unique<ScenePart>(world_, scene_, judge_, node_, statement);
    TRY(part->TakeUp(IdOf(statement), *statement.round));
    return part;
  }

 private:
  World& world_;
  Scene& scene_;
  Judge& judge_;
  Node& node_;
};

class SceneAsked final : public Asked {
 public:
  SceneAsked(World& world, Scene& scene, Judge& judge, Node& home, SceneAsker& asker, std::string text)
      : world_(world),
        scene_(scene),
        judge_(judge),
        home_(home),
        asker_(asker),
        text_(std::move(text)),
        outline_(scene.OutlineFor(home.name, text_)),
        visitor_{.analyst = "ana", .home = home.name, .trainings = {}} {
    if (asker.any_few) outline_.sharing.quorum = 1;
    if (asker.any_few) outline_.sharing.colluding = 0;
  }

  const Outline& outline() const override { return outline_; }
  std::shared_ptr<const agreement::Agreement> document() const override {
    return judge_.documents.at(home_.name);
  }
  const release::Visitor& visitor() const override { return visitor_; }
  std::vector<std::string> Lines() const override { return {"plan " + outline_.description}; }
  std::string Difference(const std::string& owner, const std::string& theirs) const override {
    return fmt::format("{}: {}, here {}", owner, theirs, outline_.description);
  }
  Outcome<std::optional<release::Answer>> Stored(
      const std::map<std::string, std::string>& revisions) override {
    const auto found = scene_.stored.find(Identity(revisions));
    if (found == scene_.stored.end()) return std::nullopt;
    return found->second;
  }
  Outcome<release::Answer> Assemble(const std::string& id, const std::vector<Row>&,
                                    const std::vector<Int128>& sums, std::size_t included) override {
    if (!asker_.lies) scene_.included[id] = included;
    release::Answer answer{.id = id, .columns = {}, .rows = {{}}, .notice = {}};
    for (const Int128 sum : sums) answer.rows[0].emplace_back(sum);
    return answer;
  }
  Outcome<void> Record(const release::Answer& answer, const std::map<std::string, std::string>& revisions,
                       const std::map<std::string, std::vector<std::string>>&) override {
    if (!world_.Append(home_, {Entry::kAnswer, answer.id, 0}))
      return Refuse("node_full", "cannot record", "", "53100");
    scene_.stored.insert_or_assign(Identity(revisions), answer);
    return {};
  }
  void RecordFailure(const std::string& id) override {
    static_cast<void>(world_.Append(home_, {Entry::kFailure, id, 0}));
  }
  Result<void> CheckReceipt(const std::string& owner, const std::string&,
                            const std::string& receipt) override {
    const std::string size = receipt.substr(0, receipt.find(' '));
    const auto [seen, fresh] = scene_.heads[home_.name].emplace(owner + " " + size, receipt);
    if (!fresh && seen->second != receipt) return Fail(ErrorCode::kCorrupt, "another ledger than before");
    return {};
  }

 private:
  std::string Identity(const std::map<std::string, std::string>& revisions) const {
    std::string identity = home_.name + "/" + text_;
    for (const auto& [owner, revision] : revisions) identity += "/" + owner + "@" + revision;
    return identity;
  }

  World& world_;
  Scene& scene_;
  Judge& judge_;
  Node& home_;
  SceneAsker& asker_;
  std::string text_;
  Outline outline_;
  release::Visitor visitor_;
};

// A question asked so many times over, each time at the state that the total before leads to; the last answer
// is the fit's.
class SceneFit final : public AskedFit {
 public:
  // `where`: the member that asks, and the text.
  SceneFit(Scene& scene, Judge& judge, const SceneAsker& asker, std::unique_ptr<Asked> asked, Outline outline,
           std::string where)
      : scene_(scene),
        judge_(judge),
        asker_(asker),
        asked_(std::move(asked)),
        outline_(std::move(outline)),
        where_(std::move(where)) {}

  const Outline& outline() const override { return outline_; }
  std::shared_ptr<const agreement::Agreement> document() const override { return asked_->document(); }
  const release::Visitor& visitor() const override { return asked_->visitor(); }
  std::vector<std::string> Lines() const override { return asked_->Lines(); }
  std::string Difference(const std::string& owner, const std::string& theirs) const override {
    return asked_->Difference(owner, theirs);
  }
  Outcome<std::optional<release::Answer>> Stored(
      const std::map<std::string, std::string>& revisions) override {
    if (round_.number > 1 && revisions != revisions_)
      return Refuse("rows_changed", "rows changed", "", "58000");
    if (round_.number > 1 || anew_) return std::nullopt;
    revisions_ = revisions;
    const auto found = scene_.going.find(where_);
    if (asker_.lies || found == scene_.going.end() || found->second.revisions != revisions)
      return std::nullopt;
    const Scene::Going& going = found->second;
    round_ = scene_.noisy ? going.next : going.reached.round;
    if (round_.number == 1) return std::nullopt;
    if (!scene_.noisy) earlier_ = going.reached;
    ++scene_.resumed;
    return release::Answer{};
  }
  void Vouch(const std::vector<Bytes>& vouchers) override { vouchers_ = vouchers; }
  std::optional<Reached> TakeEarlier() override { return std::exchange(earlier_, std::nullopt); }
  Outcome<release::Answer> Assemble(const std::string& id, const std::vector<Row>& keys,
                                    const std::vector<Int128>& sums, std::size_t included) override {
    if (!asker_.lies) judge_.Answered(id, sums, included);
    next_ = {round_.number + 1, Judge::StateAfter(round_, sums)};
    ends_ = round_.number == scene_.rounds;
    return asked_->Assemble(id, keys, sums, included);
  }
  Outcome<void> Record(const release::Answer& answer, const std::map<std::string, std::string>& revisions,
                       const std::map<std::string, std::vector<std::string>>& receipts) override {
    TRY(asked_->Record(answer, revisions, receipts));
    said_ = fmt::format("round {}", round_.number);
    done_ = ends_;
    if (!asker_.lies) scene_.going.erase(where_);
    if (done_) return {};
    if (!asker_.lies) scene_.going[where_] = {{round_, vouchers_}, next_, revisions_};
    round_ = next_;
    return {};
  }
  void RecordFailure(const std::string& id) override { asked_->RecordFailure(id); }
  Result<void> CheckReceipt(const std::string& owner, const std::string& id,
                            const std::string& receipt) override {
    return asked_->CheckReceipt(owner, id, receipt);
  }
  const release::FitRound& round() const override { return round_; }
  const std::string& said() const override { return said_; }
  bool ends() const override { return ends_; }
  bool done() const override { return done_; }
  void Return(const release::FitRound& round) override { round_ = round; }
  void StartAnew(const std::string& why) override {
    anew_ = true;
    round_ = {1, Judge::kStart};
    said_ = "begins anew: " + why;
  }
  std::string Summary() const override { return fmt::format("{} rounds", scene_.rounds); }

 private:
  Scene& scene_;
  Judge& judge_;
  const SceneAsker& asker_;
  std::unique_ptr<Asked> asked_;
  Outline outline_;
  std::string where_;
  release::FitRound round_{1, Judge::kStart};
  release::FitRound next_;
  std::vector<Bytes> vouchers_;
  std::optional<Reached> earlier_;
  std::map<std::string, std::string> revisions_;
  std::string said_;
  bool ends_ = false;
  bool done_ = false;
  bool anew_ = false;
};

}  // namespace

Outline Scene::OutlineFor(const std::string& member, const std::string& text) const {
  const auto found = questions.find(text);
  const Shape shape = found == questions.end() ? Shape{} : found->second;
  return {.description = fmt::format("{} by {}", text, contracts.at(member)),
          .sharing = sharing,
          .finds_groups = shape.finds_groups,
          .declared = shape.declared,
          .measured = shape.measured,
          .wide = shape.wide,
          .epsilon = {0.5}};
}

Outline Scene::FitOutlineFor(const std::string& member, const std::string& text) const {
  Outline outline = OutlineFor(member, text);
  outline.sharing.quorum = outline.sharing.owners.size();
  outline.sharing.local = false;
  outline.finds_groups = false;
  outline.declared = std::max<std::size_t>(outline.declared, 1);
  outline.wide = true;
  outline.exact = !noisy;
  return outline;
}

std::unique_ptr<Desk> MakeDesk(World& world, Scene& scene, Judge& judge, Node& node) {
  return std::make_unique<SceneDesk>(world, scene, judge, node);
}

Outcome<std::unique_ptr<Asked>> SceneAsker::Plan(const release::Caller&, const release::Question& question) {
  return std::make_unique<SceneAsked>(world_, scene_, judge_, home_, *this, question.text);
}

Outcome<std::unique_ptr<AskedFit>> SceneAsker::PlanFit(const release::Caller& caller,
                                                       const release::Question& question) {
  return std::make_unique<SceneFit>(scene_, judge_, *this, TRY(Plan(caller, question)),
                                    scene_.FitOutlineFor(home_.name, question.text),
                                    home_.name + "/" + question.text);
}

}  // namespace concordat::federation
