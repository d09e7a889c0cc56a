// Serving: the node opened, the analysts' door, HTTP and the control socket, until told to stop.
#pragma once

#include <filesystem>

#include "base/json.h"
#include "base/result.h"

namespace concordat::node {

// Arguments: listen, web_listen, peer_listen, config. Prints a line with each address once ready, tells
// systemd, and returns after SIGTERM or SIGINT has drained it. SIGHUP reads the certificate again.
Result<void> Serve(const std::filesystem::path& home, const Json& arguments);

}  // namespace concordat::node
