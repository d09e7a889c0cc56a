#include "node/quality.h"

#include <fmt/format.h>

#include <vector>

#include "crypto/scram.h"
#include "node/log.h"
#include "quality/measure.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kAtMostEvery{std::chrono::hours(24)};
constexpr std::size_t kPasswordBytes = 32;

// What is to be measured. Holds Share.
std::vector<catalogue::PublishedPtr> Due(Node& node) {
  const auto lock = node.ledger().Share();
  const Time now = node.ledger().Now();
  std::vector<catalogue::PublishedPtr> due;
  for (const auto& published : node.catalogue().Newest()) {
    const catalogue::Product& product = published->product;
    const agreement::Standing* standing = node.agreements().Find(quality::AgreementOf(product), now);
    const bool allowed = standing != nullptr && standing->At(now) == agreement::State::kActive;
    if (allowed && !quality::IsMeasured(node.quality(), product)) due.push_back(published);
  }
  return due;
}

}  // namespace

Result<void> AddQualityAnalyst(Node& node, const std::string& by) {
  {
    const auto lock = node.ledger().Share();
    if (node.agreements().FindAnalyst(quality::kAnalyst) != nullptr) return {};
  }
  Bytes password(kPasswordBytes);
  node.random().Fill(password);
  const auto verifier = TRY(crypto::MakeScramVerifier(ToHex(password), node.random()));
  const agreement::AnalystStep step{.verb = agreement::AnalystVerb::kAdd,
                                    .analyst = quality::kAnalyst,
                                    .by = by,
                                    .when = node.ledger().Now(),
                                    .trainings = {},
                                    .verifier = verifier};
  TRY(agreement::Enter(node.ledger(), node.agreements(), step));
  return {};
}

void QualityRounds::Measure() {
  for (const auto& published : Due(node_)) {
    const catalogue::Product& product = published->product;
    const Time now = node_.clock().Now();
    const auto tried = tried_.find(product.id);
    if (tried != tried_.end() && now - tried->second < kAtMostEvery) continue;
    tried_[product.id] = now;
    const auto measured = quality::Measure(node_.release(), node_.ledger(), product, node_.stopping());
    if (!measured) {
      Log(Severity::kWarning,
          fmt::format("the quality of {} was not recorded: {}", product.id, measured.error().message));
    } else if (!*measured) {
      Log(Severity::kWarning,
          fmt::format("the quality of {} was not measured: {}", product.id, measured->error().message));
    } else {
      Log(Severity::kInfo,
          fmt::format("measured the quality of {}, revision {}", product.id, product.revision));
    }
  }
}

}  // namespace concordat::node
