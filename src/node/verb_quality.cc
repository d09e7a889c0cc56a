// Quality of products: measuring it under an agreement of its own, and showing it.
#include <fmt/format.h>

#include "node/exchange.h"
#include "node/node.h"
#include "node/quality.h"
#include "node/table.h"
#include "node/verb.h"
#include "quality/freshness.h"
#include "quality/measure.h"

namespace concordat::node {
namespace {

Result<catalogue::PublishedPtr> ProductFor(Node& node, const Json& arguments) {
  const std::string name = arguments.at("product");
  const auto lock = node.ledger().Share();
  auto published = node.catalogue().Find(name);
  if (!published) return NoProduct(name);
  return published;
}

std::string Percent(double share) { return fmt::format("{:.2f} %", share * 100); }

std::string FreshText(const quality::Freshness& fresh, Time now) {
  const auto days = std::chrono::floor<std::chrono::days>(now - fresh.updated).count();
  std::string text =
      fmt::format("rows published {}, {} day{} ago", FormatDay(fresh.updated), days, days == 1 ? "" : "s");
  if (!fresh.promised) return text + "; nothing is promised";
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(*fresh.promised).count();
  return text + fmt::format("; new ones are promised every {}: {}",
                            hours % 24 == 0 ? fmt::format("{} day{}", hours / 24, hours == 24 ? "" : "s")
                                            : fmt::format("{} hours", hours),
                            fresh.IsLateAt(now) ? "LATE" : "kept");
}

std::string FilledText(const quality::Measured* measured, const catalogue::Product& product) {
  if (measured == nullptr)
    return fmt::format("  filled  not measured: concordat product measure {}\n", product.id);
  std::string text = fmt::format(
      "  filled  measured {} from version {}, revision {}, under {} (answer {}): {:.0f} ± {:.0f} rows\n\n",
      FormatDay(measured->when), measured->version, measured->revision, quality::AgreementOf(product),
      measured->answer, measured->rows, measured->margin);
  std::vector<std::vector<std::string>> rows = {{"column", "filled", "margin"}};
  for (const quality::Filled& filled : measured->columns)
    rows.push_back({filled.column, Percent(filled.share), "± " + Percent(filled.margin)});
  return text + (measured->columns.empty()
                     ? "every column is required: the contract promises a value in each row\n"
                     : FormatTable(rows));
}

Result<Reply> ShowQuality(Node& node, const Json& arguments, const Progress&) {
  const auto published = TRY(ProductFor(node, arguments));
  const catalogue::Product& product = published->product;
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  const quality::Freshness fresh{published->since, quality::PromisedEvery(product.about)};
  const quality::Measured* measured = node.quality().Find(product.id);
  const char* valid = product.bounds.ranges_proven
                          ? "every value lies within its range and domain: proven when it was published"
                          : "some values lie outside their range or domain, and are clipped or taken as NULL";
  Json data = {{"product", product.id},
               {"updated", FormatTime(fresh.updated)},
               {"late", fresh.IsLateAt(now)},
               {"ranges_proven", product.bounds.ranges_proven}};
  if (fresh.promised)
    data["promised_hours"] = std::chrono::duration_cast<std::chrono::hours>(*fresh.promised).count();
  if (measured != nullptr) {
    data["measured"] = quality::DraftOf(*measured).body;
    data["measured"]["when"] = FormatTime(measured->when);
  }
  return Reply{fmt::format("{}, revision {}\n\n  fresh   {}\n  valid   {}\n", product.Reference(),
                           product.revision, FreshText(fresh, now), valid) +
                   FilledText(measured, product),
               Data(std::move(data))};
}

// Puts the agreement forward, in place of one over an earlier version.
Result<Reply> ProposeMeasuring(Node& node, const catalogue::Product& product, const Json& arguments,
                               const std::string& supersedes) {
  if (!arguments.contains("legal_basis")) {
    return Fail(ErrorCode::kInvalidArgument, fmt::format("nothing allows measuring {} yet", product.id),
                "say on which legal basis: --basis dpv-gdpr:A6-1-e");
  }
  quality::Spending spending;
  spending.whole = {arguments.value("epsilon", spending.whole.value)};
  spending.each = {arguments.value("each", spending.each.value)};
  agreement::Outline outline =
      quality::OutlineOf(product, node.member(), arguments["legal_basis"], spending, node.ledger().Now());
  outline.supersedes = supersedes;
  TRY(AddQualityAnalyst(node, arguments.value("by", "operator")));
  const auto document = TRY(ReadOwnDocument(node, agreement::DocumentOf(outline).dump()));
  agreement::Step step = StepFor(node, agreement::Verb::kPropose, arguments, *document);
  step.document = document;
  const auto entered = TRY(EnterSealed(node, step));
  if (!entered) return tl::unexpected(AsError(entered.error()));
  return Reply{
      fmt::format(
          "{0} is proposed: epsilon {1} in all, {2} for each revision's rows.\n"
          "next: concordat agreement approve {0}; a serving node measures within the hour after that\n",
          outline.name, spending.whole.value, spending.each.value),
      Data({{"agreement", outline.name}, {"state", "proposed"}})};
}

struct Leave {
  bool holds = false;      // the agreement about this version is in force
  std::string supersedes;  // the document in force about an earlier version; empty: there is none
  bool measured = false;   // this revision was
};

Leave LeaveFor(Node& node, const catalogue::Product& product) {
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  const agreement::Standing* standing = node.agreements().Find(quality::AgreementOf(product), now);
  if (standing == nullptr || standing->At(now) != agreement::State::kActive) return {};
  if (standing->document->tables.begin()->second.front().version != product.version)
    return {.supersedes = standing->document->id};
  return {.holds = true, .measured = quality::IsMeasured(node.quality(), product)};
}

Result<Reply> Measure(Node& node, const Json& arguments, const Progress& progress) {
  const auto published = TRY(ProductFor(node, arguments));
  const catalogue::Product& product = published->product;
  const Leave leave = LeaveFor(node, product);
  if (!leave.holds) return ProposeMeasuring(node, product, arguments, leave.supersedes);
  if (leave.measured) {
    return Reply{fmt::format("revision {} of {} is measured already: concordat product quality {}\n",
                             product.revision, product.id, product.id),
                 Data({{"product", product.id}, {"measured", false}})};
  }
  progress("asking");
  const auto measured = TRY(quality::Measure(node.release(), node.ledger(), product, node.stopping()));
  if (!measured) return tl::unexpected(AsError(measured.error()));
  return Reply{FilledText(&*measured, product), Data({{"product", product.id}, {"measured", true}})};
}

}  // namespace

std::vector<Verb> QualityVerbs() { return {{"product quality", ShowQuality}, {"product measure", Measure}}; }

}  // namespace concordat::node
