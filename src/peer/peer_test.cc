// Two nodes' doors in one process, over real sockets and real TLS.
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include <atomic>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <condition_variable>
#include <latch>
#include <thread>

#include "peer/client.h"
#include "peer/exchange.h"
#include "peer/server.h"
#include "peer/testing_directory.h"

namespace concordat::peer {
namespace {

constexpr Milliseconds kPatience{20'000};

Bytes BytesOf(std::string_view text) { return {text.begin(), text.end()}; }

// What a door logged.
class Lines {
 public:
  std::function<void(const std::string&)> Sink() {
    return [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      text_ += line + "\n";
    };
  }
  std::string Text() {
    const std::lock_guard lock(mutex_);
    return text_;
  }

 private:
  std::mutex mutex_;
  std::string text_;
};

// Camden serves, lewisham asks; each knows the other.
class Pair : public testing::Test {
 protected:
  void SetUp() override {
    camdens_.Know("lewisham", lewisham_);
    options_ = {
        .listen = "127.0.0.1:0",
        .identity = camden_,
        .member = "camden",
        .log = log_.Sink(),
        .handlers = {{"test/echo",
                      [](const std::string&, ByteView body) -> Result<Bytes> {
                        return Bytes(body.begin(), body.end());
                      }},
                     {"test/who",
                      [](const std::string& member, ByteView) -> Result<Bytes> { return BytesOf(member); }},
                     {"test/fail", [](const std::string&, ByteView) -> Result<Bytes> {
                        return Fail(ErrorCode::kFailedPrecondition, "not in this state", "mend it");
                      }}}};
  }

  void Serve() {
    auto started = Server::Start(camdens_, clock_, options_);
    ASSERT_TRUE(started) << started.error().message;
    server_ = *std::move(started);
    lewishams_.Know("camden", camden_, server_->Address());
    client_ =
        Client::Make(lewishams_, clock_, {.identity = lewisham_, .member = "lewisham", .log = said_.Sink()});
  }

  Result<Bytes> Ask(const std::string& method, const Bytes& body = {}, Milliseconds patience = kPatience) {
    return client_->Ask({"camden", method, body}, patience);
  }

  SystemClock clock_;
  Lines log_, said_;
  const crypto::Certificate camden_ = CertificateFor("camden"), lewisham_ = CertificateFor("lewisham");
  TestingDirectory camdens_, lewishams_;
  ServerOptions options_;
  std::unique_ptr<Server> server_;
  std::unique_ptr<Client> client_;
};

TEST_F(Pair, CarriesBodiesOfEverySizeBothWays) {
  Serve();
  for (const std::size_t size : {0UL, 1UL, (1UL << 20) - 1, 1UL << 20, (1UL << 20) + 1, 5UL << 20}) {
    SCOPED_TRACE(size);
    Bytes body(size);
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<std::uint8_t>(i * 2654435761U >> 24);
    const auto answer = Ask("test/echo", body);
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(*answer, body);
  }
  EXPECT_EQ(*Ask("test/who"), BytesOf("lewisham"));
}

TEST_F(Pair, ErrorsTravelAsTheyAre) {
  Serve();
  const auto failed = Ask("test/fail");
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().code, ErrorCode::kFailedPrecondition);
  EXPECT_EQ(failed.error().message, "not in this state");
  EXPECT_EQ(failed.error().remedy, "mend it");
  EXPECT_EQ(Ask("test/nothing").error().code, ErrorCode::kNotFound);
  EXPECT_EQ(Ask("Not A Method").error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Pair, SomebodyUnpinnedIsRefusedAtTheHandshake) {
  Serve();
  const auto mallory = CertificateFor("lewisham");  // the right name, another key
  const auto client = Client::Make(lewishams_, clock_, {.identity = mallory, .member = "lewisham"});
  const auto refused = client->Ask({"camden", "test/echo", {}}, kPatience);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kUnavailable) << refused.error().message;
  EXPECT_NE(log_.Text().find("refused a connection at the handshake: nobody's certificate"),
            std::string::npos)
      << log_.Text();
}

TEST_F(Pair, SomebodyInBetweenIsRefused) {
  Serve();
  TestingDirectory others;  // whoever is in between lets everybody in
  others.Know("lewisham", lewisham_);
  options_.identity = CertificateFor("camden");
  const auto between = Server::Start(others, clock_, options_);
  ASSERT_TRUE(between);
  lewishams_.Know("camden", camden_, (*between)->Address());
  const auto refused = Ask("test/echo");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied) << refused.error().message;
  EXPECT_NE(refused.error().message.find("nobody's certificate"), std::string::npos)
      << refused.error().message;
}

TEST_F(Pair, AnotherMemberInTheWrongPlaceIsRefused) {
  Serve();
  const auto southwark = CertificateFor("southwark");
  lewishams_.Know("southwark", southwark, server_->Address());  // where camden is
  const auto refused = client_->Ask({"southwark", "test/echo", {}}, kPatience);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied);
  EXPECT_NE(refused.error().message.find("is that of camden"), std::string::npos) << refused.error().message;
}

