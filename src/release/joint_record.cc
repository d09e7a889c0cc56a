#include "release/joint_record.h"

#include <nlohmann/json.hpp>

#include "release/decide.h"
#include "release/failure.h"

namespace concordat::release {
namespace {

constexpr char kContributed[] = "contributed";
constexpr char kFailed[] = "failed";

}  // namespace

Outcome<void> EnterInForce(const JointRecord& record, Json body, Json secret) {
  ledger::Ledger& ledger = record.parts.ledger;
  const auto entered =
      ledger.AppendIf(RecordOf(std::move(body), std::move(secret), record.prepared, ledger.Now()),
                      [&] { return InForce(record.parts, record.prepared); });
  if (entered && *entered) return {};
  if (!entered && record.log) record.log(record.id, entered.error());
  static_cast<void>(EnterFailure(record));
  return tl::unexpected(entered ? WithReceipt(entered->error(), record.id)
                                : FailureOf(entered.error(), record.id));
}

Outcome<void> EnterContribution(const JointRecord& record, const std::string& context) {
  if (TRY(IsOnRecord(record.parts, record.id, ledger::kind::kRelease, kContributed))) {
    return Refuse("opened_before", "this member helped to open the sum of this question before",
                  "ask anew, under another id", "42710");
  }
  Json body = record.body(kContributed);
  if (!context.empty()) body["context"] = context;
  return EnterInForce(record, std::move(body),
                      SecretOf(record.caller, record.question, record.prepared, nullptr));
}

Result<void> EnterFailure(const JointRecord& record) {
  const auto known = IsOnRecord(record.parts, record.id, ledger::kind::kRelease, kFailed);
  if (known && *known) return {};
  Json secret = SecretOf(record.caller, record.question, record.prepared, nullptr);
  secret.update(record.failed);
  const auto failed = record.parts.ledger.Append(
      RecordOf(record.body(kFailed), std::move(secret), record.prepared, record.parts.ledger.Now()));
  if (failed) return {};
  if (record.log) record.log(record.id, failed.error());
  return tl::unexpected(failed.error());
}

}  // namespace concordat::release
