// Run-time settings as a PostgreSQL 15 server would report them; what a session set comes first.
#pragma once

#include <span>
#include <string>

#include "pgcatalog/pgcatalog.h"

namespace concordat::pgcatalog {

// What the node says it is: clients choose their questions by it.
inline constexpr const char* server_version = "15.0 (Concordat 0.1.0)";
inline constexpr const char* version_text = "PostgreSQL 15.0 (Concordat 0.1.0)";

struct Setting {
  const char* name;
  const char* value;
  const char* kind;     // vartype: bool, integer, string, enum
  const char* context;  // user: SET may change it; internal: fixed
};

std::span<const Setting> Settings();

// Current value, by name without regard to case; "transaction isolation level" is understood. Nothing if
// unknown.
std::optional<std::string> FindSetting(const Session& session, const std::string& name);

// Rows of pg_settings.
std::vector<Row> SettingRows(const Session& session);

}  // namespace concordat::pgcatalog
