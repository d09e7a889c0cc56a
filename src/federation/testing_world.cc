#include "federation/testing_world.h"

#include <fmt/format.h>

#include <cstdio>

#include "base/check.h"
#include "federation/wire.h"

namespace concordat::federation {
namespace {

constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;
constexpr Time kBeginning{std::chrono::sys_days(std::chrono::year(2026) / 11 / 27)};

std::uint64_t Checksum(ByteView bytes) {
  std::uint64_t sum = kGolden;
  for (const std::uint8_t byte : bytes) sum = (sum ^ byte) * 0x100000001B3;
  return sum;
}

Bytes EncodeEntry(const Entry& entry) {
  Writer out;
  out.U8(entry.kind);
  out.Text(entry.id);
  out.U32(entry.cost);
  return std::move(out).Take();
}

Entry DecodeEntry(const Bytes& record) {
  Reader in(record);
  Entry entry;
  entry.kind = static_cast<Entry::Kind>(in.U8());
  entry.id = in.Text();
  entry.cost = in.U32();
  CHECK(in.Finish("an entry").has_value());
  return entry;
}

}  // namespace

std::uint64_t Dice::Next() {
  state_ += kGolden;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
  return z ^ (z >> 31);
}

void Dice::Fill(std::span<std::uint8_t> out) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < out.size(); ++i) {
    if (i % 8 == 0) bits = Next();
    out[i] = static_cast<std::uint8_t>(bits >> (8 * (i % 8)));
  }
}

void Disk::Put(const Bytes& record, std::size_t torn_after) {
  Writer out;
  out.Blob(record);
  out.U64(Checksum(record));
  Bytes written = std::move(out).Take();
  written.resize(std::min(written.size(), torn_after));
  image_.insert(image_.end(), written.begin(), written.end());
}

std::vector<Bytes> Disk::Read() {
  std::vector<Bytes> records;
  std::size_t at = 0;
  while (at < image_.size()) {
    const ByteView rest = ByteView(image_).subspan(at);
    Reader in(rest);
    const std::size_t size = in.U32();
    if (size + 12 > rest.size()) break;
    Reader whole(rest.first(size + 12));
    Bytes record = whole.Blob();
    if (whole.U64() != Checksum(record)) break;
    records.push_back(std::move(record));
    at += size + 12;
  }
  image_.resize(at);
  return records;
}

Milliseconds NodeClock::Elapsed() const { return world_.now + world_.now * drift_ppm / 1'000'000; }
Time NodeClock::Now() const { return kBeginning + skew + Elapsed(); }

void World::At(Milliseconds when, std::function<void()> event) {
  events_.push({when, numbered_++, std::make_shared<std::function<void()>>(std::move(event))});
}

void World::Run(Milliseconds when, const std::function<bool()>& done) {
  while (!done()) {
    if (events_.empty() || events_.top().when > when) {
      now = std::max(now, when);
      return;
    }
    const Event event = events_.top();
    events_.pop();
    now = std::max(now, event.when);
    (*event.happen)();
  }
}

void World::Trace(const std::string& line) const {
  if (traces) std::fprintf(stderr, "%8lld ms  %s\n", static_cast<long long>(now.count()), line.c_str());
}

Result<void> World::Append(Node& node, const Entry& entry) {
  const auto died = Fail(ErrorCode::kUnavailable, "the node is dying");
  if (node.dying) return died;
  const Bytes record = EncodeEntry(entry);
  if (!dice.Chance(weather.crash)) {
    node.disk.Put(record);
    node.ledger.push_back(entry);
    return {};
  }
  node.dying = true;
  const std::size_t how = dice.Below(3);  // before it was written, in the midst of it, after
  Trace(fmt::format("{} crashes {} an entry", node.name,
                    how == 0   ? "before"
                    : how == 1 ? "within"
                               : "after"));
  if (how > 0) node.disk.Put(record, how == 1 ? dice.Below(record.size() + 12) : ~std::size_t{0});
  return died;
}

void World::Start(Node& node) {
  node.ledger.clear();
  for (const Bytes& record : node.disk.Read()) node.ledger.push_back(DecodeEntry(record));
  node.up = true;
  node.dying = false;
  node.desk = furnish(node);
  node.owner = std::make_unique<Owner>(OwnerParts{.member = node.name,
                                                  .key = node.rogue ? *node.rogue : *node.key,
                                                  .desk = *node.desk,
                                                  .summing = summing,
                                                  .clock = node.clock,
                                                  .random = dice,
                                                  .wait = [&node](Milliseconds by) { node.busy += by; }},
                                       node.terms);
}

