#include "fetch/fetch.h"

#include <fmt/format.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <optional>
#include <sstream>

namespace concordat::fetch {
namespace {

namespace net = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using net::use_awaitable;
using Request = http::request<http::string_body>;

template <class Stream>
net::awaitable<Response> Exchange(Stream& stream, const Request& request, std::size_t longest_body) {
  std::ostringstream text;
  text << request;
  const std::string bytes = std::move(text).str();
  co_await net::async_write(stream, net::buffer(bytes), use_awaitable);
  beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(longest_body);
  co_await http::async_read(stream, buffer, parser, use_awaitable);
  auto message = parser.release();
  co_return Response{static_cast<int>(message.result_int()), std::string(message[http::field::content_type]),
                     std::move(message.body())};
}

net::awaitable<Response> Send(const Url& url, const Request& request, std::size_t longest_body) {
  net::ip::tcp::resolver resolver(co_await net::this_coro::executor);
  const auto addresses = co_await resolver.async_resolve(url.host, url.port, use_awaitable);
  if (!url.tls) {
    net::ip::tcp::socket stream(co_await net::this_coro::executor);
    co_await net::async_connect(stream, addresses, use_awaitable);
    co_return co_await Exchange(stream, request, longest_body);
  }
  net::ssl::context context(net::ssl::context::tls_client);
  context.set_default_verify_paths();
  context.set_verify_mode(net::ssl::verify_peer);
  net::ssl::stream<net::ip::tcp::socket> stream(co_await net::this_coro::executor, context);
  stream.set_verify_callback(net::ssl::host_name_verification(url.host));
  SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str());
  co_await net::async_connect(stream.next_layer(), addresses, use_awaitable);
  co_await stream.async_handshake(net::ssl::stream_base::client, use_awaitable);
  co_return co_await Exchange(stream, request, longest_body);
}

tl::unexpected<Error> NoAnswer(const Url& url, const std::string& why) {
  return Fail(ErrorCode::kUnavailable, fmt::format("{} does not answer: {}", url.Text(), why),
              "check the address, and ask again later");
}

Result<Response> Ask(const Url& url, const Request& request, const Limits& limits) {
  try {
    net::io_context context;
    std::optional<Response> response;
    std::exception_ptr failure;
    net::co_spawn(context, Send(url, request, limits.longest_body),
                  [&](const std::exception_ptr& thrown, Response&& received) {
                    failure = thrown;
                    if (!thrown) response = std::move(received);
                  });
    context.run_for(limits.timeout);
    if (failure) std::rethrow_exception(failure);
    if (response) return *std::move(response);
    return Fail(ErrorCode::kTimeout, fmt::format("{} did not answer in time", url.Text()), "ask again later");
  } catch (const boost::system::system_error& error) {
    if (error.code() == http::error::body_limit)
      return Fail(ErrorCode::kResourceExhausted, url.Text() + " answers at too great a length");
    return NoAnswer(url, error.code().message());
  } catch (const std::exception& error) {
    return NoAnswer(url, error.what());
  }
}

Request RequestFor(const Url& url, http::verb verb) {
  Request request(verb, url.path.empty() ? "/" : url.path, 11);
  request.set(http::field::host, url.port == (url.tls ? "443" : "80") ? url.host : url.host + ":" + url.port);
  request.set(http::field::user_agent, "concordat");
  request.set(http::field::connection, "close");
  return request;
}

}  // namespace

Result<Response> Get(const Url& url, const Limits& limits) {
  return Ask(url, RequestFor(url, http::verb::get), limits);
}

Result<Response> Post(const Url& url, const std::string& body, const Limits& limits) {
  Request request = RequestFor(url, http::verb::post);
  request.set(http::field::content_type, "text/plain; charset=utf-8");
  request.body() = body;
  request.prepare_payload();
  return Ask(url, request, limits);
}

}  // namespace concordat::fetch
