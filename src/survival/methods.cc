#include "survival/methods.h"

namespace concordat::survival {
namespace {

constexpr learning::KnownMethod kMethods[] = {
    {.name = "cox", .make = MakeCox, .takes_starts = true},
    {.name = "kaplan_meier",
     .make = MakeKaplanMeier,
     .make_noisy = MakeNoisyKaplanMeier,
     .takes_starts = true},
    {"log_rank", MakeLogRank, MakeNoisyLogRank},
};

}  // namespace

std::span<const learning::KnownMethod> Methods() { return kMethods; }

}  // namespace concordat::survival
