#include "federation/message.h"

#include <algorithm>

#include "base/mutation.h"
#include "federation/wire.h"

namespace concordat::federation {
namespace {

constexpr std::string_view kContext = "concordat/federation/context/1\n";
constexpr std::string_view kState = "concordat/federation/state/1\n";
constexpr std::string_view kPlain = "concordat/federation/plain/1\n";

constexpr std::size_t kLongestWords = 4'096;
constexpr std::size_t kLongestReason = 64;
constexpr std::size_t kSqlStateLength = 5;

enum Kind : std::uint8_t { kDone = 1, kDeclined = 2 };

Result<void> CheckSize(ByteView bytes) {
  if (bytes.size() >= kLargestMessage)
    return Fail(ErrorCode::kInvalidArgument, "a message of 256 MB or more", "ask for fewer groups");
  return {};
}

// Another member's words reach an analyst's screen: they are words, and few.
bool IsShowable(std::string_view text) {
  return text.size() <= kLongestWords && std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
         });
}

bool IsReason(std::string_view text) {
  return !text.empty() && text.size() <= kLongestReason &&
         std::all_of(text.begin(), text.end(), [](char c) { return c == '_' || (c >= 'a' && c <= 'z'); });
}

bool IsSqlState(std::string_view text) {
  return text.size() == kSqlStateLength && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
         });
}

bool IsShowable(const Declined& declined) {
  const Refusal& refusal = declined.refusal;
  return IsShowable(declined.owner) && IsShowable(refusal.message) && IsShowable(refusal.hint) &&
         IsReason(refusal.reason) && IsSqlState(refusal.sqlstate) && refusal.position.value_or(0) >= 0;
}

Bytes EncodeRow(const Row& row) {
  Writer out;
  out.Rows({row});
  return std::move(out).Take();
}

void WriteWides(Writer& out, const std::vector<Int128>& values) {
  out.U32(values.size());
  for (const Int128 value : values) out.Wide(value);
}

void WriteBlobs(Writer& out, const std::vector<Bytes>& blobs) {
  out.U32(blobs.size());
  for (const Bytes& blob : blobs) out.Blob(blob);
}

std::vector<Bytes> ReadBlobs(Reader& in) {
  std::vector<Bytes> blobs(in.Count(4));
  for (Bytes& blob : blobs) blob = in.Blob();
  return blobs;
}

void WritePrepared(Writer& out, const Prepared& prepared) {
  out.Text(prepared.description);
  out.Text(prepared.revision);
  out.U8(prepared.only_encryption ? 1 : 0);
  out.U8(prepared.affordable ? 1 : 0);
  out.Text(prepared.left);
}

Prepared ReadPrepared(Reader& in) {
  Prepared prepared;
  prepared.description = in.Text();
  prepared.revision = in.Text();
  prepared.only_encryption = in.Flag();
  prepared.affordable = in.Flag();
  prepared.left = in.Text();
  if (!IsShowable(prepared.left)) in.Spoil();
  return prepared;
}

void WriteSetting(Writer& out, const Setting& setting) {
  out.Raw(setting.session);
  out.Texts(setting.participants);
  out.Rows(setting.keys);
  out.U8(static_cast<std::uint8_t>(setting.way));
  out.U8(static_cast<std::uint8_t>(setting.width));
}

aggregation::Way ReadWay(Reader& in) {
  const auto way = static_cast<aggregation::Way>(in.U8());
  if (way != aggregation::Way::kEncryption && way != aggregation::Way::kMasks) in.Spoil();
  return way;
}

aggregation::Width ReadWidth(Reader& in) {
  const auto width = static_cast<aggregation::Width>(in.U8());
  if (width != aggregation::Width::k64 && width != aggregation::Width::k128) in.Spoil();
  return width;
}

}  // namespace

Bytes Encode(const Prepared& prepared) {
  Writer out;
  WritePrepared(out, prepared);
  return std::move(out).Take();
}

Result<Prepared> DecodePrepared(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Prepared prepared = ReadPrepared(in);
  TRY(in.Finish("what an owner prepared"));
  return prepared;
}

Bytes Encode(const Pledged& pledged) {
  Writer out;
  WritePrepared(out, pledged.prepared);
  out.Blob(pledged.pledge);
  return std::move(out).Take();
}

Result<Pledged> DecodePledged(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Pledged pledged{.prepared = ReadPrepared(in), .pledge = in.Blob()};
  TRY(in.Finish("what an owner prepared of a fit"));
  return pledged;
}

Bytes Encode(const Round& round) {
  Writer out;
  out.Raw(round.session);
  out.U32(round.number);
  out.Text(round.state);
  WriteBlobs(out, round.said);
  WriteBlobs(out, round.vouchers);
  return std::move(out).Take();
}

Result<Round> DecodeRound(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Round round;
  in.Raw(round.session);
  round.number = in.U32();
  round.state = in.Text();
  round.said = ReadBlobs(in);
  round.vouchers = ReadBlobs(in);
  TRY(in.Finish("a round of a fit"));
  return round;
}

Bytes Encode(const Contributed& contributed) {
  Writer out;
  out.Raw(contributed.voucher);
  out.Blob(contributed.contribution);
  return std::move(out).Take();
}

Result<Contributed> DecodeContributed(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Contributed contributed;
  in.Raw(contributed.voucher);
  contributed.contribution = in.Blob();
  TRY(in.Finish("a contribution to a round"));
  return contributed;
}

Bytes Encode(const Setting& setting) {
  Writer out;
  WriteSetting(out, setting);
  return std::move(out).Take();
}

Result<Setting> DecodeSetting(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Setting setting;
  in.Raw(setting.session);
  setting.participants = in.Texts();
  setting.keys = in.Rows();
  setting.way = ReadWay(in);
  setting.width = ReadWidth(in);
  TRY(in.Finish("a sum's setting"));
  return setting;
}

