#include "model/document.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "base/bytes.h"
#include "catalogue/contract_column.h"
#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "model/boosted.h"
#include "model/fields.h"
#include "model/linear.h"
#include "model/network.h"
#include "model/trees.h"
#include "sql/operation.h"

namespace concordat::model {
namespace {

constexpr std::size_t kShownHash = 12;
constexpr std::string_view kFormat = "model/1";

Result<catalogue::Range> RangeOf(const Json& object) {
  const auto ends = TRY(NumbersOf(object, "range", 2));
  if (ends.size() != 2 || ends[0] > ends[1]) return WrongModel("range is not two ends, the lower one first");
  return catalogue::Range{ends[0], ends[1]};
}

Result<learning::Field> InputOf(const Json& json) {
  TRY(CheckFields(json, "an input", {"name", "levels", "range"}));
  learning::Field field{.name = TRY(TextOf(json, "name")), .levels = {}, .range = {}};
  if (!catalogue::IsColumnName(field.name)) return WrongModel("an input is not called as columns are");
  if (json.contains("levels")) field.levels = TRY(TextsOf(json, "levels", kMostLevels));
  if (json.contains("range")) {
    const catalogue::Range range = TRY(RangeOf(json));
    field.range = {range.low, range.high};
  }
  const std::set<std::string> distinct(field.levels.begin(), field.levels.end());
  if (distinct.size() != field.levels.size() || (json.contains("levels") && field.levels.empty()) ||
      (!field.levels.empty() && field.range))
    return WrongModel(fmt::format("the levels of {} are not some texts, each once", field.name));
  return field;
}

Result<std::vector<learning::Field>> InputsOf(const Json& json) {
  const Json* list = TRY(FieldOf(json, "inputs"));
  if (!list->is_array() || list->empty()) return WrongModel("inputs is not a list of some");
  if (list->size() > kMostInputs) return TooLarge(fmt::format("it has more than {} inputs", kMostInputs));
  std::vector<learning::Field> inputs;
  std::set<std::string> names;
  std::size_t levels = 0;
  for (const Json& each : *list) {
    inputs.push_back(TRY(InputOf(each)));
    levels += inputs.back().levels.size();
    if (!names.insert(inputs.back().name).second) return WrongModel("two inputs have one name");
  }
  if (levels > kMostLevels) return TooLarge(fmt::format("its inputs have more than {} levels", kMostLevels));
  return inputs;
}

Result<Response> ResponseOf(const Json& json) {
  const Json* part = TRY(FieldOf(json, "response"));
  TRY(CheckFields(*part, "response", {"name", "levels"}));
  Response response{.name = TRY(TextOf(*part, "name")), .levels = {}};
  if (part->contains("levels")) response.levels = TRY(TextsOf(*part, "levels", kMostLevels));
  return response;
}

// Kinds of models, each with the fields that it alone has.
struct KindOfModel {
  std::string name;
  std::vector<std::string_view> fields;
  Result<std::shared_ptr<const Score>> (*read)(const Json& json, const std::vector<learning::Field>& inputs);
};

const std::vector<KindOfModel>& KindsOfModels() {
  static const std::vector<std::string_view> linear = {"formula", "family", "link", "terms", "coefficients"};
  static const std::vector<KindOfModel> kinds = {
      {"glm", linear, ReadLinear},       {"lm", linear, ReadLinear},
      {"penalised", linear, ReadLinear}, {"trees", {"link", "base", "trees"}, ReadTrees},
      {"boost", {"boost"}, ReadBoosted}, {"network", {"formula", "network"}, ReadNetwork}};
  return kinds;
}

Result<const KindOfModel*> KindOf(const std::string& name) {
  std::vector<std::string> names;
  for (const KindOfModel& kind : KindsOfModels()) {
    if (kind.name == name) return &kind;
    names.push_back(kind.name);
  }
  return WrongModel(fmt::format("kind is none of {}: others are not applied in SQL", fmt::join(names, ", ")));
}

class AppliedModel final : public sql::Model {
 public:
  AppliedModel(Document document, const std::string& title)
      : document_(std::move(document)),
        title_(
            fmt::format("{}, {}, sha256 {}", title, document_.kind, document_.sha256.substr(0, kShownHash))) {
    for (const learning::Field& input : document_.inputs)
      inputs_.push_back({input.name, !input.levels.empty()});
  }

  const std::vector<sql::ModelInput>& inputs() const override { return inputs_; }
  std::string Title() const override { return title_; }
  sql::Expr Score(const std::vector<sql::Expr>& inputs) const override {
    sql::Expr score = document_.score->Of(inputs);
    return document_.range ? sql::Clipped(std::move(score), *document_.range) : score;
  }

 private:
  Document document_;
  std::string title_;
  std::vector<sql::ModelInput> inputs_;
};

}  // namespace

Result<Document> ReadModel(const Json& json) {
  const auto canonical = crypto::CanonicalJson(json);
  if (!canonical) return WrongModel(canonical.error().message);
  if (canonical->size() > kLargestModel)
    return TooLarge(fmt::format("it has {} bytes, and {} at most fit", canonical->size(), kLargestModel));
  if (!json.is_object()) return WrongModel("the document is not an object");
  if (TRY(TextOf(json, "concordat")) != kFormat) return WrongModel("it is of another format than model/1");
  const std::string name = TRY(TextOf(json, "kind"));
  const KindOfModel* kind = TRY(KindOf(name));
  std::vector<std::string_view> fields = {"concordat", "kind", "inputs", "response", "range", "card"};
  fields.insert(fields.end(), kind->fields.begin(), kind->fields.end());
  TRY(CheckFields(json, "the document", fields));
  Document document{.kind = kind->name,
                    .inputs = {},
                    .response = {},
                    .range = {},
                    .score = {},
                    .sha256 = crypto::Sha256Hex(*canonical)};
  if (json.contains("card") && !json["card"].is_object()) return WrongModel("card is not an object");
  document.inputs = TRY(InputsOf(json));
  document.response = TRY(ResponseOf(json));
  if (json.contains("range")) document.range = TRY(RangeOf(json));
  document.score = TRY(kind->read(json, document.inputs));
  return document;
}

Result<Document> ReadModelText(std::string_view text) {
  constexpr std::size_t kLongest = 4 * kLargestModel;  // as people may have indented it
  if (text.size() > kLongest) return TooLarge("its text is longer than four times what fits");
  const auto json = crypto::ParseJson(text);
  if (!json) return WrongModel(json.error().message);
  return ReadModel(*json);
}

std::vector<catalogue::Column> ColumnsOf(const Document& document) {
  std::vector<catalogue::Column> columns;
  for (const learning::Field& input : document.inputs) {
    catalogue::Column column{.name = input.name, .source_name = input.name};
    column.type = input.levels.empty() ? Type::kNumber : Type::kText;
    if (input.range) column.range = catalogue::Range{input.range->first, input.range->second};
    for (const std::string& level : input.levels) column.domain.emplace_back(level);
    columns.push_back(std::move(column));
  }
  return columns;
}

sql::ModelPtr Applied(Document document, const std::string& title) {
  return std::make_shared<const AppliedModel>(std::move(document), title);
}

}  // namespace concordat::model
