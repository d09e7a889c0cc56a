// What is signed: the document by everybody who must, and each later step by the party that takes it. Both
// are texts of C2SP signed notes, so that stock tools check them with the keys in the document.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "agreement/lifecycle.h"
#include "crypto/keys.h"
#include "crypto/note.h"

namespace concordat::agreement {

// The canonical document and a newline: what parties, overseers and approvers sign.
std::string NoteText(const Agreement& document);
// The canonical JSON of a suspension, resumption, revocation or objection, and a newline.
std::string StepText(const Step& step);
// Base64 of an Ed25519 signature, as steps carry it.
std::string Seal(std::string_view text, const crypto::SigningKey& key);
bool SealHolds(std::string_view text, const std::string& seal, const crypto::VerifyKey& key);
// The same by a vkey; false also where that is none.
bool SealHolds(std::string_view text, const std::string& seal, const std::string& vkey);

// A note of a step, as another member sent it: everything of the step but who in that member took it.
// Errors: kInvalidArgument: not a step; none when the note is about something else.
Result<std::optional<Step>> ReadStepNote(const crypto::Note& note);

}  // namespace concordat::agreement
