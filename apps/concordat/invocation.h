// What a command line came to: the verb and its arguments, as flags and files gave them.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

namespace CLI {
class App;
}

namespace concordat::cli {

enum class Format { kText, kJson, kCsv };

struct Invocation {
  std::string verb;
  nlohmann::json arguments = nlohmann::json::object();
  std::filesystem::path home;
  Format format = Format::kText;
  bool quiet = false;  // no progress
};

// Each adds its part of the command tree; a parsed command fills `invocation`.
void AddMemberCommands(CLI::App& app, Invocation& invocation);
void AddProductCommands(CLI::App& app, Invocation& invocation);
void AddModelProductCommands(CLI::App& model, Invocation& invocation);
void AddAnalystCommands(CLI::App& app, Invocation& invocation);
void AddAgreementCommands(CLI::App& app, Invocation& invocation);
void AddSubjectCommands(CLI::App& app, Invocation& invocation);
void AddPersonCommands(CLI::App& app, Invocation& invocation);
void AddTokenCommands(CLI::App& app, Invocation& invocation);
void AddAskCommands(CLI::App& app, Invocation& invocation);
void AddFitCommands(CLI::App& app, Invocation& invocation);
void AddLedgerCommands(CLI::App& app, Invocation& invocation);
void AddFederationCommands(CLI::App& app, Invocation& invocation);
void AddWitnessCommands(CLI::App& app, Invocation& invocation);

// The text of FILE, standard input when it is "-". Throws CLI::ValidationError with what to do.
std::string ReadArgumentFile(const std::string& file);
// A password from a file, from standard input ("-"), or asked for on the terminal without echo.
std::string ReadPassword(const std::string& file);
// Of whoever runs the program.
std::string LoginName();
// A script for bash, zsh or fish that completes the command tree below `app`.
std::string CompletionScript(const CLI::App& app, const std::string& shell);

}  // namespace concordat::cli
