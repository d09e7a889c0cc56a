// Rows of a fit that an owner keeps from one round to the next, so that they are read once: in bounded
// memory, dropped with the session.
#pragma once

#include <atomic>
#include <memory>
#include <optional>

#include "learning/rows.h"

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

  // None where they were not kept: they are read again then.
  const std::optional<learning::Rows>& rows() const { return rows_; }
  // Keeps them if there is room on the shelf; then `rows` is empty. Precondition: none are kept.
  void Take(learning::Rows& rows) {
    std::size_t bytes = 0;
    for (const auto& column : rows.columns) bytes += column.values.size() * sizeof(double);
    if (shelf_->taken.fetch_add(bytes) + bytes > Shelf::kMost) {
      shelf_->taken -= bytes;
      return;
    }
    bytes_ = bytes;
    rows_ = std::move(rows);
  }
  void Drop() {
    rows_.reset();
    shelf_->taken -= std::exchange(bytes_, 0);
  }

 private:
  std::shared_ptr<Shelf> shelf_;
  std::optional<learning::Rows> rows_;
  std::size_t bytes_ = 0;
};

}  // namespace concordat::release