TEST_F(Pair, WhoIsRemovedIsRefusedAtTheNextCallOfAnOpenConnection) {
  Serve();
  ASSERT_TRUE(Ask("test/echo"));
  camdens_.Remove("lewisham");
  const auto refused = Ask("test/echo");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kPermissionDenied) << refused.error().message;
  EXPECT_NE(log_.Text().find("refused a call from"), std::string::npos);
}

TEST_F(Pair, WhoIsPausedIsRefusedOnBothSides) {
  Serve();
  ASSERT_TRUE(Ask("test/echo"));
  camdens_.Pause("lewisham");
  EXPECT_EQ(Ask("test/echo").error().code, ErrorCode::kUnavailable);
  lewishams_.Pause("camden");
  const auto here = Ask("test/echo");
  EXPECT_EQ(here.error().message, "camden is paused");
}

// A client of plain TLS with a version of its own: what it came to.
bool Handshakes(const std::string& address, const crypto::Certificate& identity, int version) {
  namespace asio = boost::asio;
  asio::io_context io;
  asio::ssl::context context(asio::ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), version);
  SSL_CTX_set_max_proto_version(context.native_handle(), version);
  context.use_certificate(asio::buffer(identity.certificate_pem), asio::ssl::context::pem);
  context.use_private_key(asio::buffer(identity.key_pem), asio::ssl::context::pem);
  asio::ssl::stream<asio::ip::tcp::socket> stream(io, context);
  const auto colon = address.rfind(':');
  const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
  stream.next_layer().connect({asio::ip::make_address(address.substr(0, colon)), port});
  const unsigned char alpn[] = "\x02h2";
  SSL_set_alpn_protos(stream.native_handle(), alpn, 3);
  boost::system::error_code error;
  stream.handshake(asio::ssl::stream_base::client, error);
  if (error) return false;
  std::uint8_t byte = 0;  // with 1.3 the server's word on the certificate comes after the client's end
  stream.read_some(asio::buffer(&byte, 1), error);
  return !error;
}

TEST_F(Pair, Tls12IsRefused) {
  Serve();
  EXPECT_TRUE(Handshakes(server_->Address(), lewisham_, TLS1_3_VERSION));
  EXPECT_FALSE(Handshakes(server_->Address(), lewisham_, TLS1_2_VERSION));
}

TEST_F(Pair, SomebodyWithoutACertificateOfAMemberIsRefused) {
  Serve();
  EXPECT_FALSE(Handshakes(server_->Address(), CertificateFor("mallory"), TLS1_3_VERSION));
}

TEST_F(Pair, WhatIsTooLongIsRefused) {
  options_.longest_body = 1000;
  Serve();
  EXPECT_TRUE(Ask("test/echo", Bytes(1000)));
  const auto refused = Ask("test/echo", Bytes(1001));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(refused.error().message.find("1001 bytes"), std::string::npos) << refused.error().message;
  EXPECT_EQ(Ask("test/echo", Bytes(9 << 20)).error().code, ErrorCode::kResourceExhausted);
}

TEST_F(Pair, AnAnswerThatIsTooLongIsNotTaken) {
  Serve();
  client_ = Client::Make(lewishams_, clock_,
                         {.identity = lewisham_, .member = "lewisham", .longest_body = 3'000'000});
  EXPECT_EQ(Ask("test/echo", Bytes(3'000'001)).error().code, ErrorCode::kResourceExhausted);
}

// Handlers that wait until they are let go; what they wait for outlives the test that let them go.
class Held {
 public:
  Handler Waits() {
    return [state = state_](const std::string&, ByteView) -> Result<Bytes> {
      ++state->waiting;
      state->waiting.notify_all();
      state->gone.wait(false);
      return Bytes();
    };
  }
  void AwaitWaiting(int count) {
    for (int now = state_->waiting; now < count; now = state_->waiting) state_->waiting.wait(now);
  }
  void LetGo() {
    state_->gone = true;
    state_->gone.notify_all();
  }

