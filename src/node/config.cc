#include "node/config.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json.h"
#include "dcat/graph.h"
#include "member/card.h"
#include "yaml/tree.h"

namespace concordat::node {
namespace {

tl::unexpected<Error> Wrong(int line, const std::string& key, const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, fmt::format("node.yaml line {}: {}: {}", line, key, what),
              "mend the line, or remove it to take the default");
}

template <class T>
Result<T> Number(const yaml::Node& value, const std::string& key, T low, T high) {
  const std::string text = value.scalar;
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size() || number < low || number > high) {
    return Wrong(value.line, key, fmt::format("'{}' is not a whole number from {} to {}", text, low, high));
  }
  return number;
}

// The settings of the line to other members.
Result<void> SetPeerKey(Config& config, const std::string& key, const yaml::Node& value) {
  if (key == "peer_listen") {
    if (!value.scalar.empty() && !ParseEndpoint(value.scalar))
      return Wrong(value.line, key, "write it as 0.0.0.0:6490, or \"\" for none");
    config.peer_listen = value.scalar;
  } else if (key == "peer_address") {
    if (!value.scalar.empty() && !member::CheckAddress(value.scalar))
      return Wrong(value.line, key, "write it as node.lewisham.example:6490, or \"\"");
    config.peer_address = value.scalar;
  } else {
    return Wrong(value.line, key, "not a setting of this version, or not of its form");
  }
  return {};
}

