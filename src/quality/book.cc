#include "quality/book.h"

#include <nlohmann/json.hpp>

namespace concordat::quality {
namespace {

constexpr char kKind[] = "quality.measured";

}  // namespace

ledger::Draft DraftOf(const Measured& measured) {
  Json columns = Json::array();
  for (const Filled& filled : measured.columns)
    columns.push_back({filled.column, filled.share, filled.margin});
  return {.kind = kKind,
          .body = {{"product", measured.product},
                   {"version", measured.version},
                   {"revision", measured.revision},
                   {"answer", measured.answer},
                   {"rows", measured.rows},
                   {"margin", measured.margin},
                   {"columns", std::move(columns)}},
          .secret = {}};
}

std::optional<Measured> MeasuredIn(const ledger::Entry& entry) {
  if (entry.kind != kKind) return std::nullopt;
  try {
    const Json& body = entry.body;
    Measured measured{.product = body.at("product"),
                      .version = body.at("version"),
                      .revision = body.at("revision"),
                      .answer = body.at("answer"),
                      .rows = body.at("rows"),
                      .margin = body.at("margin"),
                      .columns = {},
                      .when = entry.time};
    for (const Json& row : body.at("columns")) measured.columns.push_back({row.at(0), row.at(1), row.at(2)});
    return measured;
  } catch (const Json::exception&) {
    return std::nullopt;
  }
}

void Book::Apply(const ledger::Entry& entry) {
  if (auto measured = MeasuredIn(entry)) newest_.insert_or_assign(measured->product, *measured);
}

Json Book::Save() const {
  Json saved = Json::array();
  for (const auto& [product, measured] : newest_)
    saved.push_back({{"time", measured.when.time_since_epoch().count()}, {"body", DraftOf(measured).body}});
  return saved;
}

void Book::Load(const Json& saved) {
  for (const Json& row : saved) {
    Apply({.index = 0,
           .time = Time(Milliseconds(row.at("time").get<std::int64_t>())),
           .kind = kKind,
           .body = row.at("body"),
           .secret = {}});
  }
}

const Measured* Book::Find(const std::string& product) const {
  const auto known = newest_.find(product);
  return known == newest_.end() ? nullptr : &known->second;
}

}  // namespace concordat::quality
