#include "release/joint_prepare.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "release/joint_description.h"
#include "sql/bind.h"
#include "sql/statement.h"

namespace concordat::release {
namespace {

constexpr double kMostRows = 4294967296.0;         // of one owner: 2^32
constexpr double kNarrow = 4611686018427387904.0;  // 2^62: half of what 64 bits hold is left for noise

// This member's product among those of a table; null when it has none.
const agreement::ProductVersion* OwnOf(const std::vector<agreement::ProductVersion>& products,
                                       std::string_view member) {
  const auto own =
      std::find_if(products.begin(), products.end(), [&](const auto& p) { return p.Member() == member; });
  return own == products.end() ? nullptr : &*own;
}

// The copy of a product that the first owner by name has, of those that are known here.
std::shared_ptr<const catalogue::Product> CopyOf(const catalogue::Abroad& abroad,
                                                 std::vector<agreement::ProductVersion> products) {
  std::sort(products.begin(), products.end());
  for (const agreement::ProductVersion& reference : products) {
    if (auto product = abroad.Find(reference.Name())) return product;
  }
  return nullptr;
}

const std::string& TableOf(const sql::Scope& scope, const catalogue::Product* product) {
  const auto table =
      std::find_if(scope.begin(), scope.end(), [&](const auto& t) { return t.second.get() == product; });
  CHECK(table != scope.end());
  return table->first;
}

sql::Joint JointOf(const Sharing& sharing, const catalogue::Product& product) {
  return {.owners = static_cast<std::int64_t>(sharing.owners.size()),
          .honest = static_cast<std::int64_t>(sharing.Honest()),
          .disjoint = product.disjoint,
          .local = sharing.local};
}

// May the sum of what all owners have leave 64 bits? Steps of one row bound what a row adds to a number.
bool IsWide(const sql::Plan& plan, std::size_t owners) {
  const auto steps_of = [](const sql::Measured& measured) { return static_cast<double>(measured.steps); };
  double most = 0;
  for (const sql::Measured& measured : plan.measured) most = std::max(most, steps_of(measured));
  return most * kMostRows * static_cast<double>(owners) > kNarrow;
}

std::string HashOf(const Json& description) { return crypto::Sha256Hex(*crypto::CanonicalJson(description)); }

std::shared_ptr<const catalogue::Product> ProductOf(const catalogue::PublishedPtr& published) {
  if (!published) return nullptr;
  return {published, &published->product};
}

// What is known here of the product behind a table; null where that is nothing.
std::shared_ptr<const catalogue::Product> KnownOf(const Planner& planner,
                                                  const std::vector<agreement::ProductVersion>& products) {
  const catalogue::Catalogue& catalogue = planner.parts.catalogue;
  if (const auto* own = OwnOf(products, planner.parts.agreements.member()))
    return ProductOf(catalogue.Find(own->Name()));
  if (products.size() == 1) {
    if (auto copy = ProductOf(PublicCopy(catalogue, products[0]))) return copy;
  }
  return planner.abroad == nullptr ? nullptr : CopyOf(*planner.abroad, products);
}

}  // namespace

sql::Scope KnownTables(const Planner& planner, const agreement::Agreement& document) {
  sql::Scope scope;
  for (const auto& [table, products] : document.tables) {
    if (auto product = KnownOf(planner, products)) scope[table] = std::move(product);
  }
  return scope;
}

Outcome<sql::Scope> JointScope(const Planner& planner, const agreement::Agreement& document) {
  for (const auto& [table, products] : document.tables) {
    const auto* own = OwnOf(products, planner.parts.agreements.member());
    const auto published = own == nullptr ? nullptr : planner.parts.catalogue.Find(own->Name());
    const bool is_model =
        published && published->product.model;  // CheckModels asks of those that are applied
    if (own != nullptr && !is_model) TRY(Granted(planner.parts, *own));
  }
  sql::Scope scope = KnownTables(planner, document);
  for (auto& [table, product] : scope) {
    // A copy of its own, so that two tables of one product are told apart.
    auto copy = std::make_shared<catalogue::Product>(*product);
    copy->united = !copy->is_public;
    product = std::move(copy);
  }
  return scope;
}

Caller CallerOf(const Parts& parts, const Visitor& visitor, const std::string& agreement) {
  Caller caller{.analyst = visitor.analyst, .agreement = agreement, .way = "federation"};
  if (visitor.home != parts.agreements.member())
    caller.visitor = agreement::Vouched{.home = visitor.home, .trainings = visitor.trainings};
  return caller;
}

catalogue::PublishedPtr PublishedHere(const Parts& parts, const catalogue::Product& product) {
  if (auto own = parts.catalogue.Find(product.Reference())) return own;
  return std::make_shared<const catalogue::Published>(
      catalogue::Published{.product = product, .files = {}, .hashes = {}, .contract_hash = {}, .since = {}});
}

Refusal WithUnknownTables(Refusal refusal, const sql::Scope& scope, const agreement::Permit& permit) {
  std::vector<std::string> unknown;
  for (const auto& [table, products] : permit.document->tables) {
    if (!scope.contains(table)) unknown.push_back(table);
  }
  if ((refusal.reason == "unknown_table" || refusal.reason == "unknown_model") && !unknown.empty()) {
    refusal.hint += fmt::format(
        "; nothing is known here yet of what others hold as {}: be connected with them (concordat member "
        "join), "
        "or bring what is public with concordat product fetch",
        fmt::join(unknown, ", "));
  }
  return refusal;
}

bool IsAnsweredHere(const Planner& planner, const agreement::Agreement& document, const std::string& table) {
  const auto found = document.tables.find(table);
  if (found == document.tables.end() || found->second.size() != 1) return false;
  if (found->second[0].Member() == planner.parts.agreements.member()) return true;
  const auto product = KnownOf(planner, found->second);
  return product && product->is_public;
}

std::string TakeRevision(const Planner& planner, const std::string& plan, Prepared& prepared) {
  prepared.asked = fmt::format("{}.{}", plan, prepared.published->product.revision);
  {
    const auto lock = planner.parts.ledger.Share();
    TakeObjections(planner.parts, prepared);
  }
  return planner.abroad == nullptr ? prepared.identity.substr(plan.size() + 1) : "";
}

Outcome<JointBound> BindJoint(const Planner& planner, const Caller& caller, const Question& question) {
  const auto lock = planner.parts.ledger.Share();
  const agreement::Permit permit = TRY(DecideOn(planner.parts, caller, question));
  const sql::Question asked = TRY(sql::ParseQuestion(question.text));
  const sql::Scope scope = TRY(JointScope(planner, *permit.document));
  auto bound = BindTo(scope, permit, asked, [&](const catalogue::Product& product) {
    return PublishedHere(planner.parts, product);
  });
  if (!bound) return tl::unexpected(WithUnknownTables(bound.error(), scope, permit));
  TRY(CheckModels(planner.parts, bound->models));
  const auto& product = sql::ScanOf(*bound->query->relation).product;
  auto sharing = SharingOf(*permit.document, TableOf(scope, product.get()));
  CHECK(sharing);
  return JointBound{*std::move(bound), *std::move(sharing)};
}

Outcome<JointPlan> PrepareJoint(const Planner& planner, const Caller& caller, const Question& question) {
  JointBound joint = TRY(BindJoint(planner, caller, question));
  Bound& bound = joint.bound;
  Row parameters = TRY(TypedParameters(*bound.query, question.parameters));
  sql::Terms terms = TermsOf(bound.permit, question.settings);
  terms.joint = JointOf(joint.sharing, bound.published->product);
  sql::Plan plan = TRY(sql::MakePlan(bound.query, terms));
  const std::string normal = bound.normal;
  Prepared prepared = Planned(std::move(bound), std::move(plan), std::move(parameters));
  JointPlan made;
  made.description = DescribePlan(prepared, normal, joint.sharing);
  made.finds_groups = prepared.plan.grouping.kind == sql::Grouping::Kind::kThreshold;
  made.declared = std::max<std::size_t>(prepared.plan.grouping.declared.size(), 1);
  made.measured = prepared.plan.measured.size();
  made.wide = IsWide(prepared.plan, joint.sharing.owners.size());
  made.sharing = std::move(joint.sharing);
  made.revision = TakeRevision(planner, HashOf(made.description), prepared);
  made.prepared = std::make_shared<const Prepared>(std::move(prepared));
  return made;
}

}  // namespace concordat::release
