#include "transparency/feed.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "crypto/hash.h"
#include "ledger/body.h"
#include "ledger/seal.h"
#include "transparency/html.h"
#include "transparency/page.h"
#include "transparency/part.h"

namespace concordat::transparency {
namespace {

constexpr std::size_t kMost = 100;
constexpr std::uint64_t kFeedLooksAt = 2048;  // entries

struct Item {
  std::string title, text, link;
};

// "lewisham/adult@1"; at a node that asked others, "patients of budapest, zurich".
std::string DataOf(const Json& body) {
  if (!IsOfAsker(body)) return ledger::TextIn(body, "product");
  return fmt::format("{} of {}", ledger::TextIn(body, "table"), fmt::join(OwnersIn(body), ", "));
}

// "agreement.revoked" by its second word; a draft is not told.
std::optional<Item> StepItem(const ledger::Entry& entry) {
  const std::string step = entry.kind.substr(entry.kind.find('.') + 1);
  if (step == "drafted") return std::nullopt;
  const std::string party = ledger::TextIn(entry.body, "party");
  Item item{
      .title = fmt::format("Agreement {}: {} by {}", ledger::TextIn(entry.body, "agreement"), step, party),
      .text = ledger::TextIn(entry.body, "reason"),
      .link = UsePath(ledger::TextIn(entry.body, "id"))};
  if (item.text.empty()) item.text = item.title;
  return item;
}

std::optional<Item> QuestionItem(const ledger::Entry& entry, const std::string& member, Time now) {
  if (ledger::TextIn(entry.body, "outcome") == "repeated" || IsToldByOwnPart(entry.body, member) ||
      IsToldByAnotherRound(entry.body))
    return std::nullopt;
  Item item{.title = fmt::format("A question of {} under {}", DataOf(entry.body),
                                 ledger::TextIn(entry.body, "agreement")),
            .text = {},
            .link = UsePath(ledger::TextIn(entry.body, "document"))};
  const auto until = ledger::SealedUntil(entry.body);
  if (const Json* secret = ledger::Shown(entry, now)) {
    item.text = ledger::TextIn(*secret, "text");
  } else {
    item.text = until && *until ? "Sealed until " + FormatTime(**until) : "Erased";
  }
  return item;
}

std::optional<Item> ItemOf(const ledger::Entry& entry, const std::string& member, Time now) {
  if (entry.kind.starts_with("agreement.")) return StepItem(entry);
  if (entry.kind == ledger::kind::kRelease) return QuestionItem(entry, member, now);
  return std::nullopt;
}

// ni:///sha-256;… with the base64url digits of RFC 6920.
std::string NameOf(ByteView bytes) {
  std::string digits = ToBase64(crypto::Sha256(bytes));
  for (char& digit : digits) digit = digit == '+' ? '-' : digit == '/' ? '_' : digit;
  digits.resize(digits.find('='));
  return "ni:///sha-256;" + digits;
}

}  // namespace

Result<std::string> Feed(const ledger::Ledger& ledger, const std::string& member) {
  const std::uint64_t size = ledger.Head().size;
  const std::uint64_t first = size > kFeedLooksAt ? size - kFeedLooksAt : 0;
  const auto entries = TRY(ledger.Read(first, size - first));
  Html items;
  std::size_t count = 0;
  Time updated = ledger.Now();
  for (auto entry = entries.rbegin(); entry != entries.rend() && count < kMost; ++entry) {
    const auto item = ItemOf(*entry, member, ledger.Now());
    if (!item) continue;
    if (count++ == 0) updated = entry->time;
    items.Open("entry").Element("id", NameOf(TRY(ledger.LeafBytes(entry->index))));
    items.Element("title", item->title).Element("updated", FormatTime(entry->time));
    items.Open("link", {{"rel", "alternate"}, {"href", item->link}}).Close("link");
    items.Element("content", item->text, {{"type", "text"}}).Close("entry");
  }
  Html feed;
  feed.Open("feed", {{"xmlns", "http://www.w3.org/2005/Atom"}, {"xml:lang", "en"}});
  feed.Element("id", NameOf(AsBytes(ledger.key().Text())));
  feed.Element("title", "Who uses data at " + member).Element("updated", FormatTime(updated));
  feed.Open("author").Element("name", member).Close("author");
  feed.Open("link", {{"rel", "self"}, {"href", kFeedPath}}).Close("link");
  feed.Open("link", {{"rel", "alternate"}, {"href", kRegisterPath}}).Close("link");
  return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n" + std::move(feed).Take() + std::move(items).Take() +
         "</feed>\n";
}

}  // namespace concordat::transparency
