#include "node/orders.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "node/fits.h"
#include "release/failure.h"
#include "sql/order.h"

namespace concordat::node {
namespace {

constexpr char kNoObject[] = "42704";

Outcome<Value> CancelJob(Node& node, const release::Caller& caller, const std::string& id) {
  auto jobs = JobsFor(node, caller.agreement, caller.analyst);
  if (!jobs) return tl::unexpected(release::UnavailableOf(jobs.error()));
  const auto job = FindJob(*std::move(jobs), id);
  if (!job)
    return Refuse("job_unknown", job.error().message, "SELECT id, state FROM concordat.jobs", kNoObject);
  if (!node.jobs().Cancel(*job))
    return Refuse("job_ended", fmt::format("job {} does not run: it is {}", job->id, job->state),
                  "SELECT id, state FROM concordat.jobs", "55000");
  return Value(true);
}

Outcome<release::FittedModel> OwnModel(Node& node, const release::Caller& caller, const std::string& id) {
  auto models = ModelsFor(node, caller.agreement, caller.analyst);
  if (!models) return tl::unexpected(release::UnavailableOf(models.error()));
  auto model = release::FindModel(*std::move(models), id);
  if (!model)
    return Refuse("model_unknown", model.error().message, "SELECT id FROM concordat.models", kNoObject);
  return *std::move(model);
}

Outcome<Value> ShowModel(Node& node, const release::Caller& caller, const std::string& id) {
  return Value(TRY(OwnModel(node, caller, id)).model.dump());
}

Outcome<Value> ShowCard(Node& node, const release::Caller& caller, const std::string& id) {
  return Value(CardOf(node, TRY(OwnModel(node, caller, id))).dump());
}

struct OrderKind {
  const char* name;
  pgwire::Oid type;
  Outcome<Value> (*run)(Node& node, const release::Caller& caller, const std::string& argument);
};
constexpr pgwire::Oid kBoolean = 16, kText = 25;
constexpr OrderKind kKinds[] = {
    {"cancel", kBoolean, CancelJob}, {"model", kText, ShowModel}, {"model_card", kText, ShowCard}};

Outcome<const OrderKind*> KindOf(const sql::Order& order) {
  const auto* const kind = std::find_if(std::begin(kKinds), std::end(kKinds),
                                        [&](const OrderKind& each) { return order.name == each.name; });
  if (kind != std::end(kKinds)) return kind;
  return Refuse("unknown_function", fmt::format("there is no concordat.{} of one text", order.name),
                "there are concordat.cancel, concordat.model and concordat.model_card; a fit stands in FROM",
                "0A000");
}

}  // namespace

Outcome<std::optional<pgwire::Description>> DescribeOrder(const std::string& text) {
  const auto order = sql::ReadOrder(text);
  if (!order) return std::nullopt;
  const OrderKind* kind = TRY(KindOf(*order));
  pgwire::Description description{.columns = {{order->column, kind->type}}, .parameters = {}};
  if (!order->argument) description.parameters.push_back(kText);
  return description;
}

Outcome<std::optional<pgwire::Answer>> Obey(Node& node, const release::Caller& caller,
                                            const release::Question& question) {
  const auto order = sql::ReadOrder(question.text);
  if (!order) return std::nullopt;
  const OrderKind* kind = TRY(KindOf(*order));
  std::string argument = order->argument.value_or("");
  if (!order->argument && !question.parameters.empty()) argument = ToText(question.parameters.front());
  pgwire::Answer answer;
  answer.columns = {{order->column, kind->type}};
  answer.rows = {{TRY(kind->run(node, caller, argument))}};
  return answer;
}

}  // namespace concordat::node
