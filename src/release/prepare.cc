#include "release/prepare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>

#include "base/mutation.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "dp/accounting.h"
#include "release/answer_json.h"
#include "sql/bind.h"
#include "sql/statement.h"

namespace concordat::release {
namespace {

// The tables that the permit grants, at the versions it names.
Outcome<sql::Scope> ScopeOf(const Parts& parts, const agreement::Permit& permit) {
  sql::Scope scope;
  for (const auto& [table, reference] : permit.tables) {
    // Whether a model is in use is asked where it is applied: others' questions go on without it.
    const auto own = parts.catalogue.Find(reference.Name());
    const bool is_model = own && own->product.model;
    const auto published = is_model ? own : TRY(Granted(parts, reference));
    scope[table] = std::shared_ptr<const catalogue::Product>(published, &published->product);
  }
  for (const auto& [table, reference] : permit.others) {
    if (const auto copy = PublicCopy(parts.catalogue, reference))
      scope[table] = std::shared_ptr<const catalogue::Product>(copy, &copy->product);
  }
  return scope;
}

std::string AskedOf(const Bound& bound, const sql::Terms& terms, const Row& parameters) {
  Json values = Json::array();
  for (const Value& value : parameters) values.push_back(IsNull(value) ? Json() : Json(ToText(value)));
  const catalogue::Product& product = bound.published->product;
  const std::int64_t revision = Mutated("stored_across_revisions") ? 0 : product.revision;
  Json identity = {{"question", bound.normal},
                   {"parameters", values},
                   {"agreement", bound.permit.agreement_id},
                   {"product", fmt::format("{}.{}", product.Reference(), revision)},
                   {"epsilon", terms.budget.epsilon.value},
                   {"pure", terms.pure},
                   {"margins", terms.margins},
                   {"negative", terms.allow_negative},
                   {"accuracy", terms.accuracy.value_or("")}};
  const auto revisions = RevisionsOf(bound.joined);
  if (!bound.models.empty()) identity["models"] = ModelsJson(bound.models);
  for (std::size_t i = 0; i < revisions.size() && !Mutated("stored_across_revisions"); ++i)
    identity["joined"].push_back({{"product", revisions[i]}, {"files", bound.joined[i]->hashes}});
  return crypto::Sha256Hex(*crypto::CanonicalJson(identity));
}

// A table of the agreement that another member holds is known, though not here.
Refusal WithHolders(Refusal refusal, const agreement::Permit& permit) {
  const bool unknown = refusal.reason == "unknown_table" || refusal.reason == "unknown_model";
  if (unknown && !permit.elsewhere.empty()) {
    refusal.hint += fmt::format("; other members hold {}, and are asked at their own nodes",
                                fmt::join(permit.elsewhere, ", "));
    if (!permit.others.empty())
      refusal.hint += "; what of it is public, the operator brings here with concordat product fetch";
  }
  return refusal;
}

}  // namespace

Outcome<void> CheckFiles(const catalogue::Published& published,
                         const std::vector<catalogue::PublishedPtr>& joined) {
  const engine::Source* database = nullptr;
  const auto fits = [&](const engine::Source& source) {
    if (source.format != engine::Format::kDuckdb) return true;
    if (database == nullptr) database = &source;
    return database->path == source.path;
  };
  bool all = fits(published.product.source);
  for (const auto& each : joined) {
    if (all && fits(each->product.source)) continue;
    return Refuse(
        "join_of_databases",
        fmt::format("{} lies in another database file than what it is joined with", each->product.name),
        "ask its steward to publish it as CSV or Parquet");
  }
  return {};
}

catalogue::PublishedPtr PublicCopy(const catalogue::Catalogue& catalogue,
                                   const agreement::ProductVersion& reference) {
  return catalogue.FindCopy(reference.product, reference.version);
}

std::vector<std::string> RevisionsOf(const std::vector<catalogue::PublishedPtr>& joined) {
  std::vector<std::string> revisions;
  for (const auto& each : joined) {
    revisions.push_back(fmt::format("{}.{}", each->product.Reference(), each->product.revision));
  }
  return revisions;
}

Outcome<catalogue::PublishedPtr> Granted(const Parts& parts, const agreement::ProductVersion& reference) {
  auto published = parts.catalogue.Find(reference.Name());
  if (!published) {
    return Refuse("product_not_published", reference.Name() + " is not published",
                  "ask the steward to publish it", "42P01");
  }
  const auto newest = parts.catalogue.Find(reference.product);
  if (newest->product.version != reference.version) {
    return Refuse("product_superseded",
                  fmt::format("version {} of {} was superseded by version {}: its bounds have changed",
                              reference.version, reference.product, newest->product.version),
                  "ask for an agreement that names the new version", "42501");
  }
  TRY(CheckLife(parts.catalogue, published->product.id, parts.ledger.Now()));
  return published;
}

Outcome<Row> TypedParameters(const sql::Query& query, const Row& given) {
  if (given.size() != query.parameters.size()) {
    return Refuse(
        "parameter_count",
        fmt::format("{} parameters were given and {} are needed", given.size(), query.parameters.size()),
        "bind one value to each $n", "42601");
  }
  Row typed = given;
  for (std::size_t i = 0; i < typed.size(); ++i) {
    const Type type = query.parameters[i];
    const auto* text = std::get_if<std::string>(&typed[i]);
    if (const auto* whole = std::get_if<std::int64_t>(&typed[i]); whole != nullptr && type == Type::kNumber) {
      typed[i] = static_cast<double>(*whole);
    } else if (text != nullptr && type != Type::kText) {
      auto value = ValueFromText(type, *text);
      if (!value) {
        return Refuse("parameter_type", fmt::format("parameter ${} is not a {}", i + 1, Name(type)),
                      "bind a value of that type", "22023");
      }
      typed[i] = std::move(*value);
    }
  }
  return typed;
}

sql::Terms TermsOf(const agreement::Permit& permit, const Settings& settings) {
  return {.budget = {permit.epsilon, permit.budget.delta},
          .threshold = dp::ThresholdDeltaFor(permit.budget.delta),
          .pure = settings.pure,
          .margins = settings.margins,
          .allow_negative = settings.allow_negative,
          .minimum_people = permit.minimum_people,
          .accuracy = settings.accuracy};
}

Outcome<Bound> BindTo(const sql::Scope& scope, agreement::Permit permit, const sql::Question& asked,
                      const PublishedOf& published_of) {
  Bound bound{.permit = std::move(permit),
              .published = {},
              .joined = {},
              .models = {},
              .query = {},
              .normal = asked.normal};
  bound.query = std::make_shared<const sql::Query>(TRY(sql::Bind(asked, scope, ModelsOf(scope))));
  bound.published = published_of(*sql::ScanOf(*bound.query->relation).product);
  for (const auto& joined : sql::PublicsOf(*bound.query->relation))
    bound.joined.push_back(published_of(*joined));
  bound.models = AppliedModels(*bound.query, scope, published_of);
  TRY(CheckFiles(*bound.published, bound.joined));
  return bound;
}

Outcome<Bound> BindQuestion(const Parts& parts, const Caller& caller, const Question& question) {
  const auto lock = parts.ledger.Share();
  const agreement::Permit permit = TRY(DecideOn(parts, caller, question));
  const sql::Question asked = TRY(sql::ParseQuestion(question.text));
  const sql::Scope scope = TRY(ScopeOf(parts, permit));
  auto bound = BindTo(scope, permit, asked, [&](const catalogue::Product& product) {
    return parts.catalogue.Find(product.Reference());
  });
  if (!bound) return tl::unexpected(WithHolders(bound.error(), permit));
  TRY(CheckModels(parts, bound->models));
  return bound;
}

Prepared Planned(Bound bound, sql::Plan plan, Row parameters) {
  return {.permit = std::move(bound.permit),
          .published = std::move(bound.published),
          .joined = std::move(bound.joined),
          .models = std::move(bound.models),
          .query = std::move(bound.query),
          .plan = std::move(plan),
          .parameters = std::move(parameters),
          .asked = {},
          .identity = {}};
}

// A unit that is none of the column's type is of an older version, and nobody's now.
void TakeObjections(const Parts& parts, Prepared& prepared) {
  const catalogue::Product& product = prepared.published->product;
  prepared.plan.left_out.clear();
  prepared.identity = prepared.asked;
  const subject::ObjectionsPtr objections = parts.subjects.To(product.id);
  if (!objections || product.unit() == nullptr) return;
  for (const std::string& unit : objections->units) {
    if (auto value = ValueFromText(product.unit()->type, unit))
      prepared.plan.left_out.push_back(*std::move(value));
  }
  prepared.identity += fmt::format(".{}", objections->changed);
}

Outcome<Prepared> Prepare(const Parts& parts, const Caller& caller, const Question& question) {
  Bound bound = TRY(BindQuestion(parts, caller, question));
  Row parameters = TRY(TypedParameters(*bound.query, question.parameters));
  const sql::Terms terms = TermsOf(bound.permit, question.settings);
  sql::Plan plan = TRY(sql::MakePlan(bound.query, terms));
  std::string asked = AskedOf(bound, terms, parameters);
  Prepared prepared = Planned(std::move(bound), std::move(plan), std::move(parameters));
  prepared.asked = std::move(asked);
  const auto lock = parts.ledger.Share();
  TakeObjections(parts, prepared);
  return prepared;
}

}  // namespace concordat::release
