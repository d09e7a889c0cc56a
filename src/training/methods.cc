#include "training/methods.h"

namespace concordat::training {
namespace {

constexpr learning::KnownMethod kMethods[] = {{"network", MakeNetwork, MakeNoisyNetwork}};

}  // namespace

std::span<const learning::KnownMethod> Methods() { return kMethods; }

}  // namespace concordat::training
