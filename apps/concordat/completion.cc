#include <CLI/CLI.hpp>

#include "invocation.h"

namespace concordat::cli {
namespace {

// What may follow the commands named so far: subcommands and long options.
std::string Words(const CLI::App& app) {
  std::string words;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; }))
    words += command->get_name() + " ";
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) words += "--" + name + " ";
  }
  return words;
}

void AddCases(const CLI::App& app, const std::string& path, std::string& cases) {
  cases += "    '" + path + "') words='" + Words(app) + "' ;;\n";
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    AddCases(*command, path.empty() ? command->get_name() : path + " " + command->get_name(), cases);
  }
}

}  // namespace

std::string CompletionScript(const CLI::App& app, const std::string& shell) {
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
