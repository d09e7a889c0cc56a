#include "node/control.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>

#include "store/testing_store.h"

namespace concordat::node {
namespace {

Result<Reply> Echo(std::string_view verb, const Json& arguments, const Progress& progress) {
  if (verb == "fail") return Fail(ErrorCode::kNotFound, "there is none", "look elsewhere");
  progress("half");
  progress("broken \xff");
  return Reply{std::string(verb), std::make_shared<const Json>(arguments)};
}

class Control : public testing::Test {
 protected:
  void Serve() {
    auto server = ControlServer::Start(path_, Echo);
    ASSERT_TRUE(server) << server.error().message;
    server_ = *std::move(server);
  }
  // A client that speaks for itself.
  std::unique_ptr<LineStream> Client() const {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strcpy(address.sun_path, path_.c_str());
    const int socket = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    return std::make_unique<LineStream>(socket);
  }
  static void Ignore(std::string_view) {}

  store::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "control.sock";
  std::unique_ptr<ControlServer> server_;
};

TEST_F(Control, AnswersWithTextDataAndProgress) {
  Serve();
  std::vector<std::string> heard;
  const auto reply = AskControl(path_, "budget", {{"product", "claims"}},
                                [&](std::string_view text) { heard.emplace_back(text); });
  ASSERT_TRUE(reply) << reply.error().message;
  ASSERT_TRUE(*reply);
  EXPECT_EQ((*reply)->text, "budget");
  EXPECT_EQ(*(*reply)->data, (Json{{"product", "claims"}}));
  EXPECT_EQ(heard, (std::vector<std::string>{"half", "broken \xef\xbf\xbd"}));
}

TEST_F(Control, HandsErrorsOn) {
  Serve();
  const auto reply = AskControl(path_, "fail", Json::object(), Ignore);
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, ErrorCode::kNotFound);
  EXPECT_EQ(reply.error().message, "there is none");
  EXPECT_EQ(reply.error().remedy, "look elsewhere");
}

TEST_F(Control, SaysThatNobodyListens) {
  for (const bool stale : {false, true}) {
    if (stale) std::ofstream(path_) << "what a killed node left";
    const auto reply = AskControl(path_, "budget", Json::object(), Ignore);
    ASSERT_TRUE(reply) << reply.error().message;
    EXPECT_FALSE(*reply);
  }
}

TEST_F(Control, IsTheOwnersAlone) {
  std::ofstream(path_) << "what a killed node left";
  Serve();
  struct stat found {};
  ASSERT_EQ(stat(path_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600U);
  const auto second = ControlServer::Start(path_, Echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::kAlreadyExists);
  server_.reset();
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Control, RefusesPathsThatASocketCannotHave) {
  const auto server = ControlServer::Start(folder_.path() / std::string(100, 'x') / "control.sock", Echo);
  ASSERT_FALSE(server);
  EXPECT_EQ(server.error().code, ErrorCode::kInvalidArgument);
}

TEST_F(Control, TellsStrangeRequestsThatTheyAreNone) {
  Serve();
  for (const char* line :
       {"", "nonsense", "[]", "{}", R"({"verb": 3})", R"({"verb": "x", "arguments": 7})", "\xff"}) {
    SCOPED_TRACE(line);
    const auto client = Client();
    ASSERT_TRUE(client->Write(line));
    const auto answer = client->Read(1 << 20);
    ASSERT_TRUE(answer);
    EXPECT_TRUE(Json::parse(*answer).contains("error"));
    EXPECT_FALSE(client->Read(1 << 20));  // one request a connection
  }
}

TEST_F(Control, LetsNobodyHoldUpItsEnd) {
  Serve();
  const auto silent = Client();
  const auto begun = Client();
  EXPECT_EQ(send(begun->socket(), "{", 1, MSG_NOSIGNAL), 1);
  ASSERT_TRUE(AskControl(path_, "budget", Json::object(), Ignore));  // both were accepted before this one
  server_.reset();
  EXPECT_FALSE(silent->Read(1));
  EXPECT_FALSE(begun->Read(1));
}

TEST(LineStream, PartsLinesAndHoldsToTheLimit) {
  int sockets[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
  LineStream here(sockets[0]);
  {
    LineStream there(sockets[1]);
    ASSERT_TRUE(there.Write("one"));
    ASSERT_TRUE(there.Write(""));
    ASSERT_TRUE(there.Write("exactly"));
    ASSERT_TRUE(there.Write("too long"));
  }
  EXPECT_EQ(here.Read(7), "one");
  EXPECT_EQ(here.Read(7), "");
  EXPECT_EQ(here.Read(7), "exactly");
  EXPECT_FALSE(here.Read(7));
  EXPECT_FALSE(here.Read(7));
  EXPECT_FALSE(here.Write("nobody is there"));
}

TEST(LineStream, GivesUpOnAPeerThatReadsNothing) {
  int sockets[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets), 0);
  LineStream here(sockets[0]), there(sockets[1]);
  here.SetPatience(Milliseconds(10));
  EXPECT_FALSE(here.Read(7));
  EXPECT_FALSE(here.Write(std::string(16 << 20, 'x')));
  EXPECT_FALSE(here.Write("after a part of a line"));
}

}  // namespace
}  // namespace concordat::node
