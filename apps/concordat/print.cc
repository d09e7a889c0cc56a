#include "print.h"

#include <iostream>

namespace concordat::cli {
namespace {

std::string CsvField(const nlohmann::json& value) {
  if (value.is_null()) return "";
  std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (!text.empty() && text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

void PrintCsv(const nlohmann::json& data) {
  const auto line = [](const nlohmann::json& fields, const auto& pick) {
    const char* comma = "";
    for (const auto& field : fields) {
      std::cout << comma << CsvField(pick(field));
      comma = ",";
    }
    std::cout << "\r\n";  // RFC 4180
  };
  line(data["columns"], [](const nlohmann::json& column) { return column["name"]; });
  for (const auto& row : data["rows"]) line(row, [](const nlohmann::json& value) { return value; });
}

}  // namespace

void Print(const Invocation& invocation, const node::Reply& reply) {
  if (invocation.format == Format::kJson) {
    std::cout << reply.data->dump(2) << "\n";
  } else if (invocation.format == Format::kCsv && reply.data->is_object() && reply.data->contains("rows")) {
    PrintCsv(*reply.data);
    if (reply.data->contains("notice")) std::cerr << (*reply.data)["notice"].get<std::string>() << "\n";
  } else {
    std::cout << reply.text;
    if (!reply.text.empty() && reply.text.back() != '\n') std::cout << "\n";
  }
}

}  // namespace concordat::cli
