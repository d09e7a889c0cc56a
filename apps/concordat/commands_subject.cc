// Commands for the people whom data are about.
#include "command.h"

namespace concordat::cli {

void AddSubjectCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "subject", "People whom rows are about: what they see, and their objections");
  Command(group, invocation, "token", "subject token",
          "Make a token with which a person sees what was asked of data about them, and may object",
          "subject token --unit adult=1234 --days 30")
      .Texts("--unit", "units", "PRODUCT=UNIT: which unit of a product is theirs (may be repeated)")
      .Number("--days", "days", "How long it is good for (default: 30)")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "end", "subject end", "End a token before its time",
          "subject end 0a1b2c3d4e5f6071")
      .Text("id", "id", "The token's id, as 'subject list' prints it", true)
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  const struct {
    const char* name;
    const char* help;
  } stands[] = {
      {"object", "Take a person's unit out of every later answer over a product"},
      {"withdraw", "Count a unit again whose objection is withdrawn"},
  };
  for (const auto& stand : stands) {
    const std::string name = stand.name;
    Command(group, invocation, name, "subject " + name, stand.help, "subject " + name + " adult --unit 1234")
        .Text("product", "product", "The product", true)
        .Text("--unit", "unit", "The person's unit, as the data have it", true)
        .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  }
  Command(group, invocation, "list", "subject list", "List tokens, and count objections", "subject list");
}

}  // namespace concordat::cli
