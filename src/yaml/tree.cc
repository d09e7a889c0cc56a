// YAML to nodes with lines, over yaml-cpp; its exceptions end here.
#include "yaml/tree.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>
#include <unordered_set>

#include "base/utf8.h"

namespace concordat::yaml {
namespace {

// Caught below, as yaml-cpp's own are.
[[noreturn]] void Stop(const YAML::Mark& mark, const std::string& what) {
  throw YAML::ParserException(mark, what);
}

bool IsPlainText(const std::string& text) {
  return IsUtf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F;
         });
}

// Builds nodes from yaml-cpp's events. Its own tree is not used: there, aliases make loops, and a few bytes
// of them millions of values; a key that stands twice is dropped without a word; and YAML::LoadAll of 0.7
// does not return for a text that starts with a comma.
class Builder final : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark& mark) override {
    if (started_) Stop(mark, "there is more than one document");
    started_ = true;
  }
  void OnDocumentEnd() override {}
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    Stop(mark, "aliases are not read: write the value out");
  }
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    if (IsKeyNext()) Stop(mark, "a key has no name");
    Put({.kind = Node::Kind::kNull, .line = mark.line + 1});
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& text) override {
    if (tag != "?" && tag != "!") Stop(mark, "tags are not read: remove '" + tag + "'");
    if (!IsPlainText(text)) Stop(mark, "there are control characters in the text");
    if (IsKeyNext()) return SetKey(mark, text);
    Put({.kind = Node::Kind::kScalar, .line = mark.line + 1, .scalar = text, .quoted = tag == "!"});
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    Begin(mark, tag, Node::Kind::kSequence);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    Begin(mark, tag, Node::Kind::kMap);
  }
  void OnSequenceEnd() override { End(); }
  void OnMapEnd() override { End(); }

  Node Take() { return std::move(root_); }

 private:
  // A list or a map that is not closed yet.
  struct Open {
    Node node;
    std::unordered_set<std::string> keys;
  };

  bool IsKeyNext() const {
    if (open_.empty() || open_.back().node.kind != Node::Kind::kMap) return false;
    return open_.back().node.keys.size() == open_.back().node.items.size();
  }

  void SetKey(const YAML::Mark& mark, const std::string& name) {
    Open& map = open_.back();
    if (!map.keys.insert(name).second) Stop(mark, "'" + name + "' stands twice");
    map.node.keys.push_back(name);
    map.node.key_lines.push_back(mark.line + 1);
  }

  void Put(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
    } else {
      open_.back().node.items.push_back(std::move(node));
    }
  }

  void Begin(const YAML::Mark& mark, const std::string& tag, Node::Kind kind) {
    if (tag != "?" && !tag.empty()) Stop(mark, "tags are not read: remove '" + tag + "'");
    if (IsKeyNext()) Stop(mark, "a key is not a text");
    if (open_.size() >= kDeepest) Stop(mark, "it is nested too deeply");
    open_.push_back({{.kind = kind, .line = mark.line + 1}, {}});
  }

  void End() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    Put(std::move(node));
  }

  bool started_ = false;
  Node root_;
  std::vector<Open> open_;
};

}  // namespace

tl::expected<Node, Fault> Parse(std::string_view text) {
  if (text.size() > kLongestText) return tl::unexpected(Fault{1, "the text is longer than 1 MB"});
  Builder builder;
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
  } catch (const YAML::Exception& error) {
    return tl::unexpected(Fault{std::max(error.mark.line, 0) + 1, error.msg});
  }
  return builder.Take();
}

}  // namespace concordat::yaml
