#include "ledger/witness.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::ledger {
namespace {

constexpr std::size_t kLongestRequest = 32 * 1024;
constexpr std::size_t kLongestText = 4 * 1024;  // of a checkpoint: its entry and two in an alarm
constexpr std::uint64_t kMostEntries = (std::uint64_t{1} << 53) - 1;  // exact in JSON
constexpr std::size_t kShownBody = 200;                               // of a reply, in a message

enum Status {
  kOk = 200,
  kBadRequest = 400,
  kForbidden = 403,
  kUnknownLog = 404,
  kConflict = 409,
  kUnprocessable = 422,
  kTooMany = 429,
  kServerError = 500
};

Judgement Decline(int status, const std::string& why) {
  Judgement judgement;
  judgement.reply.status = status;
  judgement.reply.body = why + "\n";
  return judgement;
}

Judgement KnownSize(std::uint64_t size) {
  Judgement judgement;
  judgement.reply = {kConflict, "text/x.tlog.size", fmt::format("{}\n", size)};
  return judgement;
}

// The note with nothing but the log's own signatures: others cost space and prove nothing.
std::string SignedByLog(crypto::Note note, const crypto::VerifyKey& log) {
  std::erase_if(note.signatures, [&](const crypto::NoteSignature& signature) {
    return signature.name != log.name() || signature.id != log.id();
  });
  return crypto::FormatNote(note);
}

Judgement Fork(const SignedCheckpoint& kept, const SignedCheckpoint& seen) {
  Judgement judgement = Decline(kConflict, fmt::format("fork: {} was cosigned, and {} has the same size",
                                                       Describe(kept.checkpoint), Describe(seen.checkpoint)));
  judgement.alarm = AlarmDraft(seen.checkpoint.origin, "fork", kept.note, seen.note);
  return judgement;
}

// The signed part of a request has been found good; now against what was cosigned before.
Judgement Compare(const SignedCheckpoint& known, const WitnessRequest& request, SignedCheckpoint seen) {
  const Checkpoint& head = seen.checkpoint;
  if (head.size == known.checkpoint.size && head.root != known.checkpoint.root) return Fork(known, seen);
  if (request.old_size != known.checkpoint.size) return KnownSize(known.checkpoint.size);
  const bool extends = known.checkpoint.size == 0
                           ? head.size > 0 || head.root == RootOf({})
                           : VerifyConsistency(known.checkpoint.size, head.size, known.checkpoint.root,
                                               head.root, request.proof);
  if (!extends)
    return Decline(kUnprocessable, "the proof does not lead from the old checkpoint to the new one");
  Judgement judgement;
  judgement.accepted = std::move(seen);
  return judgement;
}

}  // namespace

std::string FormatWitnessRequest(const WitnessRequest& request) {
  return fmt::format("old {}\n{}\n{}", request.old_size, FormatHashes(request.proof), request.note);
}

Result<WitnessRequest> ParseWitnessRequest(std::string_view text) {
  if (text.size() > kLongestRequest)
    return Fail(ErrorCode::kInvalidArgument, "the request is longer than 32 KB");
  WitnessRequest request;
  const std::string_view old_size = TRY(TakeLine(text, "old"));
  request.old_size = TRY(ParseDecimal(old_size));
  request.proof = TRY(TakeHashes(text));
  if (request.old_size == 0 && !request.proof.empty())
    return Fail(ErrorCode::kInvalidArgument, "nothing is proved from size 0: the proof must be empty");
  request.note = text;
  return request;
}

Judgement Judge(const WitnessBook& book, std::string_view text) {
  const auto request = ParseWitnessRequest(text);
  if (!request) return Decline(kBadRequest, request.error().message);
  auto note = crypto::ParseNote(request->note);
  if (!note) return Decline(kBadRequest, note.error().message);
  const auto checkpoint = ParseCheckpoint(note->text);
  if (!checkpoint) return Decline(kBadRequest, checkpoint.error().message);
  const auto log = book.logs().find(checkpoint->origin);
  if (log == book.logs().end()) return Decline(kUnknownLog, "this witness does not follow that log");
  if (!OpenSigned(*note, log->second)) return Decline(kForbidden, "not signed with the log's key");
  if (request->old_size > checkpoint->size)
    return Decline(kBadRequest, "the old size is past the checkpoint's");
  if (checkpoint->size > kMostEntries || note->text.size() > kLongestText)
    return Decline(kBadRequest, "a larger checkpoint than this witness keeps");
  const auto known = book.Newest(checkpoint->origin);
  const SignedCheckpoint nothing{{checkpoint->origin, 0, RootOf({})}, ""};
  return Compare(known.value_or(nothing), *request,
                 {*checkpoint, SignedByLog(*std::move(note), log->second)});
}

namespace {

Judgement JudgeNow(const Ledger& ledger, const WitnessBook& book, std::string_view request) {
  const auto lock = ledger.Share();
  return Judge(book, request);
}

Result<void> Record(Ledger& ledger, const WitnessBook& book, Draft alarm) {
  const std::string seen = alarm.body["seen"];
  TRY(ledger.AppendIf(std::move(alarm), [&]() -> Outcome<void> {
    if (!book.Alarmed(seen)) return {};
    return Refuse("alarm_recorded", "this alarm is on the ledger already", "");
  }));
  return {};
}

}  // namespace

