#include "agreement/attestation.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json.h"
#include "crypto/canonical_json.h"
#include "crypto/note.h"

namespace concordat::agreement {
namespace {

constexpr char kAttestationFormat[] = "attestation/1";

tl::unexpected<Error> NotHeld(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "the attestation does not hold: " + what,
              "take the course again: concordat course take data-ethics --key ana.key");
}

struct Attested {
  std::string person, course, edition, date;
  std::vector<int> answers;
};

Result<Attested> Read(std::string_view text) {
  const auto json = crypto::ParseJson(text);
  if (!json || !json->is_object() || json->value("concordat", Json()) != kAttestationFormat)
    return NotHeld("it is none");
  try {
    Attested attested{json->at("person"), json->at("course"), json->at("edition"), json->at("date"), {}};
    for (const Json& answer : json->at("answers")) {
      if (!answer.is_number_unsigned() || answer > 9U) return NotHeld("an answer is none");
      attested.answers.push_back(answer);
    }
    return attested;
  } catch (const Json::exception&) {
    return NotHeld("a field is missing, or of another type");
  }
}

}  // namespace

std::string Attest(const Course& course, const std::vector<int>& answers, Time when,
                   const crypto::SigningKey& key) {
  CHECK(GradeOf(course, answers).passed);
  const auto text = crypto::CanonicalJson({{"concordat", kAttestationFormat},
                                           {"answers", answers},
                                           {"course", course.name},
                                           {"date", FormatDay(when)},
                                           {"edition", Fingerprint(course)},
                                           {"person", key.verify_key().name()}});
  CHECK(text);
  return crypto::SignNote(*text + "\n", key);
}

Result<Training> ReadAttestation(std::string_view note_text, const std::string& vkey, Time now) {
  const auto note = crypto::ParseNote(note_text);
  if (!note) return NotHeld("it is no signed note");
  const Attested attested = TRY(Read(std::string_view(note->text).substr(0, note->text.size() - 1)));
  const auto key = crypto::VerifyKey::Parse(vkey);
  if (!key || key->name() != attested.person)
    return NotHeld("it is another person's, or theirs by another key");
  const auto signers = crypto::VerifyNote(*note, {*key});
  if (!signers || signers->empty()) {
    return Fail(ErrorCode::kPermissionDenied,
                "the attestation's signature does not fit the key of " + key->name(),
                "concordat person key records a new key");
  }
  const Course* course = CourseNamed(attested.course);
  if (course == nullptr || Fingerprint(*course) != attested.edition)
    return NotHeld("the course is not one of this version's");
  const Grade grade = GradeOf(*course, attested.answers);
  if (!grade.passed)
    return NotHeld(fmt::format("{} answers are right, and {} are needed", grade.right, course->pass));
  return ParseTraining(attested.course + "@" + attested.date, now);
}

}  // namespace concordat::agreement
