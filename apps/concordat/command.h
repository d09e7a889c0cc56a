// How the command tree is written: a command, its flags and its files in one chain of calls.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "invocation.h"

namespace concordat::cli {

// A command that stores its arguments by name and becomes `verb` when parsed.
class Command {
 public:
  Command(CLI::App& parent, Invocation& invocation, const std::string& name, const std::string& verb,
          const std::string& help, const std::string& example)
      : app_(parent.add_subcommand(name, help)), invocation_(invocation) {
    app_->footer("Example:\n  concordat " + example);
    app_->callback([&invocation, verb] { invocation.verb = verb; });
  }

  Command& Text(const std::string& flag, const std::string& key, const std::string& help,
                bool required = false) {
    CLI::Option* option = app_->add_option_function<std::string>(
        flag,
        [this_invocation = &invocation_, key](const std::string& value) {
          this_invocation->arguments[key] = value;
        },
        help);
    if (required) option->required();
    return *this;
  }
  Command& Texts(const std::string& flag, const std::string& key, const std::string& help) {
    app_->add_option_function<std::vector<std::string>>(
        flag,
        [this_invocation = &invocation_, key](const std::vector<std::string>& values) {
          this_invocation->arguments[key] = values;
        },
        help);
    return *this;
  }
  Command& Number(const std::string& flag, const std::string& key, const std::string& help) {
    app_->add_option_function<double>(
        flag,
        [this_invocation = &invocation_, key](double value) { this_invocation->arguments[key] = value; },
        help);
    return *this;
  }
  // A file if there is one of that name, whose text goes along as KEY_text; else a name.
  Command& FileOrName(const std::string& flag, const std::string& key, const std::string& help) {
    app_->add_option_function<std::string>(
            flag,
            [this_invocation = &invocation_, key](const std::string& value) {
              this_invocation->arguments[key] = value;
              if (std::filesystem::is_regular_file(value))
                this_invocation->arguments[key + "_text"] = ReadArgumentFile(value);
            },
            help)
        ->required();
    return *this;
  }
  Command& Flag(const std::string& flag, const std::string& key, const std::string& help) {
    app_->add_flag_callback(
        flag, [this_invocation = &invocation_, key] { this_invocation->arguments[key] = true; }, help);
    return *this;
  }
  // A file whose text goes along, with its absolute path beside it.
  Command& File(const std::string& flag, const std::string& help, bool required = true) {
    CLI::Option* option = app_->add_option_function<std::string>(
        flag,
        [this_invocation = &invocation_](const std::string& file) {
          this_invocation->arguments["text"] = ReadArgumentFile(file);
          this_invocation->arguments["path"] = file == "-" ? "-" : std::filesystem::absolute(file).string();
        },
        help);
    if (required) option->required();
    return *this;
  }
  // An address, as it stands, or a path, made absolute.
  Command& PathOrUrl(const std::string& flag, const std::string& key, const std::string& help) {
    app_->add_option_function<std::string>(
            flag,
            [this_invocation = &invocation_, key](const std::string& value) {
              const bool url = value.starts_with("http://") || value.starts_with("https://");
              this_invocation->arguments[key] = url ? value : std::filesystem::absolute(value).string();
            },
            help)
        ->required();
    return *this;
  }
  // A file whose text goes along under `key`.
  Command& Contents(const std::string& flag, const std::string& key, const std::string& help) {
    app_->add_option_function<std::string>(
        flag,
        [this_invocation = &invocation_, key](const std::string& file) {
          this_invocation->arguments[key] = ReadArgumentFile(file);
        },
        help);
    return *this;
  }
  Command& Path(const std::string& flag, const std::string& key, const std::string& help,
                bool required = false) {
    CLI::Option* option = app_->add_option_function<std::string>(
        flag,
        [this_invocation = &invocation_, key](const std::string& path) {
          this_invocation->arguments[key] = std::filesystem::absolute(path).string();
        },
        help);
    if (required) option->required();
    return *this;
  }
  // The path of --out; without it NAME`ending` in the folder where the program runs, by the argument `name`.
  Command& Out(const std::string& name, const std::string& ending, const std::string& help) {
    Path("--out", "out", help);
    app_->parse_complete_callback([this_invocation = &invocation_, name, ending] {
      nlohmann::json& arguments = this_invocation->arguments;
      if (!arguments.contains("out"))
        arguments["out"] = std::filesystem::absolute(arguments.value(name, "") + ending).string();
    });
    return *this;
  }
  Command& Password() {
    file_ = std::make_shared<std::string>();
    app_->add_option("--password-file", *file_, "Read the password from this file (- for standard input)");
    app_->parse_complete_callback([this_invocation = &invocation_, file = file_] {
      this_invocation->arguments["password"] = ReadPassword(*file);
    });
    return *this;
  }

 private:
  CLI::App* app_;
  Invocation& invocation_;
  std::shared_ptr<std::string> file_;
};

inline CLI::App& Group(CLI::App& app, const std::string& name, const std::string& help) {
  CLI::App* group = app.add_subcommand(name, help);
  group->require_subcommand(1);
  return *group;
}

}  // namespace concordat::cli
