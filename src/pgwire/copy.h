// COPY (SELECT …) TO STDOUT: an answer as text, CSV or PostgreSQL's binary file.
// Source: PostgreSQL 15 documentation, COPY, section "File Formats".
#pragma once

#include <string>
#include <vector>

#include "base/refusal.h"
#include "base/value.h"
#include "pgwire/encoding.h"

namespace concordat::pgwire {

struct CopyForm {
  enum class Kind { kText, kCsv, kBinary };
  Kind kind = Kind::kText;
  bool header = false;
  char delimiter = '\t';
  std::string null = "\\N";
  char quote = '"';  // CSV alone, like the next three
  char escape = '"';
  bool force_quote_all = false;
  std::vector<std::string> force_quote;

  Format wire_format() const { return kind == Kind::kBinary ? Format::kBinary : Format::kText; }
};

// Takes COPY's options as written: "format", "header", "delimiter", "null", "quote", "escape", "force_quote",
// "encoding". Refuses 22023 and 0A000 as PostgreSQL does; an absent value is an option's bare name
// ("HEADER").
struct CopyOption {
  std::string name;
  std::vector<std::string> values;
};
Outcome<CopyForm> ParseCopyForm(const std::vector<CopyOption>& options);

// Each appends the content of one or no CopyData message.
void AppendCopyHeader(std::string& out, const std::vector<pgcatalog::Column>& columns, const CopyForm& form);
Outcome<void> AppendCopyRow(std::string& out, const Row& row, const std::vector<pgcatalog::Column>& columns,
                            const CopyForm& form, const TextStyle& style);
void AppendCopyTrailer(std::string& out, const CopyForm& form);

}  // namespace concordat::pgwire
