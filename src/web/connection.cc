#include "web/connection.h"

#include <fmt/format.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/write.hpp>
#include <sstream>

namespace concordat::web {
namespace asio = boost::asio;
namespace http = boost::beast::http;
namespace {

constexpr Milliseconds kGoodbye{500};
constexpr std::size_t kReadBytes = 4096;

std::string KeyOf(const asio::ip::address& address) {
  if (address.is_v4()) return address.to_string();
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped()) return asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_string();
  auto bytes = v6.to_bytes();
  std::fill(bytes.begin() + 8, bytes.end(), 0);
  return asio::ip::address_v6(bytes).to_string();
}

std::string Text(boost::beast::string_view view) { return {view.data(), view.size()}; }

using Wire = http::response<http::empty_body>;  // the head; a body goes out beside it, uncopied

void AddSecurity(Wire& wire, bool tls) {
  wire.set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  wire.set("X-Content-Type-Options", "nosniff");
  wire.set("Referrer-Policy", "no-referrer");
  wire.set("Cross-Origin-Resource-Policy", "same-origin");
  if (tls) wire.set(http::field::strict_transport_security, "max-age=31536000");
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, House& house, bool crowded)
    : house_(house),
      socket_(std::move(socket)),
      watch_(socket_.get_executor()),
      buffer_(house.options.limits.header_bytes + 2 * kReadBytes),
      crowded_(crowded) {
  boost::system::error_code error;
  const auto endpoint = socket_.remote_endpoint(error);
  if (error) return;
  peer_ = endpoint.address().to_string();
  client_ = peer_;
  client_key_ = KeyOf(endpoint.address());
}

Awaitable<void> Connection::Run() {
  std::shared_ptr<tls::Identity> tls;
  {
    const std::lock_guard lock(house_.tls_mutex);
    tls = house_.tls;
  }
  if (!tls) {
    co_await Serve(socket_);
  } else {
    asio::ssl::stream<asio::ip::tcp::socket&> stream(socket_, tls->context);
    Watch(house_.options.limits.request_time);
    const auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::server, kTuple);
    if (!error) {
      co_await Serve(stream);
      Watch(kGoodbye);
      co_await stream.async_shutdown(kTuple);
    }
  }
  watch_.cancel();
  ++watched_;
  Abort();
}

void Connection::Drain() {
  boost::system::error_code ignored;
  if (idle_) socket_.cancel(ignored);
}

void Connection::Abort() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::ip::tcp::socket::shutdown_both, ignored);
  socket_.close(ignored);
}

// Ends what is under way after `limit`; the next Watch takes its place.
void Connection::Watch(Milliseconds limit) {
  late_ = false;
  watch_.expires_after(limit);
  watch_.async_wait([weak = weak_from_this(), number = ++watched_](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->watched_ != number) return;
    self->late_ = true;
    boost::system::error_code ignored;
    self->socket_.cancel(ignored);
  });
}

template <class Stream>
Awaitable<void> Connection::Serve(Stream& stream) {
  while (co_await ServeOne(stream)) {
  }
  // What the client is still sending is read for a moment: closed unread, it would cost it the answer.
  Watch(kGoodbye);
  boost::system::error_code ignored;
  if constexpr (std::is_same_v<Stream, asio::ip::tcp::socket>) {
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
  }
  char discarded[kReadBytes];
  while (!late_ && !house_.draining) {
    const auto [error, count] = co_await stream.async_read_some(asio::buffer(discarded), kTuple);
    if (error) break;
  }
}

// Whether a request has begun to come in.
template <class Stream>
Awaitable<bool> Connection::AwaitBytes(Stream& stream) {
  if (buffer_.size() > 0) co_return true;
  if (house_.draining) co_return false;
  Watch(house_.options.limits.idle_time);
  idle_ = true;
  const auto [error, count] = co_await stream.async_read_some(buffer_.prepare(kReadBytes), kTuple);
  idle_ = false;
  if (error) co_return false;
  buffer_.commit(count);
  co_return true;
}

template <class Stream>
Awaitable<boost::system::error_code> Connection::Read(Stream& stream, Parser& parser) {
  const auto [error, count] = co_await http::async_read_header(stream, buffer_, parser, kTuple);
  if (error || parser.is_done()) co_return error;
  if (boost::beast::iequals(parser.get()[http::field::expect], "100-continue")) {
    constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [unsent, sent] = co_await asio::async_write(stream, asio::buffer(kContinue), kTuple);
    if (unsent) co_return unsent;
  }
  const auto [unread, bytes] = co_await http::async_read(stream, buffer_, parser, kTuple);
  co_return unread;
}

// Whether the connection stays open after it.
template <class Stream>
Awaitable<bool> Connection::ServeOne(Stream& stream) {
  if (!co_await AwaitBytes(stream)) co_return false;
  Parser parser;
  parser.header_limit(house_.options.limits.header_bytes);
  parser.body_limit(house_.options.limits.body_bytes);
  Watch(house_.options.limits.request_time);
  const auto error = co_await Read(stream, parser);
  if (error == http::error::end_of_stream || error == http::error::partial_message) co_return false;
  const bool late = late_;
  if (error && !late && error.category() != http::make_error_code(http::error::bad_method).category()) {
    co_return false;  // the client has gone
  }
  Response response = error ? Unread(error) : co_await AnswerBeside(parser);
  const bool keep = !error && !crowded_ && !house_.draining && parser.get().keep_alive();
  Watch(house_.options.limits.answer_time);
  co_return co_await Send(stream, parser, std::move(response), keep) && keep;
}

