// Any bytes as a target: read without a crash, and what is accepted holds no way out of its place.
#include "base/check.h"
#include "web/target.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = concordat::web::ParseTarget(text);
  if (!target) return 0;
  CHECK(text.starts_with(target->path));
  for (const std::string& part : target->parts) {
    CHECK(!part.empty() && part != "." && part != ".." && part.find('/') == std::string::npos);
  }
  for (const char c : target->path) CHECK(c > ' ' && c <= '~');
  return 0;
}
