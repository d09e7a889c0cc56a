#include "crypto/cosignature.h"

#include <gtest/gtest.h>

#include "base/testing_random.h"

namespace concordat::crypto {
namespace {

constexpr char kText[] = "lewisham\n3\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
const Time kTime = *ParseTime("2026-11-23T07:10:04.900Z");

Cosigner Make(const std::string& name, std::uint64_t seed) {
  SeededRandom random(seed);
  return *Cosigner::Generate(name, random);
}

class CosignatureTest : public testing::Test {
 protected:
  Cosigner cosigner_ = Make("witness.camden", 7);
  Note note_{kText, {cosigner_.Cosign(kText, kTime)}};
};

TEST_F(CosignatureTest, HoldsWithItsTimeInSeconds) {
  const auto cosigned = VerifyCosignatures(note_, {cosigner_.key()});
  ASSERT_TRUE(cosigned);
  ASSERT_EQ(cosigned->size(), 1U);
  EXPECT_EQ(cosigned->front().name, "witness.camden");
  EXPECT_EQ(cosigned->front().time_s, 1795417804U);
  EXPECT_EQ(note_.signatures[0].signature.size(), 72U);
  const auto again = ParseNote(FormatNote(note_));
  ASSERT_TRUE(again);
  EXPECT_EQ(VerifyCosignatures(*again, {cosigner_.key()})->size(), 1U);
}

TEST_F(CosignatureTest, FailsWithAnyBitOfItChanged) {
  for (std::size_t bit = 0; bit < 72 * 8; ++bit) {
    Note changed = note_;
    changed.signatures[0].signature[bit / 8] ^= static_cast<std::uint8_t>(1 << (bit % 8));
    EXPECT_FALSE(VerifyCosignatures(changed, {cosigner_.key()})) << bit;
  }
}

TEST_F(CosignatureTest, FailsOfAnotherTextLengthOrMessage) {
  SeededRandom random(7);
  const auto plain = *SigningKey::Generate("witness.camden", random);  // the same 32 bytes, for notes
  const Signature unstamped = plain.Sign(AsBytes(kText));
  Bytes timed = note_.signatures[0].signature;
  std::copy(unstamped.begin(), unstamped.end(), timed.begin() + 8);
  const struct {
    const char* name;
    std::string text;
    Bytes signature;
  } cases[] = {
      {"another text", std::string("camden") + (kText + 8), note_.signatures[0].signature},
      {"nothing", kText, {}},
      {"the time alone", kText, Bytes(8)},
      {"no time", kText, {note_.signatures[0].signature.begin() + 8, note_.signatures[0].signature.end()}},
      {"a byte more", kText,
       [&] {
         Bytes longer = note_.signatures[0].signature;
         longer.push_back(0);
         return longer;
       }()},
      {"a signature of the bare text", kText, timed},
  };
  for (const auto& c : cases) {
    const Note note{c.text, {{"witness.camden", cosigner_.key().id(), c.signature}}};
    EXPECT_FALSE(VerifyCosignatures(note, {cosigner_.key()})) << c.name;
  }
}

TEST_F(CosignatureTest, CountsAKeyOnceUnderWhateverNames) {
  const Cosigner same_bytes = Make("witness.other", 7);
  Note note = note_;
  note.signatures.push_back(note.signatures[0]);
  note.signatures.push_back(same_bytes.Cosign(kText, kTime));
  note.signatures.push_back({"stranger", 1, {1, 2, 3}});
  EXPECT_EQ(VerifyCosignatures(note, {cosigner_.key(), cosigner_.key(), same_bytes.key()})->size(), 1U);
  EXPECT_TRUE(VerifyCosignatures(note, {Make("witness.camden", 8).key()})->empty());
  // A wrong one beside a right one is no better than alone.
  note.signatures[1].signature[20] ^= 1;
  EXPECT_FALSE(VerifyCosignatures(note, {cosigner_.key()}));
}

TEST_F(CosignatureTest, KeysHaveATypeOfTheirOwn) {
  const std::string vkey = cosigner_.key().Text();
  EXPECT_EQ(CosignerKey::Parse(vkey)->Text(), vkey);
  EXPECT_EQ(Cosigner::Parse(cosigner_.SecretText())->key().Text(), vkey);
  EXPECT_FALSE(VerifyKey::Parse(vkey));
  EXPECT_FALSE(SigningKey::Parse(cosigner_.SecretText()));
  SeededRandom random(7);
  const auto plain = *SigningKey::Generate("witness.camden", random);
  EXPECT_FALSE(CosignerKey::Parse(plain.verify_key().Text()));
  EXPECT_FALSE(Cosigner::Parse(plain.SecretText()));
  EXPECT_NE(plain.verify_key().id(), cosigner_.key().id());
  std::string wrong_id = vkey;
  wrong_id[15] = wrong_id[15] == '0' ? '1' : '0';
  for (const std::string& bad : {std::string(), wrong_id, vkey + "A", vkey.substr(0, vkey.size() - 1)})
    EXPECT_FALSE(CosignerKey::Parse(bad)) << bad;
}

TEST(Note, FailsWithAWrongSignatureBesideARightOne) {
  SeededRandom random(3);
  const auto key = *SigningKey::Generate("lewisham", random);
  Note note{kText, {}};
  AddSignature(note, key);
  AddSignature(note, key);
  EXPECT_TRUE(VerifyNote(note, {key.verify_key()}));
  note.signatures[1].signature[0] ^= 1;
  EXPECT_FALSE(VerifyNote(note, {key.verify_key()}));
}

}  // namespace
}  // namespace concordat::crypto
