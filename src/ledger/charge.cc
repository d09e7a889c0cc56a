#include "ledger/charge.h"

#include <limits>
#include <nlohmann/json.hpp>

namespace concordat::ledger {
namespace {

const char* MechanismName(dp::Mechanism mechanism) {
  return mechanism == dp::Mechanism::kDiscreteGaussian ? "discrete_gaussian" : "discrete_laplace";
}

tl::unexpected<Error> NotACharge(const std::string& what) {
  return Fail(ErrorCode::kCorrupt, "a charge is not shaped as one: " + what,
              "install the version that wrote it");
}

Result<dp::Mechanism> MechanismFrom(const std::string& name) {
  for (const auto mechanism : {dp::Mechanism::kDiscreteGaussian, dp::Mechanism::kDiscreteLaplace}) {
    if (name == MechanismName(mechanism)) return mechanism;
  }
  return NotACharge("unknown mechanism '" + name + "'");
}

Result<std::uint64_t> Whole(const Json& item, const char* field, std::uint64_t least, std::uint64_t most) {
  const Json& value = item.at(field);
  if (!value.is_number_unsigned() || value < least || value > most)
    return NotACharge(std::string(field) + " is not a whole number in range");
  return value.get<std::uint64_t>();
}

Result<dp::Measurement> MeasurementFrom(const Json& item) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  dp::Measurement measurement;
  measurement.mechanism = TRY(MechanismFrom(item.at("mechanism")));
  measurement.sensitivity = TRY(Whole(item, "sensitivity", 0, kMost));
  measurement.scale = TRY(Whole(item, "scale", 1, kMost));
  measurement.times =
      static_cast<std::uint32_t>(TRY(Whole(item, "times", 0, std::numeric_limits<std::uint32_t>::max())));
  measurement.delta = {item.contains("delta") ? item.at("delta").get<double>() : 0};
  if (!(measurement.delta.value >= 0 && measurement.delta.value < 1))
    return NotACharge("delta is not in [0, 1)");
  if (item.contains("rate")) {
    measurement.rate = TRY(Whole(item, "rate", 1, dp::kEveryone - 1));
    if (measurement.mechanism != dp::Mechanism::kDiscreteGaussian)
      return NotACharge("a rate goes with discrete_gaussian alone");
  }
  return measurement;
}

Json ToJson(const dp::Measurement& m) {
  Json item = {{"mechanism", MechanismName(m.mechanism)},
               {"sensitivity", m.sensitivity},
               {"scale", m.scale},
               {"times", m.times}};
  if (m.delta.value > 0) item["delta"] = m.delta.value;
  if (m.rate < dp::kEveryone) item["rate"] = m.rate;
  return item;
}

}  // namespace

Json MeasurementsJson(const dp::Measurements& measurements) {
  Json list = Json::array();
  for (const dp::Measurement& m : measurements) list.push_back(ToJson(m));
  return list;
}

Result<dp::Measurements> MeasurementsFromJson(const Json& list) {
  if (!list.is_array()) return NotACharge("measurements is not a list");
  dp::Measurements measurements;
  try {
    for (const Json& item : list) measurements.push_back(TRY(MeasurementFrom(item)));
  } catch (const Json::exception& error) {
    return NotACharge(error.what());
  }
  return measurements;
}

Json ChargeBody(const Charge& charge) {
  return {{"question", charge.question},   {"product", charge.product},
          {"agreement", charge.agreement}, {"document", charge.document},
          {"analyst", charge.analyst},     {"measurements", MeasurementsJson(charge.measurements)}};
}

Result<Charge> ChargeFromBody(const Json& body) {
  try {
    Charge charge{body.at("question"), body.at("product"), body.at("agreement"),
                  body.at("document"), body.at("analyst"), {}};
    charge.measurements = TRY(MeasurementsFromJson(body.at("measurements")));
    return charge;
  } catch (const Json::exception& error) {
    return NotACharge(error.what());
  }
}

}  // namespace concordat::ledger
