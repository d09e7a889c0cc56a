#include "pgwire/server.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <condition_variable>
#include <future>
#include <map>
#include <thread>

#include "pgwire/connection.h"

namespace concordat::pgwire {
namespace asio = boost::asio;
namespace {

// Connections past the limit are told so; past this many more they are closed unread.
constexpr int kToldSo = 50;
constexpr Milliseconds kGrace{2'000};  // from cancelling to cutting off

Result<asio::ip::tcp::acceptor> Listen(asio::io_context& context, const std::string& address,
                                       std::uint16_t port) {
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  if (error) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("\"{}\" is not an address to listen on", address),
                "give 127.0.0.1, 0.0.0.0, :: or an address of this machine");
  }
  asio::ip::tcp::acceptor acceptor(context);
  const asio::ip::tcp::endpoint endpoint(parsed, port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("cannot listen on {} port {}: {}", address, port, error.message()),
                "choose another port, or stop what uses this one");
  }
  return acceptor;
}

}  // namespace

class Server::Impl {
 public:
  Impl(Backend& backend, RandomSource& random, const Clock& clock, const ServerOptions& options)
      : house_{backend,
               random,
               options,
               Throttle(clock, options.limits.failed_logins, options.limits.lock_out),
               Registry(random),
               asio::thread_pool(static_cast<std::size_t>(std::max(options.workers, 1))),
               {},
               {}},
        acceptor_(context_) {}

  ~Impl() {
    if (thread_.joinable()) {
      Drain(Milliseconds(0));
      work_.reset();
      thread_.join();
    }
    house_.workers.join();
  }

  Result<void> Open() {
    if (house_.options.server_secret.empty()) {
      house_.options.server_secret.resize(32);
      house_.random.Fill(house_.options.server_secret);
    }
    if (!house_.options.certificate.empty()) TRY(Reload());
    acceptor_ = TRY(Listen(context_, house_.options.address, house_.options.port));
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(context_, Accept(), [this](const std::exception_ptr& error) { Report(error); });
    thread_ = std::thread([this] { context_.run(); });
    return {};
  }

  Result<void> Reload() {
    auto tls = TRY(tls::Load(house_.options.certificate, house_.options.key, "postgresql"));
    const std::lock_guard lock(house_.tls_mutex);
    house_.tls = std::move(tls);
    return {};
  }

  void Drain(Milliseconds patience) {
    OnSocketThread([this] {
      house_.draining = true;
      boost::system::error_code ignored;
      acceptor_.close(ignored);
      ForEach(&Connection::Drain);
    });
    if (WaitForNone(patience)) return;
    OnSocketThread([this] { ForEach(&Connection::Cancel); });
    if (WaitForNone(kGrace)) return;
    OnSocketThread([this] { ForEach(&Connection::Abort); });
    std::unique_lock lock(mutex_);
    none_.wait(lock, [this] { return open_ == 0; });
  }

  std::uint16_t port() const { return port_; }
  int connections() const { return house_.registry.connections(); }

 private:
  Awaitable<void> Accept() {
    while (!house_.draining) {
      auto [error, socket] = co_await acceptor_.async_accept(kTuple);
      if (error == asio::error::operation_aborted || house_.draining) break;
      if (error) {  // out of descriptors, most likely: wait for some to be closed
        house_.Log(fmt::format("cannot accept a connection: {}", error.message()));
        asio::steady_timer pause(context_, Milliseconds(100));
        co_await pause.async_wait(kTuple);
        continue;
      }
      if (house_.registry.connections() >= house_.options.limits.connections + kToldSo) continue;
      Welcome(std::move(socket));
    }
  }

  void Welcome(asio::ip::tcp::socket socket) {
    auto connection = std::make_shared<Connection>(std::move(socket), house_);
    const Connection* const key = connection.get();
    connections_[key] = connection;
    Count(1);
    asio::co_spawn(
        context_,
        [connection = std::move(connection)]() mutable -> Awaitable<void> {
          co_await connection->Run();
          connection.reset();  // it has left before it is counted out
        },
        [this, key](const std::exception_ptr& error) {
          Report(error);
          connections_.erase(key);
          Count(-1);
        });
  }
  void ForEach(void (Connection::*tell)()) {
    for (const auto& [key, weak] : connections_) {
      if (const auto connection = weak.lock()) (connection.get()->*tell)();
    }
  }

  // What libraries throw ends the connection that it happened to, and no other.
  void Report(const std::exception_ptr& error) {
    if (!error) return;
    try {
      std::rethrow_exception(error);
    } catch (const std::exception& exception) {
      house_.Log(fmt::format("a connection ended: {}", exception.what()));
    }
  }

  void Count(int by) {
    const std::lock_guard lock(mutex_);
    open_ += by;
    if (open_ == 0) none_.notify_all();
  }
  bool WaitForNone(Milliseconds patience) {
    std::unique_lock lock(mutex_);
    return none_.wait_for(lock, patience, [this] { return open_ == 0; });
  }
  void OnSocketThread(const std::function<void()>& work) {
    std::promise<void> done;
    asio::post(context_, [&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  House house_;
  asio::io_context context_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  asio::ip::tcp::acceptor acceptor_;
  std::map<const Connection*, std::weak_ptr<Connection>> connections_;  // the socket thread's
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
  int open_ = 0;  // guarded by mutex_
  std::thread thread_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::Start(Backend& backend, RandomSource& random, const Clock& clock,
                                              const ServerOptions& options) {
  if (options.certificate.empty() && !options.allow_plain) {
    return Fail(ErrorCode::kInvalidArgument,
                "no certificate is given, and connections without TLS are not allowed",
                "give a certificate and its key in PEM form");
  }
  auto impl = std::make_unique<Impl>(backend, random, clock, options);
  TRY(impl->Open());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

std::uint16_t Server::port() const { return impl_->port(); }
Result<void> Server::Reload() { return impl_->Reload(); }
void Server::Drain(Milliseconds patience) { impl_->Drain(patience); }
int Server::connections() const { return impl_->connections(); }

}  // namespace concordat::pgwire
