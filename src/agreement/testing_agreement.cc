#include "agreement/testing_agreement.h"

#include <fmt/format.h>

#include "base/check.h"
#include "base/testing_random.h"

namespace concordat::agreement {

std::string SampleText() {
  return R"(concordat: agreement/1
name: heart-study
parties: {lewisham: self}
tables:
  patients: [lewisham/heart@3]
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A9-2-j
question: Does cholesterol predict disease?
analysts: [ana@lewisham]
allows: [sql]
protection:
  mode: dp
  epsilon: 4
  delta: 1.0e-6
  per_query: 0.5
  minimum_people: 10
needs: {approvals: {lewisham: 2}, training: [data-ethics], assessment: DPIA-2026-14}
valid: {from: 2026-02-01, until: 2026-12-01}
retention_days: 90
)";
}

std::string SampleText(const std::string& from, const std::string& to) {
  std::string text = SampleText();
  const auto at = text.find(from);
  CHECK(at != text.npos);
  return text.replace(at, from.size(), to);
}

std::shared_ptr<const Agreement> Sample() { return Sample("", ""); }

std::shared_ptr<const Agreement> Sample(const std::string& from, const std::string& to) {
  auto read = ParseAgreement(SampleText(from, to));
  CHECK(read);
  return std::make_shared<const Agreement>(*std::move(read));
}

crypto::SigningKey TestKey(const std::string& name) {
  SeededRandom random(std::hash<std::string>()(name));
  return *crypto::SigningKey::Generate(name, random);
}

std::string JointText() {
  const auto vkey = [](const char* name) { return TestKey(name).verify_key().Text(); };
  return fmt::format(R"(concordat: agreement/1
name: joint-study
parties:
  lewisham: {}
  southwark: {}
oversight:
  ethics-panel: {{key: {}, say: approves}}
  regulator: {{key: {}, say: objects, days: 14}}
tables:
  patients: [lewisham/heart@3, southwark/heart@1]
  wards: [southwark/wards@1]
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A9-2-j
question: Does cholesterol predict disease alike in both?
programme: {{stage: pilot, benefit: earlier treatment, measure: admissions a year}}
five_safes:
  projects: approved by both boards
  people: trained, named, attested
  settings: at the owners' nodes
  data: no names leave
  outputs: noisy totals
analysts: [ana@lewisham, ben@southwark]
allows: [sql]
protection: {{mode: dp, epsilon: 4, delta: 1.0e-6, per_query: 0.5, minimum_people: 10}}
conditions:
  questions_per_hour: 60
  hours: {{days: [mon, tue, wed, thu, fri], from: "08:00", until: "18:00"}}
needs: {{approvals: {{lewisham: 2, southwark: 1}}, training: [data-ethics]}}
valid: {{from: 2026-02-01, until: 2026-12-01}}
retention_days: 90
)",
                     vkey("lewisham"), vkey("southwark"), vkey("ethics-panel"), vkey("regulator"));
}

std::shared_ptr<const Agreement> Joint() {
  auto read = ParseAgreement(JointText());
  CHECK(read);
  return std::make_shared<const Agreement>(*std::move(read));
}

Time At(const char* text) {
  const auto time = ParseTime(text);
  CHECK(time);
  return *time;
}

Step SampleStep(Verb verb, std::shared_ptr<const Agreement> document, const std::string& by) {
  Step step{.verb = verb,
            .agreement = document->name,
            .id = document->id,
            .party = "lewisham",
            .by = by,
            .when = At("2026-07-01")};
  if (verb == Verb::kDraft || verb == Verb::kPropose) step.document = std::move(document);
  return step;
}

}  // namespace concordat::agreement
