#include "quality/measure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"
#include "base/name.h"

namespace concordat::quality {
namespace {

constexpr int kDays = 3650;
constexpr double kParts = 1e4;  // shares and margins are told to a hundredth of a percent

double NumberOf(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return 0;
}

double Up(double value) { return std::ceil(value * kParts) / kParts; }

}  // namespace

std::string AgreementOf(const catalogue::Product& product) { return "quality-" + product.name; }

agreement::Outline OutlineOf(const catalogue::Product& product, const std::string& member,
                             const std::string& legal_basis, const Spending& spending, Time from) {
  return {.name = AgreementOf(product),
          .member = member,
          .tables = {{"t", {product.id, product.version}}},
          .analyst = fmt::format("{}@{}", kAnalyst, member),
          .purpose = "dpv:RecordManagement",
          .legal_basis = legal_basis,
          .question = fmt::format("How well are the columns of {} filled? The shares are published with it.",
                                  product.id),
          .budget = {spending.whole, product.is_public ? Delta{1e-6} : product.budget.delta},
          .per_query = spending.each,
          .training = {},
          .from = from,
          .days = kDays};
}

bool IsOpen(const catalogue::Column& column) { return column.nullable && !column.unit; }

std::string QuestionOf(const catalogue::Product& product) {
  std::string sql = "SELECT count(*) AS n";
  for (std::size_t i = 0; i < product.columns.size(); ++i) {
    const catalogue::Column& column = product.columns[i];
    if (IsOpen(column)) sql += fmt::format(", count({}) AS c{}", QuoteIdentifier(column.name), i);
  }
  return sql + " FROM t";
}

Measured MeasuredBy(const release::Answer& answer, const catalogue::Product& product) {
  CHECK(answer.rows.size() == 1);
  const auto number = [&answer](const std::string& name) {
    for (std::size_t i = 0; i < answer.columns.size(); ++i) {
      if (answer.columns[i].name == name) return NumberOf(answer.rows[0].at(i));
    }
    return 0.0;
  };
  Measured measured{.product = product.id,
                    .version = product.version,
                    .revision = product.revision,
                    .answer = answer.id,
                    .rows = number("n"),
                    .margin = number("n_margin"),
                    .columns = {},
                    .when = {}};
  const double rows = std::max(measured.rows, 1.0);
  for (std::size_t i = 0; i < product.columns.size(); ++i) {
    if (!IsOpen(product.columns[i])) continue;
    const std::string name = fmt::format("c{}", i);
    const double share = std::clamp(number(name) / rows, 0.0, 1.0);
    // Both counts may be off: of c/n, no more than by (dc + share * dn) / n, to the first order.
    const double margin = (number(name + "_margin") + share * measured.margin) / rows;
    measured.columns.push_back(
        {product.columns[i].name, std::round(share * kParts) / kParts, std::min(1.0, Up(margin))});
  }
  return measured;
}

bool IsMeasured(const Book& book, const catalogue::Product& product) {
  const Measured* measured = book.Find(product.id);
  return measured != nullptr && measured->version == product.version &&
         measured->revision == product.revision;
}

Result<Outcome<Measured>> Measure(release::Release& release, ledger::Ledger& ledger,
                                  const catalogue::Product& product, const engine::Cancel& cancel) {
  release::Question question{.text = QuestionOf(product), .parameters = {}, .settings = {}};
  question.settings.margins = true;
  const auto answer = release.Ask({.analyst = kAnalyst, .agreement = AgreementOf(product), .way = "schedule"},
                                  question, cancel);
  if (!answer) return Outcome<Measured>(tl::unexpected(answer.error()));
  Measured measured = MeasuredBy(*answer, product);
  measured.when = TRY(ledger.Append(DraftOf(measured))).time;
  return Outcome<Measured>(std::move(measured));
}

}  // namespace concordat::quality
