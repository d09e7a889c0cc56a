// Serves the testing backend until its standard input closes:
//   pgwire_fixed FOLDER [plain] [connections=N] [failed_logins=N] [lock_out=MS] [login=MS] [idle=MS]
//   [message=BYTES]
// Writes a certificate into the folder and prints the port. Lines it reads: "reload" makes and loads another
// certificate; "count" prints how many questions were asked and cancelled, and how many run; "drain MS"
// stops, with that much patience.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/certificate.h"
#include "pgwire/server.h"
#include "pgwire/testing_backend.h"

namespace {

using namespace concordat;

Result<void> WriteCertificate(const std::filesystem::path& folder) {
  const auto made = TRY(crypto::MakeCertificate("node", {"localhost", "127.0.0.1"}, SystemClock().Now()));
  TRY(WriteFileDurably(folder / "node.crt", made.certificate_pem, FileMode::kPublic));
  return WriteFileDurably(folder / "node.key", made.key_pem, FileMode::kSecret);
}

void Take(const std::string& argument, pgwire::ServerOptions& options) {
  if (argument == "plain") options.allow_plain = true;
  const std::size_t equals = argument.find('=');
  if (equals == std::string::npos) return;
  const std::string name = argument.substr(0, equals);
  const int value = std::stoi(argument.substr(equals + 1));
  pgwire::Limits& limits = options.limits;
  if (name == "connections") limits.connections = value;
  if (name == "failed_logins") limits.failed_logins = value;
  if (name == "lock_out") limits.lock_out = Milliseconds(value);
  if (name == "login") limits.login_time = Milliseconds(value);
  if (name == "idle") limits.idle_time = Milliseconds(value);
  if (name == "message") limits.message_bytes = static_cast<std::size_t>(value);
}

void Print(const std::string& line) {
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

Result<void> Serve(const std::filesystem::path& folder, pgwire::ServerOptions options) {
  SystemClock clock;
  OsRandom random;
  pgwire::TestingBackend backend;
  TRY(WriteCertificate(folder));
  options.certificate = folder / "node.crt";
  options.key = folder / "node.key";
  options.log = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  const auto server = TRY(pgwire::Server::Start(backend, random, clock, options));
  Print(std::to_string(server->port()));
  for (std::string line; std::getline(std::cin, line);) {
    if (line == "reload") {
      TRY(WriteCertificate(folder));
      TRY(server->Reload());
    } else if (line.starts_with("drain ")) {
      server->Drain(Milliseconds(std::stoi(line.substr(6))));
    }
    Print(fmt::format("{} {} {} {}", backend.asked(), backend.cancelled(), backend.running(),
                      server->connections()));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  pgwire::ServerOptions options;
  options.limits.login_delay = Milliseconds(10);
  for (int i = 2; i < argc; ++i) Take(argv[i], options);
  const auto served = Serve(argv[1], options);
  if (!served) fmt::print(stderr, "{}\n", served.error().message);
  return served ? 0 : 3;
}
