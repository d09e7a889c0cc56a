#include "catalogue/abroad.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "catalogue/product_json.h"
#include "ledger/body.h"

namespace concordat::catalogue {
namespace {

constexpr char kKind[] = "abroad.product";
constexpr char kKnown[] = "known_already";
constexpr std::int64_t kMost = 1'000'000'000;

bool IsCount(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_number_integer() && *found >= 1 && *found <= kMost;
}

bool IsSound(const Column& column) {
  return !column.name.empty() &&
         (!column.range || (std::isfinite(column.range->low) && column.range->low <= column.range->high));
}

// Whole numbers are looked at before they are read: what is past them is no number of rows.
Result<Product> ReadAbroad(const std::string& member, const Json& body) {
  const auto wrong = [](const char* what) { return Fail(ErrorCode::kInvalidArgument, what); };
  if (!body.is_object() || !IsCount(body, "version") || !IsCount(body, "revision") ||
      !body.contains("bounds") || !body["bounds"].is_object() || !IsCount(body["bounds"], "rows_per_unit") ||
      !IsCount(body["bounds"], "groups_per_unit"))
    return wrong("not a product: its version, revision or bounds are no counts");
  if (body.contains("people") && !body["people"].is_number_integer())
    return wrong("not a product: its people are no count");
  auto product = ProductFromJson(body);
  if (!product) return wrong("not a product");
  if (!product->id.starts_with(member + "/")) return wrong("not a product of that member");
  if (product->columns.empty() || !std::all_of(product->columns.begin(), product->columns.end(), IsSound))
    return wrong("not a product: a column has no name, or a range that is none");
  return product;
}

}  // namespace

void Abroad::Apply(const ledger::Entry& entry) {
  if (entry.kind != kKind || !entry.body.contains("product")) return;
  auto product = ReadAbroad(ledger::TextIn(entry.body, "member"), entry.body["product"]);
  if (!product) return;
  const std::string reference = product->Reference();
  products_[reference] = std::make_shared<const Product>(*std::move(product));
}

std::shared_ptr<const Product> Abroad::Find(const std::string& reference) const {
  const auto found = products_.find(reference);
  return found == products_.end() ? nullptr : found->second;
}

Result<std::optional<ledger::Entry>> EnterAbroad(ledger::Ledger& ledger, const Abroad& abroad,
                                                 const std::string& member, const Json& body) {
  const Product product = TRY(ReadAbroad(member, body));
  const Json known = ToJson(product);
  auto entered =
      TRY(ledger.AppendIf({kKind, {{"member", member}, {"product", known}}, {}}, [&]() -> Outcome<void> {
        const auto before = abroad.Find(product.Reference());
        if (!before || ToJson(*before) != known) return {};
        return Refuse(kKnown, "the copy is there already", "");
      }));
  if (!entered) return std::nullopt;
  return *std::move(entered);
}

}  // namespace concordat::catalogue
