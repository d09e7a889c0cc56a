// A note is a step of an agreement that reads back as it was sealed, or it is none, or it is refused.
#include "agreement/seal.h"
#include "base/check.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto note = crypto::ParseNote({reinterpret_cast<const char*>(data), size});
  if (!note) return 0;
  const auto step = agreement::ReadStepNote(*note);
  if (!step || !*step) return 0;
  CHECK(agreement::IsSealed((*step)->verb) && agreement::StepText(**step) == note->text);
  return 0;
}
