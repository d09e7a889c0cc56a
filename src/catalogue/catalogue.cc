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

void Catalogue::Apply(const ledger::Entry& entry) {
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

}  // namespace concordat::catalogue
