// Makers of methods, one a method; the table of them is in methods.cc.
#pragma once

#include "learning/known.h"

namespace concordat::learning {

// The methods of this module, sorted by name.
std::span<const KnownMethod> Methods();

// Refusals: those of MakeMethod, but unknown_method.
Made MakeAnova(const Call& call, const Schema& schema, const Rules& rules);
Made MakeChiSquare(const Call& call, const Schema& schema, const Rules& rules);
MadeNoisy MakeNoisyChiSquare(const Call& call, const Schema& schema, const Rules& rules);
Made MakeCorrelation(const Call& call, const Schema& schema, const Rules& rules);
MadeNoisy MakeNoisyCorrelation(const Call& call, const Schema& schema, const Rules& rules);
Made MakeGlm(const Call& call, const Schema& schema, const Rules& rules);
MadeNoisy MakeNoisyGlm(const Call& call, const Schema& schema, const Rules& rules);
Made MakeKmeans(const Call& call, const Schema& schema, const Rules& rules);
MadeNoisy MakeNoisyKmeans(const Call& call, const Schema& schema, const Rules& rules);
Made MakeLm(const Call& call, const Schema& schema, const Rules& rules);
MadeNoisy MakeNoisyLm(const Call& call, const Schema& schema, const Rules& rules);
Made MakeMixed(const Call& call, const Schema& schema, const Rules& rules);
Made MakePca(const Call& call, const Schema& schema, const Rules& rules);
MadeNoisy MakeNoisyPca(const Call& call, const Schema& schema, const Rules& rules);
Made MakePenalised(const Call& call, const Schema& schema, const Rules& rules);
Made MakeTTest(const Call& call, const Schema& schema, const Rules& rules);
MadeNoisy MakeNoisyTTest(const Call& call, const Schema& schema, const Rules& rules);

}  // namespace concordat::learning
