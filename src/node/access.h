// Who asks over HTTP, by the token they show, and whether their role lets them.
#pragma once

#include <memory>
#include <string_view>

#include "agreement/token.h"
#include "node/node.h"
#include "web/message.h"
#include "web/rate.h"

namespace concordat::node {

// Threading: any thread.
class Access {
 public:
  explicit Access(Node& node);

  // The token in `Authorization: Bearer …`, or the answer that says why not: 401 without one that holds, 429
  // when it asks too often, 403 when its role may not `verb`.
  tl::expected<agreement::Token, web::Response> Admit(const web::Request& request, std::string_view verb);

 private:
  Node& node_;
  web::Rate rate_;
};

// A refusal as HTTP has it: 403, or what its reason asks for, with the reason as a member of the problem.
web::Response AsProblem(const Error& error);

}  // namespace concordat::node