 private:
  struct State {
    std::atomic<int> waiting{0};
    std::atomic<bool> gone{false};
  };
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

TEST_F(Pair, ADeadlineEndsTheWait) {
  Held held;
  options_.handlers.emplace_back("test/wait", held.Waits());
  Serve();
  const auto late = Ask("test/wait", {}, Milliseconds(300));
  held.LetGo();
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, ErrorCode::kTimeout);
}

TEST_F(Pair, ACancelEndsTheWaitAndAllLaterOnes) {
  Held held;
  options_.handlers.emplace_back("test/wait", held.Waits());
  Serve();
  std::thread asks([&] { EXPECT_EQ(Ask("test/wait").error().code, ErrorCode::kCancelled); });
  held.AwaitWaiting(1);
  client_->Cancel();
  asks.join();
  held.LetGo();
  EXPECT_EQ(Ask("test/echo").error().code, ErrorCode::kCancelled);
}

TEST_F(Pair, NoMoreCallsOfAMemberAreUnderWayThanTheLimit) {
  Held held;
  options_.calls_of_a_member = 2;
  options_.handlers.emplace_back("test/wait", held.Waits());
  Serve();
  std::thread asks([&] {
    for (const auto& answer :
         client_->AskAll({{"camden", "test/wait", {}}, {"camden", "test/wait", {}}}, kPatience))
      EXPECT_TRUE(answer) << answer.error().message;
  });
  held.AwaitWaiting(2);
  const auto over = Ask("test/echo");
  held.LetGo();
  asks.join();
  ASSERT_FALSE(over);
  EXPECT_EQ(over.error().code, ErrorCode::kResourceExhausted);
  EXPECT_NE(over.error().message.find("2 calls of lewisham"), std::string::npos) << over.error().message;
  EXPECT_TRUE(Ask("test/echo"));
}

TEST_F(Pair, TheClientBoundsWhatItHasUnderWay) {
  Held held;
  options_.handlers.emplace_back("test/wait", held.Waits());
  Serve();
  client_ =
      Client::Make(lewishams_, clock_, {.identity = lewisham_, .member = "lewisham", .calls_of_a_member = 1});
  std::thread asks([&] { EXPECT_TRUE(Ask("test/wait")); });
  held.AwaitWaiting(1);
  EXPECT_EQ(Ask("test/echo").error().code, ErrorCode::kResourceExhausted);
  held.LetGo();
  asks.join();
}

TEST_F(Pair, BodiesHeldAtOnceAreBounded) {
  Held held;
  options_.bodies = 1500;
  options_.handlers.emplace_back("test/wait", held.Waits());
  Serve();
  std::thread asks([&] { EXPECT_TRUE(Ask("test/wait", Bytes(1000))); });
  held.AwaitWaiting(1);
  EXPECT_EQ(Ask("test/echo", Bytes(1000)).error().code, ErrorCode::kResourceExhausted);
  held.LetGo();
  asks.join();
}

TEST_F(Pair, AsksAllSideBySide) {
  const auto southwark = CertificateFor("southwark");
  std::latch both(2);  // each answers once the other was asked too
  options_.handlers.emplace_back("test/meet", [&](const std::string&, ByteView) -> Result<Bytes> {
    both.arrive_and_wait();
    return Bytes();
  });
  Serve();
  options_.identity = southwark;
  options_.member = "southwark";
  const auto second = Server::Start(camdens_, clock_, options_);
  ASSERT_TRUE(second);
  lewishams_.Know("southwark", southwark, (*second)->Address());
  const auto answers = client_->AskAll(
      {{"camden", "test/meet", {}}, {"nobody", "test/meet", {}}, {"southwark", "test/meet", {}}}, kPatience);
  ASSERT_EQ(answers.size(), 3U);
  EXPECT_TRUE(answers[0]);
  EXPECT_EQ(answers[1].error().code, ErrorCode::kNotFound);
  EXPECT_TRUE(answers[2]);
}

TEST_F(Pair, ReachesAMemberAgainThatWasAway) {
  Serve();
  ASSERT_TRUE(Ask("test/echo"));
  options_.listen = server_->Address();
  server_.reset();
  const auto away = Ask("test/echo");
  ASSERT_FALSE(away);
  EXPECT_EQ(away.error().code, ErrorCode::kUnavailable);
  auto again = Server::Start(camdens_, clock_, options_);
  ASSERT_TRUE(again) << again.error().message;
  client_->Heard("camden");
  auto answer = Ask("test/echo");
  for (int tries = 0; !answer && tries < 100; ++tries) {  // back-off is some seconds at most
    std::this_thread::sleep_for(Milliseconds(100));
    answer = Ask("test/echo");
  }
  EXPECT_TRUE(answer);
}

