#include "node/tidings.h"

#include <gtest/gtest.h>

#include <condition_variable>
#include <string>
#include <thread>
#include <vector>

namespace concordat::node {
namespace {

// Keeps what it is told, and may hold up whoever tells.
class Ear {
 public:
  void Take(const std::string& text) {
    std::unique_lock lock(mutex_);
    heard_.push_back(text);
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_; });
  }
  void Hold(bool held) {
    const std::lock_guard lock(mutex_);
    held_ = held;
    changed_.notify_all();
  }
  void WaitFor(const std::vector<std::string>& heard) {
    std::unique_lock lock(mutex_);
    const bool came =
        changed_.wait_for(lock, std::chrono::seconds(60), [&] { return heard_.size() >= heard.size(); });
    EXPECT_TRUE(came);
    EXPECT_EQ(heard_, heard);
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> heard_;
  bool held_ = false;
};

TEST(Tidings, KeepQuietOfWhatIsSoonOver) {
  Ear ear;
  {
    Tidings tidings(std::chrono::hours(1), [&](const std::string& text) { ear.Take(text); });
    tidings.Hear("asking 4 owners");
    tidings.Hear("4 of 4 owners have planned");
    std::this_thread::sleep_for(Milliseconds(30));  // time enough to speak up, for one that would
  }
  ear.WaitFor({});
}

TEST(Tidings, TellEachOnceAndOfManyTheNewest) {
  Ear ear;
  Tidings tidings(Milliseconds(1), [&](const std::string& text) { ear.Take(text); });
  ear.Hold(true);
  tidings.Hear("one");
  ear.WaitFor({"one"});  // and who tells is held up
  tidings.Hear("two");
  tidings.Hear("three");
  ear.Hold(false);
  ear.WaitFor({"one", "three"});
  std::this_thread::sleep_for(Milliseconds(30));  // time enough to tell the same again, for one that would
  tidings.Hear("four");
  ear.WaitFor({"one", "three", "four"});
}

}  // namespace
}  // namespace concordat::node
