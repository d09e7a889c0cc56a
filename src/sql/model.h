// Models that a question applies to rows: concordat.predict('heart_risk', age => years).
//
// What a model is, this module does not know: it hands over inputs, and is given an expression of them, which
// is bound, bounded and written as if the analyst had written it out. Pure.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/refusal.h"
#include "sql/expr.h"

namespace concordat::sql {

struct ModelInput {
  std::string name;       // as columns are called that it is taken from unless said otherwise
  bool is_level = false;  // one of some texts; else a number
};

// Threading: any thread; nothing changes.
class Model {
 public:
  virtual ~Model() = default;

  virtual const std::vector<ModelInput>& inputs() const = 0;
  // What it says of a row: a number, whose interval is sound for every row. NULL where an input is NULL or
  // none of its levels. `inputs`: one for each of inputs(), a text or a number.
  virtual Expr Score(const std::vector<Expr>& inputs) const = 0;
  // Which it is, for people: "cleveland/heart-risk version 1, glm, sha256 5f0c…".
  virtual std::string Title() const = 0;
};
using ModelPtr = std::shared_ptr<const Model>;

// The model that a name means. Refusals: unknown_model and others of whoever knows them.
using FindModel = std::function<Outcome<ModelPtr>(const std::string& name)>;

}  // namespace concordat::sql
