// Commands about models as products. Others of the group are added elsewhere.
#include "command.h"

namespace concordat::cli {

void AddModelProductCommands(CLI::App& model, Invocation& invocation) {
  Command(model, invocation, "publish", "model publish",
          "Publish a model, so that agreements can let it be applied to rows where they are",
          "model publish 7f02ab91 --name heart-risk --title \"Risk of heart disease\"\n"
          "  concordat model publish heart-risk.json --name heart-risk")
      .FileOrName(
          "model", "model",
          "A model that was fitted here, by the beginning of its id; or a file: what a fit left, or a "
          "model's document (docs/formats/model.md), in JSON")
      .Text("--name", "name", "What it is called in the catalogue", true)
      .Text("--title", "title", "In a few words (default: its name)")
      .Text("--purpose", "purpose", "What it was fitted for")
      .Text("--usage", "usage", "What it may be used for")
      .Text("--limitations", "limitations", "Where it does not hold")
      .Text("--licence", "licence", "Under which terms others may use it")
      .Number("--low", "low", "What it says is never below this")
      .Number("--high", "high", "What it says is never above this")
      .Number("--lambda", "lambda", "Which fit of a penalised path")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
}

}  // namespace concordat::cli
