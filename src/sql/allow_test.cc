#include "sql/allow.h"

#include <gtest/gtest.h>
#include <pg_query.pb.h>

#include <set>

#include "sql/testing_bind.h"

namespace concordat::sql {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

std::set<std::string> AcceptedMessages() {
  std::set<std::string> names;
  for (const AllowedField& field : AllowedFields()) names.insert(field.message);
  return names;
}

const Descriptor* DescriptorOf(const std::string& message) {
  return pg_query::Node::descriptor()->file()->FindMessageTypeByName(message);
}

TEST(AllowList, NamesEveryFieldOfEveryAcceptedMessage) {
  std::set<std::pair<std::string, std::string>> listed;
  for (const AllowedField& field : AllowedFields()) listed.insert({field.message, field.field});
  for (const std::string& message : AcceptedMessages()) {
    if (message == "A_Star") continue;
    const Descriptor* descriptor = DescriptorOf(message);
    ASSERT_NE(descriptor, nullptr) << message;
    for (int i = 0; i < descriptor->field_count(); ++i) {
      const bool known = listed.erase({message, descriptor->field(i)->name()}) == 1;
      EXPECT_TRUE(known) << message << "." << descriptor->field(i)->name() << " is neither read nor refused";
    }
  }
  for (const auto& [message, field] : listed)
    ADD_FAILURE() << message << "." << field << " is not in the tree's description";
}

// Sets a field to something that is not its default.
void Set(Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  const bool many = field->is_repeated();
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_MESSAGE:
      if (many)
        reflection->AddMessage(&message, field);
      else
        reflection->MutableMessage(&message, field);
      break;
    case FieldDescriptor::CPPTYPE_STRING:
      reflection->SetString(&message, field, "x");
      break;
    case FieldDescriptor::CPPTYPE_BOOL:
      reflection->SetBool(&message, field, true);
      break;
    case FieldDescriptor::CPPTYPE_INT32:
      reflection->SetInt32(&message, field, 7);
      break;
    case FieldDescriptor::CPPTYPE_UINT32:
      reflection->SetUInt32(&message, field, 7);
      break;
    case FieldDescriptor::CPPTYPE_ENUM:
      reflection->SetEnumValue(&message, field, 1);
      break;
    default:
      FAIL() << field->full_name();
  }
}

TEST(AllowList, RefusesEachFieldThatIsNotReadOnceItIsSet) {
  for (const AllowedField& field : AllowedFields()) {
    const Descriptor* descriptor = DescriptorOf(field.message);
    const std::unique_ptr<Message> message(
        google::protobuf::MessageFactory::generated_factory()->GetPrototype(descriptor)->New());
    Set(*message, descriptor->FindFieldByName(field.field));
    const bool accepted = CheckAllowed(*message).has_value();
    EXPECT_EQ(accepted, field.use != FieldUse::kRefused) << field.message << "." << field.field;
  }
}

TEST(AllowList, RefusesEveryNodeItDoesNotName) {
  const std::set<std::string> accepted = AcceptedMessages();
  const Descriptor* node = pg_query::Node::descriptor();
  int refused = 0;
  for (int i = 0; i < node->field_count(); ++i) {
    pg_query::Node wrapped;
    wrapped.GetReflection()->MutableMessage(&wrapped, node->field(i));
    const bool known = accepted.contains(node->field(i)->message_type()->name()) ||
                       node->field(i)->message_type()->name() == "A_Star";
    EXPECT_EQ(CheckAllowed(wrapped).has_value(), known) << node->field(i)->name();
    refused += known ? 0 : 1;
  }
  EXPECT_GT(refused, 150);
}

}  // namespace
}  // namespace concordat::sql
