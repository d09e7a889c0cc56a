#include "catalogue/contract.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/utf8.h"
#include "catalogue/contract_about.h"
#include "catalogue/contract_column.h"
#include "catalogue/product_json.h"
#include "catalogue/yaml.h"

namespace concordat::catalogue {
namespace {

constexpr std::size_t kLongestContract = 1 << 20;
constexpr std::array kContractKeys = {"version",
                                      "kind",
                                      "apiVersion",
                                      "id",
                                      "name",
                                      "tenant",
                                      "tags",
                                      "status",
                                      "servers",
                                      "dataProduct",
                                      "description",
                                      "domain",
                                      "schema",
                                      "support",
                                      "price",
                                      "team",
                                      "roles",
                                      "slaProperties",
                                      "slaDefaultElement",
                                      "authoritativeDefinitions",
                                      "customProperties",
                                      "contractCreatedTs"};
constexpr std::array kContractCustom = {
    "concordat.rows_per_unit", "concordat.groups_per_unit", "concordat.budget",
    "concordat.people",        "concordat.public",          "concordat.licence",
    "concordat.themes",        "concordat.holdings",        "concordat.key"};
constexpr std::array kSchemaKeys = {"id",
                                    "name",
                                    "logicalType",
                                    "physicalName",
                                    "physicalType",
                                    "description",
                                    "businessName",
                                    "dataGranularityDescription",
                                    "tags",
                                    "customProperties",
                                    "authoritativeDefinitions",
                                    "properties",
                                    "quality",
                                    "relationships"};
constexpr std::array kSchemaCustom = {"concordat.unit"};
constexpr std::array kLocalKeys = {"id",    "server",           "type", "description", "environment",
                                   "roles", "customProperties", "path", "format"};
constexpr std::array kDuckdbKeys = {"id",    "server",           "type",     "description", "environment",
                                    "roles", "customProperties", "database", "schema"};
constexpr std::array kCsvCustom = {"concordat.delimiter", "concordat.null", "concordat.trim"};
constexpr std::size_t kMostProblemsShown = 50;
constexpr std::size_t kLargestBody =
    60'000;  // an entry of the ledger holds 65,535 bytes (docs/formats/entry.md)
constexpr std::array kBudgetKeys = {"epsilon", "delta"};

bool IsProductId(const std::string& id) {
  const auto slash = id.find('/');
  return slash != id.npos && IsProductName(std::string_view(id).substr(0, slash)) &&
         IsProductName(std::string_view(id).substr(slash + 1));
}

void ReadHead(const YamlReader& root, Product& product) {
  if (root["kind"].Text() != "DataContract")
    root["kind"].Problem("is not 'DataContract'", "write 'kind: DataContract'");
  const std::string api = root["apiVersion"].Text();
  if (api != "v3.1.0" && api != "v3.0.2" && api != "v3.0.1" && api != "v3.0.0") {
    root["apiVersion"].Problem("'" + api + "' is not a version of ODCS that is read",
                               "write 'apiVersion: v3.1.0'");
  }
  product.id = root["id"].RequiredText("write 'id: MEMBER/NAME', such as lewisham/benefit-claims");
  if (!product.id.empty() && !IsProductId(product.id)) {
    root["id"].Problem(
        "'" + product.id + "' is not MEMBER/NAME in lower-case letters, digits, hyphens and dots",
        "such as lewisham/benefit-claims");
  }
  product.name = product.id.substr(product.id.find('/') + 1);
  product.title = root["name"].Text(product.name);
  root["version"].RequiredText("write 'version: 1.0.0'");
  const std::string status = root["status"].RequiredText("write 'status: active'");
  product.is_draft = status == "draft" || status == "proposed";
  if (!status.empty() && status != "active" && !product.is_draft) {
    root["status"].Problem("a contract that is '" + status + "' is not published",
                           "write 'status: draft' or 'status: active'; concordat product deprecate and "
                           "product retire do the rest");
  }
  ReadAbout(root, product.about);
  for (const std::string& text : {product.about.purpose, product.about.usage, product.about.limitations}) {
    if (!text.empty()) product.description += (product.description.empty() ? "" : ". ") + text;
  }
}

void ReadCsv(const YamlReader& server, Source& source) {
  server.ExpectCustom(kCsvCustom);
  const YamlReader delimiter = server.Custom("concordat.delimiter");
  const std::string text = delimiter.Text(",");
  if (text.size() != 1 || text == "\"" || text == "\n")
    delimiter.Problem("is not one character", "write ',' or ';'");
  source.delimiter = text.empty() ? ',' : text[0];
  source.trim = server.Custom("concordat.trim").Flag(false);
  const YamlReader nulls = server.Custom("concordat.null");
  if (nulls.present() && !nulls.IsSequence()) nulls.Problem("is not a list", "write ['?', 'NA']");
  for (std::size_t i = 0; i < nulls.size(); ++i) source.null_texts.push_back(nulls.At(i).Text());
}

void ReadFiles(const YamlReader& server, Source& source) {
  if (!server.ExpectMap(kLocalKeys)) return;
  source.path =
      server["path"].RequiredText("write 'path: FILE', relative to the contract; * matches several files");
  const std::string format = server["format"].Text(source.path.ends_with(".parquet") ? "parquet" : "csv");
  if (format == "csv") return ReadCsv(server, source);
  if (format != "parquet")
    return server["format"].Problem("'" + format + "' is not read", "write csv or parquet");
  source.format = engine::Format::kParquet;
  server.ExpectCustom({});
}

void ReadDatabase(const YamlReader& server, Source& source) {
  if (!server.ExpectMap(kDuckdbKeys)) return;
  server.ExpectCustom({});
  source.format = engine::Format::kDuckdb;
  source.path = server["database"].RequiredText("write 'database: FILE.duckdb', relative to the contract");
  source.schema = server["schema"].Text("main");
}

void ReadServer(const YamlReader& root, Product& product) {
  const YamlReader servers = root["servers"];
  if (servers.size() != 1) {
    return servers.Problem("does not name exactly one place",
                           "write one '- {server: files, type: local, path: …, format: csv}'");
  }
  const YamlReader server = servers.At(0);
  const std::string type = server["type"].Text();
  if (type == "local") return ReadFiles(server, product.source);
  if (type == "duckdb") return ReadDatabase(server, product.source);
  server["type"].Problem("'" + type + "' is not read here", "write local (CSV, Parquet) or duckdb");
}

void ReadBudget(const YamlReader& root, Product& product) {
  const YamlReader budget = root.Custom("concordat.budget");
  if (!budget.present())
    return root.Problem("concordat.budget is missing",
                        "add {property: concordat.budget, value: {epsilon: 10, delta: 1.0e-6}}");
  if (!budget.ExpectMap(kBudgetKeys)) return;
  product.budget = {{budget["epsilon"].Number().value_or(0)}, {budget["delta"].Number().value_or(0)}};
  if (!(product.budget.epsilon.value > 0 && product.budget.epsilon.value <= 64)) {
    budget["epsilon"].Problem("is not above 0 and at most 64",
                              "10 is a usual choice for a product's whole life");
  }
  if (!(product.budget.delta.value > 0 && product.budget.delta.value < 0.01)) {
    budget["delta"].Problem("is not above 0 and below 0.01",
                            "write less than one over the number of people, such as 1.0e-6");
  } else if (product.people && product.budget.delta.value * static_cast<double>(*product.people) >= 1) {
    budget["delta"].Problem("is not below one over concordat.people",
                            "write less, such as 1.0e-6: one person in so many may go unprotected");
  }
}

void ReadHoldings(const YamlReader& root, Product& product) {
  const YamlReader holdings = root.Custom("concordat.holdings");
  const std::string text = holdings.Text("overlapping");
  product.disjoint = text == "disjoint";
  if (!product.disjoint && text != "overlapping") {
    holdings.Problem("'" + text + "' is not 'disjoint' or 'overlapping'",
                     "write overlapping where a person may be in another member's data as well");
  }
}

void ExpectNothingProtected(const YamlReader& root, const Product& product) {
  if (product.unit() != nullptr || product.unit_is_row) {
    root.Custom("concordat.public")
        .Problem("a public product has no privacy unit", "remove concordat.public, or the unit");
  }
  for (const char* term :
       {"concordat.rows_per_unit", "concordat.groups_per_unit", "concordat.budget", "concordat.holdings"}) {
    if (root.Custom(term).present())
      root.Custom(term).Problem("a public product has none", "remove it, or concordat.public");
  }
}

// By what other tables are joined with it.
void ReadKey(const YamlReader& root, Product& product) {
  const YamlReader key = root.Custom("concordat.key");
  if (!key.present()) return;
  if (!product.is_public)
    return key.Problem("only public data has a key that others are joined by", "remove it");
  if (!key.IsSequence() || key.size() == 0) return key.Problem("is not a list of columns", "write [code]");
  for (std::size_t i = 0; i < key.size(); ++i) {
    const std::string name = key.At(i).Text();
    const auto column = std::find_if(product.columns.begin(), product.columns.end(),
                                     [&](const Column& each) { return each.name == name; });
    const auto place = static_cast<std::size_t>(column - product.columns.begin());
    if (column == product.columns.end()) {
      key.At(i).Problem("'" + name + "' is not a column", "name a column of the schema");
    } else if (column->type == Type::kNumber) {
      key.At(i).Problem("'" + name + "' is a number, and numbers are not compared for being equal",
                        "name a column of strings, integers, booleans, dates or timestamps");
    } else if (std::find(product.key.begin(), product.key.end(), place) != product.key.end()) {
      key.At(i).Problem("'" + name + "' stands twice", "name it once");
    } else {
      product.key.push_back(place);
    }
  }
}

void ReadTerms(const YamlReader& root, Product& product) {
  product.is_public = root.Custom("concordat.public").Flag(false);
  ReadKey(root, product);
  product.people = root.Custom("concordat.people").Whole(1, 100'000'000'000);
  if (product.is_public) return ExpectNothingProtected(root, product);
  if (product.unit() == nullptr && !product.unit_is_row) {
    root.Problem("no column is the privacy unit",
                 "mark the column that names a person with concordat.unit: true, or the table with "
                 "concordat.unit: row where each row "
                 "is another person");
  }
  const YamlReader rows = root.Custom("concordat.rows_per_unit");
  product.bounds.rows_per_unit = rows.Whole(1, 1'000'000).value_or(1);
  if (!rows.present() && !product.unit_is_row) {
    root.Problem("concordat.rows_per_unit is missing", "say how many rows one person may have at most");
  }
  if (product.unit_is_row && product.bounds.rows_per_unit != 1) {
    root.Custom("concordat.rows_per_unit").Problem("is not 1, though each row is a unit", "remove it");
  }
  const auto groups = root.Custom("concordat.groups_per_unit").Whole(1, 1'000'000);
  product.bounds.groups_per_unit =
      std::min(groups.value_or(product.bounds.rows_per_unit), product.bounds.rows_per_unit);
  ReadBudget(root, product);
  ReadHoldings(root, product);
}

void ReadSchema(const YamlReader& root, Product& product) {
  const YamlReader schema = root["schema"];
  if (schema.size() != 1) {
    return schema.Problem("does not describe exactly one table",
                          "publish each table as a product of its own");
  }
  const YamlReader table = schema.At(0);
  if (!table.ExpectMap(kSchemaKeys)) return;
  table.ExpectCustom(kSchemaCustom);
  product.source.table = table["physicalName"].Text(table["name"].RequiredText("write 'name: TABLE'"));
  const std::string unit = table.Custom("concordat.unit").Text();
  if (!unit.empty() && unit != "row")
    table.Custom("concordat.unit")
        .Problem("'" + unit + "' is not 'row'", "write row, or mark a column as the unit");
  product.unit_is_row = unit == "row";
  ReadColumns(table["properties"], product);
}

}  // namespace

bool IsProductName(std::string_view text) {
  return !text.empty() && text.size() <= 63 && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
         });
}

