#include "web/form.h"

#include <gtest/gtest.h>

namespace concordat::web {
namespace {

TEST(ParseForm, ReadsWhatBrowsersSend) {
  const auto form = ParseForm("token=csub_0a&product=lewisham%2Fadult&reason=I+don%27t+want+%C3%A9&empty=");
  ASSERT_TRUE(form) << form.error().message;
  EXPECT_EQ(form->size(), 4u);
  EXPECT_EQ(form->at("product"), "lewisham/adult");
  EXPECT_EQ(form->at("reason"), "I don't want é");
  EXPECT_EQ(form->at("empty"), "");
  EXPECT_TRUE(ParseForm("")->empty());
}

TEST(ParseForm, RefusesWhatTwoReadersCouldTakeForTwoThings) {
  const struct {
    std::string body, says;
  } cases[] = {
      {"a=1&a=2", "twice"},        {"a", "name=value"},
      {"=1", "name=value"},        {"a=1&&b=2", "name=value"},
      {"a=%2", "two hexadecimal"}, {"a=%zz", "two hexadecimal"},
      {"a=%00", "control"},        {"a=%0d%0a", "control"},
      {"a=%ff", "UTF-8"},          {std::string("a=") + std::string(20'000, 'x'), "16 KiB"},
  };
  for (const auto& c : cases) {
    const auto form = ParseForm(c.body);
    ASSERT_FALSE(form) << c.body;
    EXPECT_NE(form.error().message.find(c.says), std::string::npos) << form.error().message;
  }
  std::string many;
  for (int i = 0; i < 65; ++i) many += "f" + std::to_string(i) + "=1&";
  many.pop_back();
  EXPECT_FALSE(ParseForm(many));
}

}  // namespace
}  // namespace concordat::web
