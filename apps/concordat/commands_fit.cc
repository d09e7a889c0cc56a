#include "command.h"

namespace concordat::cli {
namespace {

void AddJobs(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "job", "Fits as jobs: how far they are, ending them, going on with them");
  Command(group, invocation, "list", "job list",
          "List fits: running, finished, cancelled, failed, interrupted", "job list --agreement heart-fits")
      .Text("--agreement", "agreement", "Only under this agreement")
      .Text("--as", "analyst", "Only of this analyst");
  Command(group, invocation, "show", "job show", "One fit: how far it is and what it said last",
          "job show 4be1c07d")
      .Text("id", "id", "The job's id, or its beginning", true);
  Command(group, invocation, "cancel", "job cancel", "End a fit that runs; what was charged stays charged",
          "job cancel 4be1c07d")
      .Text("id", "id", "The job's id, or its beginning", true)
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "resume", "job resume",
          "Ask a fit again: it goes on after its newest round on record, if no owner's rows have changed",
          "job resume 4be1c07d")
      .Text("id", "id", "The job's id, or its beginning", true)
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
}

void AddModels(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "model", "Models that were fitted here: cards, exports, publishing them");
  Command(group, invocation, "list", "model list", "List fitted models", "model list --agreement heart-fits")
      .Text("--agreement", "agreement", "Only under this agreement")
      .Text("--as", "analyst", "Only of this analyst");
  Command(group, invocation, "show", "model show", "Print the table that was fitted", "model show 7f02ab91")
      .Text("id", "id", "The model's id or its answer's, or the beginning", true);
  Command(group, invocation, "card", "model card",
          "Print what is to be known of a model: data, purpose, budget, protection, quality, receipts",
          "model card 7f02ab91 --json")
      .Text("id", "id", "The model's id or its answer's, or the beginning", true);
  Command(group, invocation, "export", "model export", "Write a model for other programs",
          "model export 7f02ab91 --as csv --out coefficients.csv")
      .Text("id", "id", "The model's id or its answer's, or the beginning", true)
      .Text("--as", "form",
            "model: all of it, in JSON (default); csv, json: coefficients with their standard errors; "
            "xgboost: trees; "
            "onnx, safetensors: networks")
      .Path("--out", "out", "Where to write (default: standard output)");
  AddModelProductCommands(group, invocation);
}

}  // namespace

void AddFitCommands(CLI::App& app, Invocation& invocation) {
  Command(app, invocation, "fit", "fit", "Fit a model over all members' rows, and print its table",
          "fit heart-fits glm \"disease ~ age + sex + thalach\" patients family=binomial\n"
          "  concordat fit heart-fits kmeans \"~ age + thalach\" patients k=3 seed=7 --csv\n"
          "  concordat fit heart-noise lm \"thalach ~ age\" patients --epsilon 0.5\n"
          "  concordat fit heart-fits \"glm('disease ~ age', 'patients', family => 'binomial')\"")
      .Text("agreement", "agreement", "The agreement to fit under", true)
      .Text("method", "method",
            "anova, boost, chi_square, correlation, cox, glm, kaplan_meier, kmeans, lm, log_rank, mixed, "
            "network, pca, penalised or t_test; or a whole call as SQL has it",
            true)
      .Text("formula", "formula", "As in R: \"disease ~ age + sex\"; \"~ age\" where there is no response")
      .Text("table", "table", "A table of the agreement")
      .Texts("option", "options", "What else the method takes, as name=value: family=binomial")
      .Text("--as", "analyst", "The analyst who asks (default: the agreement's only one)")
      .Number("--epsilon", "epsilon",
              "Epsilon for all rounds, under noise (default: the agreement's per_query)");
  AddJobs(app, invocation);
  AddModels(app, invocation);
}

}  // namespace concordat::cli
