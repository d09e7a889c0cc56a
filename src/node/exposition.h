// Metrics as text for Prometheus. Source: "Exposition formats", text-based format, version 0.0.4.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace concordat::node {

inline constexpr char kExpositionType[] = "text/plain; version=0.0.4; charset=utf-8";

class Exposition {
 public:
  using Label = std::pair<std::string_view, std::string_view>;

  // Begins a family; its samples follow, by Add. `kind` is "gauge" or "counter".
  void Family(std::string_view name, std::string_view kind, std::string_view help);
  // A sample of the newest family.
  void Add(double value, std::initializer_list<Label> labels = {});

  const std::string& text() const { return text_; }

 private:
  std::string name_;
  std::string text_;
};

}  // namespace concordat::node
