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

// A block of residues, and the index of its first stage's factor: its halves' are 2 node and 2 node + 1.
struct Block {
  std::uint64_t* at;
  std::size_t size, node;
};

// Part i of so many.
inline Block PartOf(const Block& block, std::size_t parts, std::size_t i) {
  const std::size_t size = block.size / parts;
  return {block.at + i * size, size, block.node * parts + i};
}

void ForwardScalar(std::span<std::uint64_t> values, const NttTables& tables);
void InverseScalar(std::span<std::uint64_t> values, const NttTables& tables);
// Precondition: Supports(Kernel::kAvx2), 16 values or more.
void ForwardAvx2(std::span<std::uint64_t> values, const NttTables& tables);
void InverseAvx2(std::span<std::uint64_t> values, const NttTables& tables);
// Precondition: Supports(Kernel::kIfma), 16 values or more.
void ForwardIfma(std::span<std::uint64_t> values, const NttTables& tables);
void InverseIfma(std::span<std::uint64_t> values, const NttTables& tables);

}  // namespace concordat::he
