// A small world that one number drives: time, a network that delays, loses, repeats and reorders, disks that
// tear, and members that die and come back. Whatever happens in it happens again from the same seed.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "federation/coordinator.h"

namespace concordat::federation {

// SplitMix64 (Steele, Lea, Flood 2014): cheap to seed, unlike std::mt19937_64.
class Dice final : public RandomSource {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  void Fill(std::span<std::uint8_t> out) override;
  std::uint64_t Next();
  std::size_t Below(std::size_t bound) { return static_cast<std::size_t>(Next() % bound); }
  bool Chance(double probability) { return static_cast<double>(Next() >> 11) * 0x1p-53 < probability; }
  Milliseconds Between(int least, int most) {
    const auto choices = static_cast<std::size_t>(most) - static_cast<std::size_t>(least) + 1;
    return Milliseconds(least + static_cast<int>(Below(choices)));
  }

 private:
  std::uint64_t state_;
};

// What can go wrong in a run, chosen by its seed.
struct Weather {
  double loss = 0;
  double repeat = 0;  // a message comes twice, the second time perhaps rounds later
  double slow = 0;    // a message takes seconds
  double crash = 0;   // at each durable step
  double kill = 0;    // at each request
  double engine = 0;  // an engine fails after the charge
  bool skew = false;  // clocks are off by up to six minutes, and drift
  bool partition = false;
  bool strike = false;  // a third of the owners dies at once in a round of a fit, perhaps who asks too
  bool calm() const {
    return loss == 0 && crash == 0 && kill == 0 && engine == 0 && !skew && !partition && !strike;
  }
};

// Records, each with its length and a checksum: what a crash may tear is the last one.
class Disk {
 public:
  void Put(const Bytes& record, std::size_t torn_after = ~std::size_t{0});
  // What is whole; a torn tail is cut off.
  std::vector<Bytes> Read();

 private:
  Bytes image_;
};

class World;

class NodeClock final : public Clock {
 public:
  explicit NodeClock(const World& world) : world_(world) {}
  Time Now() const override;
  Milliseconds Elapsed() const override;
  Milliseconds skew{0};
  std::int64_t drift_ppm = 0;

 private:
  const World& world_;
};

// What an owner's ledger has of a question.
struct Entry {
  enum Kind : std::uint8_t { kCharge = 1, kOpening, kFailure, kAnswer, kInterrupted } kind = kCharge;
  std::string id;
  std::uint32_t cost = 0;
  bool operator==(const Entry&) const = default;
};

struct Node {
  Node(World& world, std::string its_name) : name(std::move(its_name)), clock(world) {}

  std::string name;
  NodeClock clock;
  Disk disk;
  std::vector<Entry> ledger;  // of the disk, as it was read when the node started and has grown since
  bool up = true;
  bool dying = false;      // it crashed in the middle of what it does now
  std::uint64_t life = 1;  // how often it was started
  Milliseconds busy{0};    // for how long the request that it is at work on has waited
  std::unique_ptr<Desk> desk;
  std::unique_ptr<Owner> owner;
  std::unique_ptr<crypto::SigningKey> rogue;  // in place of its own
  const crypto::SigningKey* key = nullptr;
  OwnerTerms terms;
  bool honest = true;
  bool forks = false;  // shows another ledger than it showed before
  // Byzantine: changes what it answers.
  std::function<void(const std::string& method, Bytes& reply)> tamper;
  // Byzantine: is told of each request that it gets.
  std::function<void(const std::string& member, const std::string& method, const Bytes& request)> overhear;
};

class World {
 public:
  World(std::uint64_t seed, const Summing& its_summing) : dice(seed), summing(its_summing) {}

  Dice dice;
  Weather weather;
  const Summing& summing;
  Milliseconds now{0};
  std::map<std::string, std::unique_ptr<Node>> nodes;
  std::vector<std::string> faults;  // what must never happen, and did
  bool traces = false;

  void At(Milliseconds when, std::function<void()> event);
  // Lets events happen until `when`, or `done`.
  void Run(Milliseconds when, const std::function<bool()>& done);
  void Trace(const std::string& line) const;

  // Durable, or the node is dying. Once it is, nothing of it is written any more.
  Result<void> Append(Node& node, const Entry& entry);
  void Start(Node& node);
  void Kill(Node& node);
  void Part(Milliseconds until);  // the members fall in two halves that do not reach each other
  bool Reaches(const std::string& from, const std::string& to) const;
  Milliseconds Delay();

  // A request arrives at a node: its answer, or an error; none where it died.
  std::optional<Result<Bytes>> Deliver(const std::string& from, Node& to, const Call& call);

  // Told of whatever leaves a node.
  std::function<void(const std::string& from, Node& node, const Call& call, const Bytes& reply)> leaves;
  // Makes a node's desk when it starts.
  std::function<std::unique_ptr<Desk>(Node& node)> furnish;

 private:
  struct Event {
    Milliseconds when;
    std::uint64_t number;
    std::shared_ptr<std::function<void()>> happen;
    bool operator>(const Event& other) const {
      return when != other.when ? when > other.when : number > other.number;
    }
  };
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t numbered_ = 0;
  std::set<std::string> half_;
  Milliseconds parted_until_{0};
};

// The network, as the coordinator of one member sees it for one life of its node.
class WorldLink final : public Link {
 public:
  WorldLink(World& world, Node& home) : world_(world), home_(home), life_(home.life) {}
  std::vector<Result<Bytes>> AskAll(const std::vector<Call>& calls, Milliseconds patience) override;
  bool alive() const { return home_.up && home_.life == life_; }
  // Changes what a dishonest coordinator sends, for each owner its own.
  std::function<void(Call& call)> tamper;
  // Changes what it takes for an answer.
  std::function<void(const Call& call, Result<Bytes>& reply)> pretend;
  // Told of all that is sent.
  std::function<void(const Call& call)> sent;
  // Requested once its node is gone.
  engine::Cancel gone;

 private:
  struct Waiting {
    std::vector<std::optional<Result<Bytes>>> replies;
    std::size_t missing = 0;
  };
  using Sent = std::shared_ptr<const Call>;
  void Send(const Sent& call, std::size_t place, const std::shared_ptr<Waiting>& waiting);
  static void Arrive(World& world, Node& home, const Call& call, std::size_t place,
                     const std::shared_ptr<Waiting>& waiting);

  World& world_;
  Node& home_;
  std::uint64_t life_;
};

}  // namespace concordat::federation
