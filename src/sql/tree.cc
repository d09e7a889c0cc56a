#include "sql/tree.h"

#include <google/protobuf/io/coded_stream.h>
#include <pg_query.h>
#include <pthread.h>

#include <algorithm>
#include <set>

#include "base/check.h"

namespace concordat::sql {
namespace {

// libpg_query recurses over the tree it made, about 300 bytes of stack a level (3,000 under sanitizers), and
// a text can make a level of every second byte ("1+1+1…"). Pages of this stack that are not used are never
// touched; short texts, nearly all, have one that glibc keeps for the next.
constexpr std::size_t kStackPerByte = 4096;
constexpr std::size_t kLeastStack = std::size_t{1} << 20;
// Later recursions (allow-list, binder, generator) run on ordinary stacks: protobuf levels, two or three of
// them a nesting.
constexpr int kDeepestTree = 400;

// Packing a tree takes time quadratic in its depth, seconds for the deepest that a text can hold; it cannot
// be deeper than the text has operators, parentheses and keywords.
constexpr std::size_t kMostOperators = 10'000;

bool IsOperand(pg_query::Token token) {
  switch (token) {
    case pg_query::ASCII_44:  // a comma
    case pg_query::ICONST:
    case pg_query::FCONST:
    case pg_query::SCONST:
    case pg_query::IDENT:
    case pg_query::SQL_COMMENT:
    case pg_query::C_COMMENT:
      return true;
    default:
      return false;
  }
}

bool HasTooManyOperators(const std::string& text) {
  if (text.size() < kMostOperators) return false;
  PgQueryScanResult scanned = pg_query_scan(text.c_str());
  pg_query::ScanResult result;  // without tokens where the text cannot be scanned: the parser will say why
  if (scanned.error == nullptr) result.ParseFromArray(scanned.pbuf.data, static_cast<int>(scanned.pbuf.len));
  pg_query_free_scan_result(scanned);
  const auto operators = std::count_if(result.tokens().begin(), result.tokens().end(),
                                       [](const auto& token) { return !IsOperand(token.token()); });
  return static_cast<std::size_t>(operators) > kMostOperators;
}

tl::unexpected<Refusal> TooDeep() {
  return Refuse("statement_too_deep", "the statement is nested too deeply",
                "write it flatter: IN instead of many ORs", "54001");
}

// The byte at which the `characters`-th character starts, counted from 1 as the parser does.
int ByteOf(std::string_view text, int characters) {
  int count = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 && ++count == characters)
      return static_cast<int>(i);
  }
  return static_cast<int>(text.size());
}

using Names = std::set<std::string>;

void Collect(const google::protobuf::Message& message, const Names& made,
             std::vector<pg_query::RangeVar>& tables);

// All below a message but its WITH.
void CollectBelow(const google::protobuf::Message& message, const Names& made,
                  std::vector<pg_query::RangeVar>& tables) {
  AnyBelow(message, [&](const google::protobuf::Message& below) {
    if (below.GetDescriptor() != pg_query::WithClause::descriptor()) Collect(below, made, tables);
    return false;
  });
}

// `made`: what WITH has made where the message stands.
void Collect(const google::protobuf::Message& message, const Names& made,
             std::vector<pg_query::RangeVar>& tables) {
  if (const auto* table = dynamic_cast<const pg_query::RangeVar*>(&message)) {
    if (!table->schemaname().empty() || !made.contains(table->relname())) tables.push_back(*table);
    return;
  }
  const auto* select = dynamic_cast<const pg_query::SelectStmt*>(&message);
  if (select == nullptr || !select->has_with_clause()) return CollectBelow(message, made, tables);
  Names more = made;
  const auto& ctes = select->with_clause().ctes();
  if (select->with_clause().recursive()) {
    for (const auto& cte : ctes) more.insert(cte.common_table_expr().ctename());
  }
  for (const auto& cte : ctes) {
    CollectBelow(cte, more, tables);
    more.insert(cte.common_table_expr().ctename());
  }
  CollectBelow(message, more, tables);
}

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
  CHECK(pthread_attr_setstacksize(&attributes, kLeastStack + text.size() * kStackPerByte) == 0);
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
  const std::string terminated(text);
  if (HasTooManyOperators(terminated)) return TooDeep();
  PgQueryProtobufParseResult parsed = ParseOnOwnStack(terminated);
  if (parsed.error != nullptr) {
    const std::string message = parsed.error->message;
    const int position = ByteOf(text, std::max(1, parsed.error->cursorpos));
    pg_query_free_protobuf_parse_result(parsed);
    return Refuse("not_sql", message, "check the spelling near the place named", "42601", position);
  }
  google::protobuf::io::CodedInputStream input(reinterpret_cast<const std::uint8_t*>(parsed.parse_tree.data),
                                               static_cast<int>(parsed.parse_tree.len));
  input.SetRecursionLimit(kDeepestTree);
  pg_query::ParseResult tree;
  const bool whole = tree.ParseFromCodedStream(&input);
  pg_query_free_protobuf_parse_result(parsed);
  if (!whole) return TooDeep();
  return tree;
}

bool IsOwn(const pg_query::FuncCall& call) {
  return call.funcname_size() == 2 && call.funcname(0).string().sval() == kOwnSchema;
}

const pg_query::FuncCall* OnlyFunction(const pg_query::RangeFunction& range) {
  if (range.functions_size() != 1 || !range.functions(0).has_list()) return nullptr;
  const auto& items = range.functions(0).list().items();
  if (items.empty() || !items[0].has_func_call()) return nullptr;
  return &items[0].func_call();
}

std::vector<pg_query::RangeVar> TablesOf(const google::protobuf::Message& tree) {
  std::vector<pg_query::RangeVar> tables;
  Collect(tree, {}, tables);
  return tables;
}

}  // namespace concordat::sql
