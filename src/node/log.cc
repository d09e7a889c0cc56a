#include "node/log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "base/clock.h"
#include "base/json.h"

namespace concordat::node {
namespace {

spdlog::logger& Logger() {
  static const auto logger = [] {
    auto made = spdlog::stderr_logger_mt("concordat");
    made->set_pattern("%v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

const char* Name(Severity severity) {
  switch (severity) {
    case Severity::kInfo:
      return "info";
    case Severity::kWarning:
      return "warning";
    case Severity::kError:
      return "error";
  }
  return "error";
}

}  // namespace

void Log(Severity severity, std::string_view event, std::initializer_list<LogField> fields) {
  Json line = {{"time", FormatTime(SystemClock().Now())}, {"severity", Name(severity)}, {"event", event}};
  for (const auto& [name, value] : fields) line[name] = value;
  Logger().info("{}", line.dump(-1, ' ', false, Json::error_handler_t::replace));
}

void LogFailure(const std::string& id, const Error& error) {
  const char* asked = std::getenv("CONCORDAT_ENGINE_ERRORS");
  const bool whole = asked != nullptr && std::string_view(asked) == "1";
  Log(Severity::kError, "question failed after its charge",
      {{"answer", id},
       {"code", concordat::Name(error.code)},
       {"said", whole ? error.message : "withheld: may hold values of rows"}});
}

}  // namespace concordat::node
