#include "engine/source.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/name.h"

namespace concordat::engine {
namespace {

// Every path that the source's glob matches, sorted; itself where it matches none.
std::vector<std::string> Paths(const Source& source) {
  if (source.format == Format::kDuckdb) return {source.path, source.path + ".wal"};
  if (!source.files.empty()) return source.files;
  glob_t found{};
  std::vector<std::string> paths;
  if (glob(source.path.c_str(), GLOB_NOCHECK, nullptr, &found) == 0)
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  globfree(&found);
  return paths;
}

std::string PathList(const Source& source) {
  std::string list;
  for (const std::string& path : Paths(source)) list += (list.empty() ? "" : ", ") + QuoteText(path);
  return "[" + list + "]";
}

// Every column as text; the empty text and the contract's null texts are NULL.
std::string SelectFromCsv(const Source& source) {
  const std::string columns = source.trim ? R"(COLUMNS('^\s*(.*?)\s*$'))" : "COLUMNS('^(.*)$')";
  std::string value = source.trim ? fmt::format("trim({})", columns) : columns;
  value = fmt::format("nullif({}, '')", value);
  for (const std::string& null : source.null_texts)
    value = fmt::format("nullif({}, {})", value, QuoteText(null));
  // Every file is sniffed for the order of its columns, a few thousand rows each for its ends of lines.
  constexpr char kLetter[] =
      "all_varchar = true, header = true, quote = '\"', escape = '\"', skip = 0, comment = '', strict_mode = "
      "true, "
      "null_padding = false, ignore_errors = false, files_to_sniff = -1, sample_size = 2048, buffer_size = "
      "8388608";
  return fmt::format("SELECT {} AS '\\1' FROM read_csv({}, delim = {}, {})", value, PathList(source),
                     QuoteText(std::string(1, source.delimiter)), kLetter);
}

FileState StateOf(const std::string& path, const struct stat& status) {
  return {path, static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_ino};
}

}  // namespace

std::string QuoteText(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') quoted += '\'';
    quoted += c;
  }
  return quoted + "'";
}

bool SameIdentifier(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

std::string SelectFrom(const Source& source) {
  switch (source.format) {
    case Format::kCsv:
      return SelectFromCsv(source);
    case Format::kParquet:
      return fmt::format("SELECT * FROM read_parquet({})", PathList(source));
    case Format::kDuckdb:
      return fmt::format("SELECT * FROM {}.{}", QuoteIdentifier(source.schema),
                         QuoteIdentifier(source.table));
  }
  return {};
}

Result<std::vector<FileState>> LookAt(const Source& source) {
  std::vector<FileState> files;
  for (const std::string& path : Paths(source)) {
    struct stat status {};
    if (stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode)) files.push_back(StateOf(path, status));
  }
  if (files.empty()) {
    return Fail(ErrorCode::kNotFound, "there is no file " + source.path,
                "check the path and who may read it");
  }
  return files;
}

Result<void> CheckUnchanged(const Source& source, const std::vector<FileState>& published) {
  const auto found = LookAt(source);
  const std::vector<FileState> now = found ? *found : std::vector<FileState>{};
  const auto changed = [](const std::string& path, const char* how) {
    return Fail(ErrorCode::kFailedPrecondition, fmt::format("{} {} since it was published", path, how),
                "put the file back, or publish the product again");
  };
  for (const FileState& before : published) {
    const auto same =
        std::find_if(now.begin(), now.end(), [&](const FileState& file) { return file.path == before.path; });
    if (same == now.end()) return changed(before.path, "is missing");
    if (*same != before) return changed(before.path, "has changed");
  }
  if (now.size() != published.size()) return changed(source.path, "matches more files");
  return {};
}

}  // namespace concordat::engine
