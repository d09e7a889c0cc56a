// Secret bytes that are wiped when they go.
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace concordat::crypto {

// So that the compiler cannot leave it out.
void Wipe(std::span<std::uint8_t> bytes);

template <std::size_t kSize>
class Secret {
 public:
  Secret() = default;
  Secret(const Secret&) = default;
  Secret& operator=(const Secret&) = default;
  ~Secret() { Wipe(bytes_); }

  static constexpr std::size_t size() { return kSize; }
  std::uint8_t* data() { return bytes_.data(); }
  const std::uint8_t* data() const { return bytes_.data(); }
  operator std::span<std::uint8_t, kSize>() { return bytes_; }
  operator std::span<const std::uint8_t, kSize>() const { return bytes_; }
  operator std::span<std::uint8_t>() { return bytes_; }
  operator std::span<const std::uint8_t>() const { return bytes_; }

 private:
  std::array<std::uint8_t, kSize> bytes_{};
};

using Secret32 = Secret<32>;

}  // namespace concordat::crypto
