// A note that is read is written back byte for byte.
#include "base/check.h"
#include "crypto/note.h"

using namespace concordat;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto note = crypto::ParseNote(text);
  if (note) CHECK(crypto::FormatNote(*note) == text);
  return 0;
}
