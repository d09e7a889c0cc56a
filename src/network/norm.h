// Normalisation within one row, by groups of channels: nothing of other rows is in it, so it may stand where
// rows are protected. layer_norm is one group. Source: Wu, He, "Group Normalization" (2018).
#pragma once

#include "network/layer.h"

namespace concordat::network {

inline constexpr double kNormFloor = 1e-5;  // added to the variance

Index GroupsOf(const Layer& layer);
// `weights`: of each channel a gain, then of each a shift.
Lanes Normalise(const Layer& layer, const Eigen::Ref<const Lanes>& weights, const Lanes& in, Trace& trace);
Lanes BackFromNorm(const Layer& layer, const Eigen::Ref<const Lanes>& weights, const Trace& trace,
                   const Lanes& gradient, Factors& factors);

}  // namespace concordat::network
