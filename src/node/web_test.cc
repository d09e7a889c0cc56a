#include "node/web.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "ledger/tile.h"
#include "node/exposition.h"

namespace concordat::node {
namespace {

// A member's home, opened as serving does.
class WebNode : public testing::Test {
 protected:
  WebNode() {
    std::filesystem::remove_all(root_);
    EXPECT_TRUE(InitHome(root_, Json{{"member", "lewisham"}}));
    node_ = Node::Open(OpenHome(root_).value()).value();
    router_.emplace(WebRoutes(*node_, [] { return 3; }));
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
