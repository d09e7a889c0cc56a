// The node as a service: `concordat serve` without the rest of the command line.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>
#include <nlohmann/json.hpp>

#include "node/serve.h"

int main(int argc, char** argv) {
  CLI::App app(
      "The node of a Concordat member: answers governed questions until it is told to stop (SIGTERM drains, "
      "SIGHUP "
      "reloads the certificate).");
  app.footer("Example:\n  concordatd --home /srv/concordat --listen 0.0.0.0:6432");
  app.set_version_flag("--version", std::string("concordatd ") + CONCORDAT_VERSION);
  const char* from_environment = std::getenv("CONCORDAT_HOME");
  std::string home = from_environment != nullptr ? from_environment : "";
  std::string listen, web_listen, peer_listen, config;
  CLI::Option* home_option = app.add_option("--home", home, "The member's folder (default: CONCORDAT_HOME)");
  if (home.empty()) home_option->required();
  app.add_option("--listen", listen, "Address and port; port 0 takes a free one");
  CLI::Option* web_option =
      app.add_option("--web-listen", web_listen, "Address and port of HTTP; \"\": none");
  CLI::Option* peer_option =
      app.add_option("--peer-listen", peer_listen, "Address and port for other members; \"\": none");
  app.add_option("--config", config, "Settings to read instead of HOME/node.yaml");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  nlohmann::json arguments = nlohmann::json::object();
  if (!listen.empty()) arguments["listen"] = listen;
  if (web_option->count() > 0) arguments["web_listen"] = web_listen;
  if (peer_option->count() > 0) arguments["peer_listen"] = peer_listen;
  if (!config.empty()) arguments["config"] = config;
  const auto served = concordat::node::Serve(home, arguments);
  if (served) return 0;
  std::cerr << "concordatd: " << served.error().message << "\n";
  if (!served.error().remedy.empty()) std::cerr << "  " << served.error().remedy << "\n";
  return 3;
}
