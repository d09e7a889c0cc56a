// That something was entered which other members may be told of: a count, so that nobody need look for it
// among all that was not.
#pragma once

#include <atomic>
#include <cstdint>

#include "ledger/fold.h"

namespace concordat::node {

class News final : public ledger::Fold {
 public:
  void Apply(const ledger::Entry&) override { ++count_; }
  void Clear() override { count_ = 0; }
  std::vector<std::string> Kinds() const override { return {"agreement.", "member.", "person."}; }

  std::uint64_t count() const { return count_; }  // any thread, without Share

 private:
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace concordat::node
