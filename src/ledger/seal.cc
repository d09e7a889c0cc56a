#include "ledger/seal.h"

#include "base/check.h"

namespace concordat::ledger {
namespace {

constexpr char kSealedUntil[] = "sealed_until";

}  // namespace

void Seal(Draft& draft, Time until) {
  CHECK(draft.secret);
  draft.body[kSealedUntil] = FormatTime(until);
}

Result<std::optional<Time>> SealedUntil(const Json& body) {
  const auto field = body.find(kSealedUntil);
  if (field == body.end()) return std::nullopt;
  const std::string text = field->is_string() ? field->get<std::string>() : std::string();
  const auto until = ParseTime(text);
  if (until && FormatTime(*until) == text) return *until;
  return Fail(ErrorCode::kCorrupt, "the date that an entry is sealed until is not one");
}

const Json* Shown(const Entry& entry, Time now) {
  if (!entry.secret) return nullptr;
  const auto until = SealedUntil(entry.body);
  const bool open = until && (!*until || **until <= now);
  return open ? &*entry.secret : nullptr;
}

}  // namespace concordat::ledger