tl::expected<Contract, std::vector<Problem>> ParseContract(const std::string& text) {
  std::vector<Problem> problems;
  Contract contract;
  if (text.size() > kLongestContract || !IsUtf8(text)) {
    problems.push_back({0, "the contract is longer than 1 MB or not UTF-8", "is it the right file?"});
    return tl::unexpected(problems);
  }
  const auto document = yaml::Parse(text);
  if (!document) {
    problems.push_back({document.error().line, "cannot be read: " + document.error().what,
                        "mend the line; indentation is by spaces, texts with ':' or '#' need quotes"});
    return tl::unexpected(problems);
  }
  const YamlReader root(*document, problems);
  if (root.ExpectMap(kContractKeys)) {
    root.ExpectCustom(kContractCustom);
    ReadHead(root, contract.product);
    ReadServer(root, contract.product);
    ReadSchema(root, contract.product);
    ReadTerms(root, contract.product);
  }
  if (problems.empty() && ToJson(contract.product).dump().size() > kLargestBody) {
    root["schema"].Problem("columns, domains and descriptions come to more than 60 kB",
                           "leave out the longest domains: groups are then released by threshold");
  }
  if (!problems.empty()) return tl::unexpected(std::move(problems));
  return contract;
}

Error ContractError(const std::string& path, const std::vector<Problem>& problems) {
  std::string message = fmt::format("{} is not a contract that can be published:", path);
  for (const Problem& problem : std::span(problems).first(std::min(problems.size(), kMostProblemsShown))) {
    message += fmt::format("\n  {}{}\n    {}", problem.line > 0 ? fmt::format("line {}: ", problem.line) : "",
                           problem.what, problem.remedy);
  }
  if (problems.size() > kMostProblemsShown)
    message += fmt::format("\n  and {} more", problems.size() - kMostProblemsShown);
  return {ErrorCode::kInvalidArgument, message,
          "mend these and publish again; docs/contracts.md explains each term"};
}

}  // namespace concordat::catalogue
