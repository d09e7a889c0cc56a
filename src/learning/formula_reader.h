// Tokens of a formula, and what is read of them that needs no algebra of terms: arithmetic, variables,
// columns.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "learning/formula.h"

namespace concordat::learning {

struct Token {
  enum class Kind { kEnd, kName, kQuoted, kNumber, kSign };
  Kind kind = Kind::kEnd;
  std::string text;  // a name without its quotes
  double number = 0;
  int position = 0;  // in bytes
};

// `~ + - * / ^ : ( ) , = |`, names, numbers; ends with a kEnd. Refusals: formula_syntax, formula_too_large.
Outcome<std::vector<Token>> ReadTokens(std::string_view text);

// What `token` is, for people.
std::string Named(const Token& token);
tl::unexpected<Refusal> BadFormula(const Token& at, std::string message, std::string hint);

// Goes through tokens. Every Read leaves the place after what it read. Refusals of all: formula_syntax,
// formula_too_large.
class FormulaReader {
 public:
  explicit FormulaReader(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& Peek(std::size_t ahead = 0) const;
  bool Is(std::string_view sign, std::size_t ahead = 0) const;
  // A name that a parenthesis follows.
  bool IsCall(std::string_view name) const;
  Token Take();
  bool Accept(std::string_view sign);
  Outcome<void> Expect(std::string_view sign);

  Outcome<Expr> ReadExpr();
  Outcome<Variable> ReadVariable();
  // A column's name, or site().
  Outcome<std::string> ReadColumn();

  // One level deeper, refused past the deepest; Leave goes with each Enter that was not refused.
  Outcome<void> Enter();
  void Leave() { --depth_; }

 private:
  struct Argument;

  Outcome<Expr> ReadProduct();
  Outcome<Expr> ReadUnary();
  Outcome<Expr> ReadPower();
  Outcome<Expr> ReadAtom();
  Outcome<Expr> ReadApplied();
  Outcome<Variable> ReadBasis();
  Outcome<Argument> ReadArgument();
  static Outcome<void> Set(Variable& variable, const Argument& argument, std::size_t place);
  static Outcome<void> SetDegree(Variable& variable, const Argument& argument);
  static Outcome<void> SetKnots(Variable& variable, const Argument& argument);
  Outcome<double> ReadNumber();
  Outcome<std::vector<double>> ReadNumbers();

  std::vector<Token> tokens_;
  std::size_t place_ = 0;
  int depth_ = 0;
};

}  // namespace concordat::learning
