#include "boosting/methods.h"

namespace concordat::boosting {
namespace {

constexpr learning::KnownMethod kMethods[] = {{"boost", MakeBoost, MakeNoisyBoost}};

}  // namespace

std::span<const learning::KnownMethod> Methods() { return kMethods; }

}  // namespace concordat::boosting
