// A coordinator that sends whatever it likes, in whatever order: the judge of simulations finds nothing.
#include "base/check.h"
#include "federation/testing_trio.h"

namespace {

using namespace concordat;
using namespace concordat::federation;

constexpr int kRunsOfOne = 500;

// The first round of a fit, as an honest coordinator asks for it.
Bytes FirstRound(Trio& trio, const SignedStatement& statement) {
  Round round{.session = statement.statement.session,
              .number = 1,
              .state = Judge::kStart,
              .said = {},
              .vouchers = {}};
  for (const char* owner : {kArad, kBrno, kCork}) {
    const auto reply =
        trio.world.Deliver(kArad, trio.node(owner), {owner, method::kPrepare, Encode(statement)});
    const auto body = reply && *reply ? DecodeReply(**reply) : Fail(ErrorCode::kUnavailable, "no reply");
    const auto pledged = body && *body ? DecodePledged(**body) : Fail(ErrorCode::kUnavailable, "no pledge");
    if (pledged) round.said.push_back(pledged->pledge);
  }
  return Encode(round);
}

}  // namespace

// Requests, each: a byte for the method, one for how it begins (0: nothing, 1: a statement that holds, 2: its
// session, 3: a first round of a fit), two for how many bytes follow. How many bytes there are in all says
// whether it is a question, one that finds groups, or a fit.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static std::unique_ptr<Trio> trio;
  static int runs = 0;
  if (runs++ % kRunsOfOne == 0) trio = std::make_unique<Trio>();  // its memory of what it saw grows
  const SignedStatement statement = size % 4 == 3 ? trio->FitStatement(kArad, "sums")
                                                  : trio->Statement(kArad, size % 2 == 0 ? "sums" : "groups");
  for (ByteView left(data, size); left.size() >= 4;) {
    const std::size_t length = std::min<std::size_t>(left[2] << 8 | left[3], left.size() - 4);
    const ByteView rest = left.subspan(4, length);
    Bytes request;
    if (left[1] % 4 == 1) request = Encode(statement);
    if (left[1] % 4 == 3) request = FirstRound(*trio, statement);
    if (left[1] % 4 == 2)
      request.assign(statement.statement.session.begin(), statement.statement.session.end());
    request.insert(request.end(), rest.begin(), rest.end());
    const Call call{kBrno, method::kAll[left[0] % std::size(method::kAll)], std::move(request)};
    static_cast<void>(trio->world.Deliver(kArad, trio->node(kBrno), call));
    left = left.subspan(4 + length);
  }
  const Bytes bare = Encode(Relayed{statement.statement.session, {}});
  static_cast<void>(trio->world.Deliver(kArad, trio->node(kBrno), {kBrno, method::kAbandon, bare}));
  CHECK(trio->world.faults.empty());
  trio->world.now += std::chrono::minutes(21);
  trio->node(kBrno).owner->Sweep();
  return 0;
}
