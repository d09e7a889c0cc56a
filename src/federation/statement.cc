#include "federation/statement.h"

#include <fmt/format.h>

#include "base/mutation.h"
#include "federation/wire.h"

namespace concordat::federation {
namespace {

// What is signed begins so: no other signature of this key is one of a statement.
constexpr std::string_view kDomain = "concordat/statement/1\n";
constexpr std::string_view kFitDomain = "concordat/statement/2\n";  // of a round of a fit
constexpr std::string_view kIdDomain = "concordat/question/1\n";
constexpr std::size_t kLargestStatement = 1U << 20;
constexpr std::size_t kLargestRound = 1U << 24;
constexpr std::size_t kIdBytes = 8;

template <class T, class Put>
void WriteOptional(Writer& out, const std::optional<T>& value, Put put) {
  out.U8(value ? 1 : 0);
  if (value) put(*value);
}

void WriteSettings(Writer& out, const release::Settings& settings) {
  WriteOptional(out, settings.epsilon, [&](double value) { out.Real(value); });
  WriteOptional(out, settings.accuracy, [&](const std::string& value) { out.Text(value); });
  out.U8(settings.margins ? 1 : 0);
  out.U8(settings.allow_negative ? 1 : 0);
  out.U8(settings.pure ? 1 : 0);
  WriteOptional(out, settings.purpose, [&](const std::string& value) { out.Text(value); });
}

release::Settings ReadSettings(Reader& in) {
  release::Settings settings;
  if (in.Flag()) settings.epsilon = in.Real();
  if (in.Flag()) settings.accuracy = in.Text();
  settings.margins = in.Flag();
  settings.allow_negative = in.Flag();
  settings.pure = in.Flag();
  if (in.Flag()) settings.purpose = in.Text();
  return settings;
}

void WriteVisitor(Writer& out, const release::Visitor& visitor) {
  out.Text(visitor.analyst);
  out.Text(visitor.home);
  out.U32(visitor.trainings.size());
  for (const auto& [name, attested] : visitor.trainings) {
    out.Text(name);
    out.U64(static_cast<std::uint64_t>(attested.time_since_epoch().count()));
  }
}

Time ReadTime(Reader& in) { return Time(Milliseconds(static_cast<std::int64_t>(in.U64()))); }

release::Visitor ReadVisitor(Reader& in) {
  release::Visitor visitor{.analyst = in.Text(), .home = in.Text(), .trainings = {}};
  const std::size_t count = in.Count(12);
  for (std::size_t i = 0; i < count; ++i) {
    std::string name = in.Text();
    const Time attested = ReadTime(in);
    const bool in_order = visitor.trainings.empty() || visitor.trainings.rbegin()->first < name;
    if (!in_order) in.Spoil();
    visitor.trainings.insert_or_assign(std::move(name), attested);
  }
  return visitor;
}

Bytes SignedPart(const Statement& statement) {
  Writer out;
  out.Raw(AsBytes(statement.round ? kFitDomain : kDomain));
  out.Text(statement.agreement);
  out.Text(statement.document);
  WriteVisitor(out, statement.visitor);
  out.Text(statement.question.text);
  out.Rows({statement.question.parameters});
  WriteSettings(out, statement.question.settings);
  out.U64(static_cast<std::uint64_t>(statement.time.time_since_epoch().count()));
  out.Raw(statement.session);
  if (statement.round) {
    out.U32(statement.round->number);
    out.Text(statement.round->state);
  }
  return std::move(out).Take();
}

Statement ReadStatement(Reader& in) {
  Statement statement;
  std::string domain(kDomain.size(), '\0');
  in.Raw({reinterpret_cast<std::uint8_t*>(domain.data()), domain.size()});
  const bool fits = domain == kFitDomain;
  if (domain != kDomain && !fits) in.Spoil();
  statement.agreement = in.Text();
  statement.document = in.Text();
  statement.visitor = ReadVisitor(in);
  statement.question.text = in.Text();
  std::vector<Row> parameters = in.Rows();
  if (parameters.size() == 1)
    statement.question.parameters = std::move(parameters[0]);
  else
    in.Spoil();
  statement.question.settings = ReadSettings(in);
  statement.time = ReadTime(in);
  in.Raw(statement.session);
  if (fits) {
    const std::uint32_t number = in.U32();
    statement.round = release::FitRound{number, in.Text()};
  }
  return statement;
}

Refusal SkewOf(Milliseconds ahead) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::abs(ahead)).count();
  return {.reason = "clock_skewed",
          .message = fmt::format("the question is from a clock that is {} seconds {} of this member's",
                                 seconds, ahead.count() > 0 ? "ahead" : "behind"),
          .hint = "ask the operators to set both clocks; then ask again",
          .sqlstate = "58000",
          .position = {}};
}

}  // namespace

