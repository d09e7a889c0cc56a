#include "pgwire/command.h"

#include <fmt/format.h>

#include <algorithm>

#include "pgwire/server.h"
#include "pgwire/slice.h"
#include "sql/tree.h"

namespace concordat::pgwire {
namespace {

// DeclareCursorStmt's options. Source: PostgreSQL 15, src/include/nodes/parsenodes.h.
constexpr int kCursorBinary = 0x0001, kCursorNoScroll = 0x0004, kCursorHold = 0x0020;
constexpr std::int64_t kFetchAll = INT64_MAX;  // howMany, on machines of 64 bits

tl::unexpected<Refusal> NotSupported(const std::string& what, const std::string& hint) {
  return Refuse("not_supported", what + " is not supported", hint);
}

static_assert(Limits{}.statement_bytes == sql::kLongestText);

// PostgreSQL's own words where the text is not SQL: clients look for them.
Outcome<pg_query::ParseResult> Parsed(const std::string& text) {
  auto tree = sql::ParseTree(text);
  if (!tree && tree.error().reason == "not_sql") tree.error().reason.clear();
  return tree;
}

// ---- Literals

// A constant as text: none if the node is no constant; inner none for NULL.
std::optional<std::optional<std::string>> ConstantText(const pg_query::Node& node) {
  if (node.has_type_cast()) return ConstantText(node.type_cast().arg());
  if (node.has_string()) return node.string().sval();
  if (node.has_integer()) return std::to_string(node.integer().ival());
  if (node.has_float_()) return node.float_().fval();
  if (node.has_boolean()) return node.boolean().boolval() ? "true" : "false";
  if (!node.has_a_const()) return std::nullopt;
  const pg_query::A_Const& constant = node.a_const();
  if (constant.isnull()) return std::optional<std::string>();
  switch (constant.val_case()) {
    case pg_query::A_Const::kSval:
      return constant.sval().sval();
    case pg_query::A_Const::kFval:
      return constant.fval().fval();
    case pg_query::A_Const::kBoolval:
      return constant.boolval().boolval() ? "true" : "false";
    case pg_query::A_Const::kIval:
      return std::to_string(constant.ival().ival());
    case pg_query::A_Const::kBsval:
      return constant.bsval().bsval();
    default:
      return "0";  // protobuf leaves out an integer of zero
  }
}

// SET's values: several become a list, as search_path and DateStyle have it.
Outcome<std::string> JoinedValue(const pg_query::VariableSetStmt& set) {
  std::string joined;
  for (const auto& argument : set.args()) {
    const auto constant = ConstantText(argument);
    if (!constant || !*constant)
      return NotSupported("this value of SET", "give a number, a word or a quoted text");
    if (!joined.empty()) joined += ", ";
    joined += **constant;
  }
  return joined;
}

// ---- Statements

Outcome<Command> FromSet(const pg_query::VariableSetStmt& set) {
  switch (set.kind()) {
    case pg_query::VAR_SET_MULTI:
      return CharacteristicsCommand{};
    case pg_query::VAR_RESET_ALL:
      return ResetCommand{};
    case pg_query::VAR_RESET:
      return ResetCommand{set.name()};
    case pg_query::VAR_SET_DEFAULT:
      return SetCommand{set.name(), std::nullopt, set.is_local()};
    case pg_query::VAR_SET_VALUE: {
      std::string value = TRY(JoinedValue(set));
      return SetCommand{set.name(), std::move(value), set.is_local()};
    }
    default:
      return NotSupported("SET … FROM CURRENT", "give the value");
  }
}

Outcome<Command> FromTransaction(const pg_query::TransactionStmt& transaction) {
  using Kind = TransactionCommand::Kind;
  const auto command = [&](Kind kind) {
    return TransactionCommand{kind, transaction.savepoint_name(), transaction.chain()};
  };
  switch (transaction.kind()) {
    case pg_query::TRANS_STMT_BEGIN:
      return command(Kind::kBegin);
    case pg_query::TRANS_STMT_START:
      return command(Kind::kStart);
    case pg_query::TRANS_STMT_COMMIT:
      return command(Kind::kCommit);
    case pg_query::TRANS_STMT_ROLLBACK:
      return command(Kind::kRollback);
    case pg_query::TRANS_STMT_SAVEPOINT:
      return command(Kind::kSavepoint);
    case pg_query::TRANS_STMT_RELEASE:
      return command(Kind::kRelease);
    case pg_query::TRANS_STMT_ROLLBACK_TO:
      return command(Kind::kRollbackTo);
    default:
      return NotSupported("a prepared transaction", "use BEGIN and COMMIT");
  }
}

Outcome<Command> FromExplain(const pg_query::ExplainStmt& explain, const std::string& text) {
  ExplainCommand command{SliceExplained(text), false};
  if (!explain.query().has_select_stmt())
    return NotSupported("EXPLAIN of anything but a question", "EXPLAIN SELECT …");
  for (const auto& option : explain.options()) {
    const std::string& name = option.def_elem().defname();
    const auto value = option.def_elem().has_arg() ? ConstantText(option.def_elem().arg()) : std::nullopt;
    const std::string word = value && *value ? **value : "true";
    if (name == "analyze") command.analyze = word != "false" && word != "off" && word != "0";
    if (name == "format" && word != "text")
      return NotSupported("EXPLAIN in a format other than text", "leave FORMAT out");
  }
  return command;
}

std::vector<std::string> OptionValues(const pg_query::DefElem& option) {
  std::vector<std::string> values;
  if (!option.has_arg()) return values;
  if (option.arg().has_a_star()) return {"*"};
  if (option.arg().has_list()) {
    for (const auto& item : option.arg().list().items()) {
      if (const auto text = ConstantText(item); text && *text) values.push_back(**text);
    }
    return values;
  }
  if (const auto text = ConstantText(option.arg()); text && *text) values.push_back(**text);
  return values;
}

Outcome<Command> FromCopy(const pg_query::CopyStmt& copy, const std::string& text) {
  constexpr const char* kInstead = "COPY (SELECT …) TO STDOUT, or \\copy (SELECT …) TO 'file' in psql";
  if (copy.is_from())
    return Refuse("read_only", "COPY FROM would change data; questions alone are answered", kInstead);
  if (copy.is_program() || !copy.filename().empty()) {
    return Refuse("read_only", "COPY writes to STDOUT alone, not to the server's files", kInstead, "42501");
  }
  if (!copy.has_query() || !copy.query().has_select_stmt()) {
    return Refuse("row_level_output", "COPY of a table would be its rows", kInstead, "42501");
  }
  std::vector<CopyOption> options;
  for (const auto& option : copy.options()) {
    options.push_back({option.def_elem().defname(), OptionValues(option.def_elem())});
  }
  const auto form = TRY(ParseCopyForm(options));
  return CopyCommand{SliceCopied(text), form};
}

Outcome<Command> FromDeclare(const pg_query::DeclareCursorStmt& declare, const std::string& text) {
  const int options = declare.options();
  return DeclareCommand{declare.portalname(), SliceAfter(text, "for", "cursor"), (options & kCursorHold) != 0,
                        (options & kCursorBinary) != 0, (options & kCursorNoScroll) != 0};
}

Outcome<Command> FromFetch(const pg_query::FetchStmt& fetch) {
  using Direction = FetchCommand::Direction;
  FetchCommand command{fetch.portalname(), Direction::kForward, fetch.how_many(), fetch.ismove()};
  if (fetch.how_many() == kFetchAll) command.count = kEverything;
  switch (fetch.direction()) {
    case pg_query::FETCH_BACKWARD:
      command.direction = Direction::kBackward;
      break;
    case pg_query::FETCH_ABSOLUTE:
      command.direction = Direction::kAbsolute;
      break;
    case pg_query::FETCH_RELATIVE:
      command.direction = Direction::kRelative;
      break;
    default:
      break;
  }
  return command;
}

Outcome<Command> FromExecute(const pg_query::ExecuteStmt& execute) {
  ExecuteCommand command{execute.name(), {}};
  for (const auto& parameter : execute.params()) {
    auto constant = ConstantText(parameter);
    if (!constant) return NotSupported("EXECUTE with an expression", "give plain values");
    command.arguments.push_back(*std::move(constant));
  }
  return command;
}

Command FromDiscard(const pg_query::DiscardStmt& discard) {
  using What = DiscardCommand::What;
  switch (discard.target()) {
    case pg_query::DISCARD_PLANS:
      return DiscardCommand{What::kPlans};
    case pg_query::DISCARD_SEQUENCES:
      return DiscardCommand{What::kSequences};
    case pg_query::DISCARD_TEMP:
      return DiscardCommand{What::kTemporary};
    default:
      return DiscardCommand{What::kAll};
  }
}

std::optional<std::string> Named(const std::string& name) {
  if (name.empty()) return std::nullopt;
  return name;
}

Outcome<Command> FromNode(const pg_query::Node& node, const std::string& text) {
  switch (node.node_case()) {
    case pg_query::Node::kSelectStmt:
      return SelectCommand{{text, 0}};
    case pg_query::Node::kExplainStmt:
      return FromExplain(node.explain_stmt(), text);
    case pg_query::Node::kCopyStmt:
      return FromCopy(node.copy_stmt(), text);
    case pg_query::Node::kVariableSetStmt:
      return FromSet(node.variable_set_stmt());
    case pg_query::Node::kVariableShowStmt:
      return ShowCommand{node.variable_show_stmt().name()};
    case pg_query::Node::kTransactionStmt:
      return FromTransaction(node.transaction_stmt());
    case pg_query::Node::kDeclareCursorStmt:
      return FromDeclare(node.declare_cursor_stmt(), text);
    case pg_query::Node::kFetchStmt:
      return FromFetch(node.fetch_stmt());
    case pg_query::Node::kClosePortalStmt:
      return CloseCommand{Named(node.close_portal_stmt().portalname())};
    case pg_query::Node::kPrepareStmt:
      if (!node.prepare_stmt().query().has_select_stmt()) break;
      return PrepareCommand{node.prepare_stmt().name(), SliceAfter(text, "as", "")};
    case pg_query::Node::kExecuteStmt:
      return FromExecute(node.execute_stmt());
    case pg_query::Node::kDeallocateStmt:
      return DeallocateCommand{Named(node.deallocate_stmt().name())};
    case pg_query::Node::kDiscardStmt:
      return FromDiscard(node.discard_stmt());
    case pg_query::Node::kUnlistenStmt:
      return UnlistenCommand{};
    default:
      break;
  }
  return Refuse("read_only", FirstWord(text) + " is not a question; nothing here can be changed",
                "write a SELECT", "0A000", 0);
}

}  // namespace

bool Statement::transaction_exit() const {
  using Kind = TransactionCommand::Kind;
  const auto* transaction = std::get_if<TransactionCommand>(&command);
  return transaction != nullptr &&
         (transaction->kind == Kind::kCommit || transaction->kind == Kind::kRollback ||
          transaction->kind == Kind::kRollbackTo);
}

Outcome<std::vector<Statement>> ParseCommands(const std::string& text) {
  const pg_query::ParseResult tree = TRY(Parsed(text));
  std::vector<Statement> statements;
  for (const auto& raw : tree.stmts()) {
    std::size_t start = static_cast<std::size_t>(raw.stmt_location());
    const std::size_t end =
        raw.stmt_len() == 0 ? text.size() : start + static_cast<std::size_t>(raw.stmt_len());
    start = std::min(text.find_first_not_of(" \t\r\n\f\v", start), end);
    Statement statement{text.substr(start, end - start), start, EmptyCommand{}};
    auto command = FromNode(raw.stmt(), statement.text);
    if (!command) {
      Refusal refusal = std::move(command).error();
      if (refusal.position) *refusal.position += static_cast<int>(start);
      return tl::unexpected(std::move(refusal));
    }
    statement.command = *std::move(command);
    statements.push_back(std::move(statement));
  }
  return statements;
}

}  // namespace concordat::pgwire
