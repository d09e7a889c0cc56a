// The node's log: one JSON object a line on standard error, without data, texts of questions, or secrets.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace concordat::node {

enum class Severity { kInfo, kWarning, kError };
using LogField = std::pair<const char*, std::string>;

// Threading: any thread.
void Log(Severity severity, std::string_view event, std::initializer_list<LogField> fields = {});

// A failure after a charge: its code and id. What the engine said may hold values of rows, so it goes to the
// operator's terminal alone, when CONCORDAT_ENGINE_ERRORS=1 asks for it.
void LogFailure(const std::string& id, const Error& error);

}  // namespace concordat::node
