// Byte for byte what another reading of docs/formats/sum.md comes to: test/vectors/sum.py, in another
// language.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "aggregation/party.h"
#include "aggregation/receiver.h"
#include "base/json.h"
#include "base/testing_random.h"
#include "crypto/keystream.h"

namespace concordat::aggregation {
namespace {

// The stream of a key of 32 equal bytes.
class Scripted final : public RandomSource {
 public:
  explicit Scripted(std::uint8_t byte) : stream_(KeyOf(byte)) {}
  void Fill(std::span<std::uint8_t> out) override { stream_.Next(out); }

  static crypto::Secret32 KeyOf(std::uint8_t byte) {
    crypto::Secret32 key;
    std::fill_n(key.data(), 32, byte);
    return key;
  }

 private:
  crypto::Keystream stream_;
};

struct Played {
  std::vector<std::string> said;
  std::vector<Int128> sum;
};

struct Scene {
  Terms terms;
  std::vector<crypto::SigningKey> keys;
  std::vector<std::unique_ptr<Scripted>> random;
  std::vector<std::unique_ptr<Party>> parties;
};

Scene SceneOf(const Json& vectors, const Json& answer) {
  Scene scene;
  scene.terms = {.way = Way::kMasks,
                 .width = static_cast<Width>(answer.at("width").get<int>()),
                 .length = 3,
                 .parties = {},
                 .quorum = vectors.at("quorum").get<std::size_t>()};
  std::ranges::copy(*FromHex(vectors.at("context").get<std::string>()), scene.terms.context.begin());
  for (std::uint8_t i = 0; i < 3; ++i) {
    ConstantRandom seed(static_cast<std::uint8_t>(i + 161));
    scene.keys.push_back(*crypto::SigningKey::Generate(vectors.at("names")[i].get<std::string>(), seed));
    scene.terms.parties.push_back(scene.keys.back().verify_key());
    scene.random.push_back(std::make_unique<Scripted>(static_cast<std::uint8_t>(i + 1)));
  }
  for (std::size_t i = 0; i < 3; ++i)
    scene.parties.push_back(*MakeParty(scene.terms, i, scene.keys[i], *scene.random[i]));
  return scene;
}

Played Play(Scene& scene, const std::vector<std::vector<Int128>>& numbers) {
  Played played;
  const auto receiver = *MakeReceiver(scene.terms);
  const auto round = [&](std::size_t count, auto speak) {
    for (std::size_t i = 0; i < count; ++i) {
      const Message message = *speak(*scene.parties[i], i);
      played.said.push_back(ToHex(Encode(message)));
      EXPECT_TRUE(receiver->Add(message));
    }
    return *receiver->Close();
  };
  const auto commits = round(3, [](Party& p, std::size_t) { return p.Commit(); });
  const auto reveals = round(3, [&](Party& p, std::size_t) { return p.Reveal(commits); });
  const auto contributions =
      round(2, [&](Party& p, std::size_t i) { return p.Contribute(reveals, numbers[i]); });
  const auto agreements = round(2, [&](Party& p, std::size_t) { return p.Agree(contributions); });
  round(2, [&](Party& p, std::size_t) { return p.Open(agreements); });
  played.sum = *receiver->Finish();
  return played;
}

TEST(SumVectors, AreWhatThePageSays) {
  std::ifstream file(CONCORDAT_SOURCE_DIR "/test/vectors/sum.json");
  const Json vectors = Json::parse(file);
  for (const Json& answer : vectors.at("cases")) {
    SCOPED_TRACE(answer.at("width"));
    Scene scene = SceneOf(vectors, answer);
    EXPECT_EQ(ToHex(HashOf(scene.terms)), answer.at("terms").get<std::string>());
    std::vector<std::vector<Int128>> numbers;
    for (const Json& row : answer.at("numbers")) {
      auto& vector = numbers.emplace_back();
      for (const Json& number : row) vector.push_back(*ParseInt128(number.get<std::string>()));
    }
    const Played played = Play(scene, numbers);
    EXPECT_EQ(played.said, answer.at("said").get<std::vector<std::string>>());
    ASSERT_EQ(played.sum.size(), answer.at("sum").size());
    for (std::size_t i = 0; i < played.sum.size(); ++i)
      EXPECT_EQ(ToString(played.sum[i]), answer.at("sum")[i].get<std::string>());
  }
}

}  // namespace
}  // namespace concordat::aggregation
