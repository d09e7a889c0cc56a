// Any bytes from a client: decoded without a crash, and never past their end; values and texts in them
// likewise.
#include "pgwire/array.h"
#include "pgwire/decoding.h"
#include "pgwire/message.h"
#include "pgwire/numeric.h"
#include "pgwire/settings.h"

namespace concordat::pgwire {
namespace {

constexpr oid::Oid kTypes[] = {0, 16, 20, 21, 23, 25, 26, 701, 1007, 1009, 1028, 1082, 1114, 1184, 1700};

void DecodeAll(const Bind& bind) {
  for (std::size_t i = 0; i < bind.parameters.size(); ++i) {
    for (const oid::Oid type : kTypes) {
      (void)DecodeParameter(bind.parameters[i], type, Format::kText);
      (void)DecodeParameter(bind.parameters[i], type, Format::kBinary);
    }
    if (bind.parameters[i]) (void)ParseArrayText(*bind.parameters[i]);
  }
}

}  // namespace
}  // namespace concordat::pgwire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace concordat::pgwire;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  std::string_view rest = bytes;
  if (const auto opening = TakeOpening(rest); opening && *opening) {
    if (const auto* startup = std::get_if<StartupMessage>(&**opening)) {
      for (const auto& [name, value] : startup->parameters) (void)ParseOptions(value);
    }
  }
  rest = bytes;
  for (;;) {
    const auto message = TakeMessage(rest, 1 << 20);
    if (!message || !*message) break;
    if (const auto* bind = std::get_if<Bind>(&**message)) DecodeAll(*bind);
    if (const auto* token = std::get_if<Authentication>(&**message)) (void)ParseSaslInitial(token->body);
  }
  return 0;
}
