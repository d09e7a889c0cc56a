#include "pgwire/login.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/utf8.h"
#include "crypto/scram.h"

namespace concordat::pgwire {
namespace asio = boost::asio;
namespace {

constexpr std::size_t kTokenBytes = 8'192;  // of a SASL message
constexpr std::string_view kScram = "SCRAM-SHA-256";
constexpr std::string_view kScramPlus = "SCRAM-SHA-256-PLUS";

using Failure = tl::unexpected<Report>;

Failure WrongPassword(const std::string& user) {
  return Failure(Fatal("28P01", fmt::format("password authentication failed for user \"{}\"", user)));
}
Failure ProtocolViolation(std::string message) { return Failure(Fatal("08P01", std::move(message))); }

std::string Find(const StartupMessage& startup, std::string_view name) {
  for (const auto& [key, value] : startup.parameters) {
    if (key == name) return value;
  }
  return {};
}

// What a start-up message must be like before anyone is asked for a password.
tl::expected<release::Caller, Report> CallerOf(const Stream& stream, const Door& door,
                                               const StartupMessage& startup) {
  if (!stream.tls() && !(door.options.allow_plain && stream.from_here())) {
    return Failure(
        Fatal("28000", "this server takes connections over TLS alone", "connect with sslmode=require"));
  }
  release::Caller caller{Find(startup, "user"), Find(startup, "database"), "psql"};
  if (caller.analyst.empty()) {
    return Failure(Fatal("28000", "no PostgreSQL user name specified in startup packet"));
  }
  if (caller.agreement.empty()) caller.agreement = caller.analyst;
  if (!IsUtf8(caller.analyst) || !IsUtf8(caller.agreement)) {
    return Failure(Fatal("22021", "invalid byte sequence for encoding \"UTF8\""));
  }
  const std::string replication = Find(startup, "replication");
  if (!replication.empty() && replication != "false" && replication != "off" && replication != "0") {
    return Failure(Fatal("0A000", "replication is not supported"));
  }
  return caller;
}

Awaitable<tl::expected<std::string, Report>> ReadToken(Stream& stream) {
  auto message = co_await ReadMessage(stream, kTokenBytes);
  if (!message) co_return ProtocolViolation(message.error().message);
  auto* token = std::get_if<Authentication>(&*message);
  if (token == nullptr) co_return ProtocolViolation("expected SASL response");
  co_return std::move(token->body);
}

// The exchange itself; its failures are a wrong password, a broken protocol, or a client that has gone.
Awaitable<tl::expected<void, Report>> Scram(Stream& stream, const Door& door, const std::string& user,
                                            crypto::ScramVerifier verifier) {
  std::vector<std::string_view> mechanisms{kScram};
  if (stream.tls()) mechanisms.insert(mechanisms.begin(), kScramPlus);
  std::string out;
  AppendSaslMechanisms(out, mechanisms);
  if (auto sent = co_await stream.Write(out); !sent) co_return ProtocolViolation(sent.error().message);

  const auto first = co_await ReadToken(stream);
  if (!first) co_return Failure(first.error());
  const auto initial = ParseSaslInitial(*first);
  if (!initial) co_return ProtocolViolation(initial.error().message);
  if (std::find(mechanisms.begin(), mechanisms.end(), initial->mechanism) == mechanisms.end()) {
    co_return ProtocolViolation("client selected an invalid SASL authentication mechanism");
  }
  std::optional<Bytes> endpoint;
  if (stream.tls()) endpoint = stream.tls()->endpoint;
  crypto::ScramExchange exchange(std::move(verifier), endpoint, crypto::NewScramNonce(door.random));
  const auto challenge = exchange.Begin(initial->mechanism, initial->response);
  if (!challenge) co_return ProtocolViolation(challenge.error().message);
  out.clear();
  AppendSaslContinue(out, *challenge);
  if (auto sent = co_await stream.Write(out); !sent) co_return ProtocolViolation(sent.error().message);

  const auto last = co_await ReadToken(stream);
  if (!last) co_return Failure(last.error());
  const auto proof = exchange.Finish(*last);
  if (!proof && proof.error().code == ErrorCode::kPermissionDenied) co_return WrongPassword(user);
  if (!proof) co_return ProtocolViolation(proof.error().message);
  out.clear();
  AppendSaslFinal(out, *proof);
  if (auto sent = co_await stream.Write(out); !sent) co_return ProtocolViolation(sent.error().message);
  co_return tl::expected<void, Report>();
}

Awaitable<void> Wait(Milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

Report Fatal(std::string sqlstate, std::string message, std::string hint) {
  return {.severity = "FATAL",
          .sqlstate = std::move(sqlstate),
          .message = std::move(message),
          .hint = std::move(hint)};
}

Awaitable<void> OnWorker(asio::thread_pool& workers, std::function<void()> work) {
  co_await asio::co_spawn(
      workers,
      [work = std::move(work)]() -> Awaitable<void> {
        work();
        co_return;
      },
      asio::use_awaitable);
}

Awaitable<Result<Opening>> Open(Stream& stream, const Door& door) {
  const auto direct = co_await stream.StartsWithTls();
  if (!direct) co_return tl::unexpected(direct.error());
  if (*direct) {
    if (!door.tls) co_return Fail(ErrorCode::kInvalidArgument, "TLS without a certificate");
    if (auto done = co_await stream.Handshake(door.tls, true); !done) co_return tl::unexpected(done.error());
  }
  // Each request may come once: GSSENCRequest, then SSLRequest.
  for (int requests = 0; requests < 3; ++requests) {
    auto opening = co_await ReadOpening(stream);
    if (!opening) co_return tl::unexpected(opening.error());
    const bool wants_tls = std::holds_alternative<SslRequest>(*opening);
    if (!wants_tls && !std::holds_alternative<GssRequest>(*opening)) co_return opening;
    const bool starts_tls = wants_tls && door.tls && !stream.tls();
    if (auto sent = co_await stream.Write(starts_tls ? "S" : "N"); !sent)
      co_return tl::unexpected(sent.error());
    if (starts_tls) {
      if (auto done = co_await stream.Handshake(door.tls, false); !done)
        co_return tl::unexpected(done.error());
    }
  }
  co_return Fail(ErrorCode::kInvalidArgument, "too many requests for encryption");
}

Awaitable<tl::expected<release::Caller, Report>> LogIn(Stream& stream, const Door& door,
                                                       const StartupMessage& startup) {
  auto caller = CallerOf(stream, door, startup);
  if (!caller) co_return caller;
  const std::string address = AddressKey(stream.address());
  if (const auto wait = door.throttle.LockedOut(address)) {
    co_return Failure(Fatal("28000", "too many failed logins from this address",
                            fmt::format("try again in {} s", wait->count() / 1'000 + 1)));
  }
  crypto::ScramVerifier verifier = crypto::MockScramVerifier(caller->analyst, door.options.server_secret);
  co_await OnWorker(door.workers, [&] {
    if (auto found = door.backend.FindVerifier(caller->analyst)) verifier = *std::move(found);
  });
  if (auto passed = co_await Scram(stream, door, caller->analyst, std::move(verifier)); !passed) {
    if (passed.error().sqlstate == "28P01") {
      door.throttle.Failed(address);
      co_await Wait(door.options.limits.login_delay);
    }
    co_return Failure(std::move(passed).error());
  }
  door.throttle.Succeeded(address);
  Outcome<void> admitted;
  co_await OnWorker(door.workers, [&] { admitted = door.backend.Admit(*caller); });
  if (!admitted) {
    Report report = Explained(admitted.error());
    report.severity = "FATAL";
    co_return Failure(std::move(report));
  }
  co_return caller;
}

}  // namespace concordat::pgwire
