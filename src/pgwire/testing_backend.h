// A node of fixed answers, for tests of the protocol: one analyst, one agreement, the real catalogue over one
// table.
#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "pgwire/backend.h"

namespace concordat::pgwire {

// Analyst "ana" with password "correct horse", database "heart-study", table patients. What it answers of the
// table: a text with "slow" runs until it is cancelled, at most 30 s; with "many" has 10,000 rows; with
// "patients.*" is refused at the star; with "wide" holds a megabyte of text; anything else has two rows, one
// of each type and one of NULLs. A parameter is a bigint; it is what the first column of the first row holds.
// First, "told" has it say "round 1" and, from another thread, "round 2"; "chatty" 3,000 lines of 10 kB.
class TestingBackend final : public Backend {
 public:
  TestingBackend();

  std::optional<crypto::ScramVerifier> FindVerifier(std::string_view analyst) override;
  Outcome<void> Admit(const release::Caller& caller) override;
  Outcome<Description> Describe(const release::Caller& caller, const std::string& text,
                                const release::Settings& settings,
                                const pgcatalog::Session& session) override;
  Outcome<Answer> Ask(const release::Caller& caller, const release::Question& question,
                      const pgcatalog::Session& session, const engine::Cancel& cancel,
                      const Notify& notify) override;
  Outcome<std::vector<std::string>> Explain(const release::Caller& caller,
                                            const release::Question& question) override;

  int asked() const { return asked_; }  // governed questions
  int cancelled() const { return cancelled_; }
  int running() const { return running_; }

 private:
  Outcome<Answer> Slow(const engine::Cancel& cancel);

  std::unique_ptr<pgcatalog::Catalogue> catalogue_;
  pgcatalog::Database database_;
  crypto::ScramVerifier verifier_;
  std::atomic<int> asked_ = 0;
  std::atomic<int> cancelled_ = 0;
  std::atomic<int> running_ = 0;
};

}  // namespace concordat::pgwire
