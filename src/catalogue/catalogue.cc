#include "catalogue/catalogue.h"

#include <charconv>
#include <optional>

namespace concordat::catalogue {
namespace {

// "member/name@version", "member/name" or "name".
struct Reference {
  std::string name;
  std::optional<std::int64_t> version;
};

std::optional<Reference> ParseReference(const std::string& text) {
  const auto at = text.find('@');
  if (at == text.npos) return Reference{text, {}};
  std::int64_t version = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + at + 1, end, version);
  if (parsed.ec != std::errc{} || parsed.ptr != end) return {};
  return Reference{text.substr(0, at), version};
}

}  // namespace

void Catalogue::Clear() {
  products_.clear();
  lives_.clear();
}

void Catalogue::Apply(const ledger::Entry& entry) {
  if (const auto step = LifeStepOf(entry)) {
    if (const auto life = Take(LifeOf(step->product), *step)) lives_[step->product] = *life;
    return;
  }
  if (entry.kind != ledger::kind::kProductPublished || !entry.secret) return;
  auto published = PublishedFromJson(entry.body, *entry.secret);
  if (!published) return;  // ledger verify reports it
  PublishedPtr& place = products_[published->product.id][published->product.version];
  place = std::make_shared<const Published>(std::move(*published));
}

PublishedPtr Catalogue::Find(const std::string& reference) const {
  const auto wanted = ParseReference(reference);
  if (!wanted) return nullptr;
  for (const auto& [id, versions] : products_) {
    if (id != wanted->name && id.substr(id.find('/') + 1) != wanted->name) continue;
    if (!wanted->version) return versions.rbegin()->second;
    const auto found = versions.find(*wanted->version);
    return found == versions.end() ? nullptr : found->second;
  }
  return nullptr;
}

std::vector<PublishedPtr> Catalogue::List() const {
  std::vector<PublishedPtr> all;
  for (const auto& [id, versions] : products_) {
    for (const auto& [version, published] : versions) all.push_back(published);
  }
  return all;
}

std::vector<PublishedPtr> Catalogue::Newest() const {
  std::vector<PublishedPtr> newest;
  for (const auto& [id, versions] : products_) newest.push_back(versions.rbegin()->second);
  return newest;
}

Life Catalogue::LifeOf(const std::string& id) const {
  if (const auto known = lives_.find(id); known != lives_.end()) return known->second;
  const PublishedPtr published = Find(id);
  return {.stage = published && published->product.is_draft ? Stage::kDraft : Stage::kActive,
          .until = {},
          .reason = {}};
}

Result<Outcome<ledger::Entry>> Enter(ledger::Ledger& ledger, const Catalogue& catalogue,
                                     const LifeStep& step) {
  return ledger.AppendIf(DraftOf(step), [&]() -> Outcome<void> {
    if (!catalogue.Find(step.product)) {
      return Refuse("product_unknown", "there is no product " + step.product,
                    "concordat product list shows those there are", "42P01");
    }
    LifeStep now = step;
    now.when = ledger.Now();
    TRY(Take(catalogue.LifeOf(step.product), now));
    return {};
  });
}

}  // namespace concordat::catalogue
