// Whatever text comes as a model: it is one or refused, and what is one scores rows with a sound interval, in
// an expression of limited size.
#include <cstdint>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "model/document.h"
#include "sql/operation.h"

using namespace concordat;

namespace {

std::size_t SizeOf(const sql::Expr& expr) {
  std::size_t size = 1;
  for (const sql::Expr& arg : expr.args) size += SizeOf(arg);
  return size;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto document = model::ReadModelText({reinterpret_cast<const char*>(data), size});
  if (!document) return 0;
  const auto columns = model::ColumnsOf(*document);
  CHECK(columns.size() == document->inputs.size());
  std::vector<sql::Expr> inputs;
  for (const catalogue::Column& column : columns) {
    sql::Expr input{.op = sql::Op::kColumn, .type = column.type, .range = column.range};
    input.index = static_cast<int>(inputs.size());
    inputs.push_back(std::move(input));
  }
  const auto applied = model::Applied(*document, "a/b version 1");
  const sql::Expr score = applied->Score(inputs);
  CHECK(score.type == Type::kNumber);
  if (document->range) CHECK(score.range && score.range->low >= document->range->low);
  CHECK(SizeOf(score) < 2'000'000);
  return 0;
}
