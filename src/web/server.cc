#include "web/server.h"

#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <set>
#include <thread>

#include "web/connection.h"

namespace concordat::web {
namespace asio = boost::asio;
namespace {

// Connections past the limit are told so; past this many more they are closed unread.
constexpr int kToldSo = 50;

Result<asio::ip::tcp::endpoint> EndpointOf(const ServerOptions& options) {
  boost::system::error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("'{}' is not an address for the web", options.address),
                "give 127.0.0.1, 0.0.0.0, :: or an address of this machine");
  }
  if (options.certificate.empty() && !address.is_loopback()) {
    return Fail(ErrorCode::kInvalidArgument, "HTTP without TLS is for this machine alone",
                "listen on 127.0.0.1 with a proxy in front, or give a certificate and its key");
  }
  return asio::ip::tcp::endpoint(address, options.port);
}

}  // namespace

class Server::Impl {
 public:
  Impl(Router router, const Clock& clock, const ServerOptions& options)
      : house_{std::move(router),
               options,
               Rate(clock, options.limits.requests_per_second, options.limits.burst_seconds),
               std::make_unique<asio::thread_pool>(static_cast<std::size_t>(std::max(options.workers, 1))),
               {},
               {},
               false,
               0} {}

  ~Impl() {
    if (threads_.empty()) return;
    Drain(Milliseconds(0), {});
    work_.reset();
    for (std::thread& thread : threads_) thread.join();
    house_.workers->join();
  }

  Result<void> Open() {
    const auto endpoint = TRY(EndpointOf(house_.options));
    TRY(Reload());
    boost::system::error_code error;
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(asio::socket_base::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (error) {
      return Fail(ErrorCode::kUnavailable,
                  fmt::format("the web cannot have {} port {}: {}", endpoint.address().to_string(),
                              endpoint.port(), error.message()),
                  "choose another port, or stop what uses this one");
    }
    port_ = acceptor_.local_endpoint().port();
    asio::co_spawn(accepting_, Accept(), [this](const std::exception_ptr& thrown) { Report(thrown); });
    for (int i = 0; i < std::max(house_.options.threads, 1); ++i) {
      threads_.emplace_back([this] { context_.run(); });
    }
    return {};
  }

  Result<void> Reload() {
    if (house_.options.certificate.empty()) return {};
    auto identity = TRY(tls::Load(house_.options.certificate, house_.options.key, "http/1.1"));
    const std::lock_guard lock(house_.tls_mutex);
    house_.tls = std::move(identity);
    return {};
  }

  void Drain(Milliseconds patience, const std::function<void()>& hurry) {
    house_.draining = true;
    asio::post(accepting_, [this] {
      boost::system::error_code ignored;
      acceptor_.close(ignored);
    });
    ForEach(&Connection::Drain);
    std::unique_lock lock(mutex_);
    const auto none = [this] { return open_.empty() && !accepts_; };
    if (none_.wait_for(lock, patience, none)) return;
    if (hurry) hurry();
    while (!none()) {  // one that was being welcomed is met the next time round
      lock.unlock();
      ForEach(&Connection::Abort);
      lock.lock();
      none_.wait_for(lock, Milliseconds(50), none);
    }
  }

  std::uint16_t port() const { return port_; }
  int connections() const { return house_.connections; }

 private:
  Awaitable<void> Accept() {
    while (!house_.draining) {
      auto [error, socket] = co_await acceptor_.async_accept(asio::make_strand(context_), kTuple);
      if (error == asio::error::operation_aborted || house_.draining) break;
      if (error) {  // out of descriptors, most likely: wait for some to be closed
        house_.Log(fmt::format("cannot accept a connection: {}", error.message()));
        asio::steady_timer pause(accepting_, Milliseconds(100));
        co_await pause.async_wait(kTuple);
        continue;
      }
      const int most = house_.options.limits.connections;
      if (house_.connections < most + kToldSo) Welcome(std::move(socket), house_.connections >= most);
    }
    const std::lock_guard lock(mutex_);
    accepts_ = false;
    none_.notify_all();
  }

  void Welcome(asio::ip::tcp::socket socket, bool crowded) {
    const auto connection = std::make_shared<Connection>(std::move(socket), house_, crowded);
    ++house_.connections;
    {
      const std::lock_guard lock(mutex_);
      open_.insert(connection);
    }
    asio::co_spawn(
        connection->executor(), [connection]() -> Awaitable<void> { co_await connection->Run(); },
        [this, connection](const std::exception_ptr& thrown) {
          Report(thrown);
          --house_.connections;
          const std::lock_guard lock(mutex_);
          open_.erase(connection);
          none_.notify_all();
        });
  }

  // On each connection's strand.
  void ForEach(void (Connection::*tell)()) {
    const std::lock_guard lock(mutex_);
    for (const auto& connection : open_) {
      asio::post(connection->executor(), [connection, tell] { (connection.get()->*tell)(); });
    }
  }

  // What libraries throw ends the connection that it happened to, and no other.
  void Report(const std::exception_ptr& thrown) const {
    if (!thrown) return;
    try {
      std::rethrow_exception(thrown);
    } catch (const std::exception& exception) {
      house_.Log(fmt::format("a web connection ended: {}", exception.what()));
    }
  }

  House house_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  asio::strand<asio::io_context::executor_type> accepting_{asio::make_strand(context_)};
  asio::ip::tcp::acceptor acceptor_{accepting_};
  std::uint16_t port_ = 0;
  std::mutex mutex_;
  std::condition_variable none_;
  std::set<std::shared_ptr<Connection>> open_;  // guarded by mutex_
  bool accepts_ = true;                         // guarded by mutex_
  std::vector<std::thread> threads_;
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::Start(Router router, const Clock& clock,
                                              const ServerOptions& options) {
  auto impl = std::make_unique<Impl>(std::move(router), clock, options);
  TRY(impl->Open());
  return std::unique_ptr<Server>(new Server(std::move(impl)));
}

bool IsLoopback(const std::string& address) {
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(address, error);
  return !error && parsed.is_loopback();
}

std::uint16_t Server::port() const { return impl_->port(); }
Result<void> Server::Reload() { return impl_->Reload(); }
void Server::Drain(Milliseconds patience, const std::function<void()>& hurry) {
  impl_->Drain(patience, hurry);
}
int Server::connections() const { return impl_->connections(); }

}  // namespace concordat::web
