// HTML by construction: text is escaped on its way in, so that nothing an analyst or a contract wrote is
// markup.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace concordat::transparency {

// Text as HTML and XML have it in content and in quoted attributes; control characters that XML 1.0 has no
// place for become U+FFFD.
std::string Escaped(std::string_view text);

using Attributes = std::vector<std::pair<std::string_view, std::string>>;

class Html {
 public:
  Html& Text(std::string_view text);
  // <name attributes>text</name>
  Html& Element(std::string_view name, std::string_view text, const Attributes& attributes = {});
  Html& Open(std::string_view name, const Attributes& attributes = {});
  Html& Close(std::string_view name);
  // A whole table with a caption, column heads and rows of text.
  Html& Table(std::string_view caption, const std::vector<std::string>& head,
              const std::vector<std::vector<std::string>>& rows);
  // <dl>: what each thing is.
  Html& Terms(const std::vector<std::pair<std::string, std::string>>& terms);

  std::string Take() && { return std::move(html_); }

 private:
  std::string html_;
};

}  // namespace concordat::transparency
