// Rows that start where a line of the cache does, so that no vector crosses two.
#pragma once

#include <cstdint>
#include <new>
#include <vector>

namespace concordat::he {

inline constexpr std::align_val_t kLine{64};  // bytes

template <class T>
struct Aligned {
  using value_type = T;
  Aligned() = default;
  template <class Other>
  explicit Aligned(const Aligned<Other>&) {}

  T* allocate(std::size_t count) { return static_cast<T*>(::operator new(count * sizeof(T), kLine)); }
  void deallocate(T* memory, std::size_t) { ::operator delete(memory, kLine); }
  bool operator==(const Aligned&) const = default;
};

// Residues modulo one prime, or modulo each prime in turn.
using Residues = std::vector<std::uint64_t, Aligned<std::uint64_t>>;

}  // namespace concordat::he
