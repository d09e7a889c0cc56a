#include "he/ntt.h"

#include <bit>

#include "base/check.h"
#include "he/ntt_kernel.h"

namespace concordat::he {
namespace {

using Wide = unsigned __int128;

std::size_t ReverseBits(std::size_t value, int bits) {
  std::size_t reversed = 0;
  for (int i = 0; i < bits; ++i) reversed |= ((value >> i) & 1) << (bits - 1 - i);
  return reversed;
}

// As Twiddles says, for each kernel.
void Append(Twiddles& twiddles, std::uint64_t factor, std::uint64_t q, Kernel kernel) {
  if (kernel == Kernel::kAvx2) {
    const double balanced = static_cast<double>(factor) - (factor > q / 2 ? static_cast<double>(q) : 0);
    twiddles.factor.push_back(std::bit_cast<std::uint64_t>(balanced));
    twiddles.quotient.push_back(std::bit_cast<std::uint64_t>(balanced / static_cast<double>(q)));
    return;
  }
  const int shift = kernel == Kernel::kIfma ? 52 : 64;
  twiddles.factor.push_back(factor);
  twiddles.quotient.push_back(static_cast<std::uint64_t>((Wide{factor} << shift) / q));
}

// Powers of `root`, by the reversed bits of their place.
Twiddles PowersOf(std::uint64_t root, const Modulus& modulus, std::size_t n, Kernel kernel) {
  std::vector<std::uint64_t> powers(n, 1);
  for (std::size_t i = 1; i < n; ++i) powers[i] = modulus.Multiply(powers[i - 1], root);
  Twiddles twiddles;
  for (std::size_t i = 0; i < n; ++i) {
    // IFMA's last stage takes the factors of eight blocks in this order.
    const std::size_t block = kernel == Kernel::kIfma && i >= n / 2 ? i / 8 * 8 + i % 2 * 4 + i % 8 / 2 : i;
    Append(twiddles, powers[ReverseBits(block, std::countr_zero(n))], modulus.value(), kernel);
  }
  return twiddles;
}

}  // namespace

bool Supports(Kernel kernel) {
#if defined(__x86_64__)
  if (kernel == Kernel::kAvx2)
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (kernel == Kernel::kIfma)
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("avx512dq") != 0 &&
           __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512ifma") != 0;
#endif
  return kernel == Kernel::kScalar;
}

Kernel BestKernel() {
  if (Supports(Kernel::kIfma)) return Kernel::kIfma;
  return Supports(Kernel::kAvx2) ? Kernel::kAvx2 : Kernel::kScalar;
}

std::uint64_t PrimitiveRoot(const Modulus& modulus, std::uint64_t order) {
  CHECK((modulus.value() - 1) % order == 0);
  for (std::uint64_t candidate = 2;; ++candidate) {
    const std::uint64_t root = modulus.Power(candidate, (modulus.value() - 1) / order);
    if (modulus.Power(root, order / 2) == modulus.value() - 1) return root;
  }
}

Ntt::Ntt(const Modulus& modulus, std::size_t n, Kernel kernel)
    : modulus_(modulus), n_(n), kernel_(kernel), root_(PrimitiveRoot(modulus, 2 * n)) {
  CHECK(std::has_single_bit(n) && n >= 16 && n <= kRingDegree && Supports(kernel));
  forward_ = PowersOf(root_, modulus_, n, kernel);
  inverse_ = PowersOf(modulus_.Inverse(root_), modulus_, n, kernel);
  Append(scale_, modulus_.Inverse(n), modulus_.value(), kernel);
}

void Ntt::Forward(std::span<std::uint64_t> values) const {
  CHECK(values.size() == n_);
  const NttTables tables{modulus_.value(), forward_, scale_};
  switch (kernel_) {
    case Kernel::kScalar:
      return ForwardScalar(values, tables);
    case Kernel::kAvx2:
      return ForwardAvx2(values, tables);
    case Kernel::kIfma:
      return ForwardIfma(values, tables);
  }
}

void Ntt::Inverse(std::span<std::uint64_t> values) const {
  CHECK(values.size() == n_);
  const NttTables tables{modulus_.value(), inverse_, scale_};
  switch (kernel_) {
    case Kernel::kScalar:
      return InverseScalar(values, tables);
    case Kernel::kAvx2:
      return InverseAvx2(values, tables);
    case Kernel::kIfma:
      return InverseIfma(values, tables);
  }
}

}  // namespace concordat::he
