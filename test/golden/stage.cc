#include "golden/stage.h"

#include <duckdb.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdlib>
#include <set>

#include "base/check.h"
#include "base/file.h"
#include "base/name.h"
#include "catalogue/contract.h"
#include "catalogue/profile.h"
#include "dp/testing_noise.h"
#include "engine/duckdb.h"
#include "release/answer_json.h"
#include "sql/generate.h"
#include "sql/generate_expr.h"

namespace concordat::golden {
namespace {

std::string Script(const std::filesystem::path& path) {
  auto text = ReadFile(path);
  CHECK(text);
  return *std::move(text);
}

Result<std::unique_ptr<engine::Engine>> OpenEngine(std::vector<engine::Source> sources) {
  return engine::OpenDuckdb({.sources = std::move(sources), .memory_mb = 512, .threads = 1});
}

// The product's rows under the contract's names and types.
std::string TypedRows(const catalogue::Product& product) {
  std::vector<std::string> columns;
  for (const catalogue::Column& column : product.columns) {
    columns.push_back(fmt::format("TRY_CAST({} AS {}) AS {}", QuoteIdentifier(column.source_name),
                                  sql::SqlType(column.type), QuoteIdentifier(column.name)));
  }
  return fmt::format("SELECT {} FROM ({})", fmt::join(columns, ", "), engine::SelectFrom(product.source));
}

// `definition` before the text, which may have a WITH of its own.
std::string With(const std::string& definition, const std::string& text) {
  const bool with = text.starts_with("WITH ");
  return fmt::format("WITH {}{} {}", definition, with ? "," : "", with ? text.substr(5) : text);
}

// The rows of the units that fall to one owner of several; where each row is a unit, of those rows.
std::string PartOf(const catalogue::Product& product, std::int64_t owner, std::int64_t owners) {
  const std::string rows = engine::SelectFrom(product.source);
  if (owners == 1) return rows;
  const catalogue::Column* unit = product.unit();
  const std::string whose =
      unit == nullptr ? "hash(part)" : fmt::format("hash(part.{})", QuoteIdentifier(unit->source_name));
  return fmt::format("SELECT * FROM ({}) AS part WHERE {} % {} = {}", rows, whose, owners, owner);
}

}  // namespace

Database::Database(const std::string& script) {
  std::string folder = (std::filesystem::temp_directory_path() / "concordat-stage-XXXXXX").string();
  CHECK(mkdtemp(folder.data()) != nullptr);
  folder_ = folder;
  duckdb_database database = nullptr;
  duckdb_connection connection = nullptr;
  CHECK(duckdb_open(path().c_str(), &database) == DuckDBSuccess);
  CHECK(duckdb_connect(database, &connection) == DuckDBSuccess);
  for (std::size_t begin = 0; begin < script.size();) {
    const std::size_t end = std::min(script.find(";\n", begin), script.size());
    const std::string statement = script.substr(begin, end - begin);
    duckdb_result result{};
    if (duckdb_query(connection, statement.c_str(), &result) != DuckDBSuccess) {
      fmt::print(stderr, "{}\n{}\n", statement, duckdb_result_error(&result));
      CHECK(false);
    }
    duckdb_destroy_result(&result);
    begin = end + 2;
  }
  duckdb_disconnect(&connection);
  duckdb_close(&database);
}

Database::~Database() { std::filesystem::remove_all(folder_); }

Stage::Stage(const std::vector<std::filesystem::path>& contracts, const std::filesystem::path& script,
             const std::filesystem::path& data)
    : database_(Script(script)) {
  for (const auto& contract : contracts) Open(contract, data);
  auto released = OpenEngine({});
  CHECK(released);
  released_ = std::move(*released);
}

void Stage::Open(const std::filesystem::path& contract, const std::filesystem::path& data) {
  auto parsed = catalogue::ParseContract(Script(contract));
  if (!parsed) fmt::print(stderr, "{}\n", catalogue::ContractError(contract, parsed.error()).message);
  CHECK(parsed);
  auto product = std::make_shared<catalogue::Product>(parsed->product);
  engine::Source& source = product->source;
  source.path = source.format == engine::Format::kDuckdb ? database_.path() : (data / source.path).string();
  if (!std::filesystem::exists(source.path)) return;
  auto engine = OpenEngine({source});
  CHECK(engine);
  const auto profile = catalogue::ProfileRows(*product, **engine, [](std::string_view) {});
  if (!profile) fmt::print(stderr, "{}: {}\n", contract.string(), profile.error().message);
  CHECK(profile);
  product->bounds.rows_proven = profile->rows_proven;
  product->bounds.ranges_proven = profile->ranges_proven;
  engines_[product->name] = std::move(*engine);
  scope_[product->name] = std::move(product);
}

Result<Outcome<Answered>> Stage::Ask(const std::string& text, const Settings& settings) const {
  const auto question = sql::ParseQuestion(text);
  if (!question) return Outcome<Answered>(tl::unexpected(question.error()));
  auto bound = sql::Bind(*question, scope_);
  if (!bound) return Outcome<Answered>(tl::unexpected(bound.error()));
  const auto query = std::make_shared<const sql::Query>(*std::move(bound));
  auto plan = sql::MakePlan(query, settings.terms);
  if (!plan) return Outcome<Answered>(tl::unexpected(plan.error()));
  Row parameters;
  for (std::size_t i = 0; i < query->parameters.size(); ++i) {
    const auto& given = settings.parameters.at(i);
    parameters.push_back(
        IsNull(given) ? given
                      : TRY(release::ValueFromText(query->parameters[i], std::get<std::string>(given))));
  }
  const auto noisy = TRY(Unnoised(*plan, parameters, settings.secret));
  const sql::Statement outer = sql::OuterStatement(*plan, noisy, parameters);
  auto rows = TRY(released_->Run(outer.sql, outer.parameters, {}, nullptr)).rows;
  return Outcome<Answered>(
      Answered{query, *std::move(plan), sql::ResultColumns(*query, settings.terms.margins), std::move(rows)});
}

Result<std::vector<Row>> Stage::Unnoised(const sql::Plan& plan, const Row& parameters,
                                         std::uint64_t secret) const {
  const sql::Statement inner = sql::InnerStatement(plan, parameters, secret);
  engine::Engine& engine = *engines_.at(plan.product->name);
  const std::int64_t owners = plan.terms.joint ? plan.terms.joint->owners : 1;
  std::vector<std::vector<Row>> parts;
  for (std::int64_t owner = 0; owner < owners; ++owner) {
    std::vector<std::string> selects = {PartOf(*plan.product, owner, owners)};
    for (const auto& product : plan.publics) selects.push_back(engine::SelectFrom(product->source));
    parts.push_back(
        TRY(engine.Run(sql::WithSources(selects, inner.sql), inner.parameters, {}, nullptr)).rows);
  }
  dp::NoNoise none;
  if (!plan.terms.joint) return sql::AddNoise(plan, parts.front(), none);
  std::set<Row> keys;
  if (plan.grouping.kind == sql::Grouping::Kind::kThreshold) {
    for (const auto& part : parts) {
      const auto selected = TRY(sql::SelectKeys(plan, part, none));
      keys.insert(selected.begin(), selected.end());
    }
  }
  const bool found = plan.grouping.kind == sql::Grouping::Kind::kThreshold;
  sql::ExactSums sums(plan, found ? std::vector<Row>(keys.begin(), keys.end()) : sql::DeclaredKeys(plan));
  for (const auto& part : parts) TRY(sums.Add(part));
  return sql::NoisyRows(plan, sums.groups());
}

Result<std::vector<Row>> Stage::AskPlainly(const std::string& text) const {
  const catalogue::Product* first = nullptr;
  std::vector<std::string> definitions;
  for (const auto& [name, product] : scope_) {
    const bool named = text.find(" " + name) != std::string::npos;
    if (!named || (first != nullptr && first->source.path != product->source.path)) continue;
    if (first == nullptr) first = product.get();
    definitions.push_back(fmt::format("{} AS ({})", name, TypedRows(*product)));
  }
  if (first == nullptr) return Fail(ErrorCode::kInvalidArgument, "the plain text names no table");
  const std::string statement = With(fmt::format("{}", fmt::join(definitions, ", ")), text);
  return TRY(engines_.at(first->name)->Run(statement, {}, {}, nullptr)).rows;
}

}  // namespace concordat::golden
