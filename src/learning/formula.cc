#include "learning/formula.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "learning/formula_reader.h"

namespace concordat::learning {
namespace {

constexpr std::size_t kMostVariables = 64;
constexpr std::size_t kMostTerms = 256;
constexpr int kHighestPower = 10;

// A product of variables, a bit a variable; and a sum of such, in order, each once.
using Product = std::uint64_t;
using Sum = std::vector<Product>;

void Add(Sum& sum, Product product) {
  if (std::find(sum.begin(), sum.end(), product) == sum.end()) sum.push_back(product);
}

Sum Plus(Sum left, const Sum& right) {
  for (const Product product : right) Add(left, product);
  return left;
}

Sum Minus(Sum left, const Sum& right) {
  std::erase_if(
      left, [&](Product product) { return std::find(right.begin(), right.end(), product) != right.end(); });
  return left;
}

// Where a sum gets too large, the rest is left out, and the reader refuses what it gets.
Sum Times(const Sum& left, const Sum& right) {
  Sum all;
  for (const Product a : left) {
    for (const Product b : right) {
      if (all.size() <= kMostTerms) Add(all, a | b);
    }
  }
  return all;
}

// a / b is a + a:b, with all variables of a.
Sum Within(const Sum& left, const Sum& right) {
  Product all = 0;
  for (const Product product : left) all |= product;
  return Plus(left, Times({all}, right));
}

// Reads the right side of a formula, as R's `terms` does.
class TermsReader {
 public:
  TermsReader(FormulaReader& reader, Formula& formula) : reader_(reader), formula_(formula) {}

  Outcome<void> Read() {
    Sum sum = TRY(ReadSum());
    if (reader_.Peek().kind != Token::Kind::kEnd)
      return BadFormula(reader_.Peek(), fmt::format("{} stands where a formula ends", Named(reader_.Peek())),
                        "put + between terms");
    std::stable_sort(sum.begin(), sum.end(),
                     [](Product a, Product b) { return std::popcount(a) < std::popcount(b); });
    for (const Product product : sum) formula_.terms.push_back(Places(product));
    return {};
  }

 private:
  static std::vector<std::size_t> Places(Product product) {
    std::vector<std::size_t> places;
    for (; product != 0; product &= product - 1)
      places.push_back(static_cast<std::size_t>(std::countr_zero(product)));
    return places;
  }

  Outcome<Sum> ReadSum() {
    TRY(reader_.Enter());
    Sum sum;
    bool first = true;
    while (first || reader_.Is("+") || reader_.Is("-")) {
      const bool minus = reader_.Is("-");
      if (!reader_.Accept("-")) reader_.Accept("+");
      // Under a minus, 1 takes the intercept away, and minus 0 gives it back.
      adding_ = adding_ != minus;
      const Sum part = TRY(ReadPart());
      adding_ = adding_ != minus;
      sum = minus ? Minus(std::move(sum), part) : Plus(std::move(sum), part);
      if (sum.size() > kMostTerms) return TooMany();
      first = false;
    }
    reader_.Leave();
    return sum;
  }

  // What stands between pluses: some of it may stand nowhere else.
  Outcome<Sum> ReadPart() {
    if (reader_.Peek().kind == Token::Kind::kNumber) return ReadIntercept();
    if (reader_.IsCall("offset") || reader_.IsCall("strata") || IsGrouping()) return ReadAlone();
    return ReadCrossing();
  }

  Outcome<Sum> ReadIntercept() {
    const Token token = reader_.Take();
    if (token.number != 0 && token.number != 1)
      return BadFormula(token, fmt::format("{} is no term", token.text),
                        "write 1 or 0 for the intercept; arithmetic goes into I(…)");
    formula_.intercept = adding_ == (token.number == 1);
    return Sum();
  }

  bool IsGrouping() const {
    return reader_.Is("(") && reader_.Peek(1).kind == Token::Kind::kNumber && reader_.Is("|", 2);
  }

  Outcome<Sum> ReadAlone() {
    const Token at = reader_.Take();
    if (!adding_ || depth_ > 0)
      return BadFormula(at, "offsets, strata and random intercepts are neither taken away nor multiplied",
                        "add them to the outermost terms");
    if (at.text == "(") return ReadGrouping();
    TRY(reader_.Expect("("));
    if (at.text == "offset") {
      formula_.offsets.push_back(TRY(reader_.ReadExpr()));
    } else {
      do formula_.strata.push_back(TRY(reader_.ReadColumn()));
      while (reader_.Accept(","));
    }
    TRY(reader_.Expect(")"));
    return Sum();
  }

