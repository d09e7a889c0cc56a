#include "federation/testing_traitor.h"

#include <algorithm>

#include "federation/wire.h"

namespace concordat::federation {
namespace {

void FlipByte(Dice& dice, Bytes& bytes) {
  if (!bytes.empty()) bytes[dice.Below(bytes.size())] ^= static_cast<std::uint8_t>(1 + dice.Below(255));
}

bool HasSetting(const Call& call) {
  return call.method == method::kCommit ||
         (call.method == method::kContribute && DecodeSetting(call.request));
}

bool IsRelay(const Call& call) {
  return call.method == method::kReveal || call.method == method::kContribute ||
         call.method == method::kAgree || call.method == method::kOpen || call.method == method::kRestore;
}

}  // namespace

void MakeTraitor(World& world, Node& node, const crypto::SigningKey& other) {
  node.honest = false;
  const std::size_t way = world.dice.Below(6);
  auto before = std::make_shared<std::map<std::string, Bytes>>();
  if (way == 0) {
    node.rogue = std::make_unique<crypto::SigningKey>(*crypto::SigningKey::Parse(other.SecretText()));
  } else if (way == 1) {
    node.forks = true;
  } else if (way == 2) {
    node.tamper = [&world](const std::string&, Bytes& reply) {
      if (world.dice.Chance(0.3)) FlipByte(world.dice, reply);
    };
  } else if (way == 3) {  // what it said in this round of an earlier question
    node.tamper = [&world, before](const std::string& method, Bytes& reply) {
      const auto [kept, first] = before->emplace(method, reply);
      if (!first && world.dice.Chance(0.5)) reply = kept->second;
    };
  } else if (way == 4) {
    node.tamper = [&world](const std::string&, Bytes& reply) {
      if (world.dice.Chance(0.3)) reply.resize(world.dice.Below(reply.size() + 1));
    };
  } else {
    node.overhear = [&world, &node](const std::string& member, const std::string& method,
                                    const Bytes& request) {
      if (member == node.name || method == method::kAbandon || method == method::kFinish) return;
      for (auto& [name, other_node] : world.nodes) {
        if (name == node.name) continue;
        Node& target = *other_node;
        world.At(world.now + Milliseconds(1), [&world, &node, &target, call = Call{name, method, request}] {
          static_cast<void>(world.Deliver(node.name, target, call));
        });
      }
    };
  }
}

Liar::Liar(World& world, Scene& scene, Node& home, Node& victim, bool fits)
    : world_(world),
      scene_(scene),
      home_(home),
      victim_(victim),
      plot_(static_cast<Plot>(
          world.dice.Below(static_cast<std::size_t>(fits ? Plot::kCount : Plot::kOtherState)))) {}

const char* Liar::plot() const {
  static constexpr const char* kPlots[] = {
      "other keys to some", "keys twice",  "few owners",     "other messages",     "garbage",
      "and again",          "for another", "unsigned",       "whatever they plan", "to be opened twice",
      "out of order",       "by masks",    "of who is dead", "two states",         "of another total"};
  return kPlots[static_cast<std::size_t>(plot_)];
}

void Liar::Corrupt(WorldLink& link, SceneAsker& asker) {
  asker.lies = true;
  asker.any_few = plot_ == Plot::kFewOwners;
  link.sent = [this](const Call& call) { sent_.push_back(call); };
  link.pretend = [this](const Call& call, Result<Bytes>& reply) { Pretend(call, reply); };
  link.tamper = [this](Call& call) {
    if (plot_ == Plot::kOtherKeys || plot_ == Plot::kKeysTwice || plot_ == Plot::kMasks) ChangeSetting(call);
    if (plot_ == Plot::kOtherMessages) ChangeMessages(call);
    if (call.method == method::kRound) ChangeRound(call);
    if (plot_ == Plot::kForge || plot_ == Plot::kUnsigned) ChangeStatement(call);
    if (plot_ == Plot::kGarbage && world_.dice.Chance(0.2)) FlipByte(world_.dice, call.request);
    if (plot_ == Plot::kOutOfOrder && world_.dice.Chance(0.3) && IsRelay(call)) call.method = method::kOpen;
  };
}

void Liar::ChangeSetting(Call& call) {
  if (!HasSetting(call)) return;
  Setting setting = *DecodeSetting(call.request);
  if (plot_ == Plot::kMasks) setting.way = aggregation::Way::kMasks;
  if (plot_ == Plot::kKeysTwice && !setting.keys.empty()) setting.keys.push_back(setting.keys.back());
  if (plot_ == Plot::kOtherKeys && !setting.keys.empty() && world_.dice.Chance(0.5)) setting.keys.pop_back();
  if (plot_ == Plot::kOtherKeys && setting.participants.size() > 2 && world_.dice.Chance(0.3))
    setting.participants.pop_back();
  call.request = Encode(setting);
}

void Liar::ChangeMessages(Call& call) {
  if (!IsRelay(call) || world_.dice.Chance(0.5)) return;
  auto relayed = DecodeRelayed(call.request);
  if (!relayed || relayed->messages.size() < 2) return;
  auto& messages = relayed->messages;
  const std::size_t which = world_.dice.Below(messages.size());
  if (world_.dice.Chance(0.5))
    messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(which));
  else
    messages[which] = messages[(which + 1) % messages.size()];
  call.request = Encode(*relayed);
}

