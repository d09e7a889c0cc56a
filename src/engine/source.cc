#include "engine/source.h"

#include <fmt/format.h>
#include <glob.h>
#include <sys/stat.h>

#include <algorithm>

namespace concordat::engine {
namespace {

std::string Quoted(const std::string& text, char quote) {
  std::string quoted(1, quote);
  for (const char c : text) {
    if (c == quote) quoted += quote;
    quoted += c;
  }
  return quoted + quote;
}

// Every column as text; the empty text and the contract's null texts are NULL.
std::string SelectFromCsv(const Source& source) {
  const std::string columns = source.trim ? R"(COLUMNS('^\s*(.*?)\s*$'))" : "COLUMNS('^(.*)$')";
  std::string value = source.trim ? fmt::format("trim({})", columns) : columns;
  value = fmt::format("nullif({}, '')", value);
  for (const std::string& null : source.null_texts) value = fmt::format("nullif({}, {})", value, QuoteText(null));
  return fmt::format(
      "SELECT {} AS '\\1' FROM read_csv({}, all_varchar = true, header = true, delim = {}, quote = '\"', escape = '\"', "
      "sample_size = 2048, buffer_size = 8388608)",
      value, QuoteText(source.path), QuoteText(std::string(1, source.delimiter)));
}

FileState StateOf(const std::string& path, const struct stat& status) {
  return {path, static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec, status.st_ino};
}

}  // namespace

std::string QuoteIdentifier(const std::string& name) { return Quoted(name, '"'); }
std::string QuoteText(const std::string& text) { return Quoted(text, '\''); }

std::string SelectFrom(const Source& source) {
  switch (source.format) {
    case Format::kCsv: return SelectFromCsv(source);
    case Format::kParquet: return fmt::format("SELECT * FROM read_parquet({})", QuoteText(source.path));
    case Format::kDuckdb: return fmt::format("SELECT * FROM {}", QuoteIdentifier(source.table));
  }
  return {};
}

Result<std::vector<FileState>> LookAt(const Source& source) {
  glob_t found{};
  const int code = glob(source.path.c_str(), GLOB_NOCHECK, nullptr, &found);
  std::vector<FileState> files;
  for (std::size_t i = 0; code == 0 && i < found.gl_pathc; ++i) {
    struct stat status{};
    if (stat(found.gl_pathv[i], &status) == 0 && S_ISREG(status.st_mode)) files.push_back(StateOf(found.gl_pathv[i], status));
  }
  globfree(&found);
  if (files.empty()) {
    return Fail(ErrorCode::kNotFound, "there is no file " + source.path, "check the path and who may read it");
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
    const auto same = std::find_if(now.begin(), now.end(), [&](const FileState& file) { return file.path == before.path; });
    if (same == now.end()) return changed(before.path, "is missing");
    if (*same != before) return changed(before.path, "has changed");
  }
  if (now.size() != published.size()) return changed(source.path, "matches more files");
  return {};
}

}  // namespace concordat::engine
