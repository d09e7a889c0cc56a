// Methods by name: each module that has some lists them (methods.h), methods/ joins the lists.
#pragma once

#include <memory>
#include <span>
#include <string_view>

#include "learning/method.h"

namespace concordat::learning {

using Made = Outcome<std::unique_ptr<ExactMethod>>;
using MadeNoisy = Outcome<std::unique_ptr<NoisyMethod>>;

struct KnownMethod {
  std::string_view name;
  Made (*make)(const Call& call, const Schema& schema, const Rules& rules);
  MadeNoisy (*make_noisy)(const Call& call, const Schema& schema, const Rules& rules) = nullptr;
  // Responses that few methods have, under disclosure rules alone.
  bool takes_starts = false;  // Surv(start, time, status)
  bool takes_counts = false;  // cbind(successes, failures)
};

// The method of a call, one of those `known`, which are sorted by name. Refusals: unknown_method naming those
// there are; formula_syntax, unknown_column, unknown_option and others, each with what to write instead.
Made MakeMethod(std::span<const KnownMethod> known, const Call& call, const Schema& schema,
                const Rules& rules);
// The method of a call under noise. Refusals: unknown_method; no_noisy_form naming those that have one; those
// of the method.
MadeNoisy MakeNoisyMethod(std::span<const KnownMethod> known, const Call& call, const Schema& schema,
                          const Rules& rules);

}  // namespace concordat::learning
