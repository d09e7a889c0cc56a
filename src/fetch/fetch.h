// One request over HTTP to another member, or to whatever serves its log. Nothing that comes back is believed
// here: those who ask check signatures. Redirects are not followed.
#pragma once

#include <string>
#include <string_view>

#include "base/clock.h"
#include "base/result.h"

namespace concordat::fetch {

struct Url {
  bool tls = true;
  std::string host, port;
  std::string path;  // begins with '/', or is empty

  std::string Text() const;
  Url operator/(std::string_view below) const;  // the same with "/below" at its path's end
};
// http://HOST[:PORT][/PATH] or https://…; a path's last '/' is left out. Errors: kInvalidArgument: another
// scheme, a user, a query, a fragment, anything but printable ASCII, longer than 2,000 characters.
Result<Url> ParseUrl(std::string_view text);

struct Limits {
  Milliseconds timeout{20'000};  // of the whole exchange
  std::size_t longest_body = std::size_t{17} << 20;
};
struct Response {
  int status = 0;
  std::string content_type;
  std::string body;
};

// Certificates must be the host's, by an authority that the machine trusts. Errors: kUnavailable when there
// is no answer, in the network's words; kTimeout; kResourceExhausted when the answer is too long.
Result<Response> Get(const Url& url, const Limits& limits = {});
Result<Response> Post(const Url& url, const std::string& body, const Limits& limits = {});

}  // namespace concordat::fetch
