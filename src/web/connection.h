// One client from its first byte to its last: requests in turn, each answered before the next is read.
#pragma once

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <mutex>
#include <string>

#include "tls/tls.h"
#include "web/rate.h"
#include "web/server.h"

namespace concordat::web {

// For co_await: what an operation failed with comes back beside its result.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

template <class T>
using Awaitable = boost::asio::awaitable<T>;

// What all connections of a server share; outlives them.
struct House {
  Router router;
  ServerOptions options;
  Rate rate;
  std::unique_ptr<boost::asio::thread_pool> workers;  // for the routes
  std::mutex tls_mutex;
  std::shared_ptr<tls::Identity> tls;  // guarded by tls_mutex
  std::atomic<bool> draining = false;
  std::atomic<int> connections = 0;

  void Log(const std::string& line) const {
    if (options.log) options.log(line);
  }
};

// Threading: its strand's alone. The coroutine that runs it keeps it alive.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(boost::asio::ip::tcp::socket socket, House& house, bool crowded);

  Awaitable<void> Run();
  // The server is stopping: end once nothing is under way.
  void Drain();
  // End at once.
  void Abort();
  boost::asio::any_io_executor executor() { return socket_.get_executor(); }

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  template <class Stream>
  Awaitable<void> Serve(Stream& stream);
  template <class Stream>
  Awaitable<bool> ServeOne(Stream& stream);
  template <class Stream>
  Awaitable<bool> AwaitBytes(Stream& stream);
  template <class Stream>
  Awaitable<boost::system::error_code> Read(Stream& stream, Parser& parser);
  template <class Stream>
  Awaitable<bool> Send(Stream& stream, const Parser& parser, Response response, bool keep);
  Awaitable<Response> AnswerBeside(const Parser& parser);
  Response Answer(const Parser& parser);
  void Name(const Parser& parser);
  Response Unread(const boost::system::error_code& error) const;
  void Watch(Milliseconds limit);

  House& house_;
  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer watch_;
  boost::beast::flat_buffer buffer_;
  std::string peer_;           // address at the other end
  std::string client_;         // who asks: the peer or, where that is a proxy on this machine, its client
  std::string client_key_;     // an IPv4 address, or the 64 bits of IPv6 that one household has
  std::uint64_t watched_ = 0;  // which limit the watch stands for
  bool crowded_;
  bool late_ = false;
  bool idle_ = false;
};

}  // namespace concordat::web
