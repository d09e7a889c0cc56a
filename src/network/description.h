// What a network is made of: layers from an allow-list, written one after the other. A layer has no name that
// another could refer to, so what is written has no branch and no cycle. Format: docs/formats/network.md.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/refusal.h"

namespace concordat::network {

enum class Kind {
  kDense,
  kEmbedding,
  kSequence,
  kImage,
  kConv1d,
  kConv2d,
  kLayerNorm,
  kGroupNorm,
  kRelu,
  kTanh,
  kSigmoid,
  kSoftmax,
  kDropout
};

inline constexpr std::size_t kLongestDescription = 1024;  // bytes
inline constexpr std::size_t kMostLayers = 32;
inline constexpr int kWidest = 4096;          // any number of a layer
inline constexpr int kMostNumbers = 1 << 14;  // that a layer gives, all channels together
inline constexpr int kMostParameters = 100'000;
inline constexpr int kMostProducts = 1 << 20;  // of a weight and a number, for one row

struct LayerText {
  Kind kind = Kind::kDense;
  std::vector<double> numbers;  // between brackets
  bool operator==(const LayerText&) const = default;
};

// Reads "dense(32) relu dropout(0.1) dense(1) sigmoid". Refusals: layers_syntax with the byte's position;
// unknown_layer naming those there are; layers_too_large naming the limit.
Outcome<std::vector<LayerText>> ParseLayers(std::string_view text);
// The normal form, which reads as the same layers: one space between layers.
std::string ToText(const std::vector<LayerText>& layers);
std::string ToText(const LayerText& layer);

}  // namespace concordat::network
