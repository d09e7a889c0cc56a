#include "node/web.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/name.h"
#include "ledger/tile.h"
#include "node/exposition.h"
#include "node/interface.h"
#include "yaml/tree.h"

namespace concordat::node {
namespace {

// A member's home, opened as serving does.
class WebNode : public testing::Test {
 protected:
  WebNode() {
    std::filesystem::remove_all(root_);
    EXPECT_TRUE(InitHome(root_, Json{{"member", "lewisham"}}));
    node_ = Node::Open(OpenHome(root_).value()).value();
    router_.emplace(WebRoutes(
        *node_, [] { return 3; }, Audience::kThisMachine));
  }
  ~WebNode() override {
    node_.reset();
    std::filesystem::remove_all(root_);
  }

  web::Response Ask(const std::string& method, const std::string& target, const std::string& body = {}) {
    return router_->Answer({.method = method, .target = web::ParseTarget(target).value(), .body = body});
  }
  void Grow(const std::string& analyst) {
    ASSERT_TRUE(RunVerb(*node_, "analyst add", Json{{"analyst", analyst}, {"password", "correct horse 7"}},
                        [](std::string_view) {}));
  }

  const std::filesystem::path root_ = std::filesystem::path(testing::TempDir()) / "web_node_test";
  std::unique_ptr<Node> node_;
  std::optional<web::Router> router_;
};

TEST_F(WebNode, ServesTheLogAsFiles) {
  EXPECT_EQ(Ask("GET", "/ledger/checkpoint").status, 404U);
  Grow("ana");
  Grow("bo");
  const auto checkpoint = Ask("GET", "/ledger/checkpoint");
  EXPECT_EQ(checkpoint.status, 200U);
  EXPECT_TRUE(checkpoint.body.starts_with("lewisham\n2\n")) << checkpoint.body;
  EXPECT_EQ(checkpoint.cache, "no-cache");
  const auto tile = Ask("GET", "/ledger/tile/0/000.p/2");
  EXPECT_EQ(tile.body.size(), 64U);
  EXPECT_EQ(tile.type, "application/octet-stream");
  const auto leaves = ledger::ParseEntryBundle(AsBytes(Ask("GET", "/ledger/tile/entries/000.p/2").body));
  ASSERT_TRUE(leaves);
  ASSERT_EQ(leaves->size(), 2U);
  EXPECT_NE(AsText(leaves->at(0)).find("\"analyst\":\"ana\""), std::string_view::npos);
  // The verifier is the entry's secret part.
  EXPECT_EQ(AsText(leaves->at(0)).find("SCRAM"), std::string_view::npos);
}

TEST_F(WebNode, KnowsOneSpellingOfEachTile) {
  Grow("ana");
  for (const char* target :
       {"/ledger/tile/0/000", "/ledger/tile/0/000.p/2", "/ledger/tile/0/0.p/1", "/ledger/tile/00/000.p/1",
        "/ledger/tile/0/000.p/01", "/ledger/tile/0/000.p/0", "/ledger/tile/0/x000/000.p/1",
        "/ledger/tile/0/00%30.p/1", "/ledger/tile/64/000", "/ledger/tile/-1/000.p/1",
        "/ledger/tile/data/000.p/1", "/ledger/tile", "/ledger"}) {
    EXPECT_EQ(Ask("GET", target).status, 404U) << target;
  }
  EXPECT_EQ(Ask("GET", "/ledger/tile/0/000.p/1").status, 200U);
  EXPECT_EQ(Ask("DELETE", "/ledger/tile/0/000.p/1").status, 405U);
}

TEST_F(WebNode, AnswersAsAWitness) {
  const auto unreadable = Ask("POST", "/witness/add-checkpoint", "old 0\n\nnonsense");
  EXPECT_EQ(unreadable.status, 400U);
  EXPECT_EQ(unreadable.type, "text/plain; charset=utf-8");
  EXPECT_EQ(Ask("GET", "/witness/add-checkpoint").status, 405U);
}

TEST_F(WebNode, SaysWhetherItIsAliveAndReady) {
  EXPECT_EQ(Ask("GET", "/healthz").status, 200U);
  EXPECT_EQ(Ask("GET", "/readyz").body, "ready\n");
}

// The JSON interface.
class Interface : public WebNode {
 protected:
  std::string TokenOf(const std::string& name, const std::string& role) {
    const auto made =
        RunVerb(*node_, "token create", Json{{"name", name}, {"role", role}}, [](std::string_view) {});
    return made->data->at("token");
  }
  web::Response Call(const std::string& method, const std::string& target, const std::string& authorization,
                     const std::string& body = {}, const std::string& type = "application/json") {
    return router_->Answer({.method = method,
                            .target = web::ParseTarget(target).value(),
                            .authorization = authorization,
                            .content_type = type,
                            .body = body});
  }
  static std::string ReasonOf(const web::Response& response) {
    return Json::parse(response.body).value("reason", "");
  }
};

TEST_F(Interface, AsksForATokenThatHolds) {
  const std::string token = TokenOf("dash", "auditor");
  const struct {
    const char* name;
    std::string authorization;
    unsigned status;
    const char* reason;
  } cases[] = {
      {"none", "", 401, "token_missing"},
      {"another scheme", "Basic " + token, 401, "token_missing"},
      {"the scheme alone", "Bearer ", 401, "token_missing"},
      {"another token", "Bearer concordat.dash." + std::string(64, '0'), 401, "token_invalid"},
      {"a space more", "Bearer  " + token, 401, "token_invalid"},
      {"the right one", "Bearer " + token, 200, ""},
      {"in small letters", "bearer " + token, 200, ""},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto response = Call("GET", "/v1/agreements", c.authorization);
    EXPECT_EQ(response.status, c.status);
    if (c.status != 401) continue;
    EXPECT_EQ(ReasonOf(response), c.reason);
    EXPECT_EQ(response.headers.at(0).first, "WWW-Authenticate");
  }
  ASSERT_TRUE(RunVerb(*node_, "token revoke", Json{{"name", "dash"}}, [](std::string_view) {}));
  EXPECT_EQ(Call("GET", "/v1/agreements", "Bearer " + token).status, 401U);
}

// Each role may over HTTP what the one table says, and no more.
TEST_F(Interface, HoldsRolesToTheTable) {
  for (const char* role : {"steward", "approver", "officer", "analyst", "auditor", "operator"}) {
    const std::string bearer = "Bearer " + TokenOf(role, role);
    for (const Operation& operation : Operations()) {
      std::string target = operation.pattern;
      std::erase_if(target, [](char c) { return c == '{' || c == '}' || c == '*'; });
      // A body that no operation takes: whoever may ask is told so, and nothing is done.
      const bool posts = std::string_view(operation.method) == "POST";
      const auto response = Call(operation.method, posts ? target : target + "?unknown=1", bearer,
                                 posts ? "{\"unknown\":1}" : "");
      const bool may = agreement::May({*agreement::RoleNamed(role)}, operation.verb);
      EXPECT_EQ(response.status, may ? 400U : 403U) << role << " " << operation.verb << response.body;
    }
  }
}

TEST_F(Interface, RunsVerbsAsTheTokensHolder) {
  const std::string officer = "Bearer " + TokenOf("olga", "officer");
  EXPECT_EQ(Call("POST", "/v1/people", officer, R"({"person":"sam","roles":["steward"]})").status, 200U);
  EXPECT_EQ(node_->ledger().Read(node_->ledger().Head().size - 1, 1)->at(0).body["by"], "olga");
  EXPECT_EQ(Call("POST", "/v1/people", officer, "{}", "text/plain").status, 415U);
  const auto again = Call("POST", "/v1/people", officer, R"({"person":"sam","roles":["steward"]})");
  EXPECT_EQ(again.status, 403U);
  EXPECT_EQ(ReasonOf(again), "person_exists");
  EXPECT_EQ(Call("GET", "/v1/agreements/none", officer).status, 404U);
  EXPECT_EQ(Call("DELETE", "/v1/people/sam", officer).status, 200U);
  EXPECT_EQ(Call("GET", "/v1/ledger/entries?last=1001", officer).status, 400U);
  EXPECT_EQ(Json::parse(Call("GET", "/v1/ledger/entries?first=0", officer).body).size(), 3U);
}

TEST_F(Interface, LetsAnAnalystSpeakForThemselvesAlone) {
  const std::string ana = "Bearer " + TokenOf("ana", "analyst");
  EXPECT_EQ(ReasonOf(Call("POST", "/v1/ask", ana, R"({"agreement":"study","sql":"SELECT 1"})")),
            "analyst_unknown");
  EXPECT_EQ(ReasonOf(Call("POST", "/v1/agreements/study/explain", ana, R"({"analyst":"bo"})")),
            "role_missing");
  EXPECT_EQ(Call("POST", "/v1/agreements/study/explain", ana, "{}").status, 200U);
  const std::string olga = "Bearer " + TokenOf("olga", "officer");
  EXPECT_EQ(Call("POST", "/v1/agreements/study/explain", olga, "{}").status, 400U);
}

TEST_F(Interface, KeepsBackupsInTheHome) {
  const std::string bearer = "Bearer " + TokenOf("olaf", "operator");
  for (const char* name : {"../x", "/tmp/x", "a/b", "", "UP"})
    EXPECT_EQ(Call("POST", "/v1/backups", bearer, Json{{"name", name}}.dump()).status, 400U) << name;
  EXPECT_EQ(Call("POST", "/v1/backups", bearer, R"({"name":"monday"})").status, 200U);
  EXPECT_TRUE(std::filesystem::exists(root_ / "backups" / "monday.backup"));
}

TEST_F(Interface, HoldsATokenToItsRate) {
  const std::string bearer = "Bearer " + TokenOf("dash", "auditor");
  unsigned status = 200;
  for (int i = 0; i < 2000 && status == 200; ++i) status = Call("GET", "/v1/roles", bearer).status;
  EXPECT_EQ(status, 429U);
  EXPECT_EQ(Call("GET", "/v1/roles", "Bearer " + TokenOf("other", "auditor")).status, 200U);
}

// To the world, /metrics needs a token; the rest of what is public does not.
TEST_F(Interface, ShowsTheWorldNoMetrics) {
  router_.emplace(WebRoutes(
      *node_, [] { return 3; }, Audience::kWorld));
  EXPECT_EQ(Ask("GET", "/metrics").status, 401U);
  EXPECT_EQ(Call("GET", "/metrics", "Bearer " + TokenOf("prometheus", "auditor"), "", "").status, 200U);
  EXPECT_EQ(Ask("GET", "/healthz").status, 200U);
}

// docs/openapi.yaml has every address and no other.
TEST_F(WebNode, AnswersAtTheAddressesOfTheDocument) {
  const auto document = yaml::Parse(ReadFile(CONCORDAT_SOURCE_DIR "/docs/openapi.yaml").value());
  ASSERT_TRUE(document);
  std::set<std::string> described, served;
  const auto at = std::find(document->keys.begin(), document->keys.end(), "paths") - document->keys.begin();
  const yaml::Node& paths = document->items[static_cast<std::size_t>(at)];
  for (std::size_t i = 0; i < paths.keys.size(); ++i) {
    for (const std::string& method : paths.items[i].keys) described.insert(method + " " + paths.keys[i]);
  }
  for (const web::Route& route : WebRoutes(
           *node_, [] { return 3; }, Audience::kThisMachine)) {
    std::string pattern = route.pattern;
    std::erase(pattern, '*');
    served.insert(Lower(route.method) + " " + pattern);
  }
  EXPECT_EQ(served, described);
}

std::set<std::string> FamiliesOf(const std::string& text) {
  std::set<std::string> names;
  for (std::size_t at = 0; (at = text.find("# TYPE ", at)) != std::string::npos;) {
    at += 7;
    names.insert(text.substr(at, text.find(' ', at) - at));
  }
  return names;
}

TEST_F(WebNode, CountsWhatItDid) {
  Grow("zebedee");
  node_->tally().CountHttp(200);
  const engine::Cancel cancel;
  EXPECT_FALSE(node_->Ask({"zebedee", "none", "test"}, {"SELECT 1", {}, {}}, cancel));
  const auto metrics = Ask("GET", "/metrics");
  EXPECT_EQ(metrics.type, kExpositionType);
  for (const char* line :
       {"\nconcordat_ledger_entries 1\n", "\nconcordat_ledger_appends_total 1\n", "\nconcordat_sessions 3\n",
        "\nconcordat_fits_running 0\n",
        "\nconcordat_questions_total{outcome=\"refused\",reason=\"agreement_unknown\"} 1\n",
        "\nconcordat_http_requests_total{code=\"200\"} 1\n", "\nconcordat_witness_alarms 0\n"}) {
    EXPECT_NE(metrics.body.find(line), std::string::npos) << line << metrics.body;
  }
  EXPECT_EQ(metrics.body.find("zebedee"), std::string::npos);
}

// docs/http.md lists every metric, and no other.
TEST_F(WebNode, NamesItsMetricsAsTheDocumentDoes) {
  const std::string document = ReadFile(CONCORDAT_SOURCE_DIR "/docs/http.md").value();
  std::set<std::string> listed;
  for (const char* prefix : {"\n| `concordat_", "\n| `process_"}) {
    for (std::size_t at = 0; (at = document.find(prefix, at)) != std::string::npos;) {
      at += 4;
      listed.insert(document.substr(at, document.find_first_of("`{", at) - at));
    }
  }
  EXPECT_EQ(FamiliesOf(Ask("GET", "/metrics").body), listed);
}

TEST(Exposition, EscapesWhatALabelMayNotHold) {
  Exposition out;
  out.Family("a_total", "counter", "Help.");
  out.Add(2, {{"name", "a\"b\\c\nd"}});
  EXPECT_EQ(out.text(),
            "# HELP a_total Help.\n# TYPE a_total counter\na_total{name=\"a\\\"b\\\\c\\nd\"} 2\n");
}

}  // namespace
}  // namespace concordat::node
