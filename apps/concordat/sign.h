// What a person does with their own key, which never leaves their machine.
#pragma once

#include "base/result.h"
#include "crypto/keys.h"
#include "invocation.h"
#include "node/verb.h"

namespace concordat::cli {

// `key new` and `key show`. Errors: the key file's and the file's own.
Result<node::Reply> MakeKey(const Invocation& invocation);
Result<node::Reply> ShowKey(const Invocation& invocation);

// Is this an approval of a file rather than of an agreement by name?
bool ApprovesFile(const Invocation& invocation);
// Adds the signature of --key to the note or document in the file, in place.
Result<node::Reply> ApproveFile(const Invocation& invocation);

// The key that --key names, opened with --passphrase-file or a passphrase asked for.
Result<crypto::SigningKey> OpenKeyFile(const Invocation& invocation);

// The note or document `text` with one more signature, by the key that --key names.
Result<std::string> WithSignature(const Invocation& invocation, const std::string& text);

}  // namespace concordat::cli
