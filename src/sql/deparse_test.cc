#include <fmt/format.h>
#include <google/protobuf/descriptor.h>
#include <google/protobuf/util/message_differencer.h>
#include <gtest/gtest.h>

#include "sql/tree.h"

namespace concordat::sql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// Without what Deparse may add, and without places in the text.
void Strip(Message& message) {
  if (auto* node = google::protobuf::DynamicCastToGenerated<pg_query::Node>(&message)) {
    while (node->has_coalesce_expr() && node->coalesce_expr().args_size() == 1) {
      pg_query::Node inner = std::move(*node->mutable_coalesce_expr()->mutable_args(0));
      *node = std::move(inner);
    }
  }
  const auto& reflection = *message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection.ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->name() == "location" || field->name() == "stmt_len") {
      reflection.ClearField(&message, field);
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE && !field->is_repeated()) {
      Strip(*reflection.MutableMessage(&message, field));
    } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
      for (int i = 0; i < reflection.FieldSize(message, field); ++i)
        Strip(*reflection.MutableRepeatedMessage(&message, field, i));
    }
  }
}

TEST(Deparse, KeepsWhatIsWithinWhat) {
  const std::vector<std::string> operands = {"a AND b",
                                             "a OR b",
                                             "NOT a",
                                             "a = b",
                                             "a < b",
                                             "a + b",
                                             "a * b",
                                             "-a",
                                             "a || b",
                                             "a ~ b",
                                             "a IS NULL",
                                             "a IS TRUE",
                                             "a IN (1, 2)",
                                             "a IN (SELECT 1)",
                                             "a BETWEEN 1 AND 2",
                                             "a NOT BETWEEN 1 AND 2",
                                             "a LIKE b",
                                             "a ILIKE b",
                                             "a = ANY(b)",
                                             "a IS DISTINCT FROM b",
                                             "a::int",
                                             "a[1]",
                                             "(SELECT 1)",
                                             "EXISTS (SELECT 1)",
                                             "NULLIF(a, b)",
                                             "-1",
                                             "'x'",
                                             "CASE WHEN a THEN b END",
                                             "ROW(a, b)",
                                             "ARRAY[1]",
                                             "a COLLATE \"C\"",
                                             "ARRAY(SELECT 1)"};
  const std::vector<std::string> operations = {"{} IS TRUE",
                                               "{} IS NULL",
                                               "NOT {}",
                                               "{} AND c",
                                               "c AND {}",
                                               "{} OR c",
                                               "{} = c",
                                               "c = {}",
                                               "{} + c",
                                               "c - {}",
                                               "c * {}",
                                               "- {}",
                                               "{} IN (1)",
                                               "c IN ({}, 1)",
                                               "{} IN (SELECT 1)",
                                               "{} LIKE c",
                                               "c ILIKE {}",
                                               "{} BETWEEN 1 AND 2",
                                               "c BETWEEN {} AND 2",
                                               "c NOT BETWEEN 1 AND {}",
                                               "{}::int",
                                               "{} = ANY(c)",
                                               "c = ANY({})",
                                               "{} IS DISTINCT FROM c",
                                               "c ~ {}",
                                               "ARRAY[{}]",
                                               "f({})",
                                               "{} COLLATE \"C\"",
                                               "c IS DISTINCT FROM {}",
                                               "COALESCE({}, c)",
                                               "CASE WHEN {} THEN c END",
                                               "CASE {} WHEN c THEN d END"};
  int kept = 0;
  for (const std::string& operation : operations) {
    for (const std::string& operand : operands) {
      const std::string text =
          fmt::format("SELECT {}", fmt::format(fmt::runtime(operation), "(" + operand + ")"));
      SCOPED_TRACE(text);
      auto tree = ParseTree(text);
      ASSERT_TRUE(tree);
      const auto written = Deparse(*tree);
      ASSERT_TRUE(written) << written.error().message;
      auto again = ParseTree(*written);
      ASSERT_TRUE(again) << *written;
      Strip(*tree);
      Strip(*again);
      EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(*tree, *again)) << *written;
      ++kept;
    }
  }
  EXPECT_GT(kept, 1000);
}

}  // namespace
}  // namespace concordat::sql