Result<void> SetKey(Config& config, const std::string& key, const yaml::Node& value) {
  const auto milliseconds = [&](std::int64_t low, std::int64_t high) {
    return Number<std::int64_t>(value, key, low, high);
  };
  if (key == "member" && value.kind == yaml::Node::Kind::kScalar) {
    config.member = value.scalar;
  } else if (key == "listen" && value.kind == yaml::Node::Kind::kScalar) {
    if (!ParseEndpoint(value.scalar)) return Wrong(value.line, key, "write it as 127.0.0.1:6432");
    config.listen = value.scalar;
  } else if (key == "web_listen" && value.kind == yaml::Node::Kind::kScalar) {
    if (!value.scalar.empty() && !ParseEndpoint(value.scalar)) {
      return Wrong(value.line, key, "write it as 127.0.0.1:6480, or \"\" for none");
    }
    config.web_listen = value.scalar;
  } else if (key.starts_with("peer_") && value.kind == yaml::Node::Kind::kScalar) {
    TRY(SetPeerKey(config, key, value));
  } else if (key == "web_url" && value.kind == yaml::Node::Kind::kScalar) {
    const bool url = value.scalar.starts_with("https://") || value.scalar.starts_with("http://");
    if (!value.scalar.empty() && (!url || !dcat::IsIri(value.scalar) || value.scalar.ends_with('/')))
      return Wrong(value.line, key, "write it as https://data.lewisham.example, without a slash at its end");
    config.web_url = value.scalar;
  } else if (key == "hosts" && value.kind == yaml::Node::Kind::kSequence) {
    config.hosts.clear();
    for (const yaml::Node& host : value.items) {
      if (host.kind != yaml::Node::Kind::kScalar)
        return Wrong(host.line, key, "write it as [name, 127.0.0.1]");
      config.hosts.push_back(host.scalar);
    }
  } else if (key == "answer_grid_ms") {
    config.answer_grid = Milliseconds(TRY(milliseconds(1, 60'000)));
  } else if (key == "query_time_ms") {
    config.query_time = Milliseconds(TRY(milliseconds(100, 86'400'000)));
  } else if (key == "engine_memory_mb") {
    config.engine_memory_mb = TRY(Number<std::uint64_t>(value, key, 64, 1'000'000));
  } else if (key == "engine_threads") {
    config.engine_threads = TRY(Number<std::uint32_t>(value, key, 0, 1024));
  } else if (key == "connections") {
    config.connections = TRY(Number<std::uint32_t>(value, key, 1, 100'000));
  } else if (key == "idle_time_ms") {
    config.idle_time = Milliseconds(TRY(milliseconds(1000, 7 * 86'400'000)));
  } else if (key == "witness_every_ms") {
    config.witness_every = Milliseconds(TRY(milliseconds(100, 86'400'000)));
  } else {
    return Wrong(value.line, key, "not a setting of this version, or not of its form");
  }
  return {};
}

// The text as YAML: as it stands where it is plain, else in quotes.
std::string Scalar(const std::string& text) {
  const auto is_plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '-' || c == ':';
  };
  const bool plain = !text.empty() && std::isalnum(static_cast<unsigned char>(text.front())) != 0 &&
                     text.back() != ':' && std::all_of(text.begin(), text.end(), is_plain);
  return plain ? text : Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Result<Config> ParseConfig(std::string_view text) {
  const auto document = yaml::Parse(text);
  if (!document) return Wrong(document.error().line, "cannot be read", document.error().what);
  if (document->kind != yaml::Node::Kind::kMap) {
    return Fail(ErrorCode::kInvalidArgument, "node.yaml is not a map of settings",
                "restore it from a backup");
  }
  Config config;
  for (std::size_t i = 0; i < document->items.size(); ++i)
    TRY(SetKey(config, document->keys[i], document->items[i]));
  if (config.member.empty()) {
    return Fail(ErrorCode::kInvalidArgument, "node.yaml names no member",
                "add a line such as 'member: lewisham'");
  }
  return config;
}

Result<Config> ReadConfig(const std::filesystem::path& path) {
  return ParseConfig(TRY(ReadFile(path, 1 << 20)));
}

std::string WriteConfig(const Config& config) {
  std::vector<std::string> hosts;
  for (const std::string& host : config.hosts) hosts.push_back(Scalar(host));
  return fmt::format(
      "# What this node is set to. Change a line and restart; remove one to take its default.\n"
      "member: {}\n"
      "listen: {}            # where analysts connect\n"
      "web_listen: {}        # HTTP: ledger, metrics, interface; \"\" for none\n"
      "web_url: {}           # what others reach it by, where a proxy stands in front\n"
      "peer_listen: {}       # where other members connect, such as 0.0.0.0:6490; \"\": nowhere\n"
      "peer_address: {}      # what they reach it by, such as node.lewisham.example:6490\n"
      "hosts: [{}]    # names the certificate is for\n"
      "answer_grid_ms: {}                # answers leave at multiples of this, so that time tells nothing\n"
      "query_time_ms: {}               # longest that an engine may take\n"
      "engine_memory_mb: {}\n"
      "engine_threads: {}                  # 0: as many as there are cores\n"
      "connections: {}                   # sessions at once\n"
      "idle_time_ms: {}              # a silent session is closed after this\n"
      "witness_every_ms: {}            # how often witnesses are asked, when there is something new\n",
      Scalar(config.member), Scalar(config.listen), Scalar(config.web_listen), Scalar(config.web_url),
      Scalar(config.peer_listen), Scalar(config.peer_address), fmt::join(hosts, ", "),
      config.answer_grid.count(), config.query_time.count(), config.engine_memory_mb, config.engine_threads,
      config.connections, config.idle_time.count(), config.witness_every.count());
}

Result<Endpoint> ParseEndpoint(const std::string& text) {
  const auto colon = text.rfind(':');
  Endpoint endpoint;
  if (colon != std::string::npos && colon > 0) {
    endpoint.address = text.substr(0, colon);
    const char* first = text.data() + colon + 1;
    const char* last = text.data() + text.size();
    const auto [end, error] = std::from_chars(first, last, endpoint.port);
    if (endpoint.address.starts_with('[') && endpoint.address.ends_with(']')) {
      endpoint.address = endpoint.address.substr(1, endpoint.address.size() - 2);
    }
    if (first != last && error == std::errc{} && end == last) return endpoint;
  }
  return Fail(ErrorCode::kInvalidArgument, "'" + text + "' is not an address and a port",
              "write it as 127.0.0.1:6432");
}

}  // namespace concordat::node
