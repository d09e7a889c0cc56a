// Serves the testing backend until its standard input closes: pgwire_fixed FOLDER [plain]. Writes a certificate into the
// folder, prints the port, and after each line read from standard input loads the certificate again.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <iostream>
#include <string_view>

#include "base/clock.h"
#include "base/file.h"
#include "crypto/certificate.h"
#include "pgwire/server.h"
#include "pgwire/testing_backend.h"

namespace {

using namespace concordat;

Result<void> Serve(const std::filesystem::path& folder, bool plain) {
  SystemClock clock;
  OsRandom random;
  pgwire::TestingBackend backend;
  const auto made = TRY(crypto::MakeCertificate("node", {"localhost", "127.0.0.1"}, clock.Now()));
  TRY(WriteFileDurably(folder / "node.crt", made.certificate_pem, FileMode::kPublic));
  TRY(WriteFileDurably(folder / "node.key", made.key_pem, FileMode::kSecret));
  pgwire::ServerOptions options{.certificate = folder / "node.crt", .key = folder / "node.key", .allow_plain = plain};
  options.limits.login_delay = Milliseconds(10);
  options.log = [](const std::string& line) { fmt::print(stderr, "{}\n", line); };
  const auto server = TRY(pgwire::Server::Start(backend, random, clock, options));
  fmt::print("{}\n", server->port());
  std::fflush(stdout);
  for (std::string line; std::getline(std::cin, line);) TRY(server->Reload());
  server->Drain(Milliseconds(1'000));
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  const auto served = Serve(argv[1], argc > 2 && std::string_view(argv[2]) == "plain");
  if (!served) fmt::print(stderr, "{}\n", served.error().message);
  return served ? 0 : 3;
}
