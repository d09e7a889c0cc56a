#include <CLI/CLI.hpp>

#include "invocation.h"

namespace concordat::cli {
namespace {

std::vector<const CLI::App*> CommandsOf(const CLI::App& app) {
  return app.get_subcommands([](const CLI::App*) { return true; });
}

// What may follow the commands named so far: subcommands and long options.
std::string Words(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : CommandsOf(app)) words += command->get_name() + " ";
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  }
  return words;
}

void AddCases(const CLI::App& app, const std::string& path, std::string& cases) {
  cases += "    '" + path + "') words='" + Words(app) + "' ;;\n";
  for (const CLI::App* command : CommandsOf(app)) {
    AddCases(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), cases);
  }
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' || c == '\\' ? std::string("\\") + c : std::string(1, c);
  return quoted + "'";
}

// fish is told, for each command, when it may come and what it is for. `condition` holds where `app` was
// named.
void AddFishLines(const CLI::App& app, const std::string& condition, std::string& lines) {
  const std::vector<const CLI::App*> commands = CommandsOf(app);
  std::string names;
  for (const CLI::App* command : commands) names += " " + command->get_name();
  const std::string open =
      commands.empty() ? condition : condition + "; and not __fish_seen_subcommand_from" + names;
  for (const CLI::App* command : commands) {
    lines += "complete -c concordat -n " + Quoted(open) + " -a " + command->get_name() + " -d " +
             Quoted(command->get_description()) + "\n";
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      lines += "complete -c concordat -n " + Quoted(condition) + " -l " + name +
               (option->get_items_expected_max() > 0 ? " -r" : "") + " -d " +
               Quoted(option->get_description()) + "\n";
    }
  }
  if (commands.empty()) lines += "complete -c concordat -n " + Quoted(condition) + " -F\n";
  for (const CLI::App* command : commands)
    AddFishLines(*command, condition + "; and __fish_seen_subcommand_from " + command->get_name(), lines);
}

std::string FishScript(const CLI::App& app) {
  std::string lines = "complete -c concordat -f\n";
  AddFishLines(app, "true", lines);
  return lines;
}

}  // namespace

std::string CompletionScript(const CLI::App& app, const std::string& shell) {
  if (shell == "fish") return FishScript(app);
  std::string cases;
  AddCases(app, "", cases);
  const std::string zsh = shell == "zsh" ? "autoload -U +X bashcompinit && bashcompinit\n" : "";
  return zsh +
         "_concordat() {\n"
         "  local path='' words='' word i\n"
         "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
         "    word=${COMP_WORDS[i]}\n"
         "    [[ $word == [a-z]* && $(type -t _concordat_words) == function ]] &&\n"
         "      _concordat_words \"${path:+$path }$word\" && path=\"${path:+$path }$word\"\n"
         "  done\n"
         "  _concordat_words \"$path\"\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "  [[ ${COMP_WORDS[COMP_CWORD]} != -* ]] && COMPREPLY+=($(compgen -f -- "
         "\"${COMP_WORDS[COMP_CWORD]}\"))\n"
         "}\n"
         "_concordat_words() {\n"
         "  case \"$1\" in\n" +
         cases +
         "    *) return 1 ;;\n"
         "  esac\n"
         "}\n"
         "complete -F _concordat concordat\n";
}

}  // namespace concordat::cli
