// Members that do not keep to the protocol: an owner that answers wrongly, a coordinator that lies.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "federation/testing_desk.h"
#include "federation/testing_world.h"

namespace concordat::federation {

// Gives an owner one way of betraying the others, by the world's dice: malformed or replayed messages,
// another's key, a forked ledger, questions of others brought as its own. `other`: a key that is not its own.
void MakeTraitor(World& world, Node& node, const crypto::SigningKey& other);

// Corrupts one question, or fit, of a coordinator.
class Liar {
 public:
  // `victim`: a member whose node it may see die.
  Liar(World& world, Scene& scene, Node& home, Node& victim, bool fits);

  void Corrupt(WorldLink& link, SceneAsker& asker);
  // What it does with all that it heard.
  void Afterwards();
  const char* plot() const;

 private:
  enum class Plot : std::uint8_t {
    kOtherKeys,
    kKeysTwice,
    kFewOwners,
    kOtherMessages,
    kGarbage,
    kReplay,
    kForge,
    kUnsigned,
    kOnePlan,
    kSecondOpening,
    kOutOfOrder,
    kMasks,
    kSaysDead,
    // Of fits alone:
    kOtherState,
    kForgedTotal,
    kCount
  };
  void ChangeSetting(Call& call);
  void ChangeMessages(Call& call);
  void ChangeStatement(Call& call);
  void ChangeRound(Call& call);
  void OpenTwice(const Call& call);
  void SayDead(const Call& call, const Bytes& reply);
  void Pretend(const Call& call, Result<Bytes>& reply);

  World& world_;
  Scene& scene_;
  Node& home_;
  Node& victim_;
  Plot plot_;
  std::vector<Call> sent_;
  std::shared_ptr<std::map<std::string, Bytes>> openings_ =
      std::make_shared<std::map<std::string, Bytes>>();  // by member
};

}  // namespace concordat::federation
