#include "sql/audit.h"

#include <fmt/format.h>

#include <cmath>
#include <map>

#include "base/check.h"
#include "base/value.h"
#include "sql/bind_expr.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using pg_query::FuncCall;
using pg_query::Node;
using pg_query::SelectStmt;

constexpr int kMostBins = 100;
constexpr char kHow[] =
    "write SELECT * FROM concordat.calibration('heart_risk', 'patients', outcome => disease = 'present')";

// Names in quotes that start with ? stand for what was called with. Rows of which something is not known
// count nowhere; the second stage says so, so that all numbers of a group are over one count.
constexpr char kCalibration[] = R"(
SELECT least(greatest(width_bucket(score, "?low", "?high", "?bins"), 1), "?bins") AS bin,
       "?low" + "?width" * (least(greatest(width_bucket(score, "?low", "?high", "?bins"), 1), "?bins") - 1) AS "from",
       "?low" + "?width" * least(greatest(width_bucket(score, "?low", "?high", "?bins"), 1), "?bins") AS "to",
       count(*) AS count, avg(score) AS predicted, avg(outcome) AS observed
FROM (SELECT coalesce(score, "?low") AS score, coalesce(outcome, 0) AS outcome
      FROM (SELECT "?score" AS score, "?number" AS outcome FROM "?table") AS scored
      WHERE score IS NOT NULL AND outcome IS NOT NULL) AS known
GROUP BY 1 ORDER BY 1)";

constexpr char kFairness[] = R"(
SELECT part AS "?name", count(*) AS count,
       1.0 * count(*) FILTER (WHERE selected) / count(*) AS selection_rate,
       1.0 * count(*) FILTER (WHERE selected AND outcome) / count(*) FILTER (WHERE outcome) AS true_positive_rate,
       1.0 * (count(*) FILTER (WHERE selected) - count(*) FILTER (WHERE selected AND outcome))
           / (count(*) - count(*) FILTER (WHERE outcome)) AS false_positive_rate,
       1.0 * count(*) FILTER (WHERE selected AND outcome) / count(*) FILTER (WHERE selected) AS precision,
       avg(score) AS predicted, 1.0 * count(*) FILTER (WHERE outcome) / count(*) AS observed,
       avg(score) - 1.0 * count(*) FILTER (WHERE outcome) / count(*) AS calibration_in_the_large
FROM (SELECT part, coalesce(score, "?threshold") AS score, score > "?threshold" AS selected, outcome
      FROM (SELECT "?by" AS part, "?score" AS score, "?outcome" AS outcome FROM "?table") AS scored
      WHERE score IS NOT NULL AND outcome IS NOT NULL) AS known
GROUP BY 1 ORDER BY 1)";

struct Report {
  const char* name;
  const char* question;
  bool has_bins;  // else groups
};
constexpr Report kReports[] = {{"calibration", kCalibration, true}, {"fairness", kFairness, false}};

// The call in place of a table, where it is the only one; else null.
const FuncCall* CallOf(const SelectStmt& select) {
  if (select.from_clause_size() != 1 || !select.from_clause(0).has_range_function()) return nullptr;
  return OnlyFunction(select.from_clause(0).range_function());
}

const Report* ReportOf(const FuncCall& call) {
  if (!IsOwn(call)) return nullptr;
  for (const Report& report : kReports)
    if (call.funcname(1).string().sval() == report.name) return &report;
  return nullptr;
}

tl::unexpected<Refusal> BadArguments(const std::string& what, const std::string& hint, int position) {
  return Refuse("report_arguments", what, hint, "22023", position);
}

SelectStmt Parsed(const std::string& text) {
  const auto tree = ParseTree(text);
  CHECK(tree);
  return tree->stmts(0).stmt().select_stmt();
}

Node NumberNode(double number) {
  return Parsed(fmt::format("SELECT {}", ToText(Value(number)))).target_list(0).res_target().val();
}

// What a report was called with.
class Call {
 public:
  explicit Call(const FuncCall& call) : call_(call) {}

  Outcome<void> Read() {
    const bool plain = call_.agg_order_size() == 0 && !call_.has_agg_filter() && !call_.has_over() &&
                       !call_.agg_within_group() && !call_.agg_star() && !call_.agg_distinct() &&
                       !call_.func_variadic();
    if (!plain) return BadArguments("a report takes arguments alone", kHow, call_.location());
    for (int i = 0; i < call_.args_size(); ++i) TRY(Take(call_.args(i), i));
    for (const char* name : {"model", "data", "outcome"}) {
      if (!given_.contains(name))
        return BadArguments(fmt::format("a report needs the {}", name), kHow, call_.location());
    }
    return {};
  }