Response Connection::Unread(const boost::system::error_code& error) const {
  const Limits& limits = house_.options.limits;
  if (late_) return Problem(408, "the request took too long to come in", "send it again, faster");
  if (error == http::error::header_limit || error == http::error::buffer_overflow) {
    return Problem(431, fmt::format("the request's header is longer than {} bytes", limits.header_bytes),
                   "send fewer or shorter header fields");
  }
  if (error == http::error::body_limit) {
    return Problem(413, fmt::format("the request's body is longer than {} bytes", limits.body_bytes),
                   "send it in smaller parts");
  }
  return Problem(400, fmt::format("this is not an HTTP/1.1 request: {}", error.message()),
                 "send what RFC 9112 describes");
}

// A proxy on this machine says whose request it hands on; only its own, last word counts (RFC 7239
// section 8.1).
void Connection::Name(const Parser& parser) {
  if (!house_.options.certificate.empty()) return;
  const auto all = parser.get()["X-Forwarded-For"];
  const auto comma = all.rfind(',');
  std::string last = Text(comma == all.npos ? all : all.substr(comma + 1));
  last.erase(0, last.find_first_not_of(" \t"));
  last.erase(last.find_last_not_of(" \t") + 1);
  boost::system::error_code error;
  auto address = asio::ip::make_address(last, error);
  if (error) address = asio::ip::make_address(peer_, error);
  if (error) return;
  client_ = address.to_string();
  client_key_ = KeyOf(address);
}

// On a thread where a handler may block; the connection waits for it without one.
Awaitable<Response> Connection::AnswerBeside(const Parser& parser) {
  Name(parser);
  ++watched_;  // the route takes its time
  co_return co_await asio::co_spawn(
      *house_.workers, [this, &parser]() -> Awaitable<Response> { co_return Answer(parser); },
      asio::use_awaitable);
}

Response Connection::Answer(const Parser& parser) {
  const auto& message = parser.get();
  if (crowded_) {
    Response full =
        Problem(503, "the node has as many connections as it takes", "try again in a few seconds");
    full.headers.emplace_back("Retry-After", "5");
    return full;
  }
  if (const int wait = house_.rate.Wait(client_key_); wait > 0) {
    Response often = Problem(429, "this address asks too often", fmt::format("try again in {} s", wait));
    often.headers.emplace_back("Retry-After", std::to_string(wait));
    return often;
  }
  if (message.version() != 10 && message.version() != 11) {
    return Problem(505, "this version of HTTP is not spoken here", "use HTTP/1.1");
  }
  const auto hosts = message.count(http::field::host);
  if (hosts > 1 || (hosts == 0 && message.version() == 11)) {
    return Problem(400, "a request names its host once", "send one Host header field");
  }
  auto target = ParseTarget({message.target().data(), message.target().size()});
  if (!target) return Problem(target.error());
  try {
    return house_.router.Answer({.method = Text(message.method_string()),
                                 .target = *std::move(target),
                                 .if_none_match = Text(message[http::field::if_none_match]),
                                 .authorization = Text(message[http::field::authorization]),
                                 .accept = Text(message[http::field::accept]),
                                 .content_type = Text(message[http::field::content_type]),
                                 .body = message.body()});
  } catch (const std::exception& exception) {  // a library's, in a handler: this request's end and no other's
    house_.Log(fmt::format("a request failed: {}", exception.what()));
    return Problem(Error{});
  }
}

template <class Stream>
Awaitable<bool> Connection::Send(Stream& stream, const Parser& parser, Response response, bool keep) {
  const auto& request = parser.get();
  Wire wire(http::int_to_status(response.status), 11);
  wire.set(http::field::server, "concordat");
  wire.set(http::field::cache_control, response.cache);
  AddSecurity(wire, !std::is_same_v<Stream, asio::ip::tcp::socket>);
  for (const auto& [name, value] : response.headers) wire.set(name, value);
  wire.version(request.version() == 10 ? 10 : 11);
  wire.keep_alive(keep);
  const bool head = request.method() == http::verb::head;
  const std::size_t size = response.body.size();
  if (response.status != 304) {
    wire.set(http::field::content_type, response.type);
    wire.content_length(size);
  }
  const auto target = request.target();
  const auto path = target.substr(0, target.find('?'));
  const bool printable = path.size() <= kTargetBytes && std::all_of(path.begin(), path.end(), [](char c) {
                           return c > ' ' && c <= '~' && c != '"';
                         });
  house_.Log(fmt::format("{} \"{} {}\" {} {}", client_, Text(request.method_string()),
                         printable ? Text(path) : std::string("-"), response.status, head ? 0 : size));
  if (house_.options.answered) house_.options.answered(response.status);
  std::ostringstream text;
  text << wire.base();
  const std::string start = std::move(text).str();
  const std::array parts = {asio::buffer(start),
                            asio::buffer(head ? std::string_view() : std::string_view(response.body))};
  const auto [error, sent] = co_await asio::async_write(stream, parts, kTuple);
  co_return !error;
}

}  // namespace concordat::web
