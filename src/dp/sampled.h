// Rényi differential privacy of Gaussian noise on a sample of the units, order by order.
//
// In each release every unit takes part with a chance q of its own (Poisson sampling), and nobody learns
// which did: a unit that was mostly not looked at has less to fear. Neighbours differ in one unit, added or
// removed. Source: Mironov, Talwar, Zhang, "Rényi Differential Privacy of the Sampled Gaussian Mechanism"
// (2019). Argument, with the one about rounding: sampled.proof.md. Pure functions.
#pragma once

#include <array>
#include <cstddef>

#include "base/units.h"
#include "dp/measurement.h"

namespace concordat::dp {

// 2, 2 1/4, …, 16, then whole numbers to 64, then in growing steps to 512.
inline constexpr std::size_t kOrders = 129;
using RenyiCurve = std::array<double, kOrders>;
const RenyiCurve& RenyiOrders();

// One release of a sampled Gaussian measurement (its `times` aside): upper bounds on the Rényi divergence
// between neighbours at each of the orders. An order that is of no use for it has kUselessOrder.
// Precondition: 0 < rate < kEveryone, sensitivity and scale above 0.
inline constexpr double kUselessOrder = 1e9;
RenyiCurve RenyiOf(const Measurement& measurement);

// An epsilon, rounded up, for which divergence `renyi` at `order` is (epsilon, delta)-DP. Source: Canonne,
// Kamath, Steinke (2020), Proposition 12. Precondition: order > 1, delta > 0.
double RenyiEpsilon(double order, double renyi, double delta);

}  // namespace concordat::dp
