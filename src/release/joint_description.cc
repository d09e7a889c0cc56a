#include "release/joint_description.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "crypto/canonical_json.h"
#include "crypto/hash.h"
#include "release/models.h"
#include "release/prepare.h"
#include "sql/explain.h"

namespace concordat::release {
namespace {

using Used = std::set<std::size_t>;  // columns of a relation, by position

void CollectFrom(const sql::Expr& expr, Used& used) {
  if (expr.op == sql::Op::kColumn) used.insert(static_cast<std::size_t>(expr.index));
  for (const sql::Expr& arg : expr.args) CollectFrom(arg, used);
}

// Columns of the scan that those of a relation come to, and that its rows are chosen by.
Used ScannedBy(const sql::Relation& relation, const Used& used) {
  Used below;
  switch (relation.kind) {
    case sql::Relation::Kind::kScan:
      return used;
    case sql::Relation::Kind::kFilter:
      below = used;
      CollectFrom(*relation.predicate, below);
      break;
    case sql::Relation::Kind::kProject:
      for (const std::size_t index : used) CollectFrom(relation.expressions[index], below);
      break;
    case sql::Relation::Kind::kJoin:  // what is joined is described whole (JoinedJson)
      below = used;
      std::erase_if(below, [&](std::size_t index) { return index >= relation.input->columns.size(); });
      for (const sql::JoinPair& pair : relation.pairs) below.insert(pair.left);
      break;
  }
  return ScannedBy(*relation.input, below);
}

Used ColumnsUsed(const sql::Query& query) {
  Used used;
  for (const sql::GroupKey& group : query.groups) CollectFrom(group.value, used);
  for (const sql::Aggregate& aggregate : query.aggregates) {
    if (aggregate.argument) CollectFrom(*aggregate.argument, used);
    if (aggregate.filter) CollectFrom(*aggregate.filter, used);
  }
  return ScannedBy(*query.relation, used);
}

Json ValueJson(const Value& value) { return IsNull(value) ? Json() : Json(ToText(value)); }

std::string HashOf(const std::vector<Row>& rows) {
  Json json = Json::array();
  for (const Row& row : rows) {
    Json values = Json::array();
    for (const Value& value : row) values.push_back(ValueJson(value));
    json.push_back(std::move(values));
  }
  return crypto::Sha256Hex(*crypto::CanonicalJson(json));
}

Json ColumnJson(const catalogue::Column& column) {
  Json json = {{"type", Name(column.type)}, {"nullable", column.nullable}};
  if (column.unit) json["unit"] = true;
  if (column.range) json["range"] = {column.range->low, column.range->high};
  for (const Value& value : column.domain) json["domain"].push_back(ValueJson(value));
  if (column.resolution) json["resolution"] = *column.resolution;
  return json;
}

// Public tables that are joined: by name, so that owners who hold other copies are told of which.
Json JoinedJson(const std::vector<catalogue::PublishedPtr>& joined) {
  Json json = Json::object();
  for (const auto& each : joined) {
    const catalogue::Product& product = each->product;
    Used all;
    for (std::size_t i = 0; i < product.columns.size(); ++i) all.insert(i);
    json[product.Reference()] = {
        {"revision", product.revision}, {"files", each->hashes}, {"columns", ColumnsJson(product, all)}};
  }
  return json;
}

Json SettingsJson(const sql::Terms& terms) {
  return {{"epsilon", terms.budget.epsilon.value},
          {"delta", terms.budget.delta.value},
          {"pure", terms.pure},
          {"margins", terms.margins},
          {"negative", terms.allow_negative},
          {"minimum_people", terms.minimum_people},
          {"accuracy", terms.accuracy.value_or("")}};
}

Json GroupsJson(const sql::Plan& plan) {
  const sql::Grouping& grouping = plan.grouping;
  Json json = {{"most of a unit", plan.bounding.groups}};
  switch (grouping.kind) {
    case sql::Grouping::Kind::kDeclared:
      json["declared"] = grouping.declared.size();
      json["keys"] = HashOf(grouping.declared);
      break;
    case sql::Grouping::Kind::kThreshold:
      json["threshold"] = grouping.threshold;
      json["steps of a person"] = grouping.selection_steps;
      break;
    default:
      break;
  }
  return json;
}

Json MeasuredJson(const sql::Plan& plan, const sql::Measured& measured) {
  const dp::Measurement& measurement = measured.measurement;
  Json json = {
      {"what", sql::ColumnName(plan, measured)},
      {"steps", measured.steps},
      {"factor", measured.factor},
      {"parts", measured.parts},
      {"mechanism", measurement.mechanism == dp::Mechanism::kDiscreteGaussian ? "gaussian" : "laplace"},
      {"sensitivity", measurement.sensitivity},
      {"noise", measurement.scale}};
  if (measured.kind != sql::Measured::Kind::kSum) return json;
  json.update({{"unit", measured.unit},
               {"scale", measured.scale},
               {"shift", measured.shift},
               {"centre", measured.centre},
               {"low", measured.low},
               {"high", measured.high},
               {"whole", measured.whole},
               {"rounds down", measured.as_doubles},
               {"clips", measured.clips},
               {"resolution", measured.resolution ? Json(*measured.resolution) : Json()}});
  return json;
}

// A value of a description in words, whoever wrote it: short, and ASCII alone.
std::string Shown(const Json& value) {
  constexpr std::size_t kLongest = 80;
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  if (value.is_string()) text = text.substr(1, text.size() - 2);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

const Json& At(const Json& object, const std::string& field) {
  static const Json kNothing;
  if (!object.is_object()) return kNothing;
  const auto found = object.find(field);
  return found == object.end() ? kNothing : *found;
}

// Collects lines until there are enough.
class Differences {
 public:
  Differences(const std::string& member, std::size_t most) : member_(member), most_(most) {}

  void Compare(const std::string& what, const Json& theirs, const Json& here) {
    if (theirs == here) return;
    if (theirs.is_null()) return Add(fmt::format("has no {}, which is {} here", what, Shown(here)));
    if (here.is_null()) return Add(fmt::format("has {} {}, and there is none here", what, Shown(theirs)));
    Add(fmt::format("has {} {}, here {}", what, Shown(theirs), Shown(here)));
  }
  // Of both objects all fields, by name.
  void CompareFields(const std::string& of, const Json& theirs, const Json& here) {
    if (!theirs.is_object() || !here.is_object()) return Compare(of, theirs, here);
    std::set<std::string> fields;
    for (const Json* object : {&theirs, &here}) {
      for (const auto& [field, value] : object->items()) fields.insert(field);
    }
    for (const std::string& field : fields)
      Compare(of.empty() ? Shown(field) : fmt::format("{} {}", of, Shown(field)), At(theirs, field),
              At(here, field));
  }
  // Of objects of objects: "column chol range".
  void CompareEach(const std::string& of, const Json& theirs, const Json& here) {
    if (!theirs.is_object() || !here.is_object()) return Compare(of, theirs, here);
    std::set<std::string> names;
    for (const Json* object : {&theirs, &here}) {
      for (const auto& [name, value] : object->items()) names.insert(name);
    }
    for (const std::string& name : names) {
      const Json &a = At(theirs, name), &b = At(here, name);
      const std::string what = fmt::format("{} {}", of, Shown(name));
      if (a.is_null()) {
        if (!b.is_null()) Add(fmt::format("has no {}", what));
      } else {
        CompareFields(what, a, b);
      }
    }
  }
  void CompareList(const std::string& of, const Json& theirs, const Json& here) {
    if (!theirs.is_array() || !here.is_array() || theirs.size() != here.size())
      return Compare(of, theirs, here);
    for (std::size_t i = 0; i < here.size(); ++i)
      CompareFields(fmt::format("{} {}", of, Shown(At(here[i], "what"))), theirs[i], here[i]);
  }
  std::vector<std::string> Lines() && { return std::move(lines_); }
  bool found() const { return found_; }
  void Add(const std::string& line) {
    found_ = true;
    if (lines_.size() < most_) lines_.push_back(fmt::format("{} {}", member_, line));
  }

 private:
  std::string member_;
  std::size_t most_;
  std::vector<std::string> lines_;
  bool found_ = false;
};

}  // namespace

// By name; the unit among them, though not its name.
Json ColumnsJson(const catalogue::Product& product, const std::set<std::size_t>& columns) {
  Json json = Json::object();
  for (const std::size_t index : columns) {
    const catalogue::Column& column = product.columns.at(index);
    json[column.name] = ColumnJson(column);
  }
  return json;
}

Json ContractJson(const catalogue::Product& product) {
  Json json = {{"rows_per_unit", product.bounds.rows_per_unit},
               {"groups_per_unit", product.bounds.groups_per_unit},
               {"holdings", product.disjoint ? "disjoint" : "overlapping"},
               {"unit", product.unit_is_row ? "row" : "none"}};
  if (product.unit() != nullptr) json["unit"] = Name(product.unit()->type);
  return json;
}

Json SharingJson(const Sharing& sharing) {
  return {{"owners", sharing.owners},
          {"quorum", sharing.quorum},
          {"colluding", sharing.colluding},
          {"local", sharing.local}};
}

Json DescribePlan(const Prepared& prepared, const std::string& normal, const Sharing& sharing) {
  const sql::Plan& plan = prepared.plan;
  Json parameters = Json::array();
  for (const Value& value : prepared.parameters) parameters.push_back(ValueJson(value));
  Json measured = Json::array();
  for (const sql::Measured& each : plan.measured) measured.push_back(MeasuredJson(plan, each));
  return {{"concordat", "joint-plan/1"},
          {"agreement", prepared.permit.agreement_id},
          {"table", sharing.table},
          {"question", normal},
          {"parameters", std::move(parameters)},
          {"settings", SettingsJson(plan.terms)},
          {"sharing", SharingJson(sharing)},
          {"contract", ContractJson(*plan.product)},
          {"columns", ColumnsJson(*plan.product, ColumnsUsed(*plan.query))},
          {"joined", JoinedJson(prepared.joined)},
          {"models", ModelsJson(prepared.models)},
          {"groups", GroupsJson(plan)},
          {"measured", std::move(measured)}};
}

std::vector<std::string> DescriptionDifferences(const std::string& member, const Json& theirs,
                                                const Json& here, std::size_t most) {
  if (theirs == here) return {};
  Differences differences(member, most);
  for (const char* field : {"concordat", "agreement", "table", "question", "parameters"})
    differences.Compare(field, At(theirs, field), At(here, field));
  differences.CompareFields("call", At(theirs, "call"), At(here, "call"));
  differences.CompareFields("rule", At(theirs, "rules"), At(here, "rules"));
  differences.CompareFields("setting", At(theirs, "settings"), At(here, "settings"));
  differences.CompareFields("federation", At(theirs, "sharing"), At(here, "sharing"));
  differences.CompareFields("", At(theirs, "contract"), At(here, "contract"));
  differences.CompareEach("column", At(theirs, "columns"), At(here, "columns"));
  differences.CompareEach("joined", At(theirs, "joined"), At(here, "joined"));
  differences.CompareEach("model", At(theirs, "models"), At(here, "models"));
  differences.CompareFields("groups:", At(theirs, "groups"), At(here, "groups"));
  differences.CompareList("measured", At(theirs, "measured"), At(here, "measured"));
  if (!differences.found()) differences.Add("describes more than is known here");
  return std::move(differences).Lines();
}

}  // namespace concordat::release
