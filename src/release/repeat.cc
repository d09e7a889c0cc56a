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
  Json body = repeated(answer->id);
  return TRY(GiveAgain(parts, prepared, *std::move(answer), "answer", before->time, std::move(body)));
}

Outcome<Answer> GiveAgain(const Parts& parts, const Prepared& prepared, Answer answer, const char* what,
                          Time stored, Json repeated) {
  const auto recorded = parts.ledger.AppendIf({ledger::kind::kRelease, std::move(repeated), {}},
                                              [&] { return InForce(parts, prepared); });
  if (!recorded) return tl::unexpected(UnavailableOf(recorded.error()));
  if (!*recorded) return tl::unexpected(recorded->error());
  answer.notice = fmt::format("charged nothing: the stored {} {} of {}, receipt: concordat receipt {}", what,
                              answer.id, FormatTime(stored), answer.id.substr(0, kShownDigits));
  return answer;
}

}  // namespace concordat::release
