// Rows of a fit that an owner keeps from one round to the next, so that they are read once: in bounded
// memory, dropped with the session.
#pragma once

#include <atomic>
#include <memory>
#include <utility>

#include "base/check.h"
#include "learning/method.h"

namespace concordat::release {

// Bytes that rows of all fits take at an owner.
struct Shelf {
  static constexpr std::size_t kMost = std::size_t{1} << 30;
  std::atomic<std::size_t> taken{0};
};

// Threading: one thread at a time.
class KeptRows {
 public:
  explicit KeptRows(std::shared_ptr<Shelf> shelf) : shelf_(std::move(shelf)) {}
  ~KeptRows() { Drop(); }
  KeptRows(const KeptRows&) = delete;
  KeptRows& operator=(const KeptRows&) = delete;

  // Are there rows of the round before? If not, they are to be read, and taken.
  bool held() const { return held_; }
  // Precondition: they were taken.
  const learning::UnitRows& rows() const { return rows_; }
  // What the method makes of them, for rounds to come.
  std::unique_ptr<learning::Kept>& prepared() { return prepared_; }
  // Of one round at least. Precondition: none are held.
  void Take(learning::UnitRows rows) {
    CHECK(!held_);
    bytes_ = rows.starts.size() * sizeof(std::size_t);
    for (const auto& column : rows.rows.columns) bytes_ += column.values.size() * sizeof(double);
    shelf_->taken += bytes_;
    rows_ = std::move(rows);
    held_ = true;
  }
  // After a round: drops them where the shelf is overfull, so that they are read again.
  void Settle() {
    if (shelf_->taken > Shelf::kMost) Drop();
  }
  void Drop() {
    prepared_.reset();
    rows_ = {};
    held_ = false;
    shelf_->taken -= std::exchange(bytes_, 0);
  }

 private:
  std::shared_ptr<Shelf> shelf_;
  learning::UnitRows rows_;
  std::unique_ptr<learning::Kept> prepared_;
  bool held_ = false;
  std::size_t bytes_ = 0;
};

}  // namespace concordat::release
