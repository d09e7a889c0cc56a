#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "fetch/fetch.h"

namespace concordat::fetch {
namespace {

constexpr std::size_t kLongestUrl = 2000;

bool IsHost(std::string_view host) {
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  });
}

bool IsPath(std::string_view path) {
  return std::all_of(path.begin(), path.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '?' && c != '#' && c != '\\'; });
}

bool IsPort(std::string_view port) {
  unsigned number = 0;
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), number);
  return error == std::errc{} && end == port.data() + port.size() && number >= 1 && number <= 65535;
}

}  // namespace

std::string Url::Text() const {
  const bool usual = port == (tls ? "443" : "80");
  return fmt::format("{}://{}{}{}", tls ? "https" : "http", host, usual ? "" : ":" + port, path);
}

Url Url::operator/(std::string_view below) const {
  Url url = *this;
  url.path += fmt::format("/{}", below);
  return url;
}

Result<Url> ParseUrl(std::string_view text) {
  const auto wrong = [] {
    return Fail(ErrorCode::kInvalidArgument, "not an address that can be asked",
                "an address looks like https://lewisham.example/ledger");
  };
  if (text.size() > kLongestUrl) return wrong();
  Url url;
  url.tls = text.starts_with("https://");
  if (!url.tls && !text.starts_with("http://")) return wrong();
  text.remove_prefix(url.tls ? 8 : 7);
  const auto slash = std::min(text.find('/'), text.size());
  std::string_view authority = text.substr(0, slash);
  const auto colon = authority.find(':');
  url.port = colon == authority.npos ? (url.tls ? "443" : "80") : std::string(authority.substr(colon + 1));
  url.host = authority.substr(0, colon);
  url.path = text.substr(slash);
  while (url.path.ends_with('/')) url.path.pop_back();
  if (!IsHost(url.host) || !IsPort(url.port) || !IsPath(url.path)) return wrong();
  return url;
}

}  // namespace concordat::fetch
