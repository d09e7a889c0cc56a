#include "pgwire/settings.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>

#include "base/name.h"
#include "pgcatalog/settings.h"
#include "pgwire/decoding.h"

namespace concordat::pgwire {
namespace {

constexpr std::size_t kOwnNames = 100;       // names with a dot that a session may make up
constexpr std::size_t kValueBytes = 10'000;  // of one value

std::string KeyOf(const std::string& name) {
  std::string key = Lower(name);
  if (key == "time zone") return "timezone";
  if (key == "transaction isolation level") return "transaction_isolation";
  if (key == "names") return "client_encoding";
  return key;
}

tl::unexpected<Refusal> BadValue(const std::string& name, const std::string& value, const std::string& hint) {
  return Refuse("", fmt::format("invalid value for parameter \"{}\": \"{}\"", name, value), hint, "22023");
}
tl::unexpected<Refusal> Unknown(const std::string& name) {
  std::string hint;
  if (name.starts_with("concordat.")) {
    hint = "there are concordat.epsilon, .accuracy, .margins, .negative, .pure and .purpose";
  }
  return Refuse("", fmt::format("unrecognized configuration parameter \"{}\"", name), hint, "42704");
}

std::optional<double> PositiveNumber(const std::string& text) {
  const auto value = DecodeText(text, oid::kFloat8);
  if (!value || !std::holds_alternative<double>(*value)) return std::nullopt;
  const double number = std::get<double>(*value);
  if (!std::isfinite(number) || number <= 0) return std::nullopt;
  return number;
}

// A switch, as "on" or "off".
Outcome<std::string> Switch(const std::string& name, const std::string& value) {
  const auto parsed = DecodeText(value, oid::kBool);
  if (!parsed) return BadValue(name, value, "say on or off");
  return std::get<bool>(*parsed) ? "on" : "off";
}

Outcome<std::string> Accuracy(const std::string& name, const std::string& value) {
  constexpr std::string_view kSign = "±";
  std::string_view number = value;
  for (const std::string_view sign : {kSign, std::string_view("+/-"), std::string_view("+-")}) {
    if (number.starts_with(sign)) {
      number.remove_prefix(sign.size());
      break;
    }
  }
  const bool percent = number.ends_with('%');
  if (percent) number.remove_suffix(1);
  if (!PositiveNumber(std::string(number)))
    return BadValue(name, value, "say '±2%' of the answer or '±50' in its units");
  return fmt::format("{}{}{}", kSign, number, percent ? "%" : "");
}

Outcome<std::string> ClientEncoding(const std::string& name, const std::string& value) {
  const std::string lower = Lower(value);
  if (lower == "utf8" || lower == "utf-8" || lower == "unicode") return "UTF8";
  // No conversion, says PostgreSQL of this one: the client is sent what the server has, which is UTF-8.
  if (lower == "sql_ascii") return "SQL_ASCII";
  return BadValue(name, value, "the only encoding is UTF8");
}

Outcome<std::string> DateStyle(const std::string& name, const std::string& value, const std::string& before) {
  std::string order = before.substr(std::min(before.find(", ") + 2, before.size()));
  std::string words = Lower(value);
  std::replace(words.begin(), words.end(), ',', ' ');
  std::size_t start = 0;
  while ((start = words.find_first_not_of(' ', start)) != std::string::npos) {
    const std::size_t end = std::min(words.find(' ', start), words.size());
    const std::string word = words.substr(start, end - start);
    start = end;
    if (word == "iso" || word == "default") continue;
    if (word == "mdy" || word == "us")
      order = "MDY";
    else if (word == "dmy" || word == "european" || word == "euro")
      order = "DMY";
    else if (word == "ymd")
      order = "YMD";
    else
      return BadValue(name, value, "dates are shown in ISO style alone");
  }
  return "ISO, " + order;
}

// PostgreSQL's levels, in its order; "debug" is debug2 to it.
Outcome<std::string> MessageLevel(const std::string& name, const std::string& value) {
  constexpr std::string_view kLevels[] = {"debug5", "debug4", "debug3",  "debug2", "debug1",
                                          "log",    "notice", "warning", "error"};
  const std::string level = Lower(value) == "debug" ? "debug2" : Lower(value);
  if (std::find(std::begin(kLevels), std::end(kLevels), level) == std::end(kLevels))
    return BadValue(name, value, fmt::format("say one of {}", fmt::join(kLevels, ", ")));
  return level;
}

struct IntegerBounds {
  std::string_view name;
  std::int64_t low, high;
};
constexpr IntegerBounds kIntegerSettings[] = {{"extra_float_digits", -15, 3},
                                              {"geqo_threshold", 2, 2'147'483'647}};

// Milliseconds from "5000", "5s", "2 min"; PostgreSQL's units.
std::optional<std::int64_t> ParseDuration(const std::string& value) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || number < 0 || number > 2'147'483'647) return std::nullopt;
  std::string unit(end, value.data() + value.size());
  std::erase(unit, ' ');
  constexpr std::pair<std::string_view, std::int64_t> kUnits[] = {
      {"", 1}, {"ms", 1}, {"s", 1'000}, {"min", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
  for (const auto& [name, factor] : kUnits) {
    if (unit == name && number <= 2'147'483'647 / factor) return number * factor;
  }
  return std::nullopt;
}

Outcome<std::string> Integer(const std::string& name, const std::string& value) {
  if (name.ends_with("_timeout")) {
    const auto milliseconds = ParseDuration(value);
    if (!milliseconds) return BadValue(name, value, "a number of milliseconds, or '30s', '5min'");
    return std::to_string(*milliseconds);
  }
  const auto parsed = DecodeText(value, oid::kInt8);
  if (!parsed) return BadValue(name, value, "a whole number");
  const auto number = std::get<std::int64_t>(*parsed);
  for (const auto& bounds : kIntegerSettings) {
    if (name == bounds.name && (number < bounds.low || number > bounds.high)) {
      return Refuse("",
                    fmt::format("{} is outside the valid range for parameter \"{}\" ({} .. {})", number, name,
                                bounds.low, bounds.high),
                    "", "22023");
    }
  }
  return std::to_string(number);
}

std::string PrintableAscii(std::string text) {
  for (char& c : text) {
    if (c < 32 || c > 126) c = '?';
  }
  return text.substr(0, 63);
}

// Values that the node holds to: what it would do otherwise is not built, so it says so.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> kFixedChoices = {
    {{"standard_conforming_strings", "on"}, {"intervalstyle", "postgres"}, {"bytea_output", "hex"}}};

Outcome<std::string> Concordat(const std::string& name, const std::string& value) {
  const std::string_view what = std::string_view(name).substr(std::string_view("concordat.").size());
  if (what == "margins" || what == "negative" || what == "pure") return Switch(name, value);
  if (what == "epsilon") {
    if (!value.empty() && !PositiveNumber(value))
      return BadValue(name, value, "say a number above 0, such as 0.5");
    return value;
  }
  if (what == "accuracy") return value.empty() ? value : Accuracy(name, value);
  if (what == "purpose") return value;
  return Unknown(name);
}

// The value as it is kept and shown.
Outcome<std::string> Checked(const std::string& name, const std::string& value, const std::string& kind,
                             const std::string& before) {
  if (name == "client_encoding") return ClientEncoding(name, value);
  if (name == "datestyle") return DateStyle(name, value, before);
  if (name == "client_min_messages") return MessageLevel(name, value);
  if (name == "application_name") return PrintableAscii(value);
  if (name == "transaction_read_only" || name == "default_transaction_read_only") {
    TRY(Switch(name, value));
    return "on";  // a client may ask to write; nothing here can be written
  }
  for (const auto& [fixed, choice] : kFixedChoices) {
    if (name == fixed && Lower(value) != choice)
      return BadValue(name, value, fmt::format("it is always {}", choice));
  }
  if (kind == "bool") return Switch(name, value);
  if (kind == "integer") return Integer(name, value);
  return value;
}

const pgcatalog::Setting* FindOrdinary(const std::string& name) {
  for (const pgcatalog::Setting& setting : pgcatalog::Settings()) {
    if (name == setting.name) return &setting;
  }
  return nullptr;
}

constexpr std::pair<std::string_view, std::string_view> kOwn[] = {
    {"concordat.accuracy", ""},    {"concordat.epsilon", ""}, {"concordat.margins", "off"},
    {"concordat.negative", "off"}, {"concordat.pure", "off"}, {"concordat.purpose", ""}};

}  // namespace

Settings::Settings(std::int32_t process, const std::string& analyst) {
  session_.process = process;
  session_.settings["session_authorization"] = analyst;
  for (const auto& [name, value] : kOwn) session_.settings[std::string(name)] = value;
  Settle();
}

std::string Settings::Value(const std::string& name) const {
  return pgcatalog::FindSetting(session_, name).value_or("");
}

Outcome<void> Settings::Set(const std::string& name, const std::string& value) {
  const std::string key = KeyOf(name);
  if (value.size() > kValueBytes) {
    return Refuse("", fmt::format("the value of \"{}\" is longer than {} bytes", key, kValueBytes), "",
                  "22023");
  }
  if (key.starts_with("concordat.")) {
    session_.settings[key] = TRY(Concordat(key, value));
    return {};
  }
  if (const pgcatalog::Setting* ordinary = FindOrdinary(key)) {
    if (std::string_view(ordinary->context) == "internal") {
      return Refuse("", fmt::format("parameter \"{}\" cannot be changed", key), "", "55P02");
    }
    session_.settings[key] = TRY(Checked(key, value, ordinary->kind, Value(key)));
    return {};
  }
  // A name with a dot is an application's own, which PostgreSQL keeps for it.
  if (key.find('.') == std::string::npos || key.size() > 63) return Unknown(key);
  if (!session_.settings.contains(key) && session_.settings.size() >= kOwnNames) {
    return Refuse("", fmt::format("this session has {} settings already", session_.settings.size()), "",
                  "53400");
  }
  session_.settings[key] = value;
  return {};
}

Outcome<void> Settings::Reset(const std::string& name) {
  const std::string key = KeyOf(name);
  TRY(Show(key));
  if (const auto found = initial_.find(key); found != initial_.end()) {
    session_.settings[key] = found->second;
  } else {
    session_.settings.erase(key);
  }
  return {};
}

void Settings::ResetAll() { session_.settings = initial_; }

Outcome<std::string> Settings::Show(const std::string& name) const {
  const std::string key = KeyOf(name);
  auto value = pgcatalog::FindSetting(session_, key);
  if (!value) return Unknown(key);
  return *std::move(value);
}

release::Settings Settings::question() const {
  const auto text = [&](const char* name) -> std::optional<std::string> {
    std::string value = Value(name);
    if (value.empty()) return std::nullopt;
    return value;
  };
  release::Settings settings;
  if (const auto epsilon = text("concordat.epsilon")) settings.epsilon = PositiveNumber(*epsilon);
  settings.accuracy = text("concordat.accuracy");
  settings.purpose = text("concordat.purpose");
  settings.margins = Value("concordat.margins") == "on";
  settings.allow_negative = Value("concordat.negative") == "on";
  settings.pure = Value("concordat.pure") == "on";
  return settings;
}

TextStyle Settings::style() const { return {std::stoi(Value("extra_float_digits"))}; }
Milliseconds Settings::statement_timeout() const {
  return Milliseconds(std::stoll(Value("statement_timeout")));
}
bool Settings::shows(std::string_view severity) const {
  const std::string least = Value("client_min_messages");
  return severity == "WARNING" ? least != "error" : least != "warning" && least != "error";
}

std::vector<std::pair<std::string, std::string>> Settings::Reported() const {
  constexpr std::string_view kReported[] = {"application_name",
                                            "client_encoding",
                                            "DateStyle",
                                            "default_transaction_read_only",
                                            "in_hot_standby",
                                            "integer_datetimes",
                                            "IntervalStyle",
                                            "is_superuser",
                                            "server_encoding",
                                            "server_version",
                                            "session_authorization",
                                            "standard_conforming_strings",
                                            "TimeZone"};
  std::vector<std::pair<std::string, std::string>> reported;
  for (const std::string_view name : kReported) reported.emplace_back(name, Value(Lower(std::string(name))));
  return reported;
}

Outcome<std::vector<std::pair<std::string, std::string>>> ParseOptions(const std::string& options) {
  std::vector<std::string> words;
  bool in_word = false;
  for (std::size_t i = 0; i < options.size(); ++i) {
    if (options[i] == ' ') {
      in_word = false;
      continue;
    }
    if (options[i] == '\\' && i + 1 < options.size()) ++i;
    if (!in_word) words.emplace_back();
    in_word = true;
    words.back().push_back(options[i]);
  }
  std::vector<std::pair<std::string, std::string>> settings;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string assignment;
    if (words[i] == "-c" && i + 1 < words.size())
      assignment = words[++i];
    else if (words[i].starts_with("-c") || words[i].starts_with("--"))
      assignment = words[i].substr(2);
    const std::size_t equals = assignment.find('=');
    if (equals == std::string::npos || equals == 0) {
      return Refuse("", fmt::format("invalid command-line argument for server process: {}", words[i]),
                    "write options as -c name=value", "42601");
    }
    std::string name = assignment.substr(0, equals);
    std::replace(name.begin(), name.end(), '-', '_');
    settings.emplace_back(std::move(name), assignment.substr(equals + 1));
  }
  return settings;
}

}  // namespace concordat::pgwire
