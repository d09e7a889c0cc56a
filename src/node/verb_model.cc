// Models that were fitted here, from the shell.
#include <fmt/format.h>

#include "base/file.h"
#include "node/fits.h"
#include "node/model_export.h"
#include "node/table.h"
#include "node/verb.h"
#include "release/answer_json.h"

namespace concordat::node {
namespace {

constexpr std::size_t kShownDigits = 16;

Result<release::FittedModel> ModelFrom(Node& node, const Json& arguments) {
  auto models = TRY(ModelsFor(node));
  std::erase_if(models, [&](const release::FittedModel& model) {
    return IsOfAnother(arguments, model.agreement, model.analyst);
  });
  return release::FindModel(std::move(models), arguments.at("id"));
}

Json ListedJson(Node& node, const release::FittedModel& model) {
  const Value rows = RowsOf(model);
  return {{"id", model.id},
          {"method", model.method},
          {"formula", model.formula},
          {"table", model.table},
          {"agreement", model.agreement},
          {"analyst", model.analyst},
          {"purpose", PurposeOf(node, model)},
          {"members", model.owners},
          {"rows", IsNull(rows) ? Json() : Json(std::get<double>(rows))},
          {"rounds", model.rounds},
          {"fitted", FormatTime(model.when)},
          {"epsilon", model.epsilon},
          {"answer", model.answer},
          {"receipts", model.receipts.size()}};
}

Result<Reply> ListModels(Node& node, const Json& arguments, const Progress&) {
  std::vector<std::vector<std::string>> rows = {
      {"id", "method", "formula", "table", "agreement", "analyst", "rounds", "epsilon", "fitted"}};
  Json data = Json::array();
  for (const release::FittedModel& model : TRY(ModelsFor(node))) {
    if (IsOfAnother(arguments, model.agreement, model.analyst)) continue;
    constexpr std::size_t kShown = 40;
    rows.push_back({model.id.substr(0, kShownDigits), model.method, Shortened(model.formula, kShown),
                    model.table, model.agreement, model.analyst, std::to_string(model.rounds),
                    fmt::format("{:.3g}", model.epsilon), FormatTime(model.when)});
    data.push_back(ListedJson(node, model));
  }
  return Reply{rows.size() == 1 ? "no models yet\n" : FormatTable(rows), Data(std::move(data))};
}

// The table that was shown when it was fitted.
Result<Reply> ShowModel(Node& node, const Json& arguments, const Progress&) {
  const release::FittedModel model = TRY(ModelFrom(node, arguments));
  const release::Answer answer = TRY(release::AnswerFromJson(model.shown));
  return Reply{AnswerText(answer), Data({{"id", model.id}, {"model", model.model}, {"answer", model.shown}})};
}

Result<Reply> Card(Node& node, const Json& arguments, const Progress&) {
  const Json card = CardOf(node, TRY(ModelFrom(node, arguments)));
  return Reply{CardText(card), Data(card)};
}

// Arguments: id, form; out, a file, where the text is not wanted back.
Result<Reply> WriteModel(Node& node, const Json& arguments, const Progress&) {
  const release::FittedModel model = TRY(ModelFrom(node, arguments));
  const std::string form = arguments.value("form", "model");
  if (IsBinary(form) && !arguments.contains("out"))
    return Fail(ErrorCode::kInvalidArgument, form + " is not text", "say --out FILE");
  const std::string text = TRY(ExportModel(model.model, form));
  if (!arguments.contains("out"))
    return Reply{text, Data({{"id", model.id}, {"form", form}, {"text", text}})};
  const std::string file = arguments["out"];
  TRY(WriteFileDurably(file, text, FileMode::kPublic));
  return Reply{fmt::format("wrote {}\n", file),
               Data({{"id", model.id}, {"file", file}, {"bytes", text.size()}})};
}

}  // namespace

std::vector<Verb> ModelVerbs() {
  return {{"model list", ListModels},
          {"model show", ShowModel},
          {"model card", Card},
          {"model export", WriteModel}};
}

}  // namespace concordat::node
