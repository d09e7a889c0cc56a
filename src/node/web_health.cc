// For whatever starts, stops and balances nodes: is it alive, and can it answer?
#include <memory>
#include <mutex>
#include <optional>

#include "node/disk.h"
#include "node/web.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kHoldsFor{2'000};  // so that asking often costs nothing
constexpr double kLeastFree = 16e6;       // bytes; an answer and its record need far less

// The folds are there before anything is served. What remains: does the store take writes?
Result<void> CanRecord(Node& node) {
  TRY(node.store().Write([](store::Transaction&) -> Result<void> { return {}; }));
  if (TRY(DiskUnder(node.home().root)).free_bytes >= kLeastFree) return {};
  return Fail(ErrorCode::kResourceExhausted, "the disk is full", "free space; the node goes on by itself");
}

class Readiness {
 public:
  Result<void> Look(Node& node) {
    const std::lock_guard lock(mutex_);
    const Milliseconds now = node.clock().Elapsed();
    if (!found_ || now - at_ >= kHoldsFor) {
      found_ = CanRecord(node);
      at_ = now;
    }
    return *found_;
  }

 private:
  std::mutex mutex_;
  std::optional<Result<void>> found_;
  Milliseconds at_{0};
};

}  // namespace

std::vector<web::Route> HealthRoutes(Node& node) {
  const auto readiness = std::make_shared<Readiness>();
  return {{"GET", "/healthz", [](const web::Request&) { return web::Response{.body = "alive\n"}; }},
          {"GET", "/readyz", [&node, readiness](const web::Request&) {
             const auto ready = readiness->Look(node);
             if (ready) return web::Response{.body = "ready\n"};
             return web::Problem(503, ready.error().message, ready.error().remedy);
           }}};
}

}  // namespace concordat::node
