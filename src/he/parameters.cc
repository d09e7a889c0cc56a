#include "he/parameters.h"

#include <fmt/format.h>

#include "base/check.h"

namespace concordat::he {
namespace {

constexpr Parameters kT64 = {.name = "T64", .primes = 4, .plaintext_bits = 64, .threshold = true};
constexpr Parameters kT32 = {.name = "T32", .primes = 3, .plaintext_bits = 32, .threshold = true};
constexpr Parameters kP64 = {.name = "P64", .primes = 3, .plaintext_bits = 64, .threshold = false};

}  // namespace

const Parameters& Of(Set set) {
  switch (set) {
    case Set::kT64:
      return kT64;
    case Set::kT32:
      return kT32;
    case Set::kP64:
      return kP64;
  }
  CHECK(false);
}

Result<Set> SetOf(std::uint8_t number) {
  if (number >= 1 && number <= 3) return static_cast<Set>(number);
  return Fail(ErrorCode::kInvalidArgument, fmt::format("there is no set {} of parameters", number));
}

}  // namespace concordat::he
