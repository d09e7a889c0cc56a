// Which handler answers: one row a route.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "web/message.h"

namespace concordat::web {

// "/agreements/{name}" names one part of the path; "/ledger/tile/{path*}", at the end alone, all that are
// left, one or more, with their slashes.
struct Route {
  std::string method;  // GET answers HEAD too
  std::string pattern;
  std::function<Response(const Request&)> answer;  // from any thread, several at once
};

// Threading: any thread.
class Router {
 public:
  explicit Router(std::vector<Route> routes);
  // The first route that fits. 404 where no pattern does, 405 with Allow where no method does; GET and HEAD
  // that succeed carry an entity tag, and are 304 to those who have it.
  Response Answer(Request request) const;

 private:
  struct Row {
    Route route;
    std::vector<std::string> parts;
  };
  std::vector<Row> rows_;
};

}  // namespace concordat::web
