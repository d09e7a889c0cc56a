#include "web/message.h"

#include <boost/beast/http/status.hpp>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/json.h"
#include "crypto/hash.h"

namespace concordat::web {
namespace {

unsigned StatusOf(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalidArgument:
      return 400;
    case ErrorCode::kPermissionDenied:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kFailedPrecondition:
      return 409;
    case ErrorCode::kResourceExhausted:
    case ErrorCode::kTimeout:
    case ErrorCode::kCancelled:
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kCorrupt:
    case ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

}  // namespace

std::string_view Reason(unsigned status) {
  const auto words = boost::beast::http::obsolete_reason(boost::beast::http::int_to_status(status));
  return {words.data(), words.size()};
}

Response Problem(unsigned status, std::string_view detail, std::string_view remedy, std::string_view reason) {
  Json problem = {{"type", "about:blank"},
                  {"title", Reason(status)},
                  {"status", status},
                  {"detail", detail},
                  {"remedy", remedy}};
  if (!reason.empty()) problem["reason"] = reason;
  return {.status = status,
          .type = "application/problem+json",
          .body = problem.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"};
}

Response Problem(const Error& error) {
  const unsigned status = StatusOf(error.code);
  if (status == 500) {
    return Problem(500, "the node could not do this", "ask the node's operator: its log says why");
  }
  return Problem(status, error.message, error.remedy);
}

std::string EntityTag(std::string_view body) {
  return '"' + ToHex(ByteView(crypto::Sha256(AsBytes(body))).first(16)) + '"';
}

bool NamesTag(std::string_view if_none_match, std::string_view tag) {
  if (if_none_match == "*") return true;
  while (!if_none_match.empty()) {
    std::string_view one = if_none_match.substr(0, if_none_match.find(','));
    if_none_match.remove_prefix(std::min(one.size() + 1, if_none_match.size()));
    while (one.starts_with(' ') || one.starts_with('\t')) one.remove_prefix(1);
    while (one.ends_with(' ') || one.ends_with('\t')) one.remove_suffix(1);
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag) return true;
  }
  return false;
}

}  // namespace concordat::web
