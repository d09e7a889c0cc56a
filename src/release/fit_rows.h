// A product's columns as a formula knows them, and its rows as a method reads them.
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "learning/method.h"
#include "release/prepare.h"

namespace concordat::release {

inline constexpr std::size_t kMostNumbers = std::size_t{1} << 22;  // that members add up in one round

// What the contract declares: texts with a domain and booleans are factors, numbers and days since 1970 are
// numbers. Neither the unit nor a text without a domain is among them. `owners`: levels of learning::kSite.
learning::Schema SchemaOf(const catalogue::Product& product, const std::vector<std::string>& owners);
// Places of named columns in a product; kSite has none.
std::vector<std::size_t> PlacesOf(const catalogue::Product& product, const std::vector<std::string>& names);

// A value as a number, or the place of its level; NaN for NULL and for what lies outside the declared range
// or domain.
double NumberOf(const catalogue::Column& column, const Value& value);

// The rows of those columns, without who objected. `site`: this owner's place among the owners. Errors: the
// engine's; kFailedPrecondition when the files changed meanwhile.
Result<learning::Rows> ReadRows(engine::Engine& engine, const Prepared& prepared,
                                const std::vector<std::string>& names, std::size_t site, Milliseconds limit,
                                const engine::Cancel& cancel);

// The same, unit by unit. What units are named does not leave the engine. Precondition: the product has
// units.
Result<learning::UnitRows> ReadUnitRows(engine::Engine& engine, const Prepared& prepared,
                                        const std::vector<std::string>& names, std::size_t site,
                                        Milliseconds limit, const engine::Cancel& cancel);

}  // namespace concordat::release
