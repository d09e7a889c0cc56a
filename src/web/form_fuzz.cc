// Forms: nothing crashes, and no field that comes out holds what the reader refuses.
#include "base/check.h"
#include "base/utf8.h"
#include "web/form.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto form = concordat::web::ParseForm({reinterpret_cast<const char*>(data), size});
  if (!form) return 0;
  CHECK(form->size() <= 64);
  for (const auto& [name, value] : *form) {
    CHECK(!name.empty() || !value.empty() || size > 0);
    CHECK(concordat::IsUtf8(name) && concordat::IsUtf8(value));
    for (const char c : name + value) CHECK(static_cast<unsigned char>(c) >= 0x20);
  }
  return 0;
}