  Outcome<Sum> ReadGrouping() {
    const Token number = reader_.Take();
    TRY(reader_.Expect("|"));
    if (number.number != 1 || formula_.grouping)
      return BadFormula(number, "one random intercept is all that there may be", "write (1 | site()) once");
    formula_.grouping = TRY(reader_.ReadColumn());
    TRY(reader_.Expect(")"));
    return Sum();
  }

  Outcome<Sum> ReadCrossing() {
    Sum sum = TRY(ReadInteraction());
    while (reader_.Is("*") || reader_.Is("/")) {
      const bool crossing = reader_.Take().text == "*";
      const Sum right = TRY(ReadInteraction());
      sum = crossing ? Plus(Plus(sum, right), Times(sum, right)) : Within(sum, right);
      if (sum.size() > kMostTerms) return TooMany();
    }
    return sum;
  }

  Outcome<Sum> ReadInteraction() {
    Sum sum = TRY(ReadPower());
    while (reader_.Accept(":")) sum = Times(sum, TRY(ReadPower()));
    return sum;
  }

  Outcome<Sum> ReadPower() {
    Sum base = TRY(ReadAtom());
    if (!reader_.Accept("^")) return base;
    const Token power = reader_.Take();
    if (power.kind != Token::Kind::kNumber || power.number < 1 || power.number > kHighestPower ||
        power.number != std::floor(power.number))
      return BadFormula(
          power, fmt::format("{} is no power of terms", Named(power)),
          fmt::format("write a whole number from 1 to {}; I(x^2) squares a column", kHighestPower));
    Sum sum = base;
    for (int times = 1; times < static_cast<int>(power.number); ++times) sum = Times(sum, base);
    return sum;
  }

  Outcome<Sum> ReadAtom() {
    if (reader_.Accept("(")) {
      ++depth_;
      Sum sum = TRY(ReadSum());
      --depth_;
      TRY(reader_.Expect(")"));
      return sum;
    }
    const Token at = reader_.Peek();
    const Variable variable = TRY(reader_.ReadVariable());
    if (formula_.response && variable.text == formula_.response->text)
      return BadFormula(at, fmt::format("the response {} is a term too", variable.text),
                        "take it off the right side");
    auto& known = formula_.variables;
    const auto found = std::find(known.begin(), known.end(), variable);
    const auto place = static_cast<std::size_t>(found - known.begin());
    if (found == known.end()) known.push_back(variable);
    if (known.size() > kMostVariables) return TooMany();
    return Sum{Product{1} << place};
  }

  static tl::unexpected<Refusal> TooMany() {
    return Refuse("formula_too_large",
                  fmt::format("a formula has more than {} terms or {} variables", kMostTerms, kMostVariables),
                  "leave interactions out, or write those that are wanted", "54000");
  }

  FormulaReader& reader_;
  Formula& formula_;
  bool adding_ = true;
  int depth_ = 0;
};

// Surv(time, status), Surv(start, time, status) or cbind(successes, failures), each an expression.
Outcome<void> ReadParts(FormulaReader& reader, Formula& formula) {
  const bool survival = reader.Take().text == "Surv";
  TRY(reader.Expect("("));
  std::vector<Expr> parts;
  parts.push_back(TRY(reader.ReadExpr()));
  TRY(reader.Expect(","));
  parts.push_back(TRY(reader.ReadExpr()));
  if (survival && reader.Accept(",")) {
    formula.start = std::move(parts.front());
    parts.front() = std::move(parts.back());
    parts.back() = TRY(reader.ReadExpr());
  }
  TRY(reader.Expect(")"));
  formula.response = Variable{.of = std::move(parts.front())};
  formula.response->text = ToText(formula.response->of);
  (survival ? formula.status : formula.failures) = std::move(parts.back());
  return {};
}

Outcome<void> ReadResponse(FormulaReader& reader, Formula& formula) {
  if (reader.Is("~")) return {};
  if (reader.IsCall("Surv") || reader.IsCall("cbind")) return ReadParts(reader, formula);
  Variable response;
  response.of = TRY(reader.ReadExpr());
  response.text = ToText(response.of);
  formula.response = std::move(response);
  return {};
}

}  // namespace

Outcome<Formula> ParseFormula(std::string_view text) {
  std::vector<Token> tokens = TRY(ReadTokens(text));
  const bool sided = std::any_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.kind == Token::Kind::kSign && token.text == "~";
  });
  FormulaReader reader(std::move(tokens));
  Formula formula;
  if (sided) {
    TRY(ReadResponse(reader, formula));
    TRY(reader.Expect("~"));
  }
  TRY(TermsReader(reader, formula).Read());
  return formula;
}

}  // namespace concordat::learning
