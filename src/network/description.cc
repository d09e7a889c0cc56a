#include "network/description.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/name.h"

namespace concordat::network {
namespace {

struct Known {
  std::string_view name;
  Kind kind;
  std::size_t fewest, most;  // numbers
  std::string_view written;
};

constexpr Known kKnown[] = {
    {"conv1d", Kind::kConv1d, 2, 3, "conv1d(filters, width) or conv1d(filters, width, stride)"},
    {"conv2d", Kind::kConv2d, 2, 3, "conv2d(filters, width) or conv2d(filters, width, stride)"},
    {"dense", Kind::kDense, 1, 1, "dense(units)"},
    {"dropout", Kind::kDropout, 1, 1, "dropout(chance), with a chance above 0 and at most 0.9"},
    {"embedding", Kind::kEmbedding, 1, 1, "embedding(numbers)"},
    {"group_norm", Kind::kGroupNorm, 1, 1, "group_norm(groups)"},
    {"image", Kind::kImage, 3, 3, "image(channels, height, width)"},
    {"layer_norm", Kind::kLayerNorm, 0, 0, "layer_norm"},
    {"relu", Kind::kRelu, 0, 0, "relu"},
    {"sequence", Kind::kSequence, 2, 2, "sequence(channels, length)"},
    {"sigmoid", Kind::kSigmoid, 0, 0, "sigmoid"},
    {"softmax", Kind::kSoftmax, 0, 0, "softmax"},
    {"tanh", Kind::kTanh, 0, 0, "tanh"},
};

const Known& Of(Kind kind) {
  return *std::find_if(std::begin(kKnown), std::end(kKnown),
                       [&](const Known& known) { return known.kind == kind; });
}

bool IsSpace(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool IsWord(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Outcome<std::vector<LayerText>> Layers() {
    std::vector<LayerText> layers;
    while (SkipSpace()) {
      if (layers.size() == kMostLayers)
        return Refuse("layers_too_large", fmt::format("there are more than {} layers", kMostLayers),
                      "write fewer layers", "54000", static_cast<int>(place_));
      layers.push_back(TRY(Layer()));
    }
    if (layers.empty()) return Bad("there is no layer");
    return layers;
  }

 private:
  bool SkipSpace() {
    while (place_ < text_.size() && IsSpace(text_[place_])) ++place_;
    return place_ < text_.size();
  }

  bool Take(char sign) {
    if (!SkipSpace() || text_[place_] != sign) return false;
    ++place_;
    return true;
  }

  tl::unexpected<Refusal> Bad(const std::string& what) const {
    return Refuse(
        "layers_syntax", what,
        "write layers one after the other, as dense(32) relu dense(1) sigmoid: there are no names to "
        "refer to, so no branch and no cycle",
        "42601", static_cast<int>(place_));
  }

  Outcome<LayerText> Layer() {
    const std::size_t start = place_;
    while (place_ < text_.size() && IsWord(text_[place_])) ++place_;
    const std::string name(text_.substr(start, place_ - start));
    if (name.empty()) return Bad(fmt::format("no layer begins with {:?}", text_.substr(place_, 1)));
    const auto* known = std::find_if(std::begin(kKnown), std::end(kKnown),
                                     [&](const Known& each) { return each.name == name; });
    if (known == std::end(kKnown)) return Unknown(name, start);
    std::vector<double> numbers = TRY(Numbers());
    LayerText layer{.kind = known->kind, .numbers = std::move(numbers)};
    TRY(Check(*known, layer));
    return layer;
  }

  static Outcome<LayerText> Unknown(const std::string& name, std::size_t start) {
    std::vector<std::string> names;
    for (const Known& known : kKnown) names.emplace_back(known.name);
    const std::string nearest = NearestName(name, names);
    return Refuse("unknown_layer", fmt::format("no layer is called {}", name),
                  fmt::format("{}there are {}", nearest.empty() ? "" : "did you mean " + nearest + "? ",
                              fmt::join(names, ", ")),
                  "22023", static_cast<int>(start));
  }

  Outcome<std::vector<double>> Numbers() {
    std::vector<double> numbers;
    if (!Take('(')) return numbers;
    do {
      if (numbers.size() == 3) return Bad("a layer has three numbers at most");
      numbers.push_back(TRY(Number()));
    } while (Take(','));
    if (!Take(')')) return Bad("a bracket is not closed");
    return numbers;
  }

  Outcome<double> Number() {
    SkipSpace();
    double number = 0;
    const std::string_view rest = text_.substr(place_);
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (read.ec != std::errc() || !std::isfinite(number)) return Bad("a number is missing");
    place_ += static_cast<std::size_t>(read.ptr - rest.data());
    return number;
  }

  Outcome<void> Check(const Known& known, const LayerText& layer) const {
    if (layer.numbers.size() < known.fewest || layer.numbers.size() > known.most)
      return Bad(fmt::format("{} is written {}", known.name, known.written));
    for (const double number : layer.numbers) {
      const bool fits = layer.kind == Kind::kDropout ? number > 0 && number <= 0.9
                                                     : number >= 1 && number == std::floor(number);
      if (!fits)
        return Bad(fmt::format("{} is written {}, with whole numbers from 1", known.name, known.written));
      if (number > kWidest)
        return Refuse("layers_too_large", fmt::format("{} has a number above {}", known.name, kWidest),
                      fmt::format("no number of a layer is above {}", kWidest), "54000",
                      static_cast<int>(place_));
    }
    return {};
  }

  std::string_view text_;
  std::size_t place_ = 0;
};

}  // namespace

Outcome<std::vector<LayerText>> ParseLayers(std::string_view text) {
  if (text.size() > kLongestDescription)
    return Refuse("layers_too_large",
                  fmt::format("the description is longer than {} bytes", kLongestDescription),
                  "write fewer layers", "54000");
  return Reader(text).Layers();
}

std::string ToText(const LayerText& layer) {
  const std::string_view name = Of(layer.kind).name;
  return layer.numbers.empty() ? std::string(name)
                               : fmt::format("{}({})", name, fmt::join(layer.numbers, ", "));
}

std::string ToText(const std::vector<LayerText>& layers) {
  std::string text;
  for (const LayerText& layer : layers) text += (text.empty() ? "" : " ") + ToText(layer);
  return text;
}

}  // namespace concordat::network
