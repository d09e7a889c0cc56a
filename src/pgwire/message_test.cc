#include "pgwire/message.h"

#include <gtest/gtest.h>

#include "pgwire/reply.h"

namespace concordat::pgwire {
namespace {

using std::string_literals::operator""s;

std::string Length(std::size_t size) {
  std::string bytes;
  AppendInt32(bytes, static_cast<std::uint32_t>(size + 4));
  return bytes;
}

template <class T>
T Only(char type, const std::string& body) {
  const std::string bytes = type + Length(body.size()) + body;
  std::string_view rest = bytes;
  auto message = TakeMessage(rest, 1'000);
  EXPECT_TRUE(message && *message) << (message ? "not whole" : message.error().message);
  EXPECT_TRUE(rest.empty());
  return std::get<T>(**message);
}

TEST(TakeMessage, ReadsEachKind) {
  EXPECT_EQ(Only<Query>('Q', "SELECT 1\0"s).text, "SELECT 1");
  const auto parse = Only<Parse>('P', "s\0SELECT\0\0\1\0\0\0\x14"s);
  EXPECT_EQ(parse.statement, "s");
  EXPECT_EQ(parse.text, "SELECT");
  EXPECT_EQ(parse.types, (std::vector<oid::Oid>{20}));
  const auto bind = Only<Bind>('B', "p\0s\0\0\1\0\1\0\2\0\0\0\1x\xFF\xFF\xFF\xFF\0\1\0\1"s);
  EXPECT_EQ(bind.portal, "p");
  EXPECT_EQ(bind.statement, "s");
  EXPECT_EQ(bind.parameter_formats, (std::vector<Format>{Format::kBinary}));
  ASSERT_EQ(bind.parameters.size(), 2U);
  EXPECT_EQ(bind.parameters[0], "x");
  EXPECT_FALSE(bind.parameters[1]);
  EXPECT_EQ(bind.result_formats, (std::vector<Format>{Format::kBinary}));
  const auto execute = Only<Execute>('E', "p\0\0\0\0\7"s);
  EXPECT_EQ(execute.portal, "p");
  EXPECT_EQ(execute.rows, 7);
  EXPECT_EQ(Only<Describe>('D', "Ss\0"s).target, Target::kStatement);
  EXPECT_EQ(Only<Close>('C', "Pp\0"s).target, Target::kPortal);
  Only<Sync>('S', "");
  Only<Flush>('H', "");
  Only<Terminate>('X', "");
}

TEST(TakeMessage, RefusesWhatIsNotWhole) {
  const struct {
    const char* name;
    std::string bytes;
    const char* message;
  } cases[] = {
      {"unknown type", "~\0\0\0\4"s, "invalid frontend message type 126"},
      {"length below its own", "S\0\0\0\3"s, "invalid message length"},
      {"past the limit", "Q\0\1\0\0"s, "a message of 65536 bytes is past the limit of 1000"},
      {"text without its end", "Q\0\0\0\x05x"s, "invalid message format"},
      {"bytes after the text", "Q\0\0\0\x07x\0y"s, "invalid message format"},
      {"more parameters than bytes", "B\0\0\0\x0C\0\0\0\0\xFF\xFF\0\0"s, "invalid message format"},
      {"a value longer than the message", "B\0\0\0\x10\0\0\0\0\0\1\0\0\0\x09\0\0"s, "invalid message format"},
      {"a negative length", "B\0\0\0\x10\0\0\0\0\0\1\xFF\xFF\xFF\xFE\0\0"s, "invalid message format"},
      {"a format that is none", "B\0\0\0\x0C\0\0\0\1\0\2\0\0"s, "invalid message format"},
      {"a target that is none", "D\0\0\0\7Xs\0"s, "invalid message format"},
      {"a Sync with a body", "S\0\0\0\5x"s, "invalid message format"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    std::string_view rest = c.bytes;
    const auto message = TakeMessage(rest, 1'000);
    ASSERT_FALSE(message);
    EXPECT_EQ(message.error().message, c.message);
  }
}

TEST(TakeMessage, WaitsForTheRestAtEveryByte) {
  const std::string whole = "Q\0\0\0\x0DSELECT 1\0"s;
  for (std::size_t size = 0; size < whole.size(); ++size) {
    std::string_view rest = std::string_view(whole).substr(0, size);
    const auto message = TakeMessage(rest, 1'000);
    ASSERT_TRUE(message) << size;
    EXPECT_FALSE(*message) << size;
    EXPECT_EQ(rest.size(), size);
  }
}

TEST(TakeOpening, ReadsEachKind) {
  const auto opening = [](const std::string& bytes) {
    std::string_view rest = bytes;
    return TakeOpening(rest);
  };
  EXPECT_TRUE(std::holds_alternative<SslRequest>(**opening("\0\0\0\x08\x04\xD2\x16\x2F"s)));
  EXPECT_TRUE(std::holds_alternative<GssRequest>(**opening("\0\0\0\x08\x04\xD2\x16\x30"s)));
  const auto cancel = std::get<CancelRequest>(**opening("\0\0\0\x10\x04\xD2\x16\x2E\0\0\0\7\0\0\0\x08"s));
  EXPECT_EQ(cancel.process, 7);
  EXPECT_EQ(cancel.secret, 8);
  const auto startup = std::get<StartupMessage>(**opening("\0\0\0\x12\0\3\0\2user\0ana\0\0"s));
  EXPECT_EQ(startup.major, 3);
  EXPECT_EQ(startup.minor, 2);
  ASSERT_EQ(startup.parameters.size(), 1U);
  EXPECT_EQ(startup.parameters[0].second, "ana");
  EXPECT_FALSE(*opening("\0\0\0\x13\0\3"s));
  EXPECT_FALSE(opening("\0\0\0\x07\0\3\0"s));
  EXPECT_FALSE(opening("\0\1\0\0\0\3\0\0"s));
  EXPECT_FALSE(opening("\0\0\0\x11\0\3\0\0user\0ana\0"s)) << "no closing zero";
  EXPECT_FALSE(opening("\0\0\0\x13\0\3\0\0user\0ana\0\0x"s)) << "bytes after the end";
}

TEST(Reply, WritesFieldsInPostgresqlsOrder) {
  std::string out;
  AppendReport(out, {.sqlstate = "42601", .message = "m", .detail = "d", .hint = "h", .position = 3});
  const std::string body = "SERROR\0VERROR\0C42601\0Mm\0Dd\0Hh\0P3\0\0"s;
  EXPECT_EQ(out, "E" + Length(body.size()) + body);
  out.clear();
  AppendReport(out, {.severity = "NOTICE", .sqlstate = "00000", .message = "m"});
  EXPECT_EQ(out[0], 'N');
}

TEST(Reply, CountsPositionsInCharacters) {
  EXPECT_EQ(CharacterPosition("äöü x", 7), 5);
  EXPECT_EQ(CharacterPosition("", 7), 1);
  const Refusal refusal{"row_level_output", "no", "try", "42501", 3};
  const Report report = Explained(refusal, "SELECT 'ä'; SELECT *", 13);
  EXPECT_EQ(report.message, "refused (row_level_output): no");
  EXPECT_EQ(report.position, 16);
}

}  // namespace
}  // namespace concordat::pgwire
