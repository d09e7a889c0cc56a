// How much is under way: in all, and for each member.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "base/result.h"

namespace concordat::peer {

// Threading: any.
class Limit {
 public:
  Limit(int calls, int calls_of_a_member, std::size_t bytes)
      : calls_(calls), calls_of_a_member_(calls_of_a_member), bytes_(bytes) {}

  // A call under way, and the bytes it holds; given back at its end.
  class Turn {
   public:
    Turn(Limit& limit, std::string member) : limit_(&limit), member_(std::move(member)) {}
    Turn(Turn&& other) noexcept
        : limit_(std::exchange(other.limit_, nullptr)),
          member_(std::move(other.member_)),
          bytes_(other.bytes_) {}
    Turn& operator=(Turn&&) = delete;
    ~Turn();
    // Errors: kResourceExhausted.
    Result<void> Hold(std::uint64_t bytes);

   private:
    Limit* limit_;
    std::string member_;
    std::uint64_t bytes_ = 0;
  };

  // Errors: kResourceExhausted, in words that say which limit it is.
  Result<Turn> Take(const std::string& member);

 private:
  const int calls_, calls_of_a_member_;
  const std::size_t bytes_;
  std::mutex mutex_;
  int under_way_ = 0;
  std::size_t held_ = 0;
  std::map<std::string, int> of_member_;
};

}  // namespace concordat::peer
