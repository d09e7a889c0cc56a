// Known answers, made by test/vectors/he.py without any of the ways of this module; by every kernel.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "crypto/hash.h"
#include "he/secret_key.h"
#include "he/threshold.h"
#include "he/wire.h"

namespace concordat::he {
namespace {

using Json = nlohmann::json;

Json Vectors() {
  std::ifstream file(CONCORDAT_SOURCE_DIR "/test/vectors/he.json");
  return Json::parse(file);
}

// Gives what a vector says, in turn.
class Given final : public RandomSource {
 public:
  explicit Given(const std::vector<std::string>& parts) {
    for (const std::string& part : parts) {
      const Bytes bytes = *FromHex(part);
      bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    }
  }
  void Fill(std::span<std::uint8_t> out) override {
    ASSERT_LE(at_ + out.size(), bytes_.size());
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), out.size(), out.begin());
    at_ += out.size();
  }

 private:
  Bytes bytes_;
  std::size_t at_ = 0;
};

Seed SeedFrom(const Json& hex) {
  Seed seed;
  std::ranges::copy(*FromHex(hex.get<std::string>()), seed.begin());
  return seed;
}

std::vector<std::uint64_t> ValuesFrom(const Json& texts) {
  std::vector<std::uint64_t> values;
  for (const Json& text : texts) values.push_back(std::stoull(text.get<std::string>()));
  return values;
}

// Long cases give a rule instead: (i + 1) (party + 3) times the golden ratio's 64 bits.
std::vector<std::uint64_t> ValuesOf(const Json& vector, std::size_t party) {
  if (vector.contains("values")) return ValuesFrom(vector["values"][party]);
  std::vector<std::uint64_t> values(vector["count"].get<std::size_t>());
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = (i + 1) * (party + 3) * 0x9e3779b97f4a7c15;
  return values;
}

Json Digest(ByteView message) { return ToHex(crypto::Sha256(message)); }

std::vector<ByteView> Views(const std::vector<Bytes>& messages) { return {messages.begin(), messages.end()}; }

// What a case's parties say to each other.
struct Conversation {
  Shape shape;
  Seed common;
  std::vector<Bytes> shares, ciphertexts, partials;
  Bytes sum;
};

Conversation Play(const Json& vector, Kernel kernel) {
  Conversation said;
  said.shape = {vector["set"] == "T64" ? Set::kT64 : Set::kT32, vector["count"]};
  said.common = SeedFrom(vector["common"]);
  std::vector<KeyShare> keys;
  for (const Json& secret : vector["secrets"]) {
    keys.emplace_back(said.shape.set, said.common, SeedFrom(secret), kernel);
    said.shares.push_back(keys.back().PublicShare());
  }
  const PublicKey key = *JoinKeys(said.shape.set, said.common, Views(said.shares), kernel);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Given random({vector["encrypt"][i]});
    said.ciphertexts.push_back(*Encrypt(key, ValuesOf(vector, i), random));
  }
  said.sum = *Add(said.shape, Views(said.ciphertexts), kernel);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    Given random({vector["flood"][i]});
    said.partials.push_back(*DecryptPartly(std::move(keys[i]), said.shape, keys.size(), said.sum, random));
  }
  return said;
}

class KnownAnswers : public testing::TestWithParam<Kernel> {
 protected:
  void SetUp() override {
    if (!Supports(GetParam())) GTEST_SKIP() << "this processor does not have it";
  }
};
INSTANTIATE_TEST_SUITE_P(Kernels, KnownAnswers,
                         testing::Values(Kernel::kScalar, Kernel::kAvx2, Kernel::kIfma));

TEST_P(KnownAnswers, UnderAJointKey) {
  const Json vectors = Vectors();
  ASSERT_EQ(vectors["joint"].size(), 4U);
  for (const Json& vector : vectors["joint"]) {
    const Conversation said = Play(vector, GetParam());
    const Json& expected = vector["sha256"];
    for (std::size_t i = 0; i < said.shares.size(); ++i) {
      EXPECT_EQ(Digest(said.shares[i]), expected["shares"][i]);
      EXPECT_EQ(Digest(said.ciphertexts[i]), expected["ciphertexts"][i]);
      EXPECT_EQ(Digest(said.partials[i]), expected["partials"][i]);
    }
    EXPECT_EQ(Digest(said.sum), expected["sum"]);
    const auto opened = Open(said.shape, said.sum, Views(said.partials), GetParam());
    ASSERT_TRUE(opened) << opened.error().message;
    if (vector.contains("opened")) EXPECT_EQ(*opened, ValuesFrom(vector["opened"]));
  }
}