std::string IdOf(const Statement& statement) {
  Writer round;
  if (statement.round) {
    round.U32(statement.round->number);
    round.Raw(AsBytes(statement.round->state));
  }
  const Bytes of_round = std::move(round).Take();
  const crypto::Hash hash = crypto::Sha256(
      {AsBytes(kIdDomain), AsBytes(statement.visitor.home), AsBytes("\n"), statement.session, of_round});
  return ToHex(ByteView(hash).first(kIdBytes));
}

Bytes Encode(const SignedStatement& statement) {
  Writer out;
  out.Raw(SignedPart(statement.statement));
  out.Raw(statement.signature);
  return std::move(out).Take();
}

Result<SignedStatement> DecodeStatement(ByteView bytes) {
  if (bytes.size() > kLargestRound)
    return Fail(ErrorCode::kInvalidArgument, "a statement of more than 16 MB", "fit a smaller model");
  Reader in(bytes);
  SignedStatement read;
  read.statement = ReadStatement(in);
  in.Raw(read.signature);
  TRY(in.Finish("a requester's statement"));
  if (!read.statement.round && bytes.size() > kLargestStatement)
    return Fail(ErrorCode::kInvalidArgument, "a statement of more than 1 MB", "ask a shorter question");
  return read;
}

SignedStatement Sign(Statement statement, const crypto::SigningKey& key) {
  const crypto::Signature signature = key.Sign(SignedPart(statement));
  return {std::move(statement), signature};
}

crypto::Hash HashOf(const Statement& statement) { return crypto::Sha256(SignedPart(statement)); }

Outcome<void> CheckStatement(const SignedStatement& statement, const agreement::Agreement& document,
                             const std::string& caller, Time now) {
  const Statement& said = statement.statement;
  if (said.visitor.home != caller && !Mutated("caller_unchecked"))
    return Refuse("statement_not_yours",
                  fmt::format("'{}' brings a question of '{}'", caller, said.visitor.home),
                  "a member asks for its own analysts alone", "42501");
  const auto key = crypto::VerifyKey::Parse(document.KeyOf(said.visitor.home));
  if (!document.parties.contains(said.visitor.home) || !key)
    return Refuse("not_a_party",
                  fmt::format("'{}' is not a party to '{}' here", said.visitor.home, document.name),
                  "ask under an agreement of which your member is a party", "42501");
  if (said.document != document.id)
    return Refuse(
        "document_differs",
        fmt::format("another document of '{}' is in force here than at '{}'", document.name, caller),
        "exchange the agreement's notes until all parties have the same one", "42501");
  if (!key->Verify(SignedPart(said), statement.signature) && !Mutated("statement_unchecked"))
    return Refuse("statement_unsigned",
                  fmt::format("the question does not carry the signature of '{}'", caller),
                  "the key in the agreement must be the member's own", "42501");
  const Milliseconds ahead = said.time - now;
  if (ahead > kSkew || ahead < -kSkew) return tl::unexpected(SkewOf(ahead));
  return {};
}

}  // namespace concordat::federation
