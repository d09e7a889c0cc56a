// node.yaml: what an operator may set about a node. Everything has a default that is right for one server.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace concordat::node {

inline constexpr char kWebListen[] = "127.0.0.1:6480";

struct Config {
  std::string member;                     // the member's name; set by init, never changed
  std::string listen = "127.0.0.1:6432";  // address:port of the analysts' door; port 0 takes a free one
  std::string web_listen;                 // address:port of HTTP; empty: none. What init writes: kWebListen
  std::string
      web_url;  // what others reach HTTP by, behind a proxy: "https://data.lewisham.example"; may be empty
  std::string peer_listen;   // address:port for other members; empty: none can dial this node
  std::string peer_address;  // what they reach it by: "node.lewisham.example:6490"; empty: peer_listen's own
  std::vector<std::string> hosts = {"localhost", "127.0.0.1"};  // names the certificate is for
  Milliseconds answer_grid{100};                                // answers leave at multiples of this
  Milliseconds query_time{60'000};                              // an engine may take this long
  std::uint64_t engine_memory_mb = 1024;
  std::uint32_t engine_threads = 0;     // 0: as many as there are cores
  std::uint32_t connections = 200;      // analysts' sessions at once
  Milliseconds idle_time{30 * 60'000};  // a silent session is closed after this
  Milliseconds witness_every{60'000};   // witnesses are asked so often, when there is something new
  bool operator==(const Config&) const = default;
};

// Errors: kInvalidArgument naming line, key and remedy; unknown keys are refused.
Result<Config> ParseConfig(std::string_view text);
// The same of a file; errors also: the file's own.
Result<Config> ReadConfig(const std::filesystem::path& path);
// The file as init writes it: every key with its default and what it means.
std::string WriteConfig(const Config& config);

// "127.0.0.1:6432" or "[::1]:6432" in its parts.
struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};
Result<Endpoint> ParseEndpoint(const std::string& text);

}  // namespace concordat::node
