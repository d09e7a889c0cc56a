// A connection's bytes, plain at first, then within TLS.
#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "pgwire/message.h"
#include "tls/tls.h"

namespace concordat::pgwire {

using Tls = tls::Identity;
template <class T>
using Awaitable = boost::asio::awaitable<T>;
// For co_await: what an operation failed with comes back beside its result.
inline constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

// Errors are kUnavailable: the client has gone, or Shut was called. Not thread-safe: the socket thread's
// alone. One Read and one Write may be under way at once.
class Stream {
 public:
  explicit Stream(boost::asio::ip::tcp::socket socket);

  Awaitable<Result<void>> Write(std::string_view bytes);
  Awaitable<Result<std::size_t>> ReadSome(std::span<char> into);
  Awaitable<Result<void>> ReadAll(std::span<char> into);
  // Waits for the first byte and says whether it starts a TLS handshake; takes nothing.
  Awaitable<Result<bool>> StartsWithTls();
  // The server's side. `tls` stays alive with the stream. ALPN must have been used if `needs_alpn`.
  Awaitable<Result<void>> Handshake(std::shared_ptr<Tls> tls, bool needs_alpn);
  // Ends a Read that is under way.
  void CancelRead();
  // Says goodbye, waits for the client's for half a second, and closes. Precondition: no Read is under way.
  Awaitable<void> Close();
  // Closes at once, from outside what is under way.
  void Shut();

  boost::asio::any_io_executor executor() { return socket_.get_executor(); }
  const Tls* tls() const { return tls_.get(); }
  const std::string& address() const { return address_; }
  bool from_here() const { return from_here_; }  // the client is on this machine

 private:
  boost::asio::ip::tcp::socket socket_;
  std::shared_ptr<Tls> tls_;
  std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> secure_;
  std::string address_;
  bool from_here_ = false;
};

// Reads exactly the opening message: not a byte after it is taken, so nothing sent in plain can end up behind
// the TLS handshake (CVE-2021-23222). Errors as TakeOpening, kUnavailable.
Awaitable<Result<Opening>> ReadOpening(Stream& stream);
// Reads exactly one message.
Awaitable<Result<Message>> ReadMessage(Stream& stream, std::size_t limit);

}  // namespace concordat::pgwire
