#include "ledger/body.h"

#include <nlohmann/json.hpp>

namespace concordat::ledger {

std::string TextIn(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

double NumberIn(const Json& object, const char* field) {
  const auto found = object.find(field);
  return found != object.end() && found->is_number() ? found->get<double>() : 0;
}

std::uint64_t RoundOf(const Json& body) {
  const Json fit = body.is_object() ? body.value("fit", Json()) : Json();
  const Json round = fit.is_object() ? fit.value("round", Json()) : Json();
  return round.is_number_unsigned() ? round.get<std::uint64_t>() : 1;
}

std::string JobOf(const Json& body) {
  const Json fit = body.is_object() ? body.value("fit", Json()) : Json();
  return fit.is_object() ? TextIn(fit, "job") : std::string();
}

}  // namespace concordat::ledger
