#include "transparency/asked.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "ledger/body.h"
#include "ledger/seal.h"
#include "transparency/part.h"

namespace concordat::transparency {
namespace {

constexpr std::uint64_t kLookedAt = 4096;  // entries, for one page
constexpr std::uint64_t kAtOnce = 256;

bool Fits(const AskedFilter& filter, const ledger::Entry& entry, const std::string& member) {
  if (entry.kind != ledger::kind::kRelease || IsToldByOwnPart(entry.body, member) ||
      IsToldByAnotherRound(entry.body))
    return false;
  if (!filter.document.empty() && ledger::TextIn(entry.body, "document") != filter.document) return false;
  const std::string product = ledger::TextIn(entry.body, "product");
  return filter.products.empty() || filter.products.contains(product.substr(0, product.find('@')));
}

Asked AskedOf(const ledger::Entry& entry, Time now) {
  Asked asked{.entry = entry.index,
              .time = entry.time,
              .agreement = ledger::TextIn(entry.body, "agreement"),
              .document = ledger::TextIn(entry.body, "document"),
              .product = ledger::TextIn(entry.body, entry.body.contains("product") ? "product" : "table"),
              .outcome = ledger::TextIn(entry.body, "outcome"),
              .owners = OwnersIn(entry.body),
              .text = {},
              .parameters = {},
              .sealed_until = {}};
  if (const Json* secret = ledger::Shown(entry, now)) {
    asked.text = ledger::TextIn(*secret, "text");
    for (const Json& value : secret->value("parameters", Json::array()))
      asked.parameters.push_back(value.is_string() ? value.get<std::string>() : "NULL");
  } else if (const auto until = ledger::SealedUntil(entry.body); until && *until && **until > now) {
    asked.sealed_until = **until;
  }
  return asked;
}

}  // namespace

Result<AskedPage> ReadAsked(const ledger::Ledger& ledger, const AskedFilter& filter,
                            std::optional<std::uint64_t> before, std::size_t most) {
  const Time now = ledger.Now();
  const auto head = ledger.Head();
  const std::uint64_t size = head.size;
  std::uint64_t end = std::min(before.value_or(size), size);
  const std::uint64_t last = end > kLookedAt ? end - kLookedAt : 0;
  AskedPage page;
  while (end > last) {
    const std::uint64_t first = end - last > kAtOnce ? end - kAtOnce : last;
    const auto entries = TRY(ledger.Read(first, end - first));
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      if (!Fits(filter, *entry, head.origin)) continue;
      page.asked.push_back(AskedOf(*entry, now));
      if (page.asked.size() < most) continue;
      if (entry->index > 0) page.older = entry->index;
      return page;
    }
    end = first;
  }
  if (end > 0) page.older = end;
  return page;
}

Json ToJson(const AskedPage& page) {
  Json list = Json::array();
  for (const Asked& asked : page.asked) {
    Json item = {{"entry", asked.entry},         {"time", FormatTime(asked.time)},
                 {"agreement", asked.agreement}, {"document", asked.document},
                 {"product", asked.product},     {"outcome", asked.outcome}};
    if (!asked.owners.empty()) item["owners"] = asked.owners;
    if (asked.text) {
      item["text"] = *asked.text;
      item["parameters"] = asked.parameters;
    }
    if (asked.sealed_until) item["sealed_until"] = FormatTime(*asked.sealed_until);
    list.push_back(std::move(item));
  }
  Json json = {{"asked", std::move(list)}};
  if (page.older) json["older"] = *page.older;
  return json;
}

}  // namespace concordat::transparency
