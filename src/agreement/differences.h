// What changes from one document to another, in plain words.
#pragma once

#include <string>
#include <vector>

#include "agreement/agreement.h"

namespace concordat::agreement {

// A line each, in the order of the document; what matters to people first said as more or less: "more may be
// spent: epsilon 4 becomes 6". Empty for the same document. A field that has no words of its own is named
// with both values, so that no change goes unsaid.
std::vector<std::string> Differences(const Agreement& before, const Agreement& after);

}  // namespace concordat::agreement
