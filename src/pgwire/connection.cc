#include "pgwire/connection.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

namespace concordat::pgwire {
namespace asio = boost::asio;
namespace {

constexpr auto kForever = asio::steady_timer::time_point::max();
constexpr std::size_t kReadBytes = 8'192;
constexpr std::size_t kKeptBytes = std::size_t{256} << 10;  // of a buffer that has become empty
constexpr std::size_t kBatch = 256;                         // messages handed to a session at once
constexpr std::size_t kSaidBytes = std::size_t{64} << 10;   // waiting for the client: past it, no notices

void Empty(std::string& buffer) {
  buffer.clear();
  if (buffer.capacity() > kKeptBytes) buffer.shrink_to_fit();
}

// Options of the protocol, not settings: none is known yet.
std::vector<std::string> UnknownOptions(const StartupMessage& startup) {
  std::vector<std::string> unknown;
  for (const auto& [name, value] : startup.parameters) {
    if (name.starts_with("_pq_.")) unknown.push_back(name);
  }
  return unknown;
}

// What a start-up message sets; an encoding that is not ours is left with a warning, so that the client at
// least gets in.
Outcome<void> Apply(const StartupMessage& startup, Settings& settings, std::string& out) {
  std::vector<std::pair<std::string, std::string>> wanted;
  for (const auto& [name, value] : startup.parameters) {
    if (name == "options") {
      for (auto& option : TRY(ParseOptions(value))) wanted.push_back(std::move(option));
    }
  }
  for (const auto& [name, value] : startup.parameters) {
    const bool setting = name != "user" && name != "database" && name != "options" && name != "replication";
    if (setting && !name.starts_with("_pq_.")) wanted.emplace_back(name, value);
  }
  for (const auto& [name, value] : wanted) {
    auto set = settings.Set(name, value);
    if (set) continue;
    if (name != "client_encoding") return set;
    AppendReport(out, {.severity = "WARNING",
                       .sqlstate = set.error().sqlstate,
                       .message = set.error().message,
                       .hint = set.error().hint});
  }
  settings.Settle();
  return {};
}

Report FatalOf(const Refusal& refusal) {
  Report report = Explained(refusal);
  report.severity = "FATAL";
  return report;
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, House& house)
    : house_(house),
      stream_(std::move(socket)),
      ticket_(house.registry, AddressKey(stream_.address())),
      watch_(stream_.executor()),
      statement_(stream_.executor()),
      wake_(stream_.executor(), kForever),
      space_(stream_.executor(), kForever) {}

Door Connection::TheDoor() {
  const std::lock_guard lock(house_.tls_mutex);
  return {house_.backend, house_.random, house_.options, house_.throttle, house_.workers, house_.tls};
}

void Connection::Watch(Milliseconds limit) {
  watch_.expires_after(limit);
  watch_.async_wait([self = weak_from_this()](const boost::system::error_code& error) {
    if (const auto connection = self.lock(); connection && !error) connection->stream_.Shut();
  });
}

void Connection::ArmStatement(std::uint64_t statement, Milliseconds limit) {
  statement_.expires_after(limit);
  statement_.async_wait(
      [interrupt = std::weak_ptr(interrupt_), statement](const boost::system::error_code& error) {
        if (const auto running = interrupt.lock(); running && !error) running->Expire(statement);
      });
}

Awaitable<void> Connection::Run() {
  interrupt_ =
      std::make_shared<Interrupt>([self = weak_from_this()](std::uint64_t statement, Milliseconds limit) {
        const auto connection = self.lock();
        if (!connection) return;
        asio::post(connection->stream_.executor(),
                   [connection, statement, limit] { connection->ArmStatement(statement, limit); });
      });
  Watch(house_.options.limits.login_time);
  const Door door = TheDoor();
  const auto opening = co_await Open(stream_, door);
  if (!opening) {
    house_.Log(
        fmt::format("connection from {} ended before login: {}", stream_.address(), opening.error().message));
    if (opening.error().code == ErrorCode::kInvalidArgument)
      co_await Refuse(Fatal("08P01", opening.error().message));
  } else if (const auto* cancel = std::get_if<CancelRequest>(&*opening)) {
    house_.registry.Cancel(*cancel);
  } else {
    co_await Begin(std::get<StartupMessage>(*opening));
  }
  co_await StopReading();
  co_await stream_.Close();
  watch_.cancel();
}

// What keeps a client out before anyone asks who it is.
std::optional<Report> Connection::Objection(const StartupMessage& startup) const {
  const Limits& limits = house_.options.limits;
  if (startup.major != 3) {
    return Fatal("0A000", fmt::format("unsupported frontend protocol {}.{}: server supports 3.0 to 3.0",
                                      startup.major, startup.minor));
  }
  if (house_.draining) return Fatal("57P03", "the node is stopping", "try again in a moment");
  if (ticket_.total > limits.connections) return Fatal("53300", "sorry, too many clients already");
  if (ticket_.of_this_address > limits.connections_per_address) {
    return Fatal("53300", "too many connections from this address", "close some, or use a connection pool");
  }
  return std::nullopt;
}

Awaitable<void> Connection::Refuse(const Report& report, std::string before) {
  AppendReport(before, report);
  (void)co_await stream_.Write(before);  // whether it arrives or not, this is the end
}

Awaitable<void> Connection::Begin(const StartupMessage& startup) {
  if (const auto objection = Objection(startup)) co_return co_await Refuse(*objection);
  if (const auto unknown = UnknownOptions(startup); startup.minor > 0 || !unknown.empty()) {
    std::string negotiation;
    AppendNegotiateProtocolVersion(negotiation, unknown);
    if (auto sent = co_await stream_.Write(negotiation); !sent) co_return;
  }
  const Door door = TheDoor();
  auto caller = co_await LogIn(stream_, door, startup);
  if (!caller) {
    house_.Log(fmt::format("login from {} refused ({})", stream_.address(), caller.error().sqlstate));
    co_return co_await Refuse(caller.error());
  }
  const CancelRequest key = house_.registry.Enter(interrupt_);
  Settings settings(key.process, caller->analyst);
  std::string out;
  AppendAuthenticationOk(out);
  if (auto applied = Apply(startup, settings, out); !applied) {
    house_.registry.Leave(key.process);
    co_return co_await Refuse(FatalOf(applied.error()), std::move(out));
  }
  Session session(house_.backend, house_.options.limits, *interrupt_, *std::move(caller), std::move(settings),
                  [this](const std::string& bytes) { return Send(bytes); });
  session.Greet(key, out);
  watch_.cancel();
  if (auto sent = co_await stream_.Write(out); sent) co_await Serve(session);
  house_.registry.Leave(key.process);
}

Awaitable<void> Connection::Serve(Session& session) {
  reading_ = true;
  asio::co_spawn(
      stream_.executor(), [self = shared_from_this()]() -> Awaitable<void> { co_await self->Read(); },
      asio::detached);
  while (co_await ServeBatch(session)) {
  }
}

// Takes what whole messages there are and answers them, or waits for some. False: this is the end.
Awaitable<bool> Connection::ServeBatch(Session& session) {
  std::string_view rest = input_;
  std::optional<Error> broken;
  std::size_t taken = 0;
  while (taken < kBatch) {
    auto message = TakeMessage(rest, house_.options.limits.message_bytes);
    if (!message) {
      broken = std::move(message).error();
      break;
    }
    if (!*message) break;
    session.Accept(**std::move(message));
    ++taken;
  }
  if (rest.empty()) {
    Empty(input_);
  } else {
    input_.erase(0, input_.size() - rest.size());
  }
  space_.cancel();
  if (taken == 0 && !broken) co_return co_await Rest(session);
  for (bool more = true; more;) {
    if (!co_await Step(session, more)) co_return false;
  }
  if (broken) {
    const bool too_long = broken->code == ErrorCode::kResourceExhausted;
    co_await Refuse(Fatal(too_long ? "54000" : "08P01", broken->message, broken->remedy));
    co_return false;
  }
  co_return !session.ended();
}

// One step on a worker, while what is said on the way goes out. A client that does not read holds up this
// coroutine, never the worker. False: the client has gone.
Awaitable<bool> Connection::Step(Session& session, bool& more) {
  std::string out;
  bool working = true;
  bool here = true;
  std::exception_ptr thrown;
  asio::co_spawn(stream_.executor(), OnWorker(house_.workers, [&] { more = session.Step(out); }),
                 [&](const std::exception_ptr& error) {
                   thrown = error;
                   working = false;
                   wake_.cancel();
                 });
  while (working) {
    const std::string said = TakeSaid();
    if (here && !said.empty()) {
      here = (co_await stream_.Write(said)).has_value();
    } else {
      wake_.expires_at(kForever);
      co_await wake_.async_wait(kTuple);
    }
  }
  if (thrown) std::rethrow_exception(thrown);
  out.insert(0, TakeSaid());
  if (here && !out.empty()) here = (co_await stream_.Write(out)).has_value();
  co_return here;
}

bool Connection::Send(const std::string& bytes) {
  {
    const std::lock_guard lock(said_mutex_);
    if (said_.size() >= kSaidBytes) return false;
    said_ += bytes;
  }
  asio::post(stream_.executor(), [self = shared_from_this()] { self->wake_.cancel(); });
  return true;
}

std::string Connection::TakeSaid() {
  const std::lock_guard lock(said_mutex_);
  return std::exchange(said_, {});
}

// Waits for something new. False: the client has gone, was idle for too long, or the server is stopping.
Awaitable<bool> Connection::Rest(const Session& session) {
  if (gone_) co_return false;
  if (house_.draining && session.idle()) {
    co_await Refuse(Fatal("57P01", "terminating connection: the node is stopping"));
    co_return false;
  }
  const Milliseconds limit = house_.options.limits.idle_time;
  wake_.expires_at(limit.count() > 0 ? asio::steady_timer::clock_type::now() + limit : kForever);
  const auto [error] = co_await wake_.async_wait(kTuple);
  if (error) co_return true;  // woken
  co_await Refuse(Fatal("57P05", "terminating connection due to idle-session timeout"));
  co_return false;
}

Awaitable<void> Connection::Read() {
  std::array<char, kReadBytes> bytes;
  for (;;) {
    while (!stopping_ && input_.size() > house_.options.limits.message_bytes + kReadBytes) {
      space_.expires_at(kForever);
      co_await space_.async_wait(kTuple);
    }
    if (stopping_) break;
    const auto count = co_await stream_.ReadSome(bytes);
    if (!count) break;
    input_.append(bytes.data(), *count);
    wake_.cancel();
  }
  gone_ = true;
  reading_ = false;
  interrupt_->Request(Cause::kGone);
  wake_.cancel();
}

Awaitable<void> Connection::StopReading() {
  stopping_ = true;
  space_.cancel();
  while (reading_) {
    stream_.CancelRead();
    wake_.expires_at(kForever);
    co_await wake_.async_wait(kTuple);
  }
}

}  // namespace concordat::pgwire
