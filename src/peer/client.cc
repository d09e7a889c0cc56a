#include "peer/client.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <system_error>
#include <thread>

#include "peer/envelope.h"
#include "peer/exchange.h"
#include "peer/limit.h"
#include "peer/sparse.h"

namespace concordat::peer {
namespace {

constexpr std::size_t kMostBytes = std::size_t{4} << 30;  // of requests under way

// A channel, and the version of the protocol that was agreed on over it; 0 before the greeting.
struct Line {
  Line(std::string name, const std::string& address, const crypto::Certificate& identity,
       CertificateCheck check)
      : channel(std::move(name), address, identity, std::move(check)) {}
  Channel channel;
  std::mutex greeting;  // one at a time
  std::uint32_t protocol = 0;
};

class GrpcClient final : public Client {
 public:
  GrpcClient(Directory& directory, const Clock& clock, ClientOptions options)
      : directory_(directory),
        clock_(clock),
        options_(std::move(options)),
        log_(clock, options_.log),
        limit_(options_.calls, options_.calls_of_a_member, kMostBytes) {}
  ~GrpcClient() override { underway_.CancelAll(); }

  std::vector<Result<Bytes>> AskAll(const std::vector<federation::Call>& calls,
                                    Milliseconds patience) override {
    std::vector<Result<Bytes>> answers(calls.size(), Result<Bytes>(Bytes()));
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < calls.size(); ++i) {
      try {
        threads.emplace_back([&, i] { answers[i] = AskOne(calls[i], patience); });
      } catch (const std::system_error& error) {
        answers[i] = Fail(ErrorCode::kResourceExhausted,
                          std::string("no thread to ask with: ") + error.what(), "ask again in a moment");
      }
    }
    if (!calls.empty()) answers[0] = AskOne(calls[0], patience);
    threads.clear();
    return answers;
  }

  void Heard(const std::string& member) override {
    const std::lock_guard lock(mutex_);
    const auto line = lines_.find(member);
    if (line != lines_.end()) line->second->channel.ResetBackoff();
  }

  void Cancel() override { underway_.CancelAll(); }

 private:
  Result<Bytes> AskOne(const federation::Call& call, Milliseconds patience) {
    const Milliseconds begin = clock_.Elapsed();
    const auto line = TRY(LineTo(call.member));
    Limit::Turn turn = TRY(limit_.Take(call.member));
    TRY(turn.Hold(call.request.size()));
    const std::uint32_t protocol = TRY(Greet(*line, call.member, patience));
    const Milliseconds left = patience - (clock_.Elapsed() - begin);
    auto answer =
        line->channel.Ask({protocol, call.method, call.request}, options_.longest_body, left, underway_);
    const bool changed = !answer && (answer.error().code == ErrorCode::kUnavailable ||
                                     answer.error().code == ErrorCode::kFailedPrecondition);
    if (changed) Forget(*line);  // another program may answer there the next time
    return answer;
  }

  Result<std::shared_ptr<Line>> LineTo(const std::string& member) {
    const std::string address = TRY(directory_.AddressOf(member));
    TRY(directory_.Admit(member));
    const std::lock_guard lock(mutex_);
    std::shared_ptr<Line>& line = lines_[member];
    if (line == nullptr || line->channel.address() != address) {
      line = std::make_shared<Line>(member, address, options_.identity,
                                    [this, member](std::string_view pem) { return Check(member, pem); });
    }
    return line;
  }

  Result<void> Check(const std::string& member, std::string_view pem) {
    const std::string found = TRY(directory_.Recognise(pem));
    if (found == member) return {};
    return Fail(ErrorCode::kPermissionDenied, "its certificate is that of " + found);
  }

  static void Forget(Line& line) {
    const std::lock_guard lock(line.greeting);
    line.protocol = 0;
  }

  // The version to speak, agreed on where it is not yet.
  Result<std::uint32_t> Greet(Line& line, const std::string& member, Milliseconds patience) {
    const std::lock_guard lock(line.greeting);
    if (line.protocol != 0) return line.protocol;
    const Greeting ours{.member = options_.member, .address = options_.address, .time = clock_.Now()};
    const Milliseconds begin = clock_.Elapsed();
    const Bytes body =
        TRY(line.channel.Ask({0, kHello, FormatGreeting(ours)}, options_.longest_body, patience, underway_));
    const Greeting theirs = TRY(ParseGreeting(body));
    const std::string skew = SkewText(theirs, ours.time + (clock_.Elapsed() - begin) / 2);
    if (!skew.empty()) log_.Say(skew);
    if (theirs.member != member)
      return Fail(ErrorCode::kPermissionDenied, theirs.member + " answers in the place of " + member);
    line.protocol = TRY(AgreeOnProtocol(ours, theirs));
    return line.protocol;
  }

  Directory& directory_;
  const Clock& clock_;
  const ClientOptions options_;
  SparseLog log_;
  Limit limit_;
  Underway underway_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Line>> lines_;  // guarded by mutex_
};

}  // namespace

std::unique_ptr<Client> Client::Make(Directory& directory, const Clock& clock, ClientOptions options) {
  return std::make_unique<GrpcClient>(directory, clock, std::move(options));
}

Result<Bytes> Client::Ask(const federation::Call& call, Milliseconds patience) {
  return std::move(AskAll({call}, patience).front());
}

Result<Bytes> AskStranger(const Stranger& stranger, const ClientOptions& options, const std::string& method,
                          ByteView body, Milliseconds patience) {
  Channel channel("the node", stranger.address, options.identity, [&](std::string_view pem) -> Result<void> {
    if (TRY(crypto::KeyPin(pem)) == stranger.pin) return {};
    return Fail(ErrorCode::kPermissionDenied, "its key is not the one in the invitation");
  });
  Underway underway;
  return channel.Ask({kNewestProtocol, method, body}, options.longest_body, patience, underway);
}

}  // namespace concordat::peer
