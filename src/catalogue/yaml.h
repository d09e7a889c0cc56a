// Reading a contract's YAML with a list of everything that is wrong, each with its line.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/contract.h"
#include "yaml/tree.h"

namespace concordat::catalogue {

// A node and the path that led to it. Reading collects problems in the list that all readers of one document
// share; nodes and list must outlive the reader.
class YamlReader {
 public:
  YamlReader(const yaml::Node& root, std::vector<Problem>& problems)
      : YamlReader(&root, root.line, "", problems) {}

  bool present() const { return node_ != nullptr && node_->kind != yaml::Node::Kind::kNull; }
  bool IsMap() const { return Is(yaml::Node::Kind::kMap); }
  bool IsSequence() const { return Is(yaml::Node::Kind::kSequence); }
  bool IsScalar() const { return Is(yaml::Node::Kind::kScalar); }
  std::size_t size() const { return IsSequence() ? node_->items.size() : 0; }
  YamlReader operator[](std::string_view key) const;
  YamlReader At(std::size_t index) const;
  // The value of the custom property `name` (ODCS customProperties), absent if there is none.
  YamlReader Custom(std::string_view name) const;

  // At this value's line, or where it is absent at that of what should hold it.
  void Problem(const std::string& what, std::string remedy) const;
  // A map whose keys are among `known`; anything else is a problem.
  bool ExpectMap(std::span<const char* const> known) const;
  // Custom properties called concordat.* must be among `known`, and stand once.
  void ExpectCustom(std::span<const char* const> known) const;

  // The value, or `fallback` where there is none; another kind of value is a problem.
  std::string Text(std::string fallback = {}) const;
  std::string RequiredText(const std::string& remedy) const;
  bool Flag(bool fallback) const;
  std::optional<double> Number() const;
  std::optional<std::int64_t> Whole(std::int64_t low, std::int64_t high) const;

 private:
  YamlReader(const yaml::Node* node, int line, std::string path, std::vector<catalogue::Problem>& problems)
      : node_(node), line_(line), path_(std::move(path)), problems_(problems) {}
  bool Is(yaml::Node::Kind kind) const { return node_ != nullptr && node_->kind == kind; }
  YamlReader Absent(std::string path) const { return {nullptr, line_, std::move(path), problems_}; }
  std::string PathTo(std::string_view key) const;

  const yaml::Node* node_;  // null where there is none
  int line_;
  std::string path_;
  std::vector<catalogue::Problem>& problems_;
};

}  // namespace concordat::catalogue
