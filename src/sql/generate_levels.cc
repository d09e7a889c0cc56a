// Columns below an expression, in which what it needs often is computed once: the levels of ExprWriter.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "sql/generate_expr.h"

namespace concordat::sql {

std::string ExprWriter::OverAll(std::string from, const std::vector<const ExprWriter*>& writers) {
  for (std::size_t depth = 0;; ++depth) {
    std::vector<std::string> columns;
    for (const ExprWriter* writer : writers) {
      if (depth >= writer->levels_.size()) continue;
      const auto& level = writer->levels_[depth];
      columns.insert(columns.end(), level.begin(), level.end());
    }
    if (columns.empty()) return from;
    from = fmt::format("(SELECT *, {} FROM {}) AS {}{}", fmt::join(columns, ", "), from,
                       writers.front()->prefix_, depth);
  }
}

ExprWriter::Fragment ExprWriter::Atom(Fragment fragment) {
  if (fragment.atom) return fragment;
  if (levels_.size() <= fragment.level) levels_.resize(fragment.level + 1);
  std::string name = fmt::format("{}_{}", prefix_, ++named_);
  levels_[fragment.level].push_back(fmt::format("{} AS {}", fragment.sql, name));
  return {std::move(name), fragment.level + 1, true};
}

// Definitions are written where the whole is; only what is computed of them sees their names.
ExprWriter::Fragment ExprWriter::WriteLet(const Expr& expr) {
  const int branches = std::exchange(branches_, 0);
  std::vector<Fragment> named;
  for (std::size_t i = 0; i + 1 < expr.args.size(); ++i) named.push_back(Atom(WriteAny(expr.args[i])));
  locals_.push_back(std::move(named));
  Fragment out = WriteAny(expr.args.back());
  locals_.pop_back();
  branches_ = branches;
  return out;
}

}  // namespace concordat::sql