TEST_P(KnownAnswers, UnderOneKey) {
  const Json vectors = Vectors();
  ASSERT_EQ(vectors["single"].size(), 1U);
  for (const Json& vector : vectors["single"]) {
    const std::vector<std::uint64_t> values = ValuesFrom(vector["values"]);
    const Shape shape{Set::kP64, values.size()};
    Given key_random({vector["key"]}), random({vector["public"], vector["errors"]});
    const SecretKey key(Set::kP64, key_random, GetParam());
    const Bytes seeded = *EncryptSeeded(key, values, random);
    EXPECT_EQ(Digest(seeded), vector["sha256"]["seeded"]);
    const Bytes expanded = *Expand(shape, seeded, GetParam());
    EXPECT_EQ(Digest(expanded), vector["sha256"]["expanded"]);
    EXPECT_EQ(*Decrypt(key, shape, expanded), values);
    const std::vector<std::uint8_t> picks = vector["selected"];
    const Bytes selected = *SumSelected(shape, expanded, picks, GetParam());
    EXPECT_EQ(Digest(selected), vector["sha256"]["selected"]);
    EXPECT_EQ(*Decrypt(key, {Set::kP64, 1}, selected), ValuesFrom({vector["selected_sum"]}));
  }
}

// A message with a change to it.
Bytes Changed(Bytes message, const Json& change) {
  if (change.contains("size")) message.resize(change["size"]);
  if (!change.contains("hex")) return message;
  std::ranges::copy(*FromHex(change["hex"].get<std::string>()),
                    message.begin() + change["at"].get<std::ptrdiff_t>());
  return message;
}

// Reads the changed message where it would be read, among good ones.
Error ErrorOf(const Json& change, Conversation said, const Bytes& seeded, std::size_t seeded_values) {
  const std::string& of = change["of"].get_ref<const std::string&>();
  const auto error = [](const auto& result) { return result ? Error{} : result.error(); };
  if (of == "seeded") return error(Expand({Set::kP64, seeded_values}, Changed(seeded, change)));
  if (of == "share") {
    said.shares[0] = Changed(said.shares[0], change);
    return error(JoinKeys(said.shape.set, said.common, Views(said.shares)));
  }
  if (of == "ciphertext") {
    said.ciphertexts[0] = Changed(said.ciphertexts[0], change);
    const auto sum = Add(said.shape, Views(said.ciphertexts));
    return sum ? error(Open(said.shape, *sum, Views(said.partials))) : sum.error();
  }
  said.partials[0] = Changed(said.partials[0], change);
  return error(Open(said.shape, said.sum, Views(said.partials)));
}

TEST(KnownAnswers, RefuseWhatIsMalformed) {
  const Json vectors = Vectors();
  const Conversation said = Play(vectors["joint"][0], BestKernel());
  const Json& single = vectors["single"][0];
  Given key_random({single["key"]}), random({single["public"], single["errors"]});
  const std::vector<std::uint64_t> values = ValuesFrom(single["values"]);
  const Bytes seeded = *EncryptSeeded(SecretKey(Set::kP64, key_random), values, random);
  ASSERT_GE(vectors["refused"].size(), 20U);
  for (const Json& change : vectors["refused"]) {
    const Error error = ErrorOf(change, said, seeded, values.size());
    EXPECT_EQ(error.code, ErrorCode::kInvalidArgument) << change;
    EXPECT_NE(error.message.find(change["says"].get<std::string>()), std::string::npos) << change << "\n"
                                                                                        << error.message;
  }
  for (const Json& change : vectors["corrupt"]) {
    const Error error = ErrorOf(change, said, seeded, values.size());
    EXPECT_EQ(error.code, ErrorCode::kCorrupt) << change << error.message;
  }
}

}  // namespace
}  // namespace concordat::he
