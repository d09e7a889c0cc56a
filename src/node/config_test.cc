#include "node/config.h"

#include <gtest/gtest.h>

namespace concordat::node {
namespace {

TEST(ParseConfig, ReadsBackWhatIsWritten) {
  const Config config{.member = "lewisham",
                      .listen = "[::1]:0",
                      .web_listen = "0.0.0.0:443",
                      .web_url = "https://data.lewisham.example",
                      .hosts = {"node.lewisham.example", "10.0.0.7"},
                      .answer_grid = Milliseconds(20),
                      .query_time = Milliseconds(5000),
                      .engine_memory_mb = 4096,
                      .engine_threads = 3,
                      .connections = 10,
                      .idle_time = Milliseconds(1000),
                      .witness_every = Milliseconds(500)};
  const auto again = ParseConfig(WriteConfig(config));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(*again, config);
}

TEST(ParseConfig, TakesDefaultsForWhatIsNotThere) {
  const auto config = ParseConfig("member: lewisham\n");
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(*config, Config{.member = "lewisham"});
}

TEST(ParseConfig, NamesLineAndRemedy) {
  const std::string many(2 << 20, 'x');
  const struct {
    const char* name;
    std::string text;
    const char* part;
  } cases[] = {
      {"nothing", "", "not a map"},
      {"a list", "- member\n", "not a map"},
      {"no member", "listen: 127.0.0.1:1\n", "names no member"},
      {"an unknown key", "member: a\nanswer_gird_ms: 3\n", "line 2: answer_gird_ms: not a setting"},
      {"a word for a number", "member: a\n\nconnections: many\n",
       "line 3: connections: 'many' is not a whole number from 1"},
      {"a number too large", "member: a\nconnections: 100001\n", "line 2: connections"},
      {"a number past its type", "member: a\nengine_threads: 4294967297\n", "line 2: engine_threads"},
      {"below nothing", "member: a\nengine_threads: -1\n", "line 2: engine_threads"},
      {"a fraction", "member: a\nanswer_grid_ms: 1.5\n", "line 2: answer_grid_ms"},
      {"no grid", "member: a\nanswer_grid_ms: 0\n", "line 2: answer_grid_ms"},
      {"an address without a port", "member: a\nlisten: localhost\n", "line 2: listen: write it as"},
      {"HTTP without a port", "member: a\nweb_listen: localhost\n", "line 2: web_listen: write it as"},
      {"no address", "member: a\nweb_url: data.lewisham.example\n", "line 2: web_url: write it as"},
      {"an address of markup", "member: a\nweb_url: \"https://<b>\"\n", "line 2: web_url: write it as"},
      {"an address with a slash", "member: a\nweb_url: https://b.example/\n", "line 2: web_url: write it as"},
      {"witnesses asked all the time", "member: a\nwitness_every_ms: 1\n", "line 2: witness_every_ms"},
      {"a port too large", "member: a\nlisten: localhost:65536\n", "line 2: listen"},
      {"a list for a text", "member: [a]\n", "line 1: member"},
      {"a text for a list", "member: a\nhosts: b\n", "line 2: hosts"},
      {"a map in a list", "member: a\nhosts: [{b: c}]\n", "line 2: hosts"},
      {"a key twice", "member: a\nmember: b\n", "line 2"},
      {"an alias", "member: &a b\nlisten: *a\n", "aliases are not read"},
      {"laughs", "a: &a [x,x]\nb: &b [*a,*a]\nmember: c\n", "line 2"},
      {"a tab", "member: a\n\t- b\n", "line 2"},
      {"too long", many, "node.yaml line"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto config = ParseConfig(c.text);
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, ErrorCode::kInvalidArgument);
    EXPECT_NE(config.error().message.find(c.part), std::string::npos) << config.error().message;
    EXPECT_FALSE(config.error().remedy.empty());
  }
}

TEST(ParseEndpoint, TakesAddressesWithPorts) {
  const struct {
    const char* text;
    const char* address;  // null: none
    int port;
  } cases[] = {
      {"127.0.0.1:6432", "127.0.0.1", 6432},
      {"[::1]:0", "::1", 0},
      {"localhost:65535", "localhost", 65535},
      {"", nullptr, 0},
      {":6432", nullptr, 0},
      {"localhost", nullptr, 0},
      {"localhost:", nullptr, 0},
      {"localhost:65536", nullptr, 0},
      {"localhost:-1", nullptr, 0},
      {"localhost:1x", nullptr, 0},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.text);
    const auto endpoint = ParseEndpoint(c.text);
    ASSERT_EQ(endpoint.has_value(), c.address != nullptr);
    if (!endpoint) continue;
    EXPECT_EQ(endpoint->address, c.address);
    EXPECT_EQ(endpoint->port, c.port);
  }
}

}  // namespace
}  // namespace concordat::node
