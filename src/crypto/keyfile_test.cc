#include "crypto/keyfile.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "base/json.h"
#include "base/testing_random.h"

namespace concordat::crypto {
namespace {

constexpr char kPassphrase[] = "correct horse battery";

class KeyFileTest : public testing::Test {
 protected:
  SeededRandom random_{3};
  SigningKey key_ = *SigningKey::Generate("maria@lewisham", random_);
  std::string text_ = *ShutKey(key_, kPassphrase, random_);
};

TEST_F(KeyFileTest, OpensWithItsPassphraseAlone) {
  EXPECT_EQ(text_.find(key_.SecretText().substr(40)), std::string::npos);
  EXPECT_EQ(KeyOfFile(text_)->Text(), key_.verify_key().Text());
  EXPECT_EQ(OpenKey(text_, kPassphrase)->SecretText(), key_.SecretText());
  EXPECT_EQ(OpenKey(text_, "correct horse batterz").error().code, ErrorCode::kPermissionDenied);
  EXPECT_FALSE(ShutKey(key_, "short", random_));
}

TEST_F(KeyFileTest, NoticesEveryChange) {
  const Json whole = Json::parse(text_);
  const std::string other = SigningKey::Generate("maria@lewisham", random_)->verify_key().Text();
  const struct {
    const char* field;
    Json value;
  } cases[] = {{"vkey", other},        {"vkey", 3},      {"kdf", "scrypt"}, {"passes", 1},
               {"passes", 17},         {"passes", -3},   {"memory", 1},     {"memory", 1ULL << 31},
               {"memory", "67108864"}, {"salt", "AAAA"}, {"nonce", "AAAA"}, {"box", "AAAA"},
               {"concordat", "key/2"}, {"box", Json()},  {"salt", "!"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.field + (" " + c.value.dump()));
    Json changed = whole;
    changed[c.field] = c.value;
    EXPECT_FALSE(OpenKey(changed.dump(), kPassphrase));
    changed.erase(c.field);
    EXPECT_FALSE(OpenKey(changed.dump(), kPassphrase));
  }
  for (const char* text : {"", "{", "[]", "null", "{\"concordat\": \"key/1\"}"})
    EXPECT_FALSE(KeyOfFile(text));
}

}  // namespace
}  // namespace concordat::crypto
