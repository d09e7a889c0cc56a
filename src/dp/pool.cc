#include "dp/pool.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "dp/bits.h"
#include "dp/discrete_gaussian.h"
#include "dp/discrete_laplace.h"
#include "dp/scale.h"

namespace concordat::dp {
namespace {

static_assert(NoisePool::kStock % NoisePool::kBlock == 0, "blocks must not straddle the end of the ring");
constexpr Scale kScale{.numerator = static_cast<std::uint32_t>(kNoiseScale), .denominator = 1};

template <class Sampler>
void Draw(const Sampler& sampler, BitSource& bits, std::span<std::int64_t> out) {
  for (std::int64_t& draw : out) draw = sampler.Sample(bits);
}

// Both samplers at the product's one scale. A scale that they refuse would be a bug.
class Samplers {
 public:
  Samplers() { CHECK(gaussian_.has_value() && laplace_.has_value()); }
  void Draw(Mechanism mechanism, BitSource& bits, std::span<std::int64_t> out) const {
    if (mechanism == Mechanism::kDiscreteGaussian) {
      dp::Draw(*gaussian_, bits, out);
    } else {
      dp::Draw(*laplace_, bits, out);
    }
  }

 private:
  Result<DiscreteGaussian> gaussian_ = DiscreteGaussian::Make(kScale);
  Result<DiscreteLaplace> laplace_ = DiscreteLaplace::Make(kScale);
};

void Wipe(std::span<std::int64_t> draws) { explicit_bzero(draws.data(), draws.size_bytes()); }

}  // namespace

NoisePool::NoisePool(RandomSource& random) : random_(random) {
  for (Stock& stock : stocks_) stock.ring.resize(kStock);
  refill_ = std::thread([this] { Refill(); });
}

NoisePool::~NoisePool() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wanted_.notify_all();
  refill_.join();
  for (Stock& stock : stocks_) Wipe(stock.ring);
}

void NoisePool::Take(Mechanism mechanism, std::span<std::int64_t> out) {
  std::unique_lock lock(mutex_);
  Stock& stock = StockOf(mechanism);
  while (!out.empty()) {
    drawn_.wait(lock, [&stock] { return stock.Available() > 0; });
    const std::size_t start = stock.tail % kStock;
    const std::size_t count = std::min({out.size(), stock.Available(), kStock - start});
    const std::span used = std::span(stock.ring).subspan(start, count);
    std::copy(used.begin(), used.end(), out.begin());
    Wipe(used);
    stock.tail += count;
    out = out.subspan(count);
    if (stock.HasRoom()) wanted_.notify_one();
  }
}

void NoisePool::WaitUntilFull() {
  std::unique_lock lock(mutex_);
  drawn_.wait(lock, [this] { return !stocks_[0].HasRoom() && !stocks_[1].HasRoom(); });
}

void NoisePool::Refill() {
  const Samplers samplers;
  BitSource bits(random_);
  std::vector<std::int64_t> block(kBlock);
  std::unique_lock lock(mutex_);
  for (;;) {
    wanted_.wait(lock, [this] { return stopping_ || stocks_[0].HasRoom() || stocks_[1].HasRoom(); });
    if (stopping_) break;
    // The emptier stock first, so that a run on one never starves the other.
    const bool gaussian = stocks_[0].Available() <= stocks_[1].Available();
    const Mechanism mechanism = gaussian ? Mechanism::kDiscreteGaussian : Mechanism::kDiscreteLaplace;
    lock.unlock();
    samplers.Draw(mechanism, bits, block);
    lock.lock();
    Stock& stock = StockOf(mechanism);
    std::copy(block.begin(), block.end(),
              stock.ring.begin() + static_cast<std::ptrdiff_t>(stock.head % kStock));
    stock.head += kBlock;
    Wipe(block);
    drawn_.notify_all();
  }
}

}  // namespace concordat::dp
