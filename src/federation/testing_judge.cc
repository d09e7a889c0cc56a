#include "federation/testing_judge.h"

#include <fmt/format.h>

#include <algorithm>

#include "aggregation/masks.h"
#include "federation/wire.h"

namespace concordat::federation {
namespace {

bool IsDone(const Bytes& reply) { return !reply.empty() && reply[0] == 1; }

std::string PlaceOf(const Node& node, const std::string& from, ByteView session) {
  return fmt::format("{}.{}/{}/{}", node.name, node.life, from, AsText(session));
}

}  // namespace

void Judge::Charged(const Node& node, const std::string& id) { charges_[node.name].push_back(id); }

void Judge::Shared(const Node& node, const std::string& id, const std::string& description,
                   const std::vector<Row>& keys, const std::vector<Int128>& values) {
  shares_[id][node.name].push_back({description, keys, values});
}

void Judge::ChargedInRound(const Node& node, ByteView session, std::uint32_t number) {
  if (!rounds_charged_.insert(fmt::format("{}/{}/{}", node.name, ToHex(session), number)).second)
    Fault(fmt::format("{} is charged twice for round {} of a session", node.name, number));
}

void Judge::SharedInRound(const std::string& id, const release::FitRound& round) {
  const auto& shares = shares_[id];
  if (shares.size() < sharing.owners.size()) return;
  std::vector<Int128> total(shares.begin()->second.back().values.size());
  for (const auto& [owner, given] : shares) {
    for (std::size_t i = 0; i < total.size() && i < given.back().values.size(); ++i)
      total[i] += given.back().values[i];
  }
  states_.insert(StateAfter(round, total));
}

void Judge::Opens(const Node& node, const std::string& id, const std::string& description) {
  if (!node.honest || sharing.local) return;  // what has the whole noise may be added to anything
  plans_opened_[id].insert(description);
  if (plans_opened_[id].size() > 1) Fault(fmt::format("{}: a sum over different plans is opened", id));
}

std::size_t Judge::OnDisk(Node& node, Entry::Kind kind, const std::string& id) const {
  return static_cast<std::size_t>(
      std::count_if(node.ledger.begin(), node.ledger.end(),
                    [&](const Entry& entry) { return entry.kind == kind && entry.id == id; }));
}

void Judge::Leaves(const std::string& from, Node& node, const Call& call, const Bytes& reply) {
  if (!node.honest || !IsDone(reply) || call.method == method::kExplain) return;
  if (call.method == method::kPrepare) return SeesStatement(from, node, call);
  Seen& seen = sessions_[PlaceOf(node, from, ByteView(call.request).first(32))];
  if (call.method == method::kRound) return SeesRound(from, node, seen, call, reply);
  const auto [before, fresh] = seen.replies.emplace(call.method, reply);
  if (!fresh && before->second != reply)
    Fault(fmt::format("{} answers {} twice, each time otherwise", node.name, call.method));
  const bool computes = call.method == method::kSelect || call.method == method::kContribute;
  const bool opens = call.method == method::kOpen || call.method == method::kRestore ||
                     (call.method == method::kContribute && sharing.local);
  if (computes && OnDisk(node, Entry::kCharge, seen.id) != 1)
    Fault(fmt::format("{} contributes to {} without a charge", node.name, seen.id));
  if (opens && OnDisk(node, Entry::kOpening, seen.id) != 1)
    Fault(fmt::format("{} opens {} without a record of it", node.name, seen.id));
  if (computes || opens) {
    const auto [it, first] = once_.emplace(node.name + seen.id + call.method, crypto::Sha256(reply));
    if (!first && it->second != crypto::Sha256(reply))
      Fault(fmt::format("{} gives two answers to {} of {}", node.name, call.method, seen.id));
  }
  if (call.method == method::kCommit || (call.method == method::kContribute && sharing.local))
    SeesSetting(node, seen, call);
  if (call.method == method::kContribute && !sharing.local) SeesReveals(seen, call);
  if (call.method == method::kOpen) SeesOpening(node, seen, call);
  if (call.method == method::kRestore) SeesRestored(node, seen, call);
  if (call.method == method::kSelect && node.terms.non_disclosing) Fault(node.name + " discloses groups");
}

void Judge::SeesStatement(const std::string& from, Node& node, const Call& call) {
  const auto read = DecodeStatement(call.request);
  if (!read) return Fault(node.name + " takes what is no statement");
  const Statement& statement = read->statement;
  Seen& seen = sessions_[PlaceOf(node, from, statement.session)];
  seen.id = IdOf(statement);
  seen.statement = statement;
  if (statement.visitor.home != from)
    Fault(fmt::format("{} takes a question of {} from {}", node.name, statement.visitor.home, from));
  if (Encode(Sign(statement, *world_.nodes.at(from)->key)) != call.request)
    Fault(node.name + " takes a statement that was not signed");
  if (statement.document != documents.at(node.name)->id) Fault(node.name + " answers under another document");
}

void Judge::SeesSetting(Node& node, Seen& seen, const Call& call) {
  const auto setting = DecodeSetting(call.request);
  if (!setting) return Fault(node.name + " takes what is no setting");
  std::set<Bytes> keys;
  for (const Row& key : setting->keys) keys.insert(Encode(std::vector<Row>{key}));
  if (keys.size() != setting->keys.size()) Fault(node.name + " answers for a group twice");
  const bool plain = sharing.local || setting->way == aggregation::Way::kMasks;
  if (node.terms.non_disclosing && plain) Fault(node.name + " discloses without encryption");
  seen.setting = *setting;
}

std::string Judge::StateAfter(const release::FitRound& round, const std::vector<Int128>& total) {
  Writer out;
  out.Text(round.state);
  for (const Int128 number : total) out.Wide(number);
  return fmt::format("{} {}", round.number + 1, ToHex(crypto::Sha256(std::move(out).Take())).substr(0, 16));
}

void Judge::SeesRound(const std::string& from, Node& node, Seen& seen, const Call& call, const Bytes& reply) {
  const auto round = DecodeRound(call.request);
  const auto body = DecodeReply(reply);
  if (!round || !body || !*body) return Fault(node.name + " takes what is no round");
  const auto said = DecodeContributed(**body);
  if (!said) return Fault(node.name + " contributes what is no contribution");
  Statement statement = seen.statement;
  statement.round = release::FitRound{round->number, round->state};
  const std::string id = IdOf(statement);
  const auto [before, fresh] = seen.replies.emplace(fmt::format("{} {}", call.method, round->number), reply);
  if (!fresh && before->second != reply)
    Fault(fmt::format("{} answers round {} twice, each time otherwise", node.name, round->number));
  if (OnDisk(node, Entry::kCharge, id) != 1)
    Fault(fmt::format("{} contributes to round {} without a charge", node.name, id));
  if (!noisy && round->state != kStart && !states_.contains(round->state))
    Fault(fmt::format("{} contributes at a state that no total led to", node.name));
  const auto& truth = shares_[id].at(node.name).back().values;
  const auto numbers = aggregation::Numbers(aggregation::Width::k128,
                                            ByteView(said->contribution).subspan(crypto::Signature{}.size()));
  masked_[fmt::format("{}/{}/{}", from, ToHex(round->session), round->number)].insert_or_assign(
      node.name, Masked{id, numbers, truth});
}

void Judge::LooksForParts() {
  for (const auto& [where, by_owner] : masked_) {
    std::vector<const Masked*> all;
    std::set<std::string> ids;
    for (const auto& [owner, masked] : by_owner) {
      all.push_back(&masked);
      ids.insert(masked.id);
    }
    const std::uint32_t whole = (1U << all.size()) - 1;
    for (std::uint32_t set = 1; set <= whole; ++set) {
      if (set == whole && ids.size() == 1 && all.size() == sharing.owners.size()) continue;
      Uint128 left = 0;
      for (std::size_t i = 0; i < all.size(); ++i) {
        if ((set >> i & 1) != 0)
          left += static_cast<Uint128>(all[i]->numbers.at(0)) - static_cast<Uint128>(all[i]->truth.at(0));
      }
      if (left == 0)
        Fault(fmt::format("{}: numbers of some owners alone, or at two states, are open", where));
    }
  }
}

void Judge::SeesReveals(Seen& seen, const Call& call) {
  const auto relayed = DecodeRelayed(call.request);
  if (!relayed) return;
  for (const Bytes& bytes : relayed->messages) {
    if (const auto message = aggregation::DecodeMessage(bytes)) seen.revealed.insert(message->party);
  }
}

void Judge::SeesOpening(Node& node, const Seen& seen, const Call& call) {
  const auto relayed = DecodeRelayed(call.request);
  if (!relayed) return Fault(node.name + " opens without agreements");
  if (!seen.replies.contains(method::kAgree)) Fault(node.name + " opens a sum that it did not form");
  if (relayed->messages.size() < sharing.quorum)
    Fault(fmt::format("{} opens a sum of {} owners", node.name, relayed->messages.size()));
  SeesKeysGiven(node, seen, *relayed);
  const auto agreement =
      DecodeReply(seen.replies.count(method::kAgree) != 0 ? seen.replies.at(method::kAgree) : Bytes{});
  if (!agreement || !*agreement) return;
  const auto message = aggregation::DecodeMessage(**agreement);
  if (!message) return;
  auto& opened = sums_opened_[seen.id];
  opened.insert(message->view);
  if (opened.size() > 1) Fault(seen.id + ": honest owners open different sums");
}

void Judge::SeesRestored(Node& node, const Seen& seen, const Call& call) {
  const auto relayed = DecodeRelayed(call.request);
  if (!relayed) return Fault(node.name + " restores without openings");
  if (!seen.replies.contains(method::kOpen)) Fault(node.name + " restores for a sum that it did not open");
  if (relayed->messages.size() < sharing.quorum)
    Fault(fmt::format("{} restores for {} owners", node.name, relayed->messages.size()));
  SeesKeysGiven(node, seen, *relayed);
}

// An owner gives its share of each key whose owner is not `there`. With every honest key whoever collects
// them could open one contribution alone.
void Judge::SeesKeysGiven(const Node& node, const Seen& seen, const Relayed& there) {
  if (seen.setting.way != aggregation::Way::kEncryption) return;
  std::set<std::uint16_t> gone = seen.revealed;
  for (const Bytes& bytes : there.messages) {
    if (const auto message = aggregation::DecodeMessage(bytes)) gone.erase(message->party);
  }
  auto& holders = keys_given_[seen.id + ToHex(crypto::Sha256(Encode(seen.setting)))];
  for (const std::uint16_t dealer : gone) holders[dealer].insert(node.name);
  const bool one_stays =
      std::any_of(seen.revealed.begin(), seen.revealed.end(), [&](const std::uint16_t party) {
        const Node& owner = *world_.nodes.at(seen.setting.participants.at(party));
        return owner.honest && holders[party].size() < sharing.Honest();
      });
  if (!one_stays) Fault(seen.id + ": every honest key can be restored");
}

void Judge::Answered(const std::string& id, const std::vector<Int128>& sums, std::size_t included) {
  if (included < sharing.quorum) Fault(fmt::format("{} is answered by {} owners", id, included));
  const auto& of_question = shares_[id];
  std::vector<std::string> names;
  for (const auto& [name, given] : of_question) names.push_back(name);
  bool found = sums.empty();
  for (std::uint32_t set = 0; set < (1U << names.size()) && !found; ++set) {
    std::vector<Uint128> total(sums.size());
    std::size_t count = 0;
    std::size_t honest = 0;
    bool fits = true;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if ((set >> i & 1) == 0) continue;
      ++count;
      Node& node = *world_.nodes.at(names[i]);
      if (node.honest) ++honest;
      const Share& share = of_question.at(names[i]).back();
      fits = fits && share.values.size() == sums.size() && OnDisk(node, Entry::kCharge, id) == 1;
      for (std::size_t k = 0; fits && k < sums.size(); ++k) total[k] += static_cast<Uint128>(share.values[k]);
    }
    found = fits && count == included && honest >= sharing.Honest() &&
            std::equal(sums.begin(), sums.end(), total.begin(),
                       [](Int128 a, Uint128 b) { return static_cast<Uint128>(a) == b; });
  }
  if (!found) Fault(fmt::format("{}: the answer is not the sum of {} owners who charged", id, included));
}

void Judge::Close() {
  LooksForParts();
  for (const auto& [name, node] : world_.nodes) {
    if (!node->up) world_.Start(*node);
    std::uint32_t spent = 0;
    std::map<std::string, int> charged;
    std::map<std::string, int> opened;
    for (const Entry& entry : node->ledger) {
      spent += entry.cost;
      if (entry.kind == Entry::kCharge) ++charged[entry.id];
      if (entry.kind == Entry::kOpening) ++opened[entry.id];
    }
    if (spent > limit) Fault(name + " spent more than its budget");
    for (const std::string& id : charges_[name]) {
      if (charged[id] == 0) Fault(fmt::format("{} lost the charge of {}", name, id));
    }
    for (const auto& [id, times] : charged) {
      if (times > 1) Fault(fmt::format("{} charged {} twice", name, id));
    }
    for (const auto& [id, times] : opened) {
      if (times > 1 || charged[id] == 0) Fault(fmt::format("{} opened {} twice, or free", name, id));
    }
  }
}

}  // namespace concordat::federation
