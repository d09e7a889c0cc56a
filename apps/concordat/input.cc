#include <pwd.h>
#include <termios.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>

#include "base/file.h"
#include "invocation.h"

namespace concordat::cli {
namespace {

// The terminal does not show what is typed while this lives.
class NoEcho {
 public:
  NoEcho() {
    tcgetattr(STDIN_FILENO, &before_);
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  ~NoEcho() { tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_); }

 private:
  termios before_{};
};

std::string FirstLine(std::string text) {
  text.resize(std::min(text.size(), text.find_first_of("\r\n")));
  return text;
}

}  // namespace

std::string ReadArgumentFile(const std::string& file) {
  if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
  auto text = ReadFile(file, std::size_t{8} << 20);
  if (!text) throw CLI::ValidationError(text.error().message, text.error().remedy);
  return *std::move(text);
}

std::string LoginName() {
  const passwd* user = getpwuid(getuid());
  return user != nullptr ? user->pw_name : std::to_string(getuid());
}

std::string ReadPassword(const std::string& file) {
  if (!file.empty()) return FirstLine(ReadArgumentFile(file));
  if (isatty(STDIN_FILENO) == 0) {
    throw CLI::ValidationError("no password",
                               "give --password-file FILE, or - to read it from standard input");
  }
  std::cerr << "Password: " << std::flush;
  std::string password;
  {
    const NoEcho quiet;
    std::getline(std::cin, password);
  }
  std::cerr << "\n";
  return password;
}

}  // namespace concordat::cli
