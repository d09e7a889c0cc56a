#include "web/target.h"

#include <gtest/gtest.h>

namespace concordat::web {
namespace {

TEST(Target, IsReadIntoDecodedParts) {
  const auto target = ParseTarget("/a/b%20c/%C3%A9%41?name=x%2fy&empty=");
  ASSERT_FALSE(target.has_value());  // a slash that is percent-encoded, even in a query
  const auto good = ParseTarget("/a/b%20c/%C3%A9%41?name=x/y&empty=");
  ASSERT_TRUE(good.has_value()) << good.error().message;
  EXPECT_EQ(good->path, "/a/b%20c/%C3%A9%41");
  EXPECT_EQ(good->parts, (std::vector<std::string>{"a", "b c", "éA"}));
  EXPECT_EQ(good->query, (std::map<std::string, std::string>{{"name", "x/y"}, {"empty", ""}}));
  EXPECT_TRUE(ParseTarget("/")->parts.empty());
}

class BadTarget : public testing::TestWithParam<std::string> {};

TEST_P(BadTarget, IsRefused) {
  const auto target = ParseTarget(GetParam());
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().code, ErrorCode::kInvalidArgument);
}

INSTANTIATE_TEST_SUITE_P(Each, BadTarget,
                         testing::Values("", "*", "a", "http://x/", "//", "//x", "/a//b", "/a/", "/.", "/..",
                                         "/a/../b", "/%2e", "/%2E%2e/x", "/a%2Fb", "/a%00b", "/a%0ab",
                                         "/a%7Fb", "/%", "/%4", "/%zz", "/%+1", "/%C0%AF", "/%C0%AE%C0%AE",
                                         "/%ED%A0%80", "/%FF", "/a b", "/a\\b", "/a#b", "/a\"b", "/\xC3\xA9",
                                         "/<", "/a?b", "/a?=b", "/a?b=1&b=2", "/a?b=%", "/a?b=1 ",
                                         "/" + std::string(kTargetBytes, 'a')));

}  // namespace
}  // namespace concordat::web
