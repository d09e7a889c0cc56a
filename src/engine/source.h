// Where a product's rows lie, and the text by which generated SQL reads them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace concordat::engine {

enum class Format { kCsv, kParquet, kDuckdb };

struct Source {
  Format format = Format::kCsv;
  std::string path;                     // absolute; a glob for CSV and Parquet
  std::string table;                    // kDuckdb: the table or view
  char delimiter = ',';                 // kCsv
  bool trim = false;                    // kCsv: blanks around names and values do not count
  std::vector<std::string> null_texts;  // kCsv: texts that mean NULL, beside the empty one
  std::string schema = "main";          // kDuckdb: the table's schema
  std::vector<std::string> files = {};  // CSV and Parquet: these alone, absolute; empty: what `path` matches
  bool operator==(const Source&) const = default;
};

// SQL of a SELECT that yields the source's columns under their own names: all text for CSV, their own types
// otherwise. A glob is resolved here, file by file: the engine may not look into folders. CSV is read by its
// letter: UTF-8, a header, as many values in each row as names in it; nothing is guessed, skipped or taken
// for a comment.
std::string SelectFrom(const Source& source);

// 'text' with what SQL needs around it.
std::string QuoteText(const std::string& text);
// Do both name one column? Case does not tell names apart.
bool SameIdentifier(std::string_view a, std::string_view b);

// One file as it was when looked at.
struct FileState {
  std::string path;
  std::uint64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::uint64_t inode = 0;
  bool operator==(const FileState&) const = default;
};

// The files behind a source now, in the order of their names; a database's log of changes is one of them.
// Errors: kNotFound when there is none.
Result<std::vector<FileState>> LookAt(const Source& source);
// Errors: kFailedPrecondition naming the file that is missing, new or changed since `published`.
Result<void> CheckUnchanged(const Source& source, const std::vector<FileState>& published);

}  // namespace concordat::engine
