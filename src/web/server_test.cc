// The server met by raw sockets: what it answers to good requests and to bad ones.
#include "web/server.h"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <future>

#include "crypto/certificate.h"

namespace concordat::web {
namespace {

namespace asio = boost::asio;

Router Served() {
  return Router({{"GET", "/hello", [](const Request&) { return Response{.body = "hello"}; }},
                 {"POST", "/echo", [](const Request& request) { return Response{.body = request.body}; }},
                 {"GET", "/throws", [](const Request&) -> Response { throw std::runtime_error("secret"); }}});
}

class WebServer : public testing::Test {
 protected:
  void Begin() {
    options_.log = [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      log_ += line + "\n";
    };
    auto server = Server::Start(Served(), clock_, options_);
    ASSERT_TRUE(server.has_value()) << server.error().message;
    server_ = *std::move(server);
  }
  asio::ip::tcp::socket Connect() {
    asio::ip::tcp::socket socket(context_);
    socket.connect({asio::ip::make_address("127.0.0.1"), server_->port()});
    return socket;
  }
  template <class Stream>
  static std::string ReadToEnd(Stream& stream) {
    std::string answer;
    boost::system::error_code error;
    asio::read(stream, asio::dynamic_buffer(answer), error);
    return answer;
  }
  // Everything that comes back until the server closes.
  std::string Say(const std::string& bytes) {
    auto socket = Connect();
    boost::system::error_code error;
    asio::write(socket, asio::buffer(bytes), error);
    return ReadToEnd(socket);
  }
  std::string log() {
    const std::lock_guard lock(mutex_);
    return log_;
  }

