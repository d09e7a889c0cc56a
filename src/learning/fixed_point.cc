#include "learning/fixed_point.h"

#include <cstdint>

namespace concordat::learning {
namespace {

constexpr int kWord = 64;

tl::unexpected<Error> TooLarge() {
  return Fail(ErrorCode::kResourceExhausted, "a number is larger than sums can hold");
}

// The lowest bits as a signed number.
std::int64_t LowestOf(Uint128 bits, int count) {
  const auto raised = static_cast<std::uint64_t>(bits) << (kWord - count);
  return static_cast<std::int64_t>(raised) >> (kWord - count);
}

Result<Int128> Packed(const Slots& slots, const double* numbers) {
  Uint128 packed = 0;
  int begin = 0;
  for (const Slot& slot : slots) {
    const double multiple = *numbers++ / slot.unit;
    if (!(std::abs(multiple) < std::ldexp(1.0, slot.bits - 1))) return TooLarge();
    const auto whole = static_cast<std::int64_t>(multiple);
    if (static_cast<double>(whole) != multiple)
      return Fail(ErrorCode::kInternal, "a number is no multiple of its slot's unit");
    packed += static_cast<Uint128>(static_cast<Int128>(whole)) << begin;
    begin += slot.bits;
  }
  return static_cast<Int128>(packed);
}

}  // namespace

Result<std::vector<Int128>> ToIntegers(const Slots& slots, std::span<const double> numbers) {
  std::vector<Int128> integers;
  integers.reserve(IntegersOf(slots, numbers.size()));
  if (slots.empty()) {
    for (const double number : numbers) {
      const auto fixed = ToFixed(number);
      if (!fixed) return TooLarge();
      integers.push_back(*fixed);
    }
    return integers;
  }
  for (std::size_t i = 0; i + slots.size() <= numbers.size(); i += slots.size())
    integers.push_back(TRY(Packed(slots, &numbers[i])));
  return integers;
}

std::vector<double> FromIntegers(const Slots& slots, std::span<const Int128> integers) {
  std::vector<double> numbers;
  numbers.reserve(integers.size() * std::max<std::size_t>(slots.size(), 1));
  for (const Int128 integer : integers) {
    if (slots.empty()) numbers.push_back(FromFixed(integer));
    auto left = static_cast<Uint128>(integer);
    for (const Slot& slot : slots) {
      const std::int64_t multiple = LowestOf(left, slot.bits);
      left = (left - static_cast<Uint128>(static_cast<Int128>(multiple))) >> slot.bits;
      numbers.push_back(static_cast<double>(multiple) * slot.unit);
    }
  }
  return numbers;
}

}  // namespace concordat::learning
