#include "sql/statement.h"

#include <fmt/format.h>

#include "base/bytes.h"
#include "sql/allow.h"
#include "sql/audit.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

// "InsertStmt" as people call it: INSERT.
std::string StatementName(const pg_query::Node& node) {
  const auto* field =
      node.GetReflection()->GetOneofFieldDescriptor(node, node.GetDescriptor()->oneof_decl(0));
  std::string name = field == nullptr ? "this statement" : field->message_type()->name();
  if (name.ends_with("Stmt")) name.resize(name.size() - 4);
  std::string words;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !words.empty()) words += ' ';
    words += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return words;
}

// Where words stood in the text.
void ClearPositions(google::protobuf::Message& message) {
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  const auto* reflection = message.GetReflection();
  reflection->ListFields(message, &fields);
  for (const auto* field : fields) {
    if (field->name() == "location") reflection->ClearField(&message, field);
    if (field->cpp_type() != google::protobuf::FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      ClearPositions(*reflection->MutableMessage(&message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i)
      ClearPositions(*reflection->MutableRepeatedMessage(&message, field, i));
  }
}

}  // namespace

// The tree itself: text made of it again would lose parentheses, and two questions become one.
std::string NormalOf(const pg_query::SelectStmt& select) {
  pg_query::SelectStmt bare = select;
  ClearPositions(bare);
  return ToHex(AsBytes(bare.SerializeAsString()));
}

Outcome<Question> ParseQuestion(std::string_view text) {
  const pg_query::ParseResult tree = TRY(ParseTree(text));
  if (tree.stmts_size() == 0)
    return Refuse("empty_statement", "there is no statement", "try SELECT count(*) FROM a table", "42601");
  if (tree.stmts_size() > 1) {
    return Refuse("several_statements", "several statements in one question", "send them one at a time",
                  "42601", tree.stmts(1).stmt_location());
  }
  const pg_query::Node& node = tree.stmts(0).stmt();
  if (!node.has_select_stmt()) {
    return Refuse("statement_not_supported",
                  StatementName(node) + " is not supported: the data is read-only, through aggregates",
                  "try SELECT count(*) FROM a table");
  }
  const pg_query::SelectStmt select =
      AsksForReport(node.select_stmt()) ? TRY(QuestionOfReport(node.select_stmt())) : node.select_stmt();
  TRY(CheckAllowed(select));
  return Question{std::make_shared<const pg_query::SelectStmt>(select), NormalOf(select)};
}

std::vector<std::string> TablesOf(const Question& question) {
  std::vector<std::string> names;
  for (const pg_query::RangeVar& table : TablesOf(*question.select)) names.push_back(table.relname());
  return names;
}

}  // namespace concordat::sql
