// A member's home: the folder with keys, certificate, settings and store. Files: docs/operations.md.
#pragma once

#include <filesystem>
#include <string>

#include "base/bytes.h"
#include "base/json.h"
#include "base/result.h"
#include "crypto/certificate.h"
#include "crypto/cosignature.h"
#include "crypto/keys.h"
#include "node/config.h"
#include "node/verb.h"

namespace concordat::node {

struct Home {
  std::filesystem::path root;
  Config config;

  std::filesystem::path settings() const { return root / "node.yaml"; }
  std::filesystem::path store() const { return root / "store.db"; }
  std::filesystem::path folds() const { return root / "folds"; }    // docs/formats/folds.md
  std::filesystem::path copies() const { return root / "public"; }  // docs/formats/copy.md
  std::filesystem::path newest_checkpoint() const { return root / "newest.checkpoint"; }
  std::filesystem::path cosigned_checkpoint() const { return root / "cosigned.checkpoint"; }
  std::filesystem::path control_socket() const { return root / "control.sock"; }
  std::filesystem::path ledger_key() const { return root / "keys" / "ledger.key"; }
  std::filesystem::path witness_key() const { return root / "keys" / "witness.key"; }
  std::filesystem::path login_key() const { return root / "keys" / "login.key"; }
  std::filesystem::path certificate() const { return root / "keys" / "tls.crt"; }
  std::filesystem::path certificate_key() const { return root / "keys" / "tls.key"; }
  std::filesystem::path peer_certificate() const { return root / "keys" / "peer.crt"; }
  std::filesystem::path peer_key() const { return root / "keys" / "peer.key"; }
};

// Errors: kNotFound when there is no member's home at `root`, with how to make one; kInvalidArgument for its
// settings.
Result<Home> OpenHome(const std::filesystem::path& root);
Result<crypto::SigningKey> ReadLedgerKey(const Home& home);
// The key that cosigns other members' checkpoints; made here for a home that has none yet. Its name is
// MEMBER/witness.
Result<crypto::Cosigner> ReadWitnessKey(const Home& home, RandomSource& random);
// What other members pin: a key of its own for the line to them, in a certificate in which the ledger's key
// vouches for it. Made here for a home that has none yet.
Result<crypto::Certificate> ReadPeerIdentity(const Home& home);
// A new one in its place, which says that it comes after. Errors: as MakeIdentity; the file's.
Result<crypto::Certificate> RenewPeerIdentity(const Home& home);
// 32 bytes, the same for ever: what an unknown analyst is asked at log-in must not change when the node
// restarts.
Result<Bytes> ReadLoginKey(const Home& home);

// Makes a home. Arguments: member, listen, web_listen, hosts. Errors: kAlreadyExists, kInvalidArgument.
Result<Reply> InitHome(const std::filesystem::path& root, const Json& arguments);

}  // namespace concordat::node
