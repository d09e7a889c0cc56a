#include "agreement/seal.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "crypto/canonical_json.h"

namespace concordat::agreement {
namespace {

constexpr char kStepFormat[] = "agreement-step/1";
constexpr Verb kSealed[] = {Verb::kSuspend, Verb::kResume, Verb::kRevoke, Verb::kObject};

tl::unexpected<Error> NotAStep(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "the note is no step of an agreement: " + what,
              "ask whoever sent it for the file that their 'concordat agreement' wrote");
}

// The signature that the party itself put under the note.
Result<std::string> SealOf(const crypto::Note& note, const std::string& party) {
  for (const crypto::NoteSignature& signature : note.signatures) {
    if (signature.name == party) return ToBase64(signature.signature);
  }
  return NotAStep("it is not signed by " + party);
}

}  // namespace

std::string NoteText(const Agreement& document) { return document.canonical + "\n"; }

std::string StepText(const Step& step) {
  const auto canonical = crypto::CanonicalJson({{"concordat", kStepFormat},
                                                {"agreement", step.agreement},
                                                {"document", step.id},
                                                {"number", step.number},
                                                {"party", step.party},
                                                {"reason", step.reason},
                                                {"step", Name(step.verb)}});
  CHECK(canonical);
  return *canonical + "\n";
}

std::string Seal(std::string_view text, const crypto::SigningKey& key) {
  const crypto::Signature signature = key.Sign(AsBytes(text));
  return ToBase64({signature.begin(), signature.end()});
}

bool SealHolds(std::string_view text, const std::string& seal, const crypto::VerifyKey& key) {
  const auto bytes = FromBase64(seal);
  crypto::Signature signature;
  if (!bytes || bytes->size() != signature.size()) return false;
  std::copy(bytes->begin(), bytes->end(), signature.begin());
  return key.Verify(AsBytes(text), signature);
}

bool SealHolds(std::string_view text, const std::string& seal, const std::string& vkey) {
  const auto key = crypto::VerifyKey::Parse(vkey);
  return key && SealHolds(text, seal, *key);
}

Result<std::optional<Step>> ReadStepNote(const crypto::Note& note) {
  const auto json = crypto::ParseJson(std::string_view(note.text).substr(0, note.text.size() - 1));
  if (!json || !json->is_object() || json->value("concordat", Json()) != kStepFormat) return std::nullopt;
  try {
    Step step;
    step.agreement = json->at("agreement");
    step.id = json->at("document");
    if (!json->at("number").is_number_unsigned()) return NotAStep("its number is none");
    step.number = json->at("number");
    step.party = json->at("party");
    step.reason = json->at("reason");
    const auto* const verb = std::find_if(std::begin(kSealed), std::end(kSealed),
                                          [&](Verb v) { return json->at("step") == Name(v); });
    if (verb == std::end(kSealed)) return NotAStep("it is of another kind");
    step.verb = *verb;
    if (StepText(step) != note.text) return NotAStep("it is not in its canonical form");
    step.seal = TRY(SealOf(note, step.party));
    return step;
  } catch (const Json::exception&) {
    return NotAStep("a field is missing, or of another type");
  }
}

}  // namespace concordat::agreement
