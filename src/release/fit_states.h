// A fit's newest state, read once: a round asks for it several times, and of trees it is long.
#pragma once

#include <memory>
#include <mutex>
#include <string>

#include "base/json.h"

namespace concordat::release {

// Threading: any thread.
class States {
 public:
  struct State {
    std::shared_ptr<const Json> json;  // null where the text is none
    bool canonical = false;
  };
  State Read(const std::string& text);
  // The same of what is canonical for certain: what CanonicalJson wrote of `json`.
  void Take(const std::string& text, Json json);

 private:
  std::mutex mutex_;
  std::string text_;
  State state_;
};

}  // namespace concordat::release
