#include "web/router.h"

#include <algorithm>
#include <optional>
#include <set>

#include "base/check.h"

namespace concordat::web {
namespace {

using Named = std::map<std::string, std::string>;

std::vector<std::string> Split(const std::string& pattern) {
  CHECK(pattern.starts_with('/'));
  std::vector<std::string> parts;
  for (std::size_t at = 1; at < pattern.size();) {
    const std::size_t end = std::min(pattern.find('/', at), pattern.size());
    parts.push_back(pattern.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

std::string Join(const std::vector<std::string>& parts, std::size_t first) {
  std::string joined = parts[first];
  for (std::size_t i = first + 1; i < parts.size(); ++i) joined += '/' + parts[i];
  return joined;
}

std::optional<Named> Match(const std::vector<std::string>& pattern, const std::vector<std::string>& parts) {
  Named named;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    if (i >= parts.size()) return std::nullopt;
    const std::string& expected = pattern[i];
    if (!expected.starts_with('{')) {
      if (expected != parts[i]) return std::nullopt;
    } else if (expected.ends_with("*}")) {
      named[expected.substr(1, expected.size() - 3)] = Join(parts, i);
      return named;
    } else {
      named[expected.substr(1, expected.size() - 2)] = parts[i];
    }
  }
  if (parts.size() != pattern.size()) return std::nullopt;
  return named;
}

Response Tagged(const Request& request, Response response) {
  if (response.status != 200 || (request.method != "GET" && request.method != "HEAD")) return response;
  const std::string tag = EntityTag(response.body);
  if (NamesTag(request.if_none_match, tag)) {
    response.status = 304;
    response.body.clear();
  }
  response.headers.emplace_back("ETag", tag);
  return response;
}

Response NotAllowed(const std::set<std::string>& methods) {
  std::string allowed;
  for (const std::string& method : methods) allowed += (allowed.empty() ? "" : ", ") + method;
  Response response = Problem(405, "this address does not take that method", "use one of: " + allowed);
  response.headers.emplace_back("Allow", allowed);
  return response;
}

}  // namespace

Router::Router(std::vector<Route> routes) {
  for (Route& route : routes) {
    auto parts = Split(route.pattern);
    rows_.push_back({std::move(route), std::move(parts)});
  }
}

Response Router::Answer(Request request) const {
  std::set<std::string> methods;
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  for (const Row& row : rows_) {
    auto named = Match(row.parts, request.target.parts);
    if (!named) continue;
    methods.insert(row.route.method);
    if (row.route.method == "GET") methods.insert("HEAD");
    if (row.route.method != method) continue;
    request.named = *std::move(named);
    return Tagged(request, row.route.answer(request));
  }
  if (!methods.empty()) return NotAllowed(methods);
  return Problem(404, "there is nothing at this address", "check the address, letter by letter");
}

}  // namespace concordat::web
