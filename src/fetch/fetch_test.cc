#include "fetch/fetch.h"

#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <thread>

namespace concordat::fetch {
namespace {

using boost::asio::ip::tcp;

// Answers one connection with fixed bytes, and keeps what it was sent.
class Server {
 public:
  explicit Server(std::string answer, bool hang_up = true)
      : acceptor_(context_, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)),
        thread_([this, answer = std::move(answer), hang_up] {
          tcp::socket socket(context_);
          acceptor_.accept(socket);
          std::array<char, 4096> bytes{};
          boost::system::error_code ignored;
          received_.append(bytes.data(), socket.read_some(boost::asio::buffer(bytes), ignored));
          boost::asio::write(socket, boost::asio::buffer(answer), ignored);
          if (!hang_up) socket.read_some(boost::asio::buffer(bytes), ignored);
        }) {}
  ~Server() { thread_.join(); }
  Url url() const {
    return *ParseUrl("http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/ledger/");
  }
  const std::string& received() const { return received_; }

 private:
  boost::asio::io_context context_;
  tcp::acceptor acceptor_;
  std::string received_;
  std::thread thread_;
};

TEST(ParseUrl, ReadsAddressesAndNothingElse) {
  EXPECT_EQ(ParseUrl("https://lewisham.example")->port, "443");
  EXPECT_EQ(ParseUrl("http://127.0.0.1:8080/a/b/")->Text(), "http://127.0.0.1:8080/a/b");
  EXPECT_EQ((*ParseUrl("https://lewisham.example:443/ledger") / "tile/0/000").Text(),
            "https://lewisham.example/ledger/tile/0/000");
  for (const std::string& bad :
       {std::string(), std::string("lewisham.example"), std::string("ftp://lewisham.example"),
        std::string("https://"), std::string("https:///x"), std::string("https://olu@lewisham.example"),
        std::string("https://lewisham.example:0"), std::string("https://lewisham.example:65536"),
        std::string("https://lewisham.example:"), std::string("https://lewisham.example/a?b"),
        std::string("https://lewisham.example/a#b"), std::string("https://lewisham.example/a b"),
        std::string("https://lewisham.example/\r\nHost: x"), std::string("https://lewis\tham.example"),
        "https://lewisham.example/" + std::string(2000, 'a')}) {
    EXPECT_FALSE(ParseUrl(bad)) << bad;
  }
}

TEST(Get, ReadsAnAnswer) {
  Server server("HTTP/1.1 409 Conflict\r\nContent-Type: text/x.tlog.size\r\nContent-Length: 2\r\n\r\n5\n");
  const auto response = Get(server.url() / "checkpoint");
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 409);
  EXPECT_EQ(response->content_type, "text/x.tlog.size");
  EXPECT_EQ(response->body, "5\n");
  EXPECT_TRUE(server.received().starts_with("GET /ledger/checkpoint HTTP/1.1\r\n")) << server.received();
}

TEST(Post, SendsItsBody) {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(Post(server.url(), "old 0\n"));
  EXPECT_TRUE(server.received().ends_with("\r\n\r\nold 0\n")) << server.received();
}

TEST(Get, SaysWhyThereIsNoAnswer) {
  const struct {
    const char* name;
    std::string answer;
    bool hang_up;
    ErrorCode code;
  } cases[] = {
      {"nothing", "", true, ErrorCode::kUnavailable},
      {"not HTTP", "hello\r\n\r\n", true, ErrorCode::kUnavailable},
      {"cut short", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n1234", true, ErrorCode::kUnavailable},
      {"too long", "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", true, ErrorCode::kResourceExhausted},
      {"silence", "", false, ErrorCode::kTimeout},
      {"half an answer, then silence", "HTTP/1.1 200 OK\r\nContent-Le", false, ErrorCode::kTimeout},
  };
  for (const auto& c : cases) {
    Server server(c.answer, c.hang_up);
    const auto response = Get(server.url(), {.timeout = Milliseconds(1000), .longest_body = 50});
    ASSERT_FALSE(response) << c.name;
    EXPECT_EQ(response.error().code, c.code) << c.name << ": " << response.error().message;
  }
  EXPECT_EQ(Get(*ParseUrl("http://127.0.0.1:1")).error().code, ErrorCode::kUnavailable);
}

// A server that speaks no TLS, or has a certificate of its own making, is not believed.
TEST(Get, SpeaksToNobodyWithoutACertificate) {
  Server server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  Url url = server.url();
  url.tls = true;
  EXPECT_EQ(Get(url).error().code, ErrorCode::kUnavailable);
}

}  // namespace
}  // namespace concordat::fetch
