#include "catalogue/product_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/bytes.h"
#include "base/check.h"
#include "base/clock.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"

namespace concordat::catalogue {
namespace {

constexpr Type kTypesOfJson[] = {Type::kBoolean, Type::kInteger, Type::kNumber,
                                 Type::kText,    Type::kDate,    Type::kTimestamp};
constexpr const char* kFormats[] = {"csv", "parquet", "duckdb"};  // in the order of engine::Format

// Values of domains are texts, whole numbers, truth values and dates; all but texts are told apart by the
// column's type.
Json DomainJson(const Column& column) {
  Json values = Json::array();
  for (const Value& value : column.domain) values.push_back(ToText(value));
  return values;
}

Value DomainValue(Type type, const std::string& text) {
  if (type == Type::kBoolean) return text == "t";
  if (type == Type::kText) return text;
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  if (type == Type::kInteger) return number;
  const auto time = ParseTime(text);
  return Date{time ? static_cast<std::int32_t>(
                         std::chrono::floor<std::chrono::days>(*time).time_since_epoch().count())
                   : 0};
}

Json ColumnJson(const Column& column) {
  Json json = {{"name", column.name}, {"type", Name(column.type)}, {"nullable", column.nullable}};
  if (column.source_name != column.name) json["source_name"] = column.source_name;
  if (column.unit) json["unit"] = true;
  if (column.range) json["range"] = {column.range->low, column.range->high};
  if (!column.domain.empty()) json["domain"] = DomainJson(column);
  if (column.resolution) json["resolution"] = *column.resolution;
  if (!column.description.empty()) json["description"] = column.description;
  return json;
}

Column ColumnFrom(const Json& json) {
  Column column{.name = json.at("name"),
                .source_name = json.value("source_name", json.at("name").get<std::string>())};
  const auto type = std::find_if(std::begin(kTypesOfJson), std::end(kTypesOfJson),
                                 [&](Type t) { return json.at("type") == Name(t); });
  if (type == std::end(kTypesOfJson)) throw std::invalid_argument("a column's type is not known");
  column.type = *type;
  column.nullable = json.at("nullable");
  column.unit = json.value("unit", false);
  if (json.contains("range")) column.range = Range{json["range"].at(0), json["range"].at(1)};
  for (const Json& value : json.value("domain", Json::array()))
    column.domain.push_back(DomainValue(column.type, value));
  if (json.contains("resolution")) column.resolution = json["resolution"].get<double>();
  column.description = json.value("description", "");
  return column;
}

std::size_t PlaceOf(const Product& product, const std::string& name) {
  for (std::size_t i = 0; i < product.columns.size(); ++i) {
    if (product.columns[i].name == name) return i;
  }
  throw std::invalid_argument("its key names a column that it has not");
}

tl::unexpected<Error> Corrupt(const std::exception& error) {
  return Fail(ErrorCode::kCorrupt, fmt::format("a published product is not one: {}", error.what()),
              "run concordat ledger verify");
}

engine::Source SourceFrom(const Json& json) {
  engine::Source source;
  const auto format =
      std::find(std::begin(kFormats), std::end(kFormats), json.at("format").get<std::string>());
  if (format == std::end(kFormats)) throw std::invalid_argument("its format is not known");
  source.format = static_cast<engine::Format>(format - std::begin(kFormats));
  source.path = json.at("path");
  source.table = json.at("table");
  source.delimiter = json.at("delimiter").get<std::string>().at(0);
  source.trim = json.at("trim");
  source.null_texts = json.at("null_texts").get<std::vector<std::string>>();
  source.schema = json.at("schema");
  return source;
}

ModelDocument ModelFrom(const Json& json) {
  auto document = DocumentOf(json);
  if (!document) throw std::invalid_argument(document.error().message);
  return *std::move(document);
}

// All but its source.
Product ProductFrom(const Json& body) {
  Product product;
  product.id = body.at("id");
  product.name = product.id.substr(product.id.find('/') + 1);
  product.version = body.at("version");
  product.revision = body.at("revision");
  product.title = body.at("title");
  product.description = body.at("description");
  for (const Json& column : body.at("columns")) product.columns.push_back(ColumnFrom(column));
  const Json& bounds = body.at("bounds");
  product.bounds = {bounds.at("rows_per_unit"), bounds.at("groups_per_unit"), bounds.at("rows_proven"),
                    bounds.at("ranges_proven")};
  product.budget = {{body.at("budget").at("epsilon")}, {body.at("budget").at("delta")}};
  product.about = AboutFrom(body.value("about", Json::object()));
  product.is_draft = body.value("draft", false);
  if (body.contains("people")) product.people = body["people"].get<std::int64_t>();
  product.is_public = body.value("public", false);
  product.unit_is_row = body.value("unit_is_row", false);
  product.disjoint = body.value("holdings", "") == "disjoint";
  for (const Json& name : body.value("key", Json::array())) product.key.push_back(PlaceOf(product, name));
  if (body.contains("model")) product.model = ModelFrom(body["model"]);
  return product;
}

}  // namespace

Result<ModelDocument> DocumentOf(const Json& json) {
  if (!json.is_object()) return Fail(ErrorCode::kInvalidArgument, "its model is not an object");
  const std::string canonical = TRY(crypto::CanonicalJson(json));
  return ModelDocument{std::make_shared<const Json>(json), crypto::Sha256Hex(canonical)};
}

Json ToJson(const Product& product) {
  Json columns = Json::array();
  for (const Column& column : product.columns) columns.push_back(ColumnJson(column));
  Json json = {
      {"id", product.id},
      {"version", product.version},
      {"revision", product.revision},
      {"title", product.title},
      {"description", product.description},
      {"columns", std::move(columns)},
      {"bounds",
       {{"rows_per_unit", product.bounds.rows_per_unit},
        {"groups_per_unit", product.bounds.groups_per_unit},
        {"rows_proven", product.bounds.rows_proven},
        {"ranges_proven", product.bounds.ranges_proven}}},
      {"budget", {{"epsilon", product.budget.epsilon.value}, {"delta", product.budget.delta.value}}}};
  if (Json about = ToJson(product.about); !about.empty()) json["about"] = std::move(about);
  if (product.is_draft) json["draft"] = true;
  if (product.people) json["people"] = *product.people;
  if (product.is_public) json["public"] = true;
  if (product.unit_is_row) json["unit_is_row"] = true;
  for (const std::size_t place : product.key) json["key"].push_back(product.columns[place].name);
  if (product.disjoint) json["holdings"] = "disjoint";
  if (product.model) json["model"] = *product.model->json;
  return json;
}

Json SourceToJson(const engine::Source& source, const std::vector<engine::FileState>& files,
                  const std::vector<std::string>& hashes) {
  CHECK(files.size() == hashes.size());
  Json states = Json::array();
  for (std::size_t i = 0; i < files.size(); ++i) {
    // Nanoseconds and inodes pass 2^53, so they are texts.
    states.push_back({{"path", files[i].path},
                      {"bytes", files[i].bytes},
                      {"modified_ns", std::to_string(files[i].modified_ns)},
                      {"inode", std::to_string(files[i].inode)},
                      {"sha256", hashes[i]}});
  }
  return {{"format", kFormats[static_cast<int>(source.format)]},
          {"path", source.path},
          {"schema", source.schema},
          {"table", source.table},
          {"delimiter", std::string(1, source.delimiter)},
          {"trim", source.trim},
          {"null_texts", source.null_texts},
          {"files", states}};
}

Json BodyOf(const Published& published) {
  const Product& product = published.product;
  Json body = ToJson(product);
  body["contract"] = published.contract_hash;
  const engine::Source& source = product.source;
  const bool copies = product.is_public && !product.model && !product.is_draft &&
                      source.format != engine::Format::kDuckdb && published.files.size() <= kMostOpenFiles;
  if (!copies) return body;
  Json files = Json::array();
  for (std::size_t i = 0; i < published.files.size(); ++i)
    files.push_back({{"bytes", published.files[i].bytes}, {"sha256", published.hashes[i]}});
  body["open"] = {{"format", kFormats[static_cast<int>(source.format)]},
                  {"delimiter", std::string(1, source.delimiter)},
                  {"trim", source.trim},
                  {"null_texts", source.null_texts},
                  {"files", std::move(files)}};
  return body;
}

Result<std::optional<Open>> OpenFromJson(const Json& body) {
  if (!body.contains("open")) return std::nullopt;
  try {
    Json json = body["open"];
    json["path"] = json["table"] = json["schema"] = "";
    Open open{.source = SourceFrom(json), .files = {}};
    for (const Json& file : json.at("files")) {
      if (!file.at("bytes").is_number_unsigned()) throw std::invalid_argument("a file has no length");
      open.files.push_back({file.at("bytes"), file.at("sha256")});
    }
    const auto is_hash = [](const OpenFile& file) {
      return file.sha256.size() == 64 &&
             file.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
    };
    if (open.source.format == engine::Format::kDuckdb || open.files.empty() ||
        open.files.size() > kMostOpenFiles || !std::all_of(open.files.begin(), open.files.end(), is_hash))
      throw std::invalid_argument("its files are not what can be copied");
    return open;
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("a public product is not one: {}", error.what()));
  }
}

Result<Product> ProductFromJson(const Json& body) {
  try {
    return ProductFrom(body);
  } catch (const std::exception& error) {
    return Fail(ErrorCode::kCorrupt, fmt::format("a product is not one: {}", error.what()));
  }
}

Result<Published> PublishedFromJson(const Json& body, const Json& secret) {
  try {
    Published published;
    published.contract_hash = body.value("contract", "");
    published.product = ProductFrom(body);
    published.product.source = SourceFrom(secret);
    for (const Json& file : secret.at("files")) {
      published.files.push_back({file.at("path"), file.at("bytes"),
                                 std::stoll(file.at("modified_ns").get<std::string>()),
                                 std::stoull(file.at("inode").get<std::string>())});
      published.hashes.push_back(file.at("sha256"));
    }
    return published;
  } catch (const std::exception& error) {
    return Corrupt(error);
  }
}

}  // namespace concordat::catalogue
