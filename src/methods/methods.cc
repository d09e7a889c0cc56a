#include "methods/methods.h"

#include <algorithm>
#include <vector>

#include "boosting/methods.h"
#include "learning/methods.h"
#include "survival/methods.h"
#include "training/methods.h"

namespace concordat::methods {
namespace {

using learning::KnownMethod;

// A module's line is all that makes its methods known.
std::vector<KnownMethod> Joined() {
  std::vector<KnownMethod> joined;
  for (const std::span<const KnownMethod> some :
       {boosting::Methods(), learning::Methods(), survival::Methods(), training::Methods()})
    joined.insert(joined.end(), some.begin(), some.end());
  std::ranges::sort(joined, {}, &KnownMethod::name);
  return joined;
}

}  // namespace

std::span<const KnownMethod> All() {
  static const std::vector<KnownMethod> all = Joined();
  return all;
}

learning::Made Make(const learning::Call& call, const learning::Schema& schema,
                    const learning::Rules& rules) {
  return learning::MakeMethod(All(), call, schema, rules);
}

learning::MadeNoisy MakeNoisy(const learning::Call& call, const learning::Schema& schema,
                              const learning::Rules& rules) {
  return learning::MakeNoisyMethod(All(), call, schema, rules);
}

}  // namespace concordat::methods
