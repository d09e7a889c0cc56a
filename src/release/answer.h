// A question and its answer, as every way in (psql, the command line, later HTTP) hands them over.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agreement/decision.h"
#include "base/value.h"

namespace concordat::release {

struct Caller {
  std::string analyst;    // authenticated
  std::string agreement;  // the database they connected to
  std::string way;        // "psql", "command line"
  std::optional<agreement::Vouched> visitor =
      {};  // of another member, which vouches for them: JointOwner's alone
};

// SET concordat.…: what an analyst may choose about an answer. Absent: the agreement's default.
struct Settings {
  std::optional<double> epsilon;        // for each question
  std::optional<std::string> accuracy;  // "±2%" or "±50": the smallest epsilon that meets it
  bool margins = false;                 // add <column>_margin
  bool allow_negative = false;          // leave noisy counts below zero as they are
  bool pure = false;                    // discrete Laplace, pure epsilon
  std::optional<std::string> purpose;   // a DPV term; must be the agreement's
};

struct Question {
  std::string text;  // one statement, as the analyst wrote it
  std::vector<Value> parameters;
  Settings settings;
};

struct OutputColumn {
  std::string name;
  Type type = Type::kText;
  bool operator==(const OutputColumn&) const = default;
};

struct Answer {
  std::string id;  // 16 hex digits; the receipt's
  std::vector<OutputColumn> columns;
  std::vector<Row> rows;
  std::string notice;  // what was charged, what is left, where the receipt is
};

}  // namespace concordat::release
