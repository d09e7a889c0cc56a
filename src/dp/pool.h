// Noise drawn ahead of need, so that the time a draw takes, which depends on its value, is on no answer's
// path.
#pragma once

#include <array>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "base/random.h"
#include "dp/noise.h"

namespace concordat::dp {

// Two stocks of draws, Gaussian and Laplace, filled by one background thread. Take copies draws out and wipes
// them behind itself; when a stock runs dry it waits for whole blocks of the refill thread. Memory: 2 *
// kStock * 8 bytes (1 MB). Threading: Take may be called from any thread. `random` must outlive the pool and
// is used by the refill thread alone.
class NoisePool final : public Noise {
 public:
  static constexpr std::size_t kStock = std::size_t{1} << 16;  // draws of each mechanism
  static constexpr std::size_t kBlock = std::size_t{1} << 12;  // draws that become available at a time

  explicit NoisePool(RandomSource& random);
  NoisePool(const NoisePool&) = delete;
  NoisePool& operator=(const NoisePool&) = delete;
  ~NoisePool() override;  // stops the thread and wipes what is left; no Take may be running

  void Take(Mechanism mechanism, std::span<std::int64_t> out) override;
  // Returns once both stocks are full: call at start-up, so that the first answer waits for nothing.
  void WaitUntilFull();

 private:
  // A ring: `head` counts draws ever put in, `tail` draws ever taken out.
  struct Stock {
    std::vector<std::int64_t> ring;
    std::uint64_t head = 0;
    std::uint64_t tail = 0;
    std::size_t Available() const { return static_cast<std::size_t>(head - tail); }
    bool HasRoom() const { return Available() + kBlock <= kStock; }
  };

  Stock& StockOf(Mechanism mechanism) { return stocks_[mechanism == Mechanism::kDiscreteGaussian ? 0 : 1]; }
  void Refill();

  RandomSource& random_;
  std::mutex mutex_;
  std::condition_variable drawn_;   // signalled when a block arrives
  std::condition_variable wanted_;  // signalled when a stock has room, or at the end
  std::array<Stock, 2> stocks_;
  bool stopping_ = false;
  std::thread refill_;  // last: it uses all of the above
};

}  // namespace concordat::dp