  bool Has(const std::string& name) const { return given_.contains(name); }
  const Node& At(const std::string& name) const { return given_.at(name); }

  Outcome<std::string> Text(const std::string& name) const {
    const auto found = given_.find(name);
    if (found != given_.end() && found->second.has_a_const() && found->second.a_const().has_sval())
      return found->second.a_const().sval().sval();
    return BadArguments(fmt::format("the {} is not written out, as a text", name), kHow, call_.location());
  }

  Outcome<double> Number(const std::string& name, double otherwise) const {
    const auto found = given_.find(name);
    if (found == given_.end()) return otherwise;
    RowlessBinder binder;
    const auto bound = binder.Bind(found->second, Type::kNumber);
    const auto* whole = bound ? std::get_if<std::int64_t>(&bound->literal) : nullptr;
    const auto* number = bound ? std::get_if<double>(&bound->literal) : nullptr;
    if (whole != nullptr) return static_cast<double>(*whole);
    if (number != nullptr && std::abs(*number) < 1e12) return *number;
    return BadArguments(fmt::format("{} is not a number, written out", name), kHow, call_.location());
  }

  // concordat.predict(model, …), with what names inputs.
  Node Score() const {
    Node node = Parsed("SELECT concordat.predict()").target_list(0).res_target().val();
    FuncCall& predict = *node.mutable_func_call();
    predict.set_location(call_.location());
    *predict.add_args() = given_.at("model");
    for (const Node& input : inputs_) *predict.add_args() = input;
    return node;
  }

 private:
  // Literals alone.
  class RowlessBinder final : public ExprBinder {
   public:
    RowlessBinder() : ExprBinder(context_) {}
    using ExprBinder::Bind;

   protected:
    Outcome<std::optional<Expr>> BindSpecial(const Node& node) override {
      if (!node.has_column_ref() && !node.has_param_ref()) return std::nullopt;
      return BadArguments("a number is not written out", kHow, PositionOf(node));
    }

   private:
    BindContext context_;
  };

  Outcome<void> Take(const Node& node, int place) {
    static const char* const kPlaces[] = {"model", "data", "outcome"};
    static const char* const kNames[] = {"model", "data", "outcome", "bins",
                                         "low",   "high", "by",      "threshold"};
    if (!node.has_named_arg_expr()) {
      if (place >= static_cast<int>(std::size(kPlaces)))
        return BadArguments("what else a report takes has a name", "write it as name => value: bins => 10",
                            PositionOf(node));
      return Put(kPlaces[place], node);
    }
    const pg_query::NamedArgExpr& named = node.named_arg_expr();
    for (const char* name : kNames)
      if (named.name() == name) return Put(name, named.arg());
    inputs_.push_back(node);  // an input of the model, which knows its own
    return {};
  }

  Outcome<void> Put(const std::string& name, const Node& node) {
    if (given_.emplace(name, node).second) return {};
    return BadArguments(fmt::format("{} is given twice", name), "give it once", PositionOf(node));
  }

  const FuncCall& call_;
  std::map<std::string, Node> given_;
  std::vector<Node> inputs_;
};

struct Meant {
  std::map<std::string, Node> nodes;         // by "?score"
  std::map<std::string, std::string> names;  // of tables and outputs, by "?table"
};

// Puts in what is meant, wherever it stands.
// NOLINTNEXTLINE(misc-no-recursion): as deep as the question above
void Substitute(Message& message, const Meant& meant) {
  if (message.GetDescriptor() == Node::descriptor()) {
    Node& node = static_cast<Node&>(message);
    if (node.has_column_ref() && node.column_ref().fields_size() == 1) {
      const auto found = meant.nodes.find(LastName(node.column_ref().fields()));
      if (found != meant.nodes.end()) {
        const Node replacement = found->second;
        node = replacement;
        return;
      }
    }
  }
  const auto* reflection = message.GetReflection();
  std::vector<const FieldDescriptor*> fields;
  reflection->ListFields(message, &fields);
  for (const FieldDescriptor* field : fields) {
    if (field->cpp_type() == FieldDescriptor::CPPTYPE_STRING && !field->is_repeated()) {
      const auto found = meant.names.find(reflection->GetString(message, field));
      if (found != meant.names.end()) reflection->SetString(&message, field, found->second);
    }
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    if (!field->is_repeated()) {
      Substitute(*reflection->MutableMessage(&message, field), meant);
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(message, field); ++i)
      Substitute(*reflection->MutableRepeatedMessage(&message, field, i), meant);
  }
}

