// Exact sums of one owner, between charge and share.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "release/joint.h"
#include "release/prepare.h"
#include "sql/sums.h"

namespace concordat::release {

// `exact` refers to the plan in `prepared`: neither moves.
class Held {
 public:
  Held(Prepared made, std::shared_ptr<engine::Engine> runs)
      : prepared(std::move(made)), engine(std::move(runs)) {}
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  ~Held() {
    if (exact) sql::Wipe(exact->groups());
  }

  const Prepared prepared;  // without those who objected by the time of the charge
  const std::shared_ptr<engine::Engine> engine;
  std::optional<sql::ExactSums> exact;  // of declared groups
  std::vector<Row> selected;            // of found ones: the keys that passed here
  bool shared = false;
};

}  // namespace concordat::release