// One owner or another is told of other messages, or another state; or all are told of a total that is none.
void Liar::ChangeRound(Call& call) {
  auto round = DecodeRound(call.request);
  if (!round) return;
  auto& said = round->said;
  if (plot_ == Plot::kOtherMessages && said.size() > 1 && world_.dice.Chance(0.3)) {
    const std::size_t which = world_.dice.Below(said.size());
    if (world_.dice.Chance(0.3))
      said.pop_back();
    else if (world_.dice.Chance(0.5))
      said[which] = said[(which + 1) % said.size()];
    else
      FlipByte(world_.dice, said[which]);
  }
  if (plot_ == Plot::kOtherState && world_.dice.Chance(0.3))
    round->state = world_.dice.Chance(0.5) ? Judge::kStart : Judge::StateAfter({round->number - 1, "x"}, {});
  if (plot_ == Plot::kForgedTotal && round->number == 2)
    round->state = Judge::StateAfter({1, Judge::kStart}, {Int128{17}});
  call.request = Encode(*round);
}

void Liar::ChangeStatement(Call& call) {
  if (call.method != method::kPrepare) return;
  auto read = DecodeStatement(call.request);
  if (!read) return;
  if (plot_ == Plot::kForge) {
    read->statement.visitor.home = victim_.name;
    call.request = Encode(Sign(read->statement, *home_.key));
  } else {
    read->signature[0] ^= 1;
    call.request = Encode(*read);
  }
}

void Liar::OpenTwice(const Call& call) {
  auto relayed = DecodeRelayed(call.request);
  if (!relayed || relayed->messages.empty()) return;
  relayed->messages.pop_back();
  world_.At(world_.now,
            [&world = world_, &home = home_, again = Call{call.member, call.method, Encode(*relayed)}] {
              static_cast<void>(world.Deliver(home.name, *world.nodes.at(again.member), again));
            });
}

// To each that opened another set of those that did, as small as may be, or smaller: who is not in it is
// dead, it says.
void Liar::SayDead(const Call& call, const Bytes& reply) {
  const auto body = DecodeReply(reply);
  if (!body || !*body) return;
  openings_->insert_or_assign(call.member, **body);
  if (openings_->size() > 1) return;
  const std::size_t least = scene_.sharing.quorum - world_.dice.Below(2);
  Relayed relayed = *DecodeRelayed(call.request);
  world_.At(world_.now, [&world = world_, &home = home_, openings = openings_, relayed, least]() mutable {
    for (const auto& [member, own] : *openings) {
      relayed.messages = {own};
      for (auto next = openings->upper_bound(member); relayed.messages.size() < least; ++next) {
        if (next == openings->end()) next = openings->begin();
        if (next->first == member) break;  // all round
        relayed.messages.push_back(next->second);
      }
      static_cast<void>(
          world.Deliver(home.name, *world.nodes.at(member), {member, method::kRestore, Encode(relayed)}));
    }
  });
}

void Liar::Pretend(const Call& call, Result<Bytes>& reply) {
  if (plot_ == Plot::kSecondOpening && call.method == method::kOpen && reply) OpenTwice(call);
  if (plot_ == Plot::kSaysDead && call.method == method::kOpen && reply) SayDead(call, *reply);
  if (call.method != method::kPrepare) return;
  if (plot_ == Plot::kFewOwners && call.member != scene_.sharing.owners[0])
    reply = Fail(ErrorCode::kNotFound, "not wanted");
  if (!reply) return;
  const auto decoded = DecodeReply(*reply);
  if (!decoded || !*decoded) return;
  auto prepared = DecodePrepared(**decoded);
  if (!prepared) return;
  prepared->affordable = true;  // it would have budgets spent beyond their end
  for (const auto& [text, shape] : scene_.questions) {
    if (plot_ == Plot::kOnePlan && prepared->description.starts_with(text + " "))
      prepared->description = scene_.OutlineFor(home_.name, text).description;
  }
  reply = EncodeReply(Encode(*prepared));
}

void Liar::Afterwards() {
  if (plot_ != Plot::kReplay) return;
  world_.Kill(victim_);
  world_.Run(world_.now + std::chrono::minutes(2), [&] { return victim_.up && home_.up; });
  if (!home_.up) return;
  WorldLink link(world_, home_);
  for (const Call& call : sent_) {
    if (call.method != method::kAbandon && call.method != method::kFinish)
      static_cast<void>(link.AskAll({call}, std::chrono::seconds(2)));
  }
}

}  // namespace concordat::federation
