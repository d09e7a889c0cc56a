// A member's home: the folder with keys, certificate, settings and store. Files: docs/operating.md.
#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "crypto/keys.h"
#include "node/config.h"
#include "node/verb.h"

namespace concordat::node {

struct Home {
  std::filesystem::path root;
  Config config;

  std::filesystem::path settings() const { return root / "node.yaml"; }
  std::filesystem::path store() const { return root / "store.db"; }
  std::filesystem::path newest_checkpoint() const { return root / "newest.checkpoint"; }
  std::filesystem::path control_socket() const { return root / "control.sock"; }
  std::filesystem::path ledger_key() const { return root / "keys" / "ledger.key"; }
  std::filesystem::path login_key() const { return root / "keys" / "login.key"; }
  std::filesystem::path certificate() const { return root / "keys" / "tls.crt"; }
  std::filesystem::path certificate_key() const { return root / "keys" / "tls.key"; }
};

// Errors: kNotFound when there is no member's home at `root`, with how to make one; kInvalidArgument for its
// settings.
Result<Home> OpenHome(const std::filesystem::path& root);
Result<crypto::SigningKey> ReadLedgerKey(const Home& home);
// 32 bytes, the same for ever: what an unknown analyst is asked at log-in must not change when the node
// restarts.
Result<Bytes> ReadLoginKey(const Home& home);

// Makes a home. Arguments: member, listen, hosts. Errors: kAlreadyExists, kInvalidArgument.
Result<Reply> InitHome(const std::filesystem::path& root, const Json& arguments);

}  // namespace concordat::node
