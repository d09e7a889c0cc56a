#include <fmt/format.h>

#include <cctype>
#include <charconv>
#include <cmath>

#include "learning/formula_reader.h"

namespace concordat::learning {
namespace {

constexpr std::size_t kLongestText = 4096;  // bytes

bool BeginsName(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalpha(byte) != 0 || c == '.' || byte >= 0x80;
}

bool ContinuesName(char c) {
  return BeginsName(c) || std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '_';
}

// Splits text into tokens, from the left.
class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  Outcome<std::vector<Token>> Split() {
    std::vector<Token> tokens;
    while (SkipSpace()) tokens.push_back(TRY(Next()));
    tokens.push_back(At(Token::Kind::kEnd));
    return tokens;
  }

 private:
  bool SkipSpace() {
    while (place_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[place_])) != 0) ++place_;
    return place_ < text_.size();
  }

  Token At(Token::Kind kind, std::string text = {}) const {
    return {.kind = kind, .text = std::move(text), .position = static_cast<int>(place_)};
  }

  bool IsDigit(std::size_t place) const {
    return place < text_.size() && std::isdigit(static_cast<unsigned char>(text_[place])) != 0;
  }

  Outcome<Token> Next() {
    const char c = text_[place_];
    if (IsDigit(place_) || (c == '.' && IsDigit(place_ + 1))) return Number();
    if (BeginsName(c)) return Name();
    if (c == '"' || c == '`') return Quoted(c);
    if (text_.substr(place_, 2) == "**") return Sign("^", 2);  // R takes it for ^
    if (std::string_view("~+-*/^:(),=|").find(c) != std::string_view::npos) return Sign({&c, 1}, 1);
    return BadFormula(
        At(Token::Kind::kSign, {c}), fmt::format("a formula has no {:?}", std::string_view(&c, 1)),
        "names with other signs go into \"double quotes\"; the signs are ~ + - * / ^ : ( ) , = |");
  }

  Token Sign(std::string_view sign, std::size_t size) {
    Token token = At(Token::Kind::kSign, std::string(sign));
    place_ += size;
    return token;
  }

  Token Name() {
    std::size_t end = place_;
    while (end < text_.size() && ContinuesName(text_[end])) ++end;
    Token token = At(Token::Kind::kName, std::string(text_.substr(place_, end - place_)));
    place_ = end;
    return token;
  }

  Outcome<Token> Quoted(char quote) {
    const std::size_t end = text_.find(quote, place_ + 1);
    if (end == std::string_view::npos || end == place_ + 1)
      return BadFormula(At(Token::Kind::kSign, {quote}), "a quoted name is empty or does not end",
                        "write \"a name\"");
    Token token = At(Token::Kind::kQuoted, std::string(text_.substr(place_ + 1, end - place_ - 1)));
    place_ = end + 1;
    return token;
  }

  // Kept to the 15 digits that R writes, so that a formula's normal form reads as itself.
  Outcome<Token> Number() {
    Token token = At(Token::Kind::kNumber);
    const auto [end, error] =
        std::from_chars(text_.data() + place_, text_.data() + text_.size(), token.number);
    token.text = NumberText(token.number);
    std::from_chars(token.text.data(), token.text.data() + token.text.size(), token.number);
    if (error != std::errc() || !std::isfinite(token.number))
      return BadFormula(token, "a number is too large or too small", "scale the column instead");
    place_ = static_cast<std::size_t>(end - text_.data());
    return token;
  }

  std::string_view text_;
  std::size_t place_ = 0;
};

}  // namespace

Outcome<std::vector<Token>> ReadTokens(std::string_view text) {
  if (text.size() > kLongestText)
    return Refuse("formula_too_large", fmt::format("a formula has {} bytes", text.size()),
                  fmt::format("write one of {} at most", kLongestText), "54000");
  return Splitter(text).Split();
}

std::string Named(const Token& token) {
  if (token.kind == Token::Kind::kEnd) return "the end";
  return token.kind == Token::Kind::kQuoted ? fmt::format("\"{}\"", token.text)
                                            : fmt::format("'{}'", token.text);
}

tl::unexpected<Refusal> BadFormula(const Token& at, std::string message, std::string hint) {
  return Refuse("formula_syntax", fmt::format("{} (byte {} of the formula)", message, at.position),
                std::move(hint), "42601", at.position);
}

}  // namespace concordat::learning
