// A fitted model as a document: what it takes, what it computes of it, and what is known of how it came
// about. Nothing in it is a program. Format: docs/formats/model.md.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "catalogue/product.h"
#include "learning/rows.h"
#include "sql/model.h"

namespace concordat::model {

inline constexpr std::size_t kLargestModel =
    60'000;  // bytes of the canonical form: it is an entry of a ledger
inline constexpr std::size_t kMostInputs = 100;
inline constexpr std::size_t kMostLevels = 1'000;   // of all inputs together
inline constexpr std::size_t kMostLeaves = 10'000;  // numbers that are chosen among by levels or by branches

// Of a weight and a number, that a network takes of a row.
inline constexpr std::ptrdiff_t kMostProducts = 15'000;

// What a model computes of its inputs, once each is bound to an expression.
class Score {
 public:
  virtual ~Score() = default;
  virtual sql::Expr Of(const std::vector<sql::Expr>& inputs) const = 0;
};

// What a model was fitted to: "disease", of levels 'not_present' and 'present'.
struct Response {
  std::string name;
  std::vector<std::string> levels;  // of a number none; else the model says how likely it is not the first
};

struct Document {
  std::string kind;  // "glm", "lm", "penalised", "trees", "boost", "network"
  std::vector<learning::Field> inputs;
  Response response;
  std::optional<catalogue::Range> range;  // scores are pulled into it
  std::shared_ptr<const Score> score;
  std::string sha256;  // of the canonical form, hexadecimal
};

// Reads a model strictly: every field, all sizes, every number. Errors: kInvalidArgument, naming the field;
// kResourceExhausted past a limit above.
Result<Document> ReadModel(const Json& json);
// The same of text, which need not be in canonical form.
Result<Document> ReadModelText(std::string_view text);

// The columns that a model's product declares: its inputs.
std::vector<catalogue::Column> ColumnsOf(const Document& document);

// A document as questions apply it. `title`: "cleveland/heart-risk version 1".
sql::ModelPtr Applied(Document document, const std::string& title);

}  // namespace concordat::model
