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
  copies_.clear();
  lives_.clear();
  ids_.clear();
  index_.Clear();
}

void Catalogue::Apply(const ledger::Entry& entry) {
  if (const auto step = LifeStepOf(entry)) {
    if (const auto life = Take(LifeOf(step->product), *step)) lives_[step->product] = *life;
    return;
  }
  if (entry.kind == kProductCopied) return ApplyCopy(entry);
  if (entry.kind != ledger::kind::kProductPublished || !entry.secret) return;
  auto published = PublishedFromJson(entry.body, *entry.secret);
  if (!published) return;  // ledger verify reports it
  const PublishedPtr before = Find(published->product.id);
  published->entry = entry.index;
  published->since = before && before->hashes == published->hashes ? before->since : entry.time;
  PublishedPtr& place = products_[published->product.id][published->product.version];
  place = std::make_shared<const Published>(std::move(*published));
  const Product& newest = products_[place->product.id].rbegin()->second->product;
  ids_.emplace(newest.name, newest.id);
  index_.Put(newest);
}

void Catalogue::ApplyCopy(const ledger::Entry& entry) {
  const auto product = entry.body.find("product");
  const auto place = entry.body.find("entry");
  if (!entry.secret || product == entry.body.end() || place == entry.body.end()) return;
  auto copied = PublishedFromJson(*product, *entry.secret);
  if (!copied || !place->is_number_unsigned()) return;  // ledger verify reports it
  for (const engine::FileState& file : copied->files) copied->product.source.files.push_back(file.path);
  copied->product.bounds.ranges_proven = entry.body.value("ranges_proven", false);
  copied->entry = *place;
  copied->since = entry.time;
  PublishedPtr& held = copies_[copied->product.id][copied->product.version];
  held = std::make_shared<const Published>(*std::move(copied));
}

PublishedPtr Catalogue::FindCopy(const std::string& id, std::int64_t version) const {
  const auto versions = copies_.find(id);
  if (versions == copies_.end()) return nullptr;
  const auto found = versions->second.find(version);
  return found == versions->second.end() ? nullptr : found->second;
}

std::vector<PublishedPtr> Catalogue::Copies() const {
  std::vector<PublishedPtr> all;
  for (const auto& [id, versions] : copies_) {
    for (const auto& [version, copied] : versions) all.push_back(copied);
  }
  return all;
}

PublishedPtr Catalogue::Find(const std::string& reference) const {
  const auto wanted = ParseReference(reference);
  if (!wanted) return nullptr;
  const auto id = ids_.find(wanted->name);
  auto versions = products_.find(id == ids_.end() ? wanted->name : id->second);
  if (versions == products_.end()) {
    versions = copies_.find(wanted->name);
    if (versions == copies_.end()) return nullptr;
  }
  if (!wanted->version) return versions->second.rbegin()->second;
  const auto found = versions->second.find(*wanted->version);
  return found == versions->second.end() ? nullptr : found->second;
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

Found Catalogue::Search(std::string_view text, std::size_t most, Time now) const {
  Found found =
      index_.Find(text, [&](const std::string& id) { return LifeOf(id).At(now) != Stage::kRetired; });
  if (found.hits.size() > most) found.hits.resize(most);
  return found;
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
