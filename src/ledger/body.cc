#include "ledger/body.h"

#include <nlohmann/json.hpp>

namespace concordat::ledger {

std::string TextIn(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

}  // namespace concordat::ledger
