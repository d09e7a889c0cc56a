#include "pgwire/slice.h"

#include <pg_query.h>
#include <pg_query.pb.h>

#include <algorithm>
#include <cctype>

namespace concordat::pgwire {
namespace {

struct Token {
  std::size_t start;
  std::string word;  // lower case; quoted identifiers keep their quotes, so no keyword is among them
};

std::vector<Token> Scan(const std::string& text) {
  std::vector<Token> tokens;
  PgQueryScanResult scanned = pg_query_scan(text.c_str());
  pg_query::ScanResult result;
  if (scanned.error == nullptr) result.ParseFromArray(scanned.pbuf.data, static_cast<int>(scanned.pbuf.len));
  pg_query_free_scan_result(scanned);
  for (const auto& scan : result.tokens()) {
    if (scan.token() == pg_query::SQL_COMMENT || scan.token() == pg_query::C_COMMENT) continue;
    Token token{static_cast<std::size_t>(scan.start()),
                text.substr(static_cast<std::size_t>(scan.start()),
                            static_cast<std::size_t>(scan.end() - scan.start()))};
    std::transform(token.word.begin(), token.word.end(), token.word.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    tokens.push_back(std::move(token));
  }
  return tokens;
}

Inquiry From(const std::string& text, std::size_t start, std::size_t end = std::string::npos) {
  return {text.substr(start, end == std::string::npos ? end : end - start), start};
}

bool StartsQuestion(const std::string& word) {
  return word == "select" || word == "with" || word == "values" || word == "table" || word == "(";
}

// Index of the token after the parenthesis that closes the one at `open`.
std::size_t AfterParentheses(const std::vector<Token>& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].word == "(") ++depth;
    if (tokens[i].word == ")" && --depth == 0) return i + 1;
  }
  return tokens.size();
}

}  // namespace

Inquiry SliceExplained(const std::string& text) {
  const auto tokens = Scan(text);
  std::size_t i = 1;
  const auto is = [&](std::string_view word) { return i < tokens.size() && tokens[i].word == word; };
  if (is("(") && i + 1 < tokens.size() && !StartsQuestion(tokens[i + 1].word))
    i = AfterParentheses(tokens, i);
  while (is("analyze") || is("analyse") || is("verbose")) ++i;
  return i < tokens.size() ? From(text, tokens[i].start) : Inquiry{};
}

Inquiry SliceCopied(const std::string& text) {
  const auto tokens = Scan(text);
  if (tokens.size() < 3) return {};
  const std::size_t close = AfterParentheses(tokens, 1) - 1;
  return close < tokens.size() ? From(text, tokens[2].start, tokens[close].start) : Inquiry{};
}

Inquiry SliceAfter(const std::string& text, std::string_view keyword, std::string_view first) {
  const auto tokens = Scan(text);
  int depth = 0;
  bool seen = first.empty();
  for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (tokens[i].word == "(") ++depth;
    if (tokens[i].word == ")") --depth;
    if (depth != 0) continue;
    // A cursor may itself be called "cursor" or a statement "as": the names stand second, keywords later.
    if (seen && i >= 2 && tokens[i].word == keyword) return From(text, tokens[i + 1].start);
    if (i >= 2 && tokens[i].word == first) seen = true;
  }
  return {};
}

std::string FirstWord(const std::string& text) {
  const auto tokens = Scan(text);
  std::string word = tokens.empty() ? "" : tokens[0].word;
  std::transform(word.begin(), word.end(), word.begin(), [](unsigned char c) { return std::toupper(c); });
  return word;
}

}  // namespace concordat::pgwire
