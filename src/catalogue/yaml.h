// Reading YAML with a list of everything that is wrong, each with its line.
#pragma once

#include <yaml-cpp/yaml.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/contract.h"

namespace concordat::catalogue {

// The name among `known` that `word` was probably meant to be; empty when none is near.
std::string Nearest(std::string_view word, std::span<const char* const> known);

// A node and the path that led to it. Reading collects problems in the list that all readers of one document share.
class YamlReader {
 public:
  YamlReader(YAML::Node node, std::string path, std::vector<Problem>& problems)
      : node_(std::move(node)), path_(std::move(path)), problems_(problems) {}

  const std::string& path() const { return path_; }
  bool present() const { return node_.IsDefined() && !node_.IsNull(); }
  bool IsMap() const { return present() && node_.IsMap(); }
  bool IsSequence() const { return present() && node_.IsSequence(); }
  bool IsScalar() const { return present() && node_.IsScalar(); }
  std::size_t size() const { return node_.size(); }
  YamlReader operator[](const char* key) const;
  YamlReader At(std::size_t index) const;
  // The value of the custom property `name` (ODCS customProperties), absent if there is none.
  YamlReader Custom(const char* name) const;

  void Problem(std::string what, std::string remedy) const;
  // A map whose keys are among `known`; anything else is a problem.
  bool ExpectMap(std::span<const char* const> known) const;
  // Custom properties called concordat.* must be among `known`.
  void ExpectCustom(std::span<const char* const> known) const;

  // The value, or `fallback` where there is none; another kind of value is a problem.
  std::string Text(std::string fallback = {}) const;
  std::string RequiredText(const std::string& remedy) const;
  bool Flag(bool fallback) const;
  std::optional<double> Number() const;
  std::optional<std::int64_t> Whole(std::int64_t low, std::int64_t high) const;
  std::string Scalar() const { return IsScalar() ? node_.Scalar() : std::string(); }

 private:
  YAML::Node node_;
  std::string path_;
  std::vector<catalogue::Problem>& problems_;
};

}  // namespace concordat::catalogue
