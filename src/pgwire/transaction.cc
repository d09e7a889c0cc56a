#include "pgwire/transaction.h"

namespace concordat::pgwire {

Outcome<void> Transaction::Set(const std::string& name, const std::string& value, bool local) {
  TRY(settings_.Set(name, value));
  if (!local && start_) TRY(lasting_.Set(name, value));
  return {};
}

Outcome<void> Transaction::Reset(const std::string& name, bool local) {
  TRY(settings_.Reset(name));
  if (!local && start_) TRY(lasting_.Reset(name));
  return {};
}

void Transaction::ResetAll() {
  settings_.ResetAll();
  lasting_ = settings_;
}

void Transaction::Touch() {
  if (start_) return;
  start_ = State{"", settings_, settings_};
  lasting_ = settings_;
}

bool Transaction::Begin() {
  Touch();
  return !std::exchange(in_block_, true);
}

bool Transaction::Commit() {
  const bool was_in_block = in_block_;
  End(!failed_);
  return was_in_block;
}

bool Transaction::Rollback() {
  const bool was_in_block = in_block_;
  End(false);
  return was_in_block;
}

void Transaction::Fail() {
  if (start_) failed_ = true;
}

bool Transaction::EndImplicit() {
  if (in_block_ || !start_) return false;
  End(!failed_);
  return true;
}

void Transaction::End(bool keep) {
  if (start_) settings_ = keep ? lasting_ : start_->now;
  start_.reset();
  savepoints_.clear();
  in_block_ = false;
  failed_ = false;
}

Outcome<void> Transaction::Savepoint(const std::string& name) {
  constexpr std::size_t kSavepoints = 1'000;
  if (!in_block_)
    return Refuse("", "SAVEPOINT can only be used in transaction blocks", "BEGIN first", "25P01");
  if (savepoints_.size() >= kSavepoints) {
    return Refuse("", "this transaction has 1000 savepoints already", "release some of them", "53400");
  }
  savepoints_.push_back({name, settings_, lasting_});
  return {};
}

Outcome<std::size_t> Transaction::FindSavepoint(const std::string& name) const {
  if (!in_block_)
    return Refuse("", "savepoints can only be used in transaction blocks", "BEGIN first", "25P01");
  for (std::size_t i = savepoints_.size(); i-- > 0;) {
    if (savepoints_[i].name == name) return i;
  }
  return Refuse("", "savepoint \"" + name + "\" does not exist", "", "3B001");
}

Outcome<void> Transaction::Release(const std::string& name) {
  const std::size_t index = TRY(FindSavepoint(name));
  savepoints_.resize(index);
  return {};
}

Outcome<void> Transaction::RollbackTo(const std::string& name) {
  const std::size_t index = TRY(FindSavepoint(name));
  savepoints_.resize(index + 1);
  settings_ = savepoints_[index].now;
  lasting_ = savepoints_[index].lasting;
  failed_ = false;
  return {};
}

TransactionStatus Transaction::status() const {
  if (!in_block_) return TransactionStatus::kIdle;
  return failed_ ? TransactionStatus::kFailed : TransactionStatus::kInside;
}

}  // namespace concordat::pgwire
