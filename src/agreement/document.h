// A document that a person wrote, as JSON values that know the line they stand on.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"

namespace concordat::agreement {

struct Document {
  std::shared_ptr<const Json> json;
  std::map<std::string, int> lines;  // by path ("protection.epsilon"), from 1; empty when read from JSON
};

// JSON, or one YAML document of YAML 1.2's core types. Errors: kInvalidArgument with the line: not YAML,
// duplicate keys, several documents, more than 64 levels or 10,000 values, past 1 MB.
Result<Document> ReadDocument(std::string_view text);

// A value inside a document, and where it stands. Lives as long as the document.
class Place {
 public:
  explicit Place(const Document& document) : document_(&document), json_(document.json.get()) {}

  const std::string& path() const { return path_; }
  const Json& json() const { return *json_; }

  // Refuses anything but an object whose keys are all among `known`.
  Result<void> CheckKeys(std::initializer_list<std::string_view> known) const;
  Result<Place> Field(std::string_view name) const;              // must be there
  std::optional<Place> FieldIfAny(std::string_view name) const;  // precondition: an object
  // Of an object, in the order of its keys; at least one.
  Result<std::vector<std::pair<std::string, Place>>> Fields() const;
  Result<std::vector<Place>> Items() const;  // of a list

  Result<std::string> Text() const;  // at most 1,000 bytes, no control characters
  Result<double> Number() const;
  Result<std::int64_t> Whole(std::int64_t least, std::int64_t most) const;
  Result<Time> Moment() const;

  // The error that says "line 7: protection.epsilon <what>".
  tl::unexpected<Error> Wrong(const std::string& what, std::string remedy) const;

 private:
  Place(const Document* document, const Json* json, std::string path)
      : document_(document), json_(json), path_(std::move(path)) {}

  const Document* document_;
  const Json* json_;
  std::string path_;
};

}  // namespace concordat::agreement