Result<WitnessReply> AddCheckpoint(Ledger& ledger, const WitnessBook& book, const crypto::Cosigner& cosigner,
                                   std::string_view request) {
  Judgement judgement = JudgeNow(ledger, book, request);
  if (judgement.alarm) TRY(Record(ledger, book, *std::move(judgement.alarm)));
  if (!judgement.accepted) return std::move(judgement.reply);
  const SignedCheckpoint accepted = *judgement.accepted;
  // Judged again when it is this entry's turn: another request may have come between. What is known already
  // needs no second entry.
  const auto recorded = TRY(ledger.AppendIf(CosignedDraft(accepted), [&]() -> Outcome<void> {
    judgement = Judge(book, request);
    const auto known = book.Newest(accepted.checkpoint.origin);
    const bool news = known ? known->checkpoint != accepted.checkpoint : accepted.checkpoint.size > 0;
    if (judgement.accepted && news) return {};
    return Refuse("nothing_to_record", "this checkpoint is known, or no longer extends what is", "");
  }));
  (void)recorded;
  if (judgement.alarm) TRY(Record(ledger, book, *std::move(judgement.alarm)));
  if (!judgement.accepted) return std::move(judgement.reply);
  const crypto::Note note = TRY(crypto::ParseNote(accepted.note));
  judgement.reply.body = crypto::FormatSignature(cosigner.Cosign(note.text, ledger.Now()));
  return std::move(judgement.reply);
}

Result<std::string> AskForCosignature(const Ledger& ledger, std::uint64_t known) {
  std::string signed_head = TRY(ledger.SignedHead());
  WitnessRequest request{.old_size = known, .proof = {}, .note = std::move(signed_head)};
  if (request.note.empty()) {
    return Fail(ErrorCode::kFailedPrecondition, "the ledger has no entries yet", "publish a product first");
  }
  const crypto::Note note = TRY(crypto::ParseNote(request.note));
  const Checkpoint head = TRY(ParseCheckpoint(note.text));
  if (known > head.size) {
    return Fail(
        ErrorCode::kCorrupt,
        fmt::format(
            "a witness has cosigned {} entries of this ledger, and the newest checkpoint is of {}: it "
            "was put back to an earlier state",
            known, Describe(head)),
        "put the newest store back");
  }
  if (known > 0) request.proof = TRY(ledger.ProveConsistency(known, head.size));
  return FormatWitnessRequest(request);
}

Result<WitnessAnswer> ReadWitnessReply(const WitnessReply& reply, const std::string& note,
                                       const crypto::CosignerKey& witness) {
  if (reply.status == kConflict && reply.content_type == "text/x.tlog.size" && reply.body.ends_with('\n')) {
    const std::string_view size = reply.body;
    return WitnessAnswer{.known = TRY(ParseDecimal(size.substr(0, size.size() - 1))), .note = {}};
  }
  if (reply.status != kOk) {
    const bool busy = reply.status == kTooMany || reply.status >= kServerError;
    return Fail(
        busy ? ErrorCode::kUnavailable : ErrorCode::kPermissionDenied,
        fmt::format("the witness {} answered {}: {}", witness.name(), reply.status,
                    std::string_view(reply.body).substr(0, kShownBody)),
        busy ? "ask again later" : "check with its operator that it follows this log with its present key");
  }
  crypto::Note answered = TRY(crypto::ParseNote(note + reply.body));
  const crypto::Note asked = TRY(crypto::ParseNote(note));
  const auto cosigned = TRY(crypto::VerifyCosignatures(answered, {witness}));
  if (answered.text != asked.text || cosigned.empty())
    return Fail(ErrorCode::kCorrupt, "the witness " + witness.name() + " did not cosign the checkpoint");
  const auto first_new = answered.signatures.begin() + static_cast<std::ptrdiff_t>(asked.signatures.size());
  answered.signatures.erase(std::remove_if(first_new, answered.signatures.end(),
                                           [&](const crypto::NoteSignature& signature) {
                                             return signature.name != witness.name() ||
                                                    signature.id != witness.id();
                                           }),
                            answered.signatures.end());
  return WitnessAnswer{.known = {}, .note = crypto::FormatNote(answered)};
}

std::string MergeSignatures(const std::string& note, const std::string& more) {
  auto merged = crypto::ParseNote(note);
  const auto other = crypto::ParseNote(more);
  if (!merged || !other || merged->text != other->text) return note;
  for (const crypto::NoteSignature& signature : other->signatures) {
    const bool there = std::any_of(
        merged->signatures.begin(), merged->signatures.end(),
        [&](const auto& known) { return known.name == signature.name && known.id == signature.id; });
    if (!there) merged->signatures.push_back(signature);
  }
  return crypto::FormatNote(*merged);
}

}  // namespace concordat::ledger
