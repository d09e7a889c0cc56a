#include "learning/formula_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/name.h"
#include "learning/rows.h"

namespace concordat::learning {
namespace {

constexpr int kDeepest = 40;
constexpr int kMostDegrees = 10;
constexpr std::size_t kMostKnots = 50;

const std::vector<std::string> kFormulaNames = {"I",    "log", "log2", "log10", "log1p", "exp",    "expm1",
                                                "sqrt", "abs", "poly", "bs",    "ns",    "offset", "strata"};

bool IsArithmetic(std::string_view name) {
  return std::find(kFormulaNames.begin(), kFormulaNames.begin() + 9, name) != kFormulaNames.begin() + 9;
}

Expr Apply(std::string name, Expr first) {
  Expr applied{.kind = Expr::Kind::kApply, .name = std::move(name)};
  applied.of.push_back(std::move(first));
  return applied;
}

Expr Apply(std::string name, Expr first, Expr second) {
  Expr applied = Apply(std::move(name), std::move(first));
  applied.of.push_back(std::move(second));
  return applied;
}

tl::unexpected<Refusal> UnknownFunction(const Token& at) {
  if (at.text == "factor" || at.text == "as.factor" || at.text == "ordered")
    return BadFormula(
        at, fmt::format("formulas have no {}()", at.text),
        "a text whose domain is declared is a factor: write its name; of a number ask the steward "
        "to declare texts");
  if (at.text == "scale")
    return BadFormula(at, "scale() needs all the rows", "write numbers: I((x - 50) / 10)");
  if (at.text == "Surv" || at.text == "cbind")
    return BadFormula(at, at.text + "() is a response", "write it before ~, with nothing around it");
  const std::string nearest = NearestName(at.text, kFormulaNames);
  return BadFormula(at, fmt::format("formulas have no function {}()", at.text),
                    nearest.empty() ? fmt::format("there are {} and site()", fmt::join(kFormulaNames, ", "))
                                    : fmt::format("did you mean {}()?", nearest));
}

}  // namespace

// Of a basis: "degree = 2", "c(40, 50)", "raw = TRUE".
struct FormulaReader::Argument {
  Token at;
  std::string name;             // empty where none is written
  std::vector<double> numbers;  // or
  std::optional<bool> flag;
  std::string text;
};

const Token& FormulaReader::Peek(std::size_t ahead) const {
  return tokens_[std::min(place_ + ahead, tokens_.size() - 1)];
}

bool FormulaReader::Is(std::string_view sign, std::size_t ahead) const {
  return Peek(ahead).kind == Token::Kind::kSign && Peek(ahead).text == sign;
}

bool FormulaReader::IsCall(std::string_view name) const {
  return Peek().kind == Token::Kind::kName && Peek().text == name && Is("(", 1);
}

Token FormulaReader::Take() {
  Token token = Peek();
  place_ = std::min(place_ + 1, tokens_.size() - 1);
  return token;
}

bool FormulaReader::Accept(std::string_view sign) {
  if (!Is(sign)) return false;
  Take();
  return true;
}

Outcome<void> FormulaReader::Expect(std::string_view sign) {
  if (Accept(sign)) return {};
  return BadFormula(Peek(), fmt::format("{} stands where '{}' is wanted", Named(Peek()), sign),
                    fmt::format("write '{}' there", sign));
}

Outcome<void> FormulaReader::Enter() {
  if (++depth_ <= kDeepest) return {};
  return Refuse("formula_too_large", fmt::format("a formula is more than {} levels deep", kDeepest),
                "take parentheses out of it", "54001", Peek().position);
}

Outcome<Expr> FormulaReader::ReadExpr() {
  Expr sum = TRY(ReadProduct());
  while (Is("+") || Is("-")) {
    const std::string sign = Take().text;
    Expr next = TRY(ReadProduct());
    sum = Apply(sign, std::move(sum), std::move(next));
  }
  return sum;
}

Outcome<Expr> FormulaReader::ReadProduct() {
  Expr product = TRY(ReadUnary());
  while (Is("*") || Is("/")) {
    const std::string sign = Take().text;
    Expr next = TRY(ReadUnary());
    product = Apply(sign, std::move(product), std::move(next));
  }
  return product;
}

// -x^2 is -(x^2), and 2^-1 a half.
Outcome<Expr> FormulaReader::ReadUnary() {
  TRY(Enter());
  Expr expr;
  if (Accept("-")) {
    Expr inner = TRY(ReadUnary());
    expr = Apply("-", std::move(inner));
  } else {
    expr = TRY(ReadPower());
  }
  Leave();
  return expr;
}

Outcome<Expr> FormulaReader::ReadPower() {
  Expr base = TRY(ReadAtom());
  if (!Accept("^")) return base;
  Expr exponent = TRY(ReadUnary());
  return Apply("^", std::move(base), std::move(exponent));
}

Outcome<Expr> FormulaReader::ReadAtom() {
  if (Peek().kind == Token::Kind::kNumber) {
    return Expr{.kind = Expr::Kind::kNumber, .number = Take().number};
  }
  if (Accept("(")) {
    Expr inner = TRY(ReadExpr());
    TRY(Expect(")"));
    return Apply("(", std::move(inner));
  }
  if (Peek().kind == Token::Kind::kName && Is("(", 1) && Peek().text != "site") return ReadApplied();
  std::string name = TRY(ReadColumn());
  return Expr{.kind = Expr::Kind::kColumn, .name = std::move(name)};
}

Outcome<Expr> FormulaReader::ReadApplied() {
  const Token function = Take();
  if (!IsArithmetic(function.text)) {
    if (std::find(kFormulaNames.begin(), kFormulaNames.end(), function.text) == kFormulaNames.end())
      return UnknownFunction(function);
    return BadFormula(function, fmt::format("{}() stands within arithmetic or a product", function.text),
                      "write it as a term of its own, without arithmetic around it");
  }
  TRY(Expect("("));
  Expr inner = TRY(ReadExpr());
  TRY(Expect(")"));
  return Apply(function.text, std::move(inner));
}

Outcome<std::string> FormulaReader::ReadColumn() {
  const Token token = Take();
  if (token.kind == Token::Kind::kQuoted) return token.text;
  if (token.kind != Token::Kind::kName)
    return BadFormula(token, fmt::format("{} stands where a column is wanted", Named(token)),
                      "write a column's name");
  if (token.text == ".")
    return BadFormula(token, "'.' does not stand for all columns", "name the columns that are wanted");
  if (!Is("(")) return token.text;
  if (token.text != "site")
    return BadFormula(token, fmt::format("{}() stands where a column is wanted", token.text),
                      "write a column's name");
  TRY(Expect("("));
  TRY(Expect(")"));
  return std::string(kSite);
}

Outcome<Variable> FormulaReader::ReadVariable() {
  Variable variable;
  if (IsCall("poly") || IsCall("bs") || IsCall("ns")) return ReadBasis();
  const Token at = Peek();
  variable.of = TRY(ReadAtom());
  if (variable.of.kind == Expr::Kind::kNumber)
    return BadFormula(at, "a number stands where a variable is wanted",
                      "arithmetic goes into I(…): I(2 * x)");
  variable.text = ToText(variable.of);
  return variable;
}

Outcome<Variable> FormulaReader::ReadBasis() {
  const Token function = Take();
  Variable variable{.kind = function.text == "poly" ? Variable::Kind::kPoly
                            : function.text == "bs" ? Variable::Kind::kBSpline
                                                    : Variable::Kind::kNaturalSpline,
                    .degree = function.text == "poly" ? 1 : 3};
  TRY(Expect("("));
  variable.of = TRY(ReadExpr());
  variable.text = fmt::format("{}({}", function.text, ToText(variable.of));
  bool raw = false;
  for (std::size_t place = 1; Accept(","); ++place) {
    const Argument argument = TRY(ReadArgument());
    variable.text += ", " + argument.text;
    if (function.text == "poly" && argument.name == "raw" && argument.flag) {
      raw = *argument.flag;
    } else {
      TRY(Set(variable, argument, place));
    }
  }
  TRY(Expect(")"));
  variable.text += ")";
  if (function.text == "poly" && !raw)
    return BadFormula(function, "orthogonal polynomials need all the rows",
                      fmt::format("write poly({}, {}, raw = TRUE)", ToText(variable.of), variable.degree));
  return variable;
}

Outcome<FormulaReader::Argument> FormulaReader::ReadArgument() {
  Argument argument{.at = Peek()};
  if (Peek().kind == Token::Kind::kName && Is("=", 1)) {
    argument.name = Take().text;
    Take();
    argument.text = argument.name + " = ";
  }
  if (Peek().kind == Token::Kind::kName && (Peek().text == "TRUE" || Peek().text == "FALSE")) {
    argument.flag = Peek().text == "TRUE";
    argument.text += Take().text;
    return argument;
  }
  const bool list = IsCall("c");
  argument.numbers = TRY(ReadNumbers());
  std::vector<std::string> texts;
  for (const double number : argument.numbers) texts.push_back(NumberText(number));
  argument.text += fmt::format(fmt::runtime(list ? "c({})" : "{}"), fmt::join(texts, ", "));
  return argument;
}

Outcome<void> FormulaReader::Set(Variable& variable, const Argument& argument, std::size_t place) {
  const bool poly = variable.kind == Variable::Kind::kPoly;
  const auto& numbers = argument.numbers;
  if (argument.name == "degree" || (poly && argument.name.empty() && place == 1))
    return SetDegree(variable, argument);
  if (!poly && argument.name == "knots" && !numbers.empty()) return SetKnots(variable, argument);
  if (!poly && argument.name == "Boundary.knots" && numbers.size() == 2 && numbers[0] < numbers[1]) {
    variable.boundary = {numbers[0], numbers[1]};
  } else if (!poly && argument.name == "intercept" && argument.flag) {
    variable.whole = *argument.flag;
  } else {
    return BadFormula(argument.at, fmt::format("{} is not an argument here", argument.text),
                      poly ? "write poly(x, 2, raw = TRUE)"
                           : "write knots = c(40, 50), Boundary.knots = c(0, 100); df needs all the rows");
  }
  return {};
}

Outcome<void> FormulaReader::SetDegree(Variable& variable, const Argument& argument) {
  const auto& numbers = argument.numbers;
  if (numbers.size() != 1 || numbers[0] < 1 || numbers[0] > kMostDegrees ||
      numbers[0] != std::floor(numbers[0]) || variable.kind == Variable::Kind::kNaturalSpline)
    return BadFormula(argument.at, fmt::format("{} is no degree", argument.text),
                      fmt::format("write one from 1 to {}; ns() has none", kMostDegrees));
  variable.degree = static_cast<int>(numbers[0]);
  return {};
}

Outcome<void> FormulaReader::SetKnots(Variable& variable, const Argument& argument) {
  const auto& numbers = argument.numbers;
  if (numbers.size() > kMostKnots ||
      std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>()) != numbers.end())
    return BadFormula(argument.at, "knots are too many or do not ascend",
                      fmt::format("write at most {} that ascend: knots = c(40, 50)", kMostKnots));
  variable.knots = numbers;
  return {};
}

Outcome<double> FormulaReader::ReadNumber() {
  const bool minus = Accept("-");
  const Token token = Take();
  if (token.kind != Token::Kind::kNumber)
    return BadFormula(token, fmt::format("{} stands where a number is wanted", Named(token)),
                      "write a number");
  return minus ? -token.number : token.number;
}

Outcome<std::vector<double>> FormulaReader::ReadNumbers() {
  std::vector<double> numbers;
  if (!IsCall("c")) {
    numbers.push_back(TRY(ReadNumber()));
    return numbers;
  }
  Take();
  TRY(Expect("("));
  do numbers.push_back(TRY(ReadNumber()));
  while (Accept(","));
  TRY(Expect(")"));
  return numbers;
}

}  // namespace concordat::learning
