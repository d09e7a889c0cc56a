// A data product as the planner and the analyst know it: what a published contract came to.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/units.h"
#include "base/value.h"
#include "catalogue/about.h"
#include "engine/source.h"

namespace concordat::catalogue {

struct Range {
  double low = 0;  // both ends belong to it; days for dates, microseconds for timestamps
  double high = 0;
  bool operator==(const Range&) const = default;
};

struct Column {
  std::string name;         // as analysts write it, lower case
  std::string source_name;  // as the file writes it
  Type type = Type::kText;
  bool nullable = true;
  bool unit = false;                 // the privacy unit: counted and joined, never shown
  std::optional<Range> range;        // kInteger, kNumber, kDate, kTimestamp
  std::vector<Value> domain;         // all values it may take; empty when not declared
  std::optional<double> resolution;  // reporting step of sums and averages
  std::string description;
};

using engine::Source;

// How many rows one unit may have, and what publishing proved of it.
struct Bounds {
  std::int64_t rows_per_unit = 1;
  std::int64_t groups_per_unit = 1;
  bool rows_proven = false;    // no unit of this revision has more rows
  bool ranges_proven = false;  // no value of this revision lies outside its range or domain
  bool operator==(const Bounds&) const = default;
};

// A fitted model, published to be applied to rows that others hold. What is in the document, module `model`
// knows.
struct ModelDocument {
  std::shared_ptr<const Json> json;  // docs/formats/model.md
  std::string sha256;                // of its canonical form, hexadecimal
};

struct Product {
  std::string id;             // "lewisham/benefit-claims": member/name
  std::string name;           // "benefit-claims"
  std::int64_t version = 1;   // rises when bounds, columns or meaning change: agreements name it
  std::int64_t revision = 1;  // rises when the rows change: stored answers are of one revision
  std::string title;
  std::string description;  // purpose, usage and limitations, one after the other
  About about;
  bool is_draft = false;  // in no public catalogue, and not asked
  std::vector<Column> columns;
  Bounds bounds;
  std::optional<std::int64_t> people;  // public, approximate number of units, when the contract states it
  PrivacyBudget budget;                // of the product for ever, across versions
  Source source;
  bool is_public = false;    // no unit: public data, released as it is
  bool unit_is_row = false;  // no column names the unit: each row is one unit
  // Public data alone: columns, by position, whose values no two rows share, as publishing proved. Other
  // tables are joined with it by all of them. Empty: none is declared.
  std::vector<std::size_t> key;
  // Asked together with other members' products: a plan rests on what all contracts say alike, not on what
  // publishing proved of the rows here. Never of a published product itself.
  bool united = false;
  // A model: public, without rows; its columns are what it takes. Not of anything else.
  std::optional<ModelDocument> model;
  bool disjoint = false;  // no unit is in another member's product that agreements unite with this one

  std::string Reference() const { return id + '@' + std::to_string(version); }  // as agreements name it
  const Column* unit() const {
    for (const Column& column : columns) {
      if (column.unit) return &column;
    }
    return nullptr;
  }
};

}  // namespace concordat::catalogue