void World::Kill(Node& node) {
  if (!node.up) return;
  Trace(node.name + " dies");
  node.up = false;
  ++node.life;
  node.owner = nullptr;
  node.desk = nullptr;
  const Milliseconds back = dice.Chance(0.3) ? dice.Between(60'000, 600'000) : dice.Between(100, 20'000);
  At(now + back, [this, &node] {
    Trace(node.name + " is back");
    Start(node);
  });
}

void World::Part(Milliseconds until) {
  half_.clear();
  for (const auto& [name, node] : nodes) {
    if (dice.Chance(0.5)) half_.insert(name);
  }
  parted_until_ = until;
  Trace("a partition");
}

bool World::Reaches(const std::string& from, const std::string& to) const {
  return now >= parted_until_ || half_.contains(from) == half_.contains(to);
}

Milliseconds World::Delay() {
  return dice.Chance(weather.slow) ? dice.Between(1'000, 40'000) : dice.Between(1, 60);
}

std::optional<Result<Bytes>> World::Deliver(const std::string& from, Node& to, const Call& call) {
  if (dice.Chance(weather.kill)) Kill(to);
  if (!to.up) return Result<Bytes>(Fail(ErrorCode::kUnavailable, "'" + to.name + "' is not reached"));
  if (to.overhear) to.overhear(from, call.method, call.request);
  to.busy = Milliseconds(0);
  Result<Bytes> reply = to.owner->Answer(from, call.method, call.request);
  if (to.dying) {
    Kill(to);
    return std::nullopt;
  }
  Trace(fmt::format("{} answers {} of {}: {}", to.name, call.method, from,
                    !reply                               ? reply.error().message
                    : reply->empty() || (*reply)[0] != 1 ? "a refusal"
                                                         : "done"));
  if (reply && leaves) leaves(from, to, call, *reply);
  if (reply && to.tamper) to.tamper(call.method, *reply);
  return reply;
}

void WorldLink::Send(const Sent& call, std::size_t place, const std::shared_ptr<Waiting>& waiting) {
  Dice& dice = world_.dice;
  const bool own = call->member == home_.name;
  if (!own && dice.Chance(world_.weather.loss)) return;
  const int times = !own && dice.Chance(world_.weather.repeat) ? 2 : 1;
  for (int i = 0; i < times; ++i) {
    const Milliseconds first = own ? Milliseconds(0) : world_.Delay();
    const Milliseconds later = i == 0 ? Milliseconds(0) : dice.Between(0, 60'000);
    // What is on its way arrives even where its sender is gone.
    world_.At(world_.now + first + later, [&world = world_, &home = home_, call, place, waiting] {
      Arrive(world, home, *call, place, waiting);
    });
  }
}

void WorldLink::Arrive(World& world, Node& home, const Call& call, std::size_t place,
                       const std::shared_ptr<Waiting>& waiting) {
  const auto found = world.nodes.find(call.member);
  if (found == world.nodes.end() || !world.Reaches(home.name, call.member)) return;
  Node& node = *found->second;
  auto reply = world.Deliver(home.name, node, call);
  const bool own = call.member == home.name;
  if (!reply || (!own && world.dice.Chance(world.weather.loss))) return;
  const Milliseconds delay = node.busy + (own ? Milliseconds(0) : world.Delay());
  world.At(world.now + delay, [waiting, place, answer = *std::move(reply)] {
    if (waiting->replies[place]) return;
    waiting->replies[place] = answer;
    --waiting->missing;
  });
}

std::vector<Result<Bytes>> WorldLink::AskAll(const std::vector<Call>& calls, Milliseconds patience) {
  auto waiting = std::make_shared<Waiting>();
  waiting->replies.resize(calls.size());
  waiting->missing = calls.size();
  for (std::size_t i = 0; i < calls.size() && alive(); ++i) {
    auto call = std::make_shared<Call>(calls[i]);
    if (tamper) tamper(*call);
    if (sent) sent(*call);
    Send(call, i, waiting);
  }
  if (alive()) world_.Run(world_.now + patience, [&] { return waiting->missing == 0 || !alive(); });
  if (!alive()) gone.Request();
  std::vector<Result<Bytes>> replies;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const bool taken = alive() && waiting->replies[i];
    replies.push_back(taken ? *waiting->replies[i]
                            : Result<Bytes>(Fail(ErrorCode::kTimeout, "no answer in time")));
    if (pretend) pretend(calls[i], replies.back());
  }
  return replies;
}

}  // namespace concordat::federation
