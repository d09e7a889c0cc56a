// What there is to tell of a question on its way: once a second the newest, if it is new. So a question that
// is answered within a second says nothing, and what is said leaves at whole seconds, whenever it was heard.
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/clock.h"
#include "node/rounds.h"

namespace concordat::node {

class Tidings {
 public:
  // `tell` is called on a thread of its own, one call at a time, and by nobody once this is destroyed.
  Tidings(Milliseconds every, std::function<void(const std::string&)> tell)
      : every_(every), tell_(std::move(tell)) {}

  // Takes the place of what was heard before and not told yet. Any thread; does not wait.
  void Hear(const std::string& text);

 private:
  void Tell();

  const Milliseconds every_;
  const std::function<void(const std::string&)> tell_;
  std::mutex mutex_;
  std::string newest_;  // guarded by mutex_, as the rest
  bool begun_ = false;
  std::optional<Rounds> seconds_;  // since something was heard
};

}  // namespace concordat::node