  SystemClock clock_;
  ServerOptions options_;
  std::mutex mutex_;
  std::string log_;
  asio::io_context context_;
  std::unique_ptr<Server> server_;
};

int Count(std::string_view text, std::string_view word) {
  int count = 0;
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) ++count;
  return count;
}

constexpr char kLast[] = "Host: x\r\nConnection: close\r\n\r\n";

TEST_F(WebServer, AnswersWithSecurityHeadersAndLogsWithoutTheQuery) {
  Begin();
  const std::string answer = Say(std::string("GET /hello?token=hidden HTTP/1.1\r\n") + kLast);
  for (const char* part : {"HTTP/1.1 200 OK\r\n", "Cache-Control: no-store\r\n", "default-src 'none'",
                           "nosniff", "no-referrer", "ETag: \"", "Content-Length: 5\r\n", "\r\n\r\nhello"}) {
    EXPECT_NE(answer.find(part), std::string::npos) << part << "\n" << answer;
  }
  EXPECT_EQ(answer.find("Strict-Transport-Security"), std::string::npos);
  EXPECT_EQ(answer.find("Access-Control"), std::string::npos);
  EXPECT_EQ(log(), "127.0.0.1 \"GET /hello\" 200 5\n");
}

// Answers are made on other threads than they are sent on; each must arrive whole. The sanitizers look at the
// hand-over.
TEST_F(WebServer, AnswersManyClientsAtOnceEachItsOwn) {
  options_.limits.requests_per_second = 1e6;
  Begin();
  std::vector<std::future<int>> clients;
  for (int client = 0; client < 8; ++client) {
    clients.push_back(std::async(std::launch::async, [this, client] {
      asio::io_context context;
      asio::ip::tcp::socket socket(context);
      socket.connect({asio::ip::make_address("127.0.0.1"), server_->port()});
      int good = 0;
      for (int i = 0; i < 500; ++i) {
        const std::string body = std::to_string(client * 1000 + i) + std::string(2000, 'x');
        asio::write(socket, asio::buffer("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: " +
                                         std::to_string(body.size()) + "\r\n\r\n" + body));
        std::string answer;
        const auto head = asio::read_until(socket, asio::dynamic_buffer(answer), "\r\n\r\n");
        const std::size_t rest = head + body.size();
        if (answer.size() < rest) asio::read(socket, asio::dynamic_buffer(answer, rest));
        good += answer.substr(head) == body;
      }
      return good;
    }));
  }
  for (auto& client : clients) EXPECT_EQ(client.get(), 500);
}

// Behind a proxy on this machine, its clients are told apart, and nothing that they say of themselves counts.
TEST_F(WebServer, TakesTheClientsAddressFromTheProxysLastWord) {
  options_.limits.requests_per_second = 0.01;
  options_.limits.burst_seconds = 100;
  Begin();
  const auto ask = [&](const std::string& forwarded) {
    return Say("GET /hello HTTP/1.1\r\nX-Forwarded-For: " + forwarded + "\r\n" + kLast).substr(9, 3);
  };
  EXPECT_EQ(ask("198.51.100.9, 203.0.113.5"), "200");
  EXPECT_EQ(ask("198.51.100.8, 203.0.113.5"), "429");
  EXPECT_EQ(ask("203.0.113.6"), "200");
  EXPECT_EQ(ask("2001:db8::1"), "200");
  EXPECT_EQ(ask("2001:db8::2"), "429");
  EXPECT_EQ(ask("nobody"), "200");
  EXPECT_EQ(ask(""), "429");  // both are the peer's own
  EXPECT_TRUE(log().starts_with("203.0.113.5 \"GET /hello\" 200 5\n203.0.113.5 \"GET /hello\" 429 "));
}

TEST_F(WebServer, GoesOnWhileARouteIsBusy) {
  options_.threads = 1;
  std::promise<void> entered, leave;
  auto server =
      Server::Start(Router({{"GET", "/busy",
                             [&](const Request&) {
                               entered.set_value();
                               leave.get_future().wait();
                               return Response{.body = "done"};
                             }},
                            {"GET", "/hello", [](const Request&) { return Response{.body = "hello"}; }}}),
                    clock_, options_);
  ASSERT_TRUE(server.has_value());
  server_ = *std::move(server);
  auto busy = Connect();
  asio::write(busy, asio::buffer(std::string("GET /busy HTTP/1.1\r\n") + kLast));
  entered.get_future().wait();
  EXPECT_TRUE(Say(std::string("GET /hello HTTP/1.1\r\n") + kLast).ends_with("hello"));
  leave.set_value();
  EXPECT_TRUE(ReadToEnd(busy).ends_with("done"));
}

TEST_F(WebServer, AnswersRequestsSentTogetherInTheirOrder) {
  Begin();
  const std::string answer =
      Say("GET /hello HTTP/1.1\r\nHost: x\r\n\r\nHEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n" +
          std::string("GET /none HTTP/1.1\r\n") + kLast);
  EXPECT_EQ(Count(answer, "HTTP/1.1 200 OK"), 2);
  EXPECT_EQ(Count(answer, "\r\n\r\nhello"), 1);
  EXPECT_EQ(Count(answer, "Content-Length: 5\r\n"), 2);
  EXPECT_LT(answer.rfind("200 OK"), answer.find("404 Not Found"));
}

TEST_F(WebServer, TakesBodiesByLengthAndInChunks) {
  Begin();
  EXPECT_TRUE(Say(std::string("POST /echo HTTP/1.1\r\nContent-Length: 3\r\n") + kLast + "abc")
                  .ends_with("\n\r\nabc"));
  EXPECT_TRUE(Say(std::string("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n") + kLast +
                  "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
                  .ends_with("\n\r\nabc"));
  EXPECT_TRUE(Say("POST /echo HTTP/1.0\r\nContent-Length: 3\r\n\r\nabc").starts_with("HTTP/1.0 200 OK"));
}

TEST_F(WebServer, TurnsBadRequestsAwayWithWords) {
  options_.limits.body_bytes = 100;
  Begin();
  const std::string host = "Host: x\r\n";
  const struct {
    std::string request;
    int status;
  } cases[] = {
      {"\r\nnonsense\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\n\r\n", 400},
      {"GET /hello HTTP/1.1\r\nHost: x\r\nHost: y\r\nConnection: close\r\n\r\n", 400},
      {"GET /a/../hello HTTP/1.1\r\n" + std::string(kLast), 400},
      {"GET /hello HTTP/1.1\r\n" + host + "X: " + std::string(20'000, 'a') + "\r\n\r\n", 431},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 101\r\n\r\n", 413},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: -1\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400},
      {"POST /echo HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(101, 'a') +
           "\r\n0\r\n\r\n",
       413},
      {"DELETE /hello HTTP/1.1\r\n" + std::string(kLast), 405},
      {"GET /throws HTTP/1.1\r\n" + std::string(kLast), 500},
  };
  for (const auto& bad : cases) {
    // The host's fault closes nothing by itself: ask for that.
    std::string request = bad.request;
    if (request == "GET /hello HTTP/1.1\r\n\r\n") request.insert(request.size() - 2, "Connection: close\r\n");
    const std::string answer = Say(request);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + std::to_string(bad.status))) << request << "\n" << answer;
    EXPECT_NE(answer.find("application/problem+json"), std::string::npos) << request;
    EXPECT_EQ(Count(answer, "HTTP/1.1"), answer.find("RFC 9112") == std::string::npos ? 1 : 2) << answer;
    EXPECT_EQ(answer.find("secret"), std::string::npos);
  }
}

TEST_F(WebServer, TellsASlowClientAndClosesASilentOne) {
  options_.limits.request_time = Milliseconds(50);
  options_.limits.idle_time = Milliseconds(50);
  Begin();
  EXPECT_TRUE(Say("GET /hello HT").starts_with("HTTP/1.1 408"));
  EXPECT_EQ(Say(""), "");
}

TEST_F(WebServer, HoldsAnAddressToItsRateAndTheCrowdToItsNumber) {
  options_.limits.requests_per_second = 0.01;
  options_.limits.burst_seconds = 100;
  options_.limits.connections = 1;
  Begin();
  {
    auto first = Connect();
    while (server_->connections() < 1) std::this_thread::yield();
    const std::string crowded = Say("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(crowded.starts_with("HTTP/1.1 503")) << crowded;
    asio::write(first, asio::buffer(std::string("GET /hello HTTP/1.1\r\n") + kLast));
    EXPECT_TRUE(ReadToEnd(first).starts_with("HTTP/1.1 200"));
  }
  while (server_->connections() > 0) std::this_thread::yield();
  const std::string often = Say(std::string("GET /hello HTTP/1.1\r\n") + kLast);
  EXPECT_TRUE(often.starts_with("HTTP/1.1 429")) << often;
  EXPECT_NE(often.find("Retry-After: "), std::string::npos);
}

TEST_F(WebServer, DrainsIdleConnectionsAtOnce) {
  Begin();
  auto idle = Connect();
  asio::write(idle, asio::buffer(std::string("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n")));
  char first = 0;
  asio::read(idle, asio::buffer(&first, 1));
  server_->Drain(Milliseconds(60'000));
  EXPECT_EQ(server_->connections(), 0);
  EXPECT_NE(ReadToEnd(idle).find("hello"), std::string::npos);
  asio::ip::tcp::socket late(context_);
  boost::system::error_code error;
  late.connect({asio::ip::make_address("127.0.0.1"), server_->port()}, error);
  EXPECT_TRUE(error);
}

TEST_F(WebServer, SpeaksTlsWithTheNodesCertificateAndNothingElseThere) {
  const auto folder = std::filesystem::path(testing::TempDir()) / "web_server_test";
  std::filesystem::create_directories(folder);
  const auto made = crypto::MakeCertificate("node", {"localhost"}, clock_.Now()).value();
  options_.certificate = folder / "certificate.pem";
  options_.key = folder / "key.pem";
  std::ofstream(options_.certificate) << made.certificate_pem;
  std::ofstream(options_.key) << made.key_pem;
  Begin();
  asio::ssl::context trust(asio::ssl::context::tls_client);
  trust.add_certificate_authority(asio::buffer(made.certificate_pem));
  asio::ssl::stream<asio::ip::tcp::socket> stream(Connect(), trust);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.handshake(asio::ssl::stream_base::client);
  asio::write(stream, asio::buffer(std::string("GET /hello HTTP/1.1\r\n") + kLast));
  const std::string answer = ReadToEnd(stream);
  EXPECT_NE(answer.find("Strict-Transport-Security: max-age="), std::string::npos) << answer;
  EXPECT_EQ(Say("GET /hello HTTP/1.1\r\nHost: x\r\n\r\n").find("HTTP/"), std::string::npos);

  asio::ssl::stream<asio::ip::tcp::socket> other(Connect(), trust);
  const unsigned char protocol[] = "\x0Apostgresql";
  SSL_set_alpn_protos(other.native_handle(), protocol, 11);
  boost::system::error_code error;
  other.handshake(asio::ssl::stream_base::client, error);
  EXPECT_TRUE(error);
  EXPECT_TRUE(server_->Reload().has_value());
  std::ofstream(options_.key) << "no key";
  EXPECT_FALSE(server_->Reload().has_value());
}

TEST(WebServerStart, RefusesPlainHttpForTheWorld) {
  const SystemClock clock;
  for (const char* address : {"0.0.0.0", "::", "nowhere"}) {
    ServerOptions options;
    options.address = address;
    const auto server = Server::Start(Served(), clock, options);
    ASSERT_FALSE(server.has_value()) << address;
    EXPECT_EQ(server.error().code, ErrorCode::kInvalidArgument);
  }
}

}  // namespace
}  // namespace concordat::web
