// The kernels behind Ntt: lazy butterflies over tables of constant factors. For ntt*.cc alone.
#pragma once

#include <cstdint>
#include <span>

#include "he/ntt.h"

namespace concordat::he {

struct NttTables {
  std::uint64_t q;
  const Twiddles& factors;
  const Twiddles& scale;  // the inverse transform's 1 / n
};

void ForwardScalar(std::span<std::uint64_t> values, const NttTables& tables);
void InverseScalar(std::span<std::uint64_t> values, const NttTables& tables);
// Precondition: Supports(Kernel::kAvx2), 16 values or more.
void ForwardAvx2(std::span<std::uint64_t> values, const NttTables& tables);
void InverseAvx2(std::span<std::uint64_t> values, const NttTables& tables);
// Precondition: Supports(Kernel::kIfma), 16 values or more.
void ForwardIfma(std::span<std::uint64_t> values, const NttTables& tables);
void InverseIfma(std::span<std::uint64_t> values, const NttTables& tables);

}  // namespace concordat::he
