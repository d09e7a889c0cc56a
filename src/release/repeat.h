// The stored answer to a question that was asked before, given again.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "release/prepare.h"

namespace concordat::release {

// The newest with this identity, if there is one; that it was given again is recorded, with the body that
// `repeated` makes for its id. Refused when the agreement has ended.
Outcome<std::optional<Answer>> RepeatAnswer(const Parts& parts, const Prepared& prepared,
                                            const std::string& identity,
                                            const std::function<Json(const std::string& id)>& repeated);
// The same of an answer that is known: `what` is "answer", or "fit" where more is asked of what was fitted.
Outcome<Answer> GiveAgain(const Parts& parts, const Prepared& prepared, Answer answer, const char* what,
                          Time stored, Json repeated);

inline constexpr std::size_t kShownDigits = 4;  // of an id, where the beginning is enough

}  // namespace concordat::release