Bytes Encode(const Relayed& relayed) {
  Writer out;
  out.Raw(relayed.session);
  WriteBlobs(out, relayed.messages);
  return std::move(out).Take();
}

Result<Relayed> DecodeRelayed(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Relayed relayed;
  in.Raw(relayed.session);
  relayed.messages = ReadBlobs(in);
  TRY(in.Finish("relayed messages"));
  return relayed;
}

Bytes Encode(const Plain& plain) {
  Writer out;
  WriteWides(out, plain.values);
  out.Raw(plain.signature);
  return std::move(out).Take();
}

Result<Plain> DecodePlain(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Plain plain;
  plain.values.resize(in.Count(16));
  for (Int128& value : plain.values) value = in.Wide();
  in.Raw(plain.signature);
  TRY(in.Finish("a plain contribution"));
  return plain;
}

Bytes Encode(const Finished& finished) {
  Writer out;
  out.Texts(finished.receipts);
  out.Text(finished.left);
  return std::move(out).Take();
}

Result<Finished> DecodeFinished(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Finished finished;
  finished.receipts = in.Texts();
  finished.left = in.Text();
  if (!IsShowable(finished.left)) in.Spoil();
  TRY(in.Finish("receipts"));
  return finished;
}

Bytes Encode(const Doubtful& doubtful) {
  Writer out;
  out.U32(doubtful.rounds.size());
  for (const Doubtful::Asked& asked : doubtful.rounds) {
    out.Raw(asked.session);
    out.Text(asked.question);
  }
  return std::move(out).Take();
}

Result<Doubtful> DecodeDoubtful(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Doubtful doubtful;
  doubtful.rounds.resize(in.Count(Session{}.size() + 4));
  for (Doubtful::Asked& asked : doubtful.rounds) {
    in.Raw(asked.session);
    asked.question = in.Text();
  }
  TRY(in.Finish("rounds"));
  return doubtful;
}

Bytes Encode(const Charged& charged) {
  Writer out;
  out.Texts(charged.questions);
  return std::move(out).Take();
}

Result<Charged> DecodeCharged(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  Charged charged;
  charged.questions = in.Texts();
  TRY(in.Finish("charges"));
  return charged;
}

Bytes Encode(const std::vector<Row>& keys) {
  Writer out;
  out.Rows(keys);
  return std::move(out).Take();
}

Result<std::vector<Row>> DecodeKeys(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  std::vector<Row> keys = in.Rows();
  TRY(in.Finish("keys of groups"));
  return keys;
}

Bytes EncodeReply(ByteView body) {
  Writer out;
  out.U8(kDone);
  out.Raw(body);
  return std::move(out).Take();
}

Bytes EncodeReply(const Declined& declined) {
  const Refusal& refusal = declined.refusal;
  Writer out;
  out.U8(kDeclined);
  out.Text(declined.owner);
  out.Text(refusal.reason);
  out.Text(refusal.message);
  out.Text(refusal.hint);
  out.Text(refusal.sqlstate);
  out.U8(refusal.position ? 1 : 0);
  if (refusal.position) out.U32(static_cast<std::uint32_t>(*refusal.position));
  return std::move(out).Take();
}

Result<Reply> DecodeReply(ByteView bytes) {
  TRY(CheckSize(bytes));
  Reader in(bytes);
  const std::uint8_t kind = in.U8();
  if (kind == kDone) return Reply(Bytes(bytes.begin() + 1, bytes.end()));
  if (kind != kDeclined) in.Spoil();
  Declined declined{.owner = in.Text(), .refusal = {}};
  declined.refusal.reason = in.Text();
  declined.refusal.message = in.Text();
  declined.refusal.hint = in.Text();
  declined.refusal.sqlstate = in.Text();
  if (in.Flag()) declined.refusal.position = static_cast<int>(in.U32());
  if (!IsShowable(declined)) in.Spoil();
  TRY(in.Finish("a reply"));
  return Reply(tl::unexpect, std::move(declined));
}

bool AreInOrder(const std::vector<Row>& keys) {
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (EncodeRow(keys[i - 1]) >= EncodeRow(keys[i])) return false;
  }
  return true;
}

std::vector<Row> Unite(const std::vector<std::vector<Row>>& keys) {
  std::map<Bytes, Row> united;
  for (const std::vector<Row>& some : keys) {
    for (const Row& key : some) united.try_emplace(EncodeRow(key), key);
  }
  std::vector<Row> rows;
  for (auto& [encoded, key] : united) rows.push_back(std::move(key));
  return rows;
}

crypto::Hash ContextOf(const Statement& statement, const std::string& description, const Setting& setting) {
  Writer out;
  out.Raw(AsBytes(kContext));
  out.Raw(HashOf(statement));
  out.Raw(Mutated("context_without_plan") ? crypto::Hash{} : crypto::Sha256(AsBytes(description)));
  WriteSetting(out, setting);
  return crypto::Sha256(std::move(out).Take());
}

Bytes VoucherText(const std::string& description, const release::FitRound& round,
                  const std::string& revision) {
  Writer out;
  out.Raw(AsBytes(kState));
  out.Raw(crypto::Sha256(AsBytes(description)));
  out.U32(round.number);
  out.Raw(crypto::Sha256(AsBytes(round.state)));
  out.Raw(crypto::Sha256(AsBytes(revision)));
  return std::move(out).Take();
}

Bytes PlainText(const crypto::Hash& context, const std::vector<Int128>& values) {
  Writer out;
  out.Raw(AsBytes(kPlain));
  out.Raw(context);
  WriteWides(out, values);
  return std::move(out).Take();
}

}  // namespace concordat::federation
