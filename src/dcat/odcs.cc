#include "dcat/odcs.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "catalogue/show.h"

namespace concordat::dcat {
namespace {

using catalogue::About;
using catalogue::Column;
using catalogue::Product;

// In the order of Type.
constexpr std::array kLogical = {"boolean", "integer", "number", "string", "date", "timestamp"};

Json Custom(const char* property, Json value) {
  return {{"property", property}, {"value", std::move(value)}};
}

void Put(Json& json, const char* key, const std::string& text) {
  if (!text.empty()) json[key] = text;
}

Json ValueJson(const Value& value) {
  if (const auto* flag = std::get_if<bool>(&value)) return *flag;
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return *whole;
  return ToText(value);
}

Json EndJson(const Column& column, double end) {
  const bool number = column.type == Type::kInteger || column.type == Type::kNumber;
  return number ? Json(end) : Json(catalogue::RangeEndText(column.type, end));
}

Json ColumnJson(const Column& column) {
  Json json = {{"name", column.name},
               {"logicalType", kLogical.at(static_cast<std::size_t>(column.type))},
               {"required", !column.nullable}};
  if (column.source_name != column.name) json["physicalName"] = column.source_name;
  Put(json, "description", column.description);
  Json custom = Json::array();
  if (column.unit) custom.push_back(Custom("concordat.unit", true));
  if (column.range) {
    custom.push_back(
        Custom("concordat.range", {EndJson(column, column.range->low), EndJson(column, column.range->high)}));
  }
  if (!column.domain.empty()) {
    Json values = Json::array();
    for (const Value& value : column.domain) values.push_back(ValueJson(value));
    custom.push_back(Custom("concordat.domain", std::move(values)));
  }
  if (column.resolution) custom.push_back(Custom("concordat.resolution", *column.resolution));
  if (!custom.empty()) json["customProperties"] = std::move(custom);
  return json;
}

Json TermsJson(const Product& product) {
  Json terms = Json::array();
  if (product.is_public) {
    terms.push_back(Custom("concordat.public", true));
  } else {
    if (!product.unit_is_row) {
      terms.push_back(Custom("concordat.rows_per_unit", product.bounds.rows_per_unit));
      terms.push_back(Custom("concordat.groups_per_unit", product.bounds.groups_per_unit));
    }
    terms.push_back(Custom("concordat.budget", {{"epsilon", product.budget.epsilon.value},
                                                {"delta", product.budget.delta.value}}));
  }
  if (product.model) terms.push_back(Custom("concordat.model", "sha256:" + product.model->sha256));
  if (product.people) terms.push_back(Custom("concordat.people", *product.people));
  if (!product.about.licence.empty()) terms.push_back(Custom("concordat.licence", product.about.licence));
  if (!product.about.themes.empty()) terms.push_back(Custom("concordat.themes", product.about.themes));
  return terms;
}

// The team's own name came first, with the role of a team.
Json TeamJson(const About& about) {
  Json team = Json::object();
  for (const catalogue::Contact& contact : about.team) {
    if (contact.address.empty()) {
      team["name"] = contact.name;
      continue;
    }
    Json member = {{"username", contact.address}};
    if (contact.name != contact.address) Put(member, "name", contact.name);
    Put(member, "role", contact.role);
    team["members"].push_back(std::move(member));
  }
  return team;
}

void PutAbout(Json& json, const About& about) {
  Put(json, "domain", about.domain);
  if (!about.tags.empty()) json["tags"] = about.tags;
  Json description = Json::object();
  Put(description, "purpose", about.purpose);
  Put(description, "usage", about.usage);
  Put(description, "limitations", about.limitations);
  if (!description.empty()) json["description"] = std::move(description);
  if (!about.team.empty()) json["team"] = TeamJson(about);
  for (const catalogue::Contact& contact : about.support) {
    Json channel = {{"channel", contact.name}};
    Put(channel, "tool", contact.role);
    Put(channel, "url", contact.address);
    json["support"].push_back(std::move(channel));
  }
  for (const catalogue::Promise& promise : about.promises) {
    Json item = {{"property", promise.property}, {"value", promise.value}};
    Put(item, "unit", promise.unit);
    Put(item, "element", promise.element);
    json["slaProperties"].push_back(std::move(item));
  }
}

}  // namespace

Json OdcsOf(const Product& product, catalogue::Stage stage) {
  Json table = {{"name", product.name}, {"logicalType", "object"}, {"properties", Json::array()}};
  for (const Column& column : product.columns) table["properties"].push_back(ColumnJson(column));
  if (product.unit_is_row) table["customProperties"] = Json::array({Custom("concordat.unit", "row")});
  Json json = {{"apiVersion", "v3.1.0"},
               {"kind", "DataContract"},
               {"id", product.id},
               {"name", product.title},
               {"version", fmt::format("{}.{}.0", product.version, product.revision)},
               {"status", Name(stage)},
               {"schema", Json::array({std::move(table)})},
               {"customProperties", TermsJson(product)}};
  PutAbout(json, product.about);
  return json;
}

}  // namespace concordat::dcat
