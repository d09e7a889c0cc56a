// Agreements for tests, and the moments in them.
#pragma once

#include <memory>
#include <string>

#include "agreement/agreement.h"
#include "agreement/lifecycle.h"
#include "crypto/keys.h"

namespace concordat::agreement {

// "heart-study" of lewisham in YAML: ana may ask SQL of one table in 2026; training and two approvals are
// needed.
std::string SampleText();
// With the first `from` in it replaced.
std::string SampleText(const std::string& from, const std::string& to);
std::shared_ptr<const Agreement> Sample();
std::shared_ptr<const Agreement> Sample(const std::string& from, const std::string& to);

// "joint-study" of lewisham and southwark, with TestKey's keys: one table is the union of both, one is
// southwark's; a panel must approve, a regulator may object for 14 days.
std::string JointText();
std::shared_ptr<const Agreement> Joint();
// The same key for the same name.
crypto::SigningKey TestKey(const std::string& name);

Time At(const char* text);
// A step of lewisham's in July 2026.
Step SampleStep(Verb verb, std::shared_ptr<const Agreement> document, const std::string& by);

}  // namespace concordat::agreement
