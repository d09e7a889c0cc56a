#include "catalogue/show.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "catalogue/product_json.h"

namespace concordat::catalogue {
namespace {

constexpr std::size_t kDomainShown = 12;

std::string DomainText(const Column& column) {
  std::string text;
  for (std::size_t i = 0; i < column.domain.size() && i < kDomainShown; ++i)
    text += (i > 0 ? ", " : "") + ToText(column.domain[i]);
  if (column.domain.size() > kDomainShown) text += fmt::format(", … ({} values)", column.domain.size());
  return text;
}

std::string UnitText(const Product& product) {
  if (product.model) return "none: a model, applied to rows that others hold";
  if (product.is_public) return "none: public data, released as it is";
  if (product.unit_is_row) return "each row";
  return product.unit() != nullptr ? product.unit()->name : "none";
}

std::string BoundsText(const Bounds& bounds) {
  return fmt::format("{} {} a unit ({}), {} {} a unit, values {}", bounds.rows_per_unit,
                     bounds.rows_per_unit == 1 ? "row" : "rows",
                     bounds.rows_proven ? "proven" : "bounded in each question", bounds.groups_per_unit,
                     bounds.groups_per_unit == 1 ? "group" : "groups",
                     bounds.ranges_proven ? "proven within their ranges" : "clipped to their ranges");
}

std::string HiddenText(const Product& product) {
  return product.unit() != nullptr ? "every row, and each value of " + product.unit()->name : "every row";
}

std::string ContactText(const Contact& contact) {
  std::string text = contact.name;
  if (!contact.role.empty()) text += (text.empty() ? "" : ", ") + contact.role;
  if (!contact.address.empty() && contact.address != contact.name)
    text += fmt::format(" ({})", contact.address);
  return text;
}

// What is known of a model: "glm of ill, disease ~ age + sex, logit".
std::string ModelText(const ModelDocument& model) {
  const Json& json = *model.json;
  std::string text = fmt::format("  model   {} of {}\n", json.value("kind", ""),
                                 json.value("response", Json::object()).value("name", ""));
  for (const char* field : {"formula", "family", "link"})
    if (const std::string said = json.value(field, ""); !said.empty())
      text += fmt::format("  {:<6}  {}\n", field, said);
  text += fmt::format("  sha256  {}\n", model.sha256);
  const Json card = json.value("card", Json::object());
  for (const auto& [name, value] : card.items())
    text +=
        fmt::format("  card    {} {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  return text;
}

std::string AboutText(const About& about) {
  std::string text;
  const auto add = [&text](std::string_view word, const std::string& what) {
    if (!what.empty()) text += fmt::format("  {:<6}  {}\n", word, what);
  };
  for (const Contact& contact : about.team) add("owner", ContactText(contact));
  for (const Contact& contact : about.support) add("help", ContactText(contact));
  add("about", fmt::format("{}", fmt::join(WordsOf(about), ", ")));
  add("terms", about.licence);
  for (const Promise& promise : about.promises) {
    add("serves", fmt::format("{} {}{}{}", promise.property, promise.value, promise.unit.empty() ? "" : " ",
                              promise.unit));
  }
  return text;
}

}  // namespace

std::string RangeEndText(Type type, double end) {
  switch (type) {
    case Type::kDate:
      return ToText(Date{static_cast<std::int32_t>(end)});
    case Type::kTimestamp:
      return ToText(Timestamp{static_cast<std::int64_t>(end)});
    default:
      return ToText(end);
  }
}

std::string DescribeColumn(const Column& column) {
  std::string text;
  const auto add = [&text](const std::string& part) { text += (text.empty() ? "" : "; ") + part; };
  if (column.unit) add("privacy unit: only count(DISTINCT …)");
  if (column.range)
    add(fmt::format("{} to {}", RangeEndText(column.type, column.range->low),
                    RangeEndText(column.type, column.range->high)));
  if (!column.domain.empty()) add("one of " + DomainText(column));
  if (column.resolution) add(fmt::format("to the nearest {}", *column.resolution));
  return text;
}

std::string Show(const Product& product, const Life& life, Time now) {
  std::string text =
      fmt::format("{} (revision {})\n{}\n", product.Reference(), product.revision, product.title);
  if (!product.description.empty()) text += product.description + "\n";
  text += fmt::format("\n  stage   {}\n  unit    {}\n", Describe(life, now), UnitText(product));
  if (!product.is_public) {
    text += fmt::format("  bounds  {}\n", BoundsText(product.bounds));
    text += fmt::format("  budget  epsilon {}, delta {}, for ever\n", product.budget.epsilon.value,
                        product.budget.delta.value);
  }
  if (product.disjoint) text += "  people  in no other member's data\n";
  if (product.people) text += fmt::format("  people  about {}\n", *product.people);
  if (product.model) text += ModelText(*product.model);
  if (!product.is_public) text += fmt::format("  hidden  {}\n", HiddenText(product));
  text += AboutText(product.about);
  std::size_t widest = 6;
  for (const Column& column : product.columns) widest = std::max(widest, column.name.size());
  text += fmt::format("\n  {:<{}}  {:<16}  {}\n", "column", widest, "type", "what it may be");
  for (const Column& column : product.columns) {
    std::string line =
        fmt::format("  {:<{}}  {:<16}  {}", column.name, widest, Name(column.type), DescribeColumn(column));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

Json ShowJson(const Product& product, const Life& life, Time now) {
  Json json = ToJson(product);
  json["stage"] = Name(life.At(now));
  if (life.until) json["retired_on"] = FormatTime(*life.until);
  if (!life.reason.empty()) json["stage_reason"] = life.reason;
  json["unit"] = UnitText(product);
  if (product.model) json["model_sha256"] = product.model->sha256;
  for (Json& column : json["columns"]) column.erase("source_name");
  return json;
}

std::string ShowProfile(const Profile& profile) {
  std::string text = fmt::format(
      "{} rows, {} units; a unit has {} rows (median), {} (99 of 100 have no more), {} (the most)\n",
      profile.rows, profile.units, profile.median_rows_of_a_unit, profile.usual_rows_of_a_unit,
      profile.most_rows_of_a_unit);
  for (const std::string& finding : profile.findings) text += "  - " + finding + "\n";
  return text;
}

}  // namespace concordat::catalogue
