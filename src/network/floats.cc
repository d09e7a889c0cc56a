#include "network/floats.h"

#include <fmt/format.h>

#include <bit>
#include <cmath>

#include "base/bytes.h"

namespace concordat::network {

void PutFloats(const Eigen::VectorXd& numbers, std::string& bytes) {
  for (const double number : numbers) {
    const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(number));
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes.push_back(static_cast<char>((bits >> shift) & 0xff));
  }
}

std::string ToFloats(const Eigen::VectorXd& numbers) {
  std::string bytes;
  PutFloats(numbers, bytes);
  return ToBase64(AsBytes(bytes));
}

Result<Eigen::VectorXd> FromFloats(std::string_view text, Eigen::Index size, double most) {
  const Bytes bytes = TRY(FromBase64(text));
  if (bytes.size() != 4 * static_cast<std::size_t>(size))
    return Fail(ErrorCode::kInvalidArgument, fmt::format("these are not {} numbers", size), "");
  Eigen::VectorXd numbers(size);
  for (Eigen::Index i = 0; i < size; ++i) {
    std::uint32_t bits = 0;
    for (std::size_t k = 4; k-- > 0;) bits = (bits << 8) | bytes[4 * static_cast<std::size_t>(i) + k];
    numbers[i] = std::bit_cast<float>(bits);
    if (!(std::abs(numbers[i]) <= most))
      return Fail(ErrorCode::kInvalidArgument, "a number is out of its bounds", "");
  }
  return numbers;
}

Eigen::VectorXd Rounded(const Eigen::VectorXd& numbers) { return numbers.cast<float>().cast<double>(); }

}  // namespace concordat::network
