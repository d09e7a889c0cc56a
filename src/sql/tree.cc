#include "sql/tree.h"

#include <google/protobuf/io/coded_stream.h>
#include <pg_query.h>
#include <pthread.h>

#include "base/check.h"

namespace concordat::sql {
namespace {

// libpg_query recurses over the tree it made, about 300 bytes of stack a level (3,000 under sanitizers), and
// a text can make a level of every second byte ("1+1+1…"). Pages of this stack that are not used are never
// touched.
constexpr std::size_t kParserStack = std::size_t{512} << 20;
// Later recursions (allow-list, binder, generator) run on ordinary stacks: protobuf levels, two or three of
// them a nesting.
constexpr int kDeepestTree = 400;

struct Job {
  const char* text;
  PgQueryProtobufParseResult result;
};

void* RunJob(void* argument) {
  auto* job = static_cast<Job*>(argument);
  job->result = pg_query_parse_protobuf(job->text);
  return nullptr;
}

PgQueryProtobufParseResult ParseOnOwnStack(const std::string& text) {
  Job job{text.c_str(), {}};
  pthread_attr_t attributes;
  pthread_t thread{};
  CHECK(pthread_attr_init(&attributes) == 0);
  CHECK(pthread_attr_setstacksize(&attributes, kParserStack) == 0);
  CHECK(pthread_create(&thread, &attributes, RunJob, &job) == 0);
  pthread_join(thread, nullptr);
  pthread_attr_destroy(&attributes);
  return job.result;
}

}  // namespace

Outcome<pg_query::ParseResult> ParseTree(std::string_view text) {
  if (text.size() > kLongestText) {
    return Refuse("statement_too_long", "the statement is longer than 128 kB", "ask for less at a time",
                  "54000");
  }
  if (text.find('\0') != text.npos) return Refuse("not_sql", "a zero byte in the text", "remove it", "42601");
  PgQueryProtobufParseResult parsed = ParseOnOwnStack(std::string(text));
  if (parsed.error != nullptr) {
    const std::string message = parsed.error->message;
    const int position = std::max(0, parsed.error->cursorpos - 1);
    pg_query_free_protobuf_parse_result(parsed);
    return Refuse("not_sql", message, "check the spelling near the place named", "42601", position);
  }
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data),
                                               static_cast<int>(parsed.parse_tree.len));
  input.SetRecursionLimit(kDeepestTree);
  pg_query::ParseResult tree;
  const bool whole = tree.ParseFromCodedStream(&input);
  pg_query_free_protobuf_parse_result(parsed);
  if (!whole)
    return Refuse("statement_too_deep", "the statement is nested too deeply",
                  "write it flatter: IN instead of many ORs", "54001");
  return tree;
}

Outcome<std::string> Deparse(const pg_query::ParseResult& tree) {
  std::string bytes = tree.SerializeAsString();
  PgQueryDeparseResult deparsed = pg_query_deparse_protobuf({bytes.size(), bytes.data()});
  if (deparsed.error != nullptr) {
    const std::string message = deparsed.error->message;
    pg_query_free_deparse_result(deparsed);
    return Refuse("not_sql", message, "write the statement another way", "42601");
  }
  std::string text = deparsed.query;
  pg_query_free_deparse_result(deparsed);
  return text;
}

}  // namespace concordat::sql
