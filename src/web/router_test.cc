#include "web/router.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "web/rate.h"

namespace concordat::web {
namespace {

Router Sample() {
  const auto says = [](std::string text) {
    return [text](const Request&) { return Response{.body = text}; };
  };
  return Router({{"GET", "/", says("root")},
                 {"GET", "/a/{name}",
                  [](const Request& request) { return Response{.body = "one " + request.named.at("name")}; }},
                 {"POST", "/a/{name}", says("posted")},
                 {"GET", "/t/{path*}", [](const Request& request) {
                    return Response{.body = "rest " + request.named.at("path")};
                  }}});
}

Response Ask(const std::string& method, const std::string& target, const std::string& if_none_match = {}) {
  return Sample().Answer(
      {.method = method, .target = ParseTarget(target).value(), .if_none_match = if_none_match});
}

std::string Header(const Response& response, const std::string& name) {
  for (const auto& [key, value] : response.headers) {
    if (key == name) return value;
  }
  return "none";
}

TEST(Router, FindsTheRouteOfAPath) {
  EXPECT_EQ(Ask("GET", "/").body, "root");
  EXPECT_EQ(Ask("GET", "/a/b%20c").body, "one b c");
  EXPECT_EQ(Ask("POST", "/a/b").body, "posted");
  EXPECT_EQ(Ask("GET", "/t/0/x001/067.p/3").body, "rest 0/x001/067.p/3");
  for (const char* target : {"/a", "/a/b/c", "/t", "/A/b", "/b"})
    EXPECT_EQ(Ask("GET", target).status, 404) << target;
}

TEST(Router, SaysWhichMethodsAPathTakes) {
  const Response response = Ask("DELETE", "/a/b");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(Header(response, "Allow"), "GET, HEAD, POST");
  EXPECT_EQ(Ask("OPTIONS", "/").status, 405);
}

TEST(Router, DoesNotSendAgainWhatTheClientHas) {
  const std::string tag = Header(Ask("GET", "/"), "ETag");
  EXPECT_TRUE(tag.starts_with('"') && tag.ends_with('"')) << tag;
  for (const std::string& names : {tag, "\"x\", W/" + tag, std::string("*")}) {
    const Response response = Ask("GET", "/", names);
    EXPECT_EQ(response.status, 304) << names;
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(Header(response, "ETag"), tag);
  }
  EXPECT_EQ(Ask("GET", "/", "\"x\"").status, 200);
  EXPECT_EQ(Ask("GET", "/a/b", tag).status, 200);
  EXPECT_EQ(Ask("POST", "/a/b", "*").status, 200);
}

TEST(Problem, SaysWhatToDoNextAndKeepsTheNodesOwnTroubleIn) {
  const auto told = Json::parse(Problem(Error{ErrorCode::kNotFound, "no such tile", "ask for another"}).body);
  EXPECT_EQ(told, Json({{"type", "about:blank"},
                        {"title", "Not Found"},
                        {"status", 404},
                        {"detail", "no such tile"},
                        {"remedy", "ask for another"}}));
  const Response inner = Problem(Error{ErrorCode::kCorrupt, "/srv/secret is broken", "/srv/secret"});
  EXPECT_EQ(inner.status, 500);
  EXPECT_EQ(inner.body.find("secret"), std::string::npos);
}

TEST(Rate, LetsABurstThroughAndThenSoManyASecond) {
  ManualClock clock(Time(Milliseconds(1'000'000)));
  Rate rate(clock, 2, 2);
  for (int i = 0; i < 4; ++i) EXPECT_EQ(rate.Wait("a"), 0) << i;
  EXPECT_EQ(rate.Wait("a"), 1);
  EXPECT_EQ(rate.Wait("b"), 0);
  clock.Advance(Milliseconds(500));
  EXPECT_EQ(rate.Wait("a"), 0);
  EXPECT_EQ(rate.Wait("a"), 1);
  clock.Advance(Milliseconds(60'000));
  for (int i = 0; i < 4; ++i) EXPECT_EQ(rate.Wait("a"), 0) << i;
  EXPECT_EQ(rate.Wait("a"), 1);
}

}  // namespace
}  // namespace concordat::web
