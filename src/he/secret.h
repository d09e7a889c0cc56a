// Memory that is wiped when it goes.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "he/aligned.h"

namespace concordat::he {

// Overwrites in a way that no compiler leaves out.
void Wipe(void* memory, std::size_t bytes);

// A row of plain values. Moving leaves an empty row behind.
template <class T>
class Secret {
 public:
  explicit Secret(std::size_t size = 0) : values_(size) {}
  Secret(Secret&& other) noexcept : values_(std::exchange(other.values_, {})) {}
  Secret& operator=(Secret&& other) noexcept {
    values_.swap(other.values_);
    return *this;
  }
  ~Secret() { Wipe(values_.data(), values_.size() * sizeof(T)); }

  std::span<T> all() { return values_; }
  std::span<const T> all() const { return values_; }
  std::span<T> part(std::size_t from, std::size_t size) { return all().subspan(from, size); }
  std::span<const T> part(std::size_t from, std::size_t size) const { return all().subspan(from, size); }

 private:
  std::vector<T, Aligned<T>> values_;
};

}  // namespace concordat::he
