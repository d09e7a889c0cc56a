#include "pgwire/stream.h"

#include <openssl/ssl.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

namespace concordat::pgwire {
namespace asio = boost::asio;
namespace {

constexpr unsigned char kHandshakeRecord = 0x16;
constexpr std::chrono::milliseconds kGoodbye{500};

tl::unexpected<Error> Gone(const boost::system::error_code& error) {
  return Fail(ErrorCode::kUnavailable, error.message());
}

}  // namespace

Stream::Stream(asio::ip::tcp::socket socket) : socket_(std::move(socket)) {
  boost::system::error_code error;
  const auto remote = socket_.remote_endpoint(error).address();
  if (!error) {
    address_ = remote.to_string();
    from_here_ = remote.is_loopback();
  }
  socket_.set_option(asio::ip::tcp::no_delay(true), error);
  socket_.set_option(asio::socket_base::keep_alive(true), error);
}

Awaitable<Result<void>> Stream::Write(std::string_view bytes) {
  const auto [error, count] = secure_ ? co_await asio::async_write(*secure_, asio::buffer(bytes), kTuple)
                                      : co_await asio::async_write(socket_, asio::buffer(bytes), kTuple);
  if (error) co_return Gone(error);
  co_return Result<void>();
}

Awaitable<Result<std::size_t>> Stream::ReadSome(std::span<char> into) {
  const auto buffer = asio::buffer(into.data(), into.size());
  const auto [error, count] = secure_ ? co_await secure_->async_read_some(buffer, kTuple)
                                      : co_await socket_.async_read_some(buffer, kTuple);
  if (error) co_return Gone(error);
  co_return count;
}

Awaitable<Result<void>> Stream::ReadAll(std::span<char> into) {
  while (!into.empty()) {
    const auto count = co_await ReadSome(into);
    if (!count) co_return tl::unexpected(count.error());
    into = into.subspan(*count);
  }
  co_return Result<void>();
}

Awaitable<Result<bool>> Stream::StartsWithTls() {
  unsigned char first = 0;
  const auto [error, count] =
      co_await socket_.async_receive(asio::buffer(&first, 1), asio::socket_base::message_peek, kTuple);
  if (error) co_return Gone(error);
  co_return count == 1 && first == kHandshakeRecord;
}

Awaitable<Result<void>> Stream::Handshake(std::shared_ptr<Tls> tls, bool needs_alpn) {
  tls_ = std::move(tls);
  secure_.emplace(socket_, tls_->context);
  const auto [error] = co_await secure_->async_handshake(asio::ssl::stream_base::server, kTuple);
  if (error) co_return Gone(error);
  const unsigned char* protocol = nullptr;
  unsigned int length = 0;
  SSL_get0_alpn_selected(secure_->native_handle(), &protocol, &length);
  if (needs_alpn && length == 0)
    co_return Fail(ErrorCode::kInvalidArgument, "direct TLS needs the protocol's name");
  co_return Result<void>();
}

void Stream::CancelRead() {
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

Awaitable<void> Stream::Close() {
  boost::system::error_code ignored;
  // A peer that does not answer the goodbye must not hold the connection. The flag outlives this stream.
  const auto waiting = std::make_shared<bool>(true);
  asio::steady_timer timer(socket_.get_executor(), kGoodbye);
  timer.async_wait([this, waiting](const boost::system::error_code& error) {
    if (!error && *waiting) Shut();
  });
  if (secure_) co_await secure_->async_shutdown(kTuple);
  socket_.shutdown(asio::socket_base::shutdown_send, ignored);
  // Closing over unread bytes would reset the connection, and the client might never read why.
  std::array<char, 1'024> rest;
  for (;;) {
    const auto [error, count] = co_await socket_.async_read_some(asio::buffer(rest), kTuple);
    if (error) break;
  }
  *waiting = false;
  socket_.close(ignored);
}

void Stream::Shut() {
  boost::system::error_code ignored;
  socket_.shutdown(asio::socket_base::shutdown_both, ignored);
}

Awaitable<Result<Opening>> ReadOpening(Stream& stream) {
  std::string bytes(4, '\0');
  if (auto read = co_await stream.ReadAll(bytes); !read) co_return tl::unexpected(read.error());
  std::size_t length = 0;
  for (const char byte : bytes) length = length << 8 | static_cast<unsigned char>(byte);
  if (length >= 8 && length <= kOpeningBytes) {
    bytes.resize(length);
    if (auto read = co_await stream.ReadAll(std::span(bytes).subspan(4)); !read) {
      co_return tl::unexpected(read.error());
    }
  }
  std::string_view rest = bytes;
  auto opening = TakeOpening(rest);
  if (!opening) co_return tl::unexpected(opening.error());
  if (!*opening) co_return Fail(ErrorCode::kInvalidArgument, "invalid length of startup packet");
  co_return **std::move(opening);
}

Awaitable<Result<Message>> ReadMessage(Stream& stream, std::size_t limit) {
  std::string bytes(5, '\0');
  if (auto read = co_await stream.ReadAll(bytes); !read) co_return tl::unexpected(read.error());
  std::size_t length = 0;
  for (const char byte : std::string_view(bytes).substr(1))
    length = length << 8 | static_cast<unsigned char>(byte);
  if (length >= 4 && length <= limit) {
    bytes.resize(length + 1);
    if (auto read = co_await stream.ReadAll(std::span(bytes).subspan(5)); !read) {
      co_return tl::unexpected(read.error());
    }
  }
  std::string_view rest = bytes;
  auto message = TakeMessage(rest, limit);
  if (!message) co_return tl::unexpected(message.error());
  if (!*message) co_return Fail(ErrorCode::kInvalidArgument, "invalid message length");
  co_return **std::move(message);
}

}  // namespace concordat::pgwire
