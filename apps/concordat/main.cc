#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "command.h"
#include "invocation.h"
#include "run.h"

namespace concordat::cli {
namespace {

std::filesystem::path DefaultHome() {
  if (const char* home = std::getenv("CONCORDAT_HOME")) return home;
  if (const char* user = std::getenv("HOME")) return std::filesystem::path(user) / ".concordat";
  return ".concordat";
}

void Describe(CLI::App& app, Invocation& invocation, std::string& home, std::string& shell) {
  app.name("concordat");
  app.description("Use data together without handing it over: a member's node and its verbs.");
  app.footer(
      "Start here:\n"
      "  concordat init lewisham\n"
      "  concordat product publish claims.odcs.yaml\n"
      "  concordat analyst add ana --training data-ethics@2026-03-01\n"
      "  concordat agreement propose claims-study.yaml --approve\n"
      "  concordat serve\n"
      "\nExit codes: 0 done, 1 refused, 2 wrong use, 3 failed.");
  app.set_version_flag("--version", std::string("concordat ") + CONCORDAT_VERSION);
  app.require_subcommand(1);
  app.fallthrough();
  app.add_option("--home", home, "The member's folder (default: CONCORDAT_HOME, else ~/.concordat)");
  app.add_flag_callback(
      "--json", [&] { invocation.format = Format::kJson; }, "Answer in JSON, for machines");
  app.add_flag_callback(
      "--csv", [&] { invocation.format = Format::kCsv; }, "Print an answer's rows as CSV (ask, fit)");
  app.add_flag_callback(
      "-q,--quiet", [&] { invocation.quiet = true; }, "No progress");
  AddMemberCommands(app, invocation);
  AddProductCommands(app, invocation);
  AddAnalystCommands(app, invocation);
  AddPersonCommands(app, invocation);
  AddTokenCommands(app, invocation);
  AddAgreementCommands(app, invocation);
  AddSubjectCommands(app, invocation);
  AddAskCommands(app, invocation);
  AddFitCommands(app, invocation);
  AddLedgerCommands(app, invocation);
  AddWitnessCommands(app, invocation);
  AddFederationCommands(app, invocation);
  CLI::App* completion =
      app.add_subcommand("completion", "Print a script that completes commands with the tab key");
  completion->add_option("shell", shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  completion->footer(
      "Example:\n"
      "  concordat completion bash > /etc/bash_completion.d/concordat\n"
      "  concordat completion fish > ~/.config/fish/completions/concordat.fish");
}

int Main(int argc, char** argv) {
  CLI::App app;
  Invocation invocation;
  std::string home = DefaultHome().string();
  std::string shell;
  Describe(app, invocation, home, shell);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (!shell.empty()) {
    std::cout << CompletionScript(app, shell);
    return 0;
  }
  invocation.home = home;
  invocation.arguments.emplace("by", LoginName());
  return Run(invocation);
}

}  // namespace
}  // namespace concordat::cli

int main(int argc, char** argv) {
  try {
    return concordat::cli::Main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "concordat: " << error.what() << "\n";
    return 3;
  }
}
