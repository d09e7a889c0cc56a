// Options of a call, read one by one; those that nobody asked for are unknown. What each comes to is noted in
// Call::taken, but where it stands for none: an empty text, or a number that nobody could have written.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "learning/method.h"

namespace concordat::learning {

// The call must outlive it. Refusals of all: option_invalid, saying what may stand there.
class Options {
 public:
  explicit Options(const Call& call) : call_(call) {}

  // A number within [low, high]; `otherwise` when the call has none.
  Outcome<double> Number(const std::string& name, double otherwise, double low, double high);
  // A whole number, likewise.
  Outcome<int> Whole(const std::string& name, int otherwise, int low, int high);
  Outcome<bool> Flag(const std::string& name, bool otherwise);
  // Any text; `otherwise` when the call has none.
  Outcome<std::string> Text(const std::string& name, const std::string& otherwise);
  // One of `allowed`, the first of which is taken when the call has none.
  Outcome<std::string> Choice(const std::string& name, std::initializer_list<std::string_view> allowed);
  // After all were read. Refusals: unknown_option, naming those there are.
  Outcome<void> End() const;

 private:
  const Value* Take(const std::string& name);
  // Notes what an option came to.
  template <class T>
  T Note(const std::string& name, T value) const;

  const Call& call_;
  std::vector<std::string> asked_;
};

}  // namespace concordat::learning
