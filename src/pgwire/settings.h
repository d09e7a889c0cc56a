// What SET may set in a session: concordat.… (how a governed question is answered) and what clients of
// PostgreSQL set.
//
//   concordat.epsilon   a number above 0, for each question; empty: the agreement's
//   concordat.accuracy  '±2%' or '±50'; empty: none asked for
//   concordat.margins, concordat.negative, concordat.pure   on or off
//   concordat.purpose   a DPV term; empty: the agreement's
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/refusal.h"
#include "pgcatalog/pgcatalog.h"
#include "pgwire/encoding.h"
#include "release/answer.h"

namespace concordat::pgwire {

// A copy is a snapshot: transactions take one and put it back. Not thread-safe.
class Settings {
 public:
  Settings() = default;
  Settings(std::int32_t process, const std::string& analyst);

  // Names count without regard to case. Refuses 42704 (unknown), 55P02 (fixed), 22023 (not a value of it).
  Outcome<void> Set(const std::string& name, const std::string& value);
  Outcome<void> Reset(const std::string& name);  // to what the connection began with
  void ResetAll();
  Outcome<std::string> Show(const std::string& name) const;
  // What is set now is what RESET goes back to: called once, after the start-up message.
  void Settle() { initial_ = session_.settings; }

  release::Settings question() const;
  TextStyle style() const;
  Milliseconds statement_timeout() const;       // 0: none
  bool shows(std::string_view severity) const;  // of NOTICE and WARNING: client_min_messages
  const pgcatalog::Session& session() const { return session_; }
  // The parameters that clients are told of, in PostgreSQL's spelling, with their values now.
  std::vector<std::pair<std::string, std::string>> Reported() const;

 private:
  std::string Value(const std::string& name) const;

  pgcatalog::Session session_;
  std::map<std::string, std::string> initial_;
};

// The settings of a start-up message's "options": "-c name=value", "--name=value"; backslash quotes a space.
// Refuses 42601 for anything else.
Outcome<std::vector<std::pair<std::string, std::string>>> ParseOptions(const std::string& options);

}  // namespace concordat::pgwire
