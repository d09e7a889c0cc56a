#include "transparency/html.h"

namespace concordat::transparency {

std::string Escaped(std::string_view text) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string escaped;
  escaped.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view three = text.substr(i, 3);
    if (three == "\xEF\xBF\xBE" || three == "\xEF\xBF\xBF") {  // U+FFFE and U+FFFF are no characters
      escaped += kReplacement;
      i += 2;
      continue;
    }
    const char c = text[i];
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default: {
        const bool control = static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t';
        escaped += control || c == 0x7f ? kReplacement : std::string_view(&c, 1);
      }
    }
  }
  return escaped;
}

Html& Html::Text(std::string_view text) {
  html_ += Escaped(text);
  return *this;
}

Html& Html::Open(std::string_view name, const Attributes& attributes) {
  html_ += '<';
  html_ += name;
  for (const auto& [attribute, value] : attributes) {
    html_ += ' ';
    html_ += attribute;
    html_ += "=\"" + Escaped(value) + '"';
  }
  html_ += '>';
  return *this;
}

Html& Html::Close(std::string_view name) {
  html_ += "</";
  html_ += name;
  html_ += ">\n";
  return *this;
}

Html& Html::Element(std::string_view name, std::string_view text, const Attributes& attributes) {
  return Open(name, attributes).Text(text).Close(name);
}

Html& Html::Table(std::string_view caption, const std::vector<std::string>& head,
                  const std::vector<std::vector<std::string>>& rows) {
  Open("table").Element("caption", caption).Open("thead").Open("tr");
  for (const std::string& name : head) Element("th", name, {{"scope", "col"}});
  Close("tr").Close("thead").Open("tbody");
  for (const auto& row : rows) {
    Open("tr");
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i == 0) {
        Element("th", row[i], {{"scope", "row"}});
      } else {
        Element("td", row[i]);
      }
    }
    Close("tr");
  }
  return Close("tbody").Close("table");
}

Html& Html::Terms(const std::vector<std::pair<std::string, std::string>>& terms) {
  Open("dl");
  for (const auto& [term, meaning] : terms) Element("dt", term).Element("dd", meaning);
  return Close("dl");
}

}  // namespace concordat::transparency
