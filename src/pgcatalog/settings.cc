#include "pgcatalog/settings.h"

#include "base/name.h"
#include "pgcatalog/records.h"

namespace concordat::pgcatalog {
namespace {

// Source: PostgreSQL 15, chapter "Server Configuration"; defaults of a cluster in UTF-8 and UTC.
constexpr Setting settings[] = {
    {"application_name", "", "string", "user"},
    {"backslash_quote", "safe_encoding", "enum", "user"},
    {"block_size", "8192", "integer", "internal"},
    {"bytea_output", "hex", "enum", "user"},
    {"client_encoding", "UTF8", "string", "user"},
    {"client_min_messages", "notice", "enum", "user"},
    {"data_checksums", "off", "bool", "internal"},
    {"datestyle", "ISO, MDY", "string", "user"},
    {"default_table_access_method", "heap", "string", "user"},
    {"default_tablespace", "", "string", "user"},
    {"default_text_search_config", "pg_catalog.english", "string", "user"},
    {"default_transaction_deferrable", "off", "bool", "user"},
    {"default_transaction_isolation", "read committed", "enum", "user"},
    {"default_transaction_read_only", "on", "bool", "user"},
    {"escape_string_warning", "on", "bool", "user"},
    {"extra_float_digits", "1", "integer", "user"},
    {"geqo", "on", "bool", "user"},
    {"idle_in_transaction_session_timeout", "0", "integer", "user"},
    {"idle_session_timeout", "0", "integer", "user"},
    {"in_hot_standby", "off", "bool", "internal"},
    {"integer_datetimes", "on", "bool", "internal"},
    {"intervalstyle", "postgres", "enum", "user"},
    {"is_superuser", "off", "bool", "internal"},
    {"jit", "off", "bool", "user"},
    {"lc_collate", "C.UTF-8", "string", "internal"},
    {"lc_ctype", "C.UTF-8", "string", "internal"},
    {"lc_messages", "C.UTF-8", "string", "internal"},
    {"lc_monetary", "C.UTF-8", "string", "user"},
    {"lc_numeric", "C.UTF-8", "string", "user"},
    {"lc_time", "C.UTF-8", "string", "user"},
    {"lock_timeout", "0", "integer", "user"},
    {"max_identifier_length", "63", "integer", "internal"},
    {"max_index_keys", "32", "integer", "internal"},
    {"password_encryption", "scram-sha-256", "enum", "internal"},
    {"row_security", "on", "bool", "user"},
    {"search_path", "\"$user\", public", "string", "user"},
    {"server_encoding", "UTF8", "string", "internal"},
    {"server_version", server_version, "string", "internal"},
    {"server_version_num", "150000", "integer", "internal"},
    {"session_authorization", "", "string", "internal"},
    {"ssl", "on", "bool", "internal"},
    {"standard_conforming_strings", "on", "bool", "user"},
    {"statement_timeout", "0", "integer", "user"},
    {"synchronize_seqscans", "on", "bool", "user"},
    {"timezone", "UTC", "string", "user"},
    {"transaction_deferrable", "off", "bool", "user"},
    {"transaction_isolation", "read committed", "enum", "user"},
    {"transaction_read_only", "on", "bool", "user"},
    {"work_mem", "4096", "integer", "user"},
    {"xmloption", "content", "enum", "user"},
};

// What the session set, whatever the case it was written in.
std::map<std::string, std::string> Chosen(const Session& session) {
  std::map<std::string, std::string> chosen;
  for (const auto& [name, value] : session.settings) chosen[Lower(name)] = value;
  return chosen;
}

}  // namespace

std::span<const Setting> Settings() { return settings; }

std::optional<std::string> FindSetting(const Session& session, const std::string& name) {
  std::string wanted = Lower(name);
  if (wanted == "transaction isolation level") wanted = "transaction_isolation";
  if (wanted == "time zone") wanted = "timezone";
  const auto chosen = Chosen(session);
  if (const auto found = chosen.find(wanted); found != chosen.end()) return found->second;
  for (const Setting& setting : settings) {
    if (wanted == setting.name) return setting.value;
  }
  return std::nullopt;
}

std::vector<Row> SettingRows(const Session& session) {
  const Relation& shape = *FindRelation("pg_catalog", "pg_settings");
  auto chosen = Chosen(session);
  std::vector<Row> rows;
  const auto add = [&](const std::string& name, const std::string& value, const char* kind,
                       const char* context, const char* source) {
    rows.push_back(MakeRow(shape, {{"name", name},
                                   {"setting", value},
                                   {"vartype", kind},
                                   {"context", context},
                                   {"category", "Session"},
                                   {"source", source},
                                   {"reset_val", value}}));
  };
  for (const Setting& setting : settings) {
    const auto found = chosen.find(setting.name);
    add(setting.name, found == chosen.end() ? setting.value : found->second, setting.kind, setting.context,
        found == chosen.end() ? "default" : "session");
    if (found != chosen.end()) chosen.erase(found);
  }
  for (const auto& [name, value] : chosen) add(name, value, "string", "user", "session");
  return rows;
}

Outcome<std::string> ShowSetting(const Session& session, const std::string& name) {
  auto value = FindSetting(session, name);
  if (!value) {
    return Refuse("unknown_setting", "unrecognized configuration parameter \"" + name + "\"",
                  "SELECT name FROM pg_settings lists them", "42704");
  }
  return *std::move(value);
}

}  // namespace concordat::pgcatalog
