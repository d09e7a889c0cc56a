#include <google/protobuf/descriptor.h>
#include <pg_query.h>

#include "sql/tree.h"

// libpg_query writes parentheses around some operands and forgets others: (a AND b) IS TRUE, the ends of
// BETWEEN, patterns of LIKE, casts of what NOT yields. A tree has no node for parentheses, so such operands
// are enclosed in what needs none.
namespace concordat::sql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using pg_query::Node;

bool IsOperation(const Node& node) {
  switch (node.node_case()) {
    case Node::kAExpr:
    case Node::kBoolExpr:
    case Node::kNullTest:
    case Node::kBooleanTest:
    case Node::kCollateClause:
      return true;
    case Node::kSubLink:
      return node.sub_link().sub_link_type() != pg_query::EXPR_SUBLINK &&
             node.sub_link().sub_link_type() != pg_query::ARRAY_SUBLINK;
    default:
      return false;
  }
}

void Enclose(Node& operand) {
  Node enclosed;
  *enclosed.mutable_coalesce_expr()->add_args() = std::move(operand);
  operand = std::move(enclosed);
}

void EncloseOperation(Node& operand) {
  if (operand.has_list()) {
    for (Node& item : *operand.mutable_list()->mutable_items()) EncloseOperation(item);
  } else if (IsOperation(operand)) {
    Enclose(operand);
  }
}

void EncloseOperand(pg_query::A_Expr& expression, Node& operand) {
  const bool plain = expression.kind() == pg_query::AEXPR_OP;
  if (plain && operand.has_a_expr() && operand.a_expr().kind() == pg_query::AEXPR_OP)
    return;  // written right
  EncloseOperation(operand);
}

void EncloseOperands(Node& node) {
  switch (node.node_case()) {
    case Node::kAExpr: {
      auto& expression = *node.mutable_a_expr();
      if (expression.has_lexpr()) EncloseOperand(expression, *expression.mutable_lexpr());
      if (expression.has_rexpr()) EncloseOperand(expression, *expression.mutable_rexpr());
      break;
    }
    case Node::kNullTest:
      EncloseOperation(*node.mutable_null_test()->mutable_arg());
      break;
    case Node::kBooleanTest:
      EncloseOperation(*node.mutable_boolean_test()->mutable_arg());
      break;
    case Node::kTypeCast:
      EncloseOperation(*node.mutable_type_cast()->mutable_arg());
      break;
    case Node::kCollateClause:
      EncloseOperation(*node.mutable_collate_clause()->mutable_arg());
      break;
    case Node::kSubLink:
      if (node.sub_link().has_testexpr()) EncloseOperation(*node.mutable_sub_link()->mutable_testexpr());
      break;
    default:
      break;
  }
}

// Every node of the tree.
void Walk(Message& message) {
  if (auto* node = google::protobuf::DynamicCastToGenerated<Node>(&message)) EncloseOperands(*node);
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      Walk(*reflection.MutableMessage(&message, field));
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i)
      Walk(*reflection.MutableRepeatedMessage(&message, field, i));
  }
}

}  // namespace

Outcome<std::string> Deparse(const pg_query::ParseResult& tree) {
  pg_query::ParseResult enclosed = tree;
  Walk(enclosed);
  std::string bytes = enclosed.SerializeAsString();
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
