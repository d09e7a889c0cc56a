#include "yaml/tree.h"

#include <gtest/gtest.h>

namespace concordat::yaml {
namespace {

TEST(Parse, KeepsKindsTextsAndLines) {
  const auto root = Parse("name: x\nlist:\n  - 1\n  - '1'\n  - {a: ~, b: []}\n");
  ASSERT_TRUE(root) << root.error().what;
  ASSERT_EQ(root->keys, (std::vector<std::string>{"name", "list"}));
  EXPECT_EQ(root->key_lines, (std::vector<int>{1, 2}));
  EXPECT_EQ(root->items[0].scalar, "x");
  const Node& list = root->items[1];
  ASSERT_EQ(list.items.size(), 3U);
  EXPECT_EQ(list.items[0].scalar, "1");
  EXPECT_FALSE(list.items[0].quoted);
  EXPECT_EQ(list.items[1].scalar, "1");
  EXPECT_TRUE(list.items[1].quoted);
  EXPECT_EQ(list.items[2].line, 5);
  EXPECT_EQ(list.items[2].items[0].kind, Node::Kind::kNull);
  EXPECT_EQ(list.items[2].items[1].kind, Node::Kind::kSequence);
}

TEST(Parse, TakesAnEmptyTextAsNothing) {
  for (const char* text : {"", "\n\n", "# a remark\n"}) {
    const auto root = Parse(text);
    ASSERT_TRUE(root) << text;
    EXPECT_EQ(root->kind, Node::Kind::kNull);
    EXPECT_EQ(root->line, 0);
  }
}

struct Bad {
  std::string text;
  int line;
  const char* what;
};

TEST(Parse, StopsAtTheLineOfWhatItDoesNotRead) {
  const Bad kBad[] = {
      {"a: &x 1\nb: *x\n", 2, "aliases are not read"},
      {"a: 1\nb: !!str 2\n", 2, "tags are not read"},
      {"a: 1\nb: 2\na: 3\n", 3, "'a' stands twice"},
      {"a: 1\n---\nb: 2\n", 2, "more than one document"},
      {"a: \"x\\0y\"\n", 1, "control characters"},
      {"a: \"\xff\"\n", 1, "control characters"},
      {"a: 1\n[b]: 2\n", 2, "a key is not a text"},
      {std::string(70, '[') + std::string(70, ']'), 1, "nested too deeply"},
      {"a: [1, 2\n", 2, "end of sequence"},
      {",", 1, ""},
      {std::string(kLongestText + 1, ' '), 1, "longer than 1 MB"},
  };
  for (const Bad& bad : kBad) {
    SCOPED_TRACE(bad.text.substr(0, 40));
    const auto root = Parse(bad.text);
    ASSERT_FALSE(root);
    EXPECT_EQ(root.error().line, bad.line);
    EXPECT_NE(root.error().what.find(bad.what), std::string::npos) << root.error().what;
  }
}

}  // namespace
}  // namespace concordat::yaml
