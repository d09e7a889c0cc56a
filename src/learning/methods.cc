#include "learning/methods.h"

namespace concordat::learning {
namespace {

// Sorted by name. A method's row is all that makes it known.
constexpr KnownMethod kMethods[] = {
    {"anova", MakeAnova},
    {"chi_square", MakeChiSquare, MakeNoisyChiSquare},
    {"correlation", MakeCorrelation, MakeNoisyCorrelation},
    {.name = "glm", .make = MakeGlm, .make_noisy = MakeNoisyGlm, .takes_counts = true},
    {"kmeans", MakeKmeans, MakeNoisyKmeans},
    {"lm", MakeLm, MakeNoisyLm},
    {"mixed", MakeMixed},
    {"pca", MakePca, MakeNoisyPca},
    {.name = "penalised", .make = MakePenalised, .takes_counts = true},
    {"t_test", MakeTTest, MakeNoisyTTest},
};

}  // namespace

std::span<const KnownMethod> Methods() { return kMethods; }

}  // namespace concordat::learning