TEST_F(Pair, TwoCannotListenAtOneAddress) {
  Serve();
  options_.listen = server_->Address();
  EXPECT_EQ(Server::Start(camdens_, clock_, options_).error().code, ErrorCode::kUnavailable);
}

TEST_F(Pair, AStrangerSpeaksOnlyWhenExpectedAndOnlyToThoseHandlers) {
  std::string seen;
  options_.strangers = {{"member/join", [&](const std::string& certificate, ByteView body) -> Result<Bytes> {
                           seen = certificate;
                           return Bytes(body.begin(), body.end());
                         }}};
  Serve();
  const auto southwark = CertificateFor("southwark");
  const ClientOptions options{.identity = southwark, .member = "southwark"};
  const Stranger camden{server_->Address(), *crypto::KeyPin(camden_.certificate_pem)};
  EXPECT_FALSE(AskStranger(camden, options, "member/join", BytesOf("hello"), kPatience));
  camdens_.ExpectStrangers(true);
  const auto joined = AskStranger(camden, options, "member/join", BytesOf("hello"), kPatience);
  ASSERT_TRUE(joined) << joined.error().message;
  EXPECT_EQ(*joined, BytesOf("hello"));
  EXPECT_EQ(*crypto::KeyPin(seen), *crypto::KeyPin(southwark.certificate_pem));
  EXPECT_EQ(AskStranger(camden, options, "test/echo", {}, kPatience).error().code,
            ErrorCode::kPermissionDenied);
  EXPECT_EQ(AskStranger(camden, options, kHello, {}, kPatience).error().code, ErrorCode::kPermissionDenied);
  EXPECT_EQ(AskStranger(camden, options, "member/join", Bytes(65 * 1024), kPatience).error().code,
            ErrorCode::kResourceExhausted);
  const Stranger between{server_->Address(), *crypto::KeyPin(southwark.certificate_pem)};
  EXPECT_EQ(AskStranger(between, options, "member/join", {}, kPatience).error().code,
            ErrorCode::kPermissionDenied);
}

TEST_F(Pair, AnotherVersionOfTheProtocolIsToldSo) {
  Serve();
  Channel channel("camden", server_->Address(), lewisham_, [](std::string_view) { return Result<void>(); });
  Underway underway;
  for (const std::uint32_t protocol : {0U, kNewestProtocol + 1, ~0U}) {
    const auto refused = channel.Ask({protocol, "test/echo", {}}, 1000, kPatience, underway);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::kFailedPrecondition);
    EXPECT_NE(refused.error().message.find("camden speaks versions 1 to 1"), std::string::npos);
  }
}

// A clock that is wrong by a fixed time.
class SkewedClock final : public Clock {
 public:
  explicit SkewedClock(Milliseconds by) : by_(by) {}
  Time Now() const override { return clock_.Now() + by_; }
  Milliseconds Elapsed() const override { return clock_.Elapsed(); }

 private:
  SystemClock clock_;
  Milliseconds by_;
};

TEST_F(Pair, ClocksFarApartAreSpokenOfOnBothSides) {
  Serve();
  const SkewedClock fast(Milliseconds(7 * 60'000 + 30'000));
  const auto client =
      Client::Make(lewishams_, fast, {.identity = lewisham_, .member = "lewisham", .log = said_.Sink()});
  ASSERT_TRUE(client->Ask({"camden", "test/echo", {}}, kPatience));
  EXPECT_NE(log_.Text().find("the clock of lewisham is 7 minutes ahead of ours"), std::string::npos)
      << log_.Text();
  EXPECT_NE(said_.Text().find("the clock of camden is 7 minutes behind ours"), std::string::npos)
      << said_.Text();
}

TEST_F(Pair, TellsWhoGreeted) {
  std::string address;
  options_.greeted = [&](const Greeting& greeting) { address = greeting.member + " " + greeting.address; };
  Serve();
  client_ = Client::Make(lewishams_, clock_,
                         {.identity = lewisham_, .member = "lewisham", .address = "lewisham.example:6490"});
  ASSERT_TRUE(Ask("test/echo"));
  EXPECT_EQ(address, "lewisham lewisham.example:6490");
}

}  // namespace
}  // namespace concordat::peer
