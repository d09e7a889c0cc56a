#include "release/sources.h"

#include <fmt/format.h>

#include <algorithm>

namespace concordat::release {
namespace {

constexpr std::size_t kMostOpen = 16;
constexpr std::uint64_t kReleasedMemoryMb = 256;

}  // namespace

Result<std::unique_ptr<Sources>> Sources::Open(const EngineSettings& settings) {
  auto released = TRY(engine::OpenDuckdb({.sources = {}, .memory_mb = kReleasedMemoryMb, .threads = 1}));
  return std::unique_ptr<Sources>(new Sources(settings, std::move(released)));
}

Result<std::shared_ptr<engine::Engine>> Sources::For(const catalogue::Published& published,
                                                     const std::vector<catalogue::PublishedPtr>& joined) {
  std::string revision;
  std::vector<engine::Source> sources;
  const auto add = [&](const catalogue::Published& each) -> Result<void> {
    const catalogue::Product& product = each.product;
    TRY(engine::CheckUnchanged(product.source, each.files));
    revision += fmt::format("{}.{} ", product.Reference(), product.revision);
    sources.push_back(product.source);
    return {};
  };
  TRY(add(published));
  for (const auto& each : joined) TRY(add(*each));
  const std::lock_guard lock(mutex_);
  const auto found = std::find_if(opened_.begin(), opened_.end(),
                                  [&](const Opened& opened) { return opened.revision == revision; });
  if (found != opened_.end()) {
    opened_.splice(opened_.begin(), opened_, found);
    return opened_.front().engine;
  }
  std::shared_ptr<engine::Engine> engine = TRY(engine::OpenDuckdb(
      {.sources = std::move(sources), .memory_mb = settings_.memory_mb, .threads = settings_.threads}));
  opened_.push_front({revision, engine});
  if (opened_.size() > kMostOpen) opened_.pop_back();
  return engine;
}

}  // namespace concordat::release