Node AsWhole(const Node& truth) {
  Node node = Parsed("SELECT CAST(x AS bigint)").target_list(0).res_target().val();
  *node.mutable_type_cast()->mutable_arg() = truth;
  return node;
}

Outcome<void> AddBins(const Call& call, int position, Meant& meant) {
  const double bins = TRY(call.Number("bins", 10));
  const double low = TRY(call.Number("low", 0));
  const double high = TRY(call.Number("high", 1));
  if (bins != std::floor(bins) || bins < 2 || bins > kMostBins)
    return BadArguments(fmt::format("bins are 2 to {}", kMostBins), "write bins => 10", position);
  if (!(low < high)) return BadArguments("low is not below high", "write low => 0, high => 1", position);
  meant.nodes["?bins"] =
      Parsed(fmt::format("SELECT {}", static_cast<int>(bins))).target_list(0).res_target().val();
  meant.nodes["?low"] = NumberNode(low);
  meant.nodes["?high"] = NumberNode(high);
  meant.nodes["?width"] = NumberNode((high - low) / bins);
  // A truth counts as 0 or 1; with ends of its own, what was observed is a number.
  const bool number = call.Has("low") || call.Has("high");
  meant.nodes["?number"] = number ? call.At("outcome") : AsWhole(call.At("outcome"));
  return {};
}

// A column, by its name as a text too: by => 'sex'.
Outcome<void> AddGroups(const Call& call, int position, Meant& meant) {
  if (!call.Has("by")) return BadArguments("fairness needs groups to compare", "add by => 'sex'", position);
  Node by = call.At("by");
  if (by.has_a_const() && by.a_const().has_sval()) {
    Node column;
    column.mutable_column_ref()->add_fields()->mutable_string()->set_sval(by.a_const().sval().sval());
    column.mutable_column_ref()->set_location(by.a_const().location());
    by = column;
  }
  meant.names["?name"] = by.has_column_ref() ? LastName(by.column_ref().fields()) : "group";
  meant.nodes["?by"] = by;
  meant.nodes["?outcome"] = call.At("outcome");
  meant.nodes["?threshold"] = NumberNode(TRY(call.Number("threshold", 0.5)));
  return {};
}

Outcome<void> CheckAlone(const SelectStmt& select) {
  const auto refuse = [](const char* what) {
    return Refuse(
        "report_not_alone", fmt::format("{} around a report is not supported", what),
        "write SELECT * FROM concordat.calibration(…), and nothing but ORDER BY and LIMIT after it");
  };
  const auto& range = select.from_clause(0).range_function();
  if (range.lateral() || range.ordinality() || range.is_rowsfrom() || range.coldeflist_size() > 0)
    return refuse("another form of FROM");
  if (select.has_where_clause() || select.has_having_clause() || select.group_clause_size() > 0 ||
      select.distinct_clause_size() > 0 || select.has_with_clause())
    return refuse("WHERE, WITH, GROUP BY, HAVING or DISTINCT");
  const auto& targets = select.target_list();
  const bool star = targets.size() == 1 && targets[0].res_target().val().has_column_ref() &&
                    targets[0].res_target().val().column_ref().fields_size() == 1 &&
                    targets[0].res_target().val().column_ref().fields(0).has_a_star();
  if (!star) return refuse("a SELECT list");
  return {};
}

// ORDER BY and LIMIT around the report are those of its question.
SelectStmt Around(SelectStmt question, const SelectStmt& written) {
  SelectStmt around = written;
  around.clear_from_clause();
  around.clear_target_list();
  if (around.sort_clause_size() > 0) question.clear_sort_clause();
  question.MergeFrom(around);
  return question;
}

}  // namespace

bool AsksForReport(const SelectStmt& select) {
  const FuncCall* call = CallOf(select);
  return call != nullptr && ReportOf(*call) != nullptr;
}

Outcome<SelectStmt> QuestionOfReport(const SelectStmt& select) {
  const FuncCall& function = *CallOf(select);
  const Report& report = *ReportOf(function);
  TRY(CheckAlone(select));
  Call call(function);
  TRY(call.Read());
  Meant meant;
  meant.nodes["?score"] = call.Score();
  meant.names["?table"] = TRY(call.Text("data"));
  TRY(report.has_bins ? AddBins(call, function.location(), meant)
                      : AddGroups(call, function.location(), meant));
  SelectStmt question = Parsed(report.question);
  Substitute(question, meant);
  return Around(std::move(question), select);
}

}  // namespace concordat::sql
