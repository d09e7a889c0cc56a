// Makers of methods, one a method; the table of them is in methods.cc.
#pragma once

#include <memory>

#include "learning/method.h"

namespace concordat::learning {

using Made = Outcome<std::unique_ptr<Method>>;

// Refusals: those of MakeMethod, but unknown_method.

}  // namespace concordat::learning
