// What exports are made of; other programs read them in test/learning/network.py.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "network/onnx.h"
#include "network/protobuf.h"
#include "network/safetensors.h"
#include "network/saved.h"

namespace concordat::network {
namespace {

Json ModelOf() {
  Saved saved{.network = *Network::Make(*ParseLayers("embedding(2) dense(3) softmax"),
                                        {.columns = 3, .factors = {{.first = 1, .count = 2}}},
                                        {Target::kClasses, 3})};
  saved.weights = saved.network.StartingWeights(3);
  saved.terms = {"age", "regionsouth", "regionwest"};
  saved.centre = Eigen::VectorXd{{60, 0, 0}};
  saved.half = Eigen::VectorXd{{60, 1, 1}};
  saved.levels = {"low", "mid", "high"};
  return ToJson(saved);
}

TEST(Saved, ReadsWhatItWrites) {
  const Json model = ModelOf();
  const auto read = ReadSaved(model);
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(ToJson(*read), model);
  const Lanes matrix{{30, 90}, {0, 1}, {1, 0}};
  const Lanes told = Predict(*read, matrix);
  EXPECT_EQ(told.rows(), 3);
  for (Index i = 0; i < 2; ++i) EXPECT_NEAR(told.col(i).sum(), 1, 1e-12);
}

TEST(Saved, RefusesWhatIsNone) {
  const Json model = ModelOf();
  for (const auto& [key, part] : model.items()) {
    if (key == "parameters") continue;
    for (const Json& other : {Json(), Json(3), Json("AAAA"), Json::array({1}), Json{{"levels", {"one"}}}}) {
      Json changed = model;
      changed[key] = other;
      EXPECT_FALSE(ReadSaved(changed)) << key << other;
      EXPECT_FALSE(OnnxOf(changed));
      EXPECT_FALSE(SafetensorsOf(changed));
    }
  }
  Json changed = ModelOf();
  changed["factors"] = Json::array({Json::array({2, 2})});
  EXPECT_FALSE(ReadSaved(changed));
  EXPECT_FALSE(ReadSaved(nullptr));
}

// protobuf.dev, "Encoding": field 1 of 150 is 08 96 01; field 2 of "testing" is 12 07 and the text.
TEST(Protobuf, IsWrittenAsItsPageSays) {
  EXPECT_EQ(Message().Number(1, 150).bytes(), "\x08\x96\x01");
  EXPECT_EQ(Message().Text(2, "testing").bytes(), "\x12\x07testing");
  EXPECT_EQ(Message().Float(1, 1).bytes(), std::string("\x0d\x00\x00\x80\x3f", 5));
}

TEST(Safetensors, HasAHeadAndNumbersOneAfterTheOther) {
  const auto file = SafetensorsOf(ModelOf());
  ASSERT_TRUE(file);
  std::uint64_t length = 0;
  for (std::size_t i = 8; i-- > 0;) length = length << 8 | static_cast<std::uint8_t>((*file)[i]);
  const Json head = Json::parse(file->substr(8, length));
  EXPECT_EQ(head["0.weight"]["shape"], (Json{3, 2}));
  EXPECT_EQ(head["1.weight"]["shape"], (Json{3, 3}));
  EXPECT_EQ(head["1.bias"]["data_offsets"][1].get<std::size_t>(), file->size() - 8 - length);
}

}  // namespace
}  // namespace concordat::network
