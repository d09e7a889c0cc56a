#include "release/repeat.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "release/answer_json.h"
#include "release/decide.h"
#include "release/failure.h"
#include "release/record.h"

namespace concordat::release {

Outcome<std::optional<Answer>> RepeatAnswer(const Parts& parts, const Prepared& prepared,
                                            const std::string& identity,
                                            const std::function<Json(const std::string& id)>& repeated) {
  const auto found = FindAnswer(parts.ledger, identity);
  if (!found) return tl::unexpected(UnavailableOf(found.error()));
  const std::optional<ledger::Entry>& before = *found;
  if (!before || !before->secret) return std::nullopt;
  auto answer = AnswerFromJson(before->secret->value("answer", Json()));
  if (!answer) return std::nullopt;
  const auto recorded = parts.ledger.AppendIf({ledger::kind::kRelease, repeated(answer->id), {}},
                                              [&] { return InForce(parts, prepared); });
  if (!recorded) return tl::unexpected(UnavailableOf(recorded.error()));
  if (!*recorded) return tl::unexpected(recorded->error());
  answer->notice = fmt::format("charged nothing: the stored answer {} of {}, receipt: concordat receipt {}",
                               answer->id, FormatTime(before->time), answer->id.substr(0, kShownDigits));
  return *std::move(answer);
}

}  // namespace concordat::release
