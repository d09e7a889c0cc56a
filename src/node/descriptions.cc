#include "node/descriptions.h"

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"
#include "node/copies.h"
#include "node/log.h"
#include "node/offers.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kTellPatience{10'000};
constexpr Milliseconds kCopyPatience{60'000};
constexpr Milliseconds kLookEvery{2000};     // whether one is due
constexpr Milliseconds kAgain{10 * 60'000};  // a product that is published anew keeps its version
constexpr Milliseconds kAfterFailure{5000};

}  // namespace

std::map<std::string, std::string> Descriptions::Named() {
  std::map<std::string, std::string> named;
  const auto lock = node_.ledger().Share();
  for (const agreement::ProductVersion& reference : ProductsNamed(node_, node_.member())) {
    const std::string owner(reference.Member());
    const member::Member* known = node_.members().Find(owner);
    if (known != nullptr && known->state == member::State::kActive && !known->card.address.empty())
      named[reference.Name()] = owner;
  }
  return named;
}

void Descriptions::Take(const federation::Call& call, const std::string& product,
                        const Result<Bytes>& answer) {
  const Milliseconds now = node_.clock().Elapsed();
  due_[product] = now + kAfterFailure;
  const auto body =
      answer ? crypto::ParseJson(AsText(*answer)) : Result<Json>(tl::unexpected(answer.error()));
  if (!body) return;  // not reached, or not published there yet: asked again
  const auto entered = catalogue::EnterAbroad(node_.ledger(), node_.abroad(), call.member, *body);
  due_[product] = now + kAgain;
  if (!entered)
    Log(Severity::kWarning, "a member's description of its product was not taken",
        {{"member", call.member}, {"product", product}, {"said", entered.error().message}});
}

bool Descriptions::WantsCopy(const std::string& product) {
  const auto lock = node_.ledger().Share();
  const auto described = node_.abroad().Find(product);
  if (!described || !described->is_public) return false;
  const auto copy = node_.catalogue().Find(product);
  return !copy || copy->product.revision < described->revision;
}

void Descriptions::FetchCopy(const std::string& owner, const std::string& product) {
  const auto bytes =
      link_.AskAll({{owner, "catalogue/copy", Bytes(product.begin(), product.end())}}, kCopyPatience).front();
  std::string key;
  {
    const auto lock = node_.ledger().Share();
    const member::Member* known = node_.members().Find(owner);
    if (known != nullptr) key = known->card.key.Text();
  }
  const auto copied = bytes ? TakeCopy(node_, {product, key, owner}, AsText(*bytes))
                            : Result<catalogue::Copied>(tl::unexpected(bytes.error()));
  if (copied) return;
  Log(Severity::kWarning, "a public product of a member was not copied",
      {{"member", owner}, {"product", product}, {"said", copied.error().message}});
}

void Descriptions::Round() {
  const Milliseconds now = node_.clock().Elapsed();
  const std::uint64_t news = node_.news().count();
  if (news == news_ && now - looked_ < kLookEvery) return;
  news_ = news;
  looked_ = now;
  std::vector<federation::Call> calls;
  std::vector<std::string> products;
  for (const auto& [product, owner] : Named()) {
    const auto due = due_.find(product);
    if (due != due_.end() && now < due->second) continue;
    calls.push_back({owner, "catalogue/product", Bytes(product.begin(), product.end())});
    products.push_back(product);
  }
  const auto answers = link_.AskAll(calls, kTellPatience);
  for (std::size_t i = 0; i < calls.size(); ++i) {
    Take(calls[i], products[i], answers[i]);
    if (WantsCopy(products[i])) FetchCopy(calls[i].member, products[i]);
  }
}

}  // namespace concordat::node
