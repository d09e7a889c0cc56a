#include "pgwire/copy.h"

#include <algorithm>
#include <optional>

#include "pgwire/reply.h"

namespace concordat::pgwire {
namespace {

tl::unexpected<Refusal> BadOption(std::string message, std::string sqlstate = "22023") {
  return Refuse("", std::move(message), "", std::move(sqlstate));
}

void AppendTextField(std::string& out, std::string_view text, char delimiter) {
  for (const char c : text) {
    switch (c) {
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      case '\v':
        out += "\\v";
        break;
      default:
        if (c == '\\' || c == delimiter) out.push_back('\\');
        out.push_back(c);
    }
  }
}

void AppendCsvField(std::string& out, std::string_view text, const CopyForm& form, bool force, bool alone) {
  const std::string special{form.delimiter, form.quote, '\n', '\r'};
  // "\." alone on a line would end the data of older readers.
  const bool quoted = force || text == form.null || (alone && text == "\\.") ||
                      text.find_first_of(special) != std::string_view::npos;
  if (!quoted) {
    out += text;
    return;
  }
  out.push_back(form.quote);
  for (const char c : text) {
    if (c == form.quote || c == form.escape) out.push_back(form.escape);
    out.push_back(c);
  }
  out.push_back(form.quote);
}

bool ForcesQuote(const CopyForm& form, const std::string& column) {
  return form.force_quote_all ||
         std::find(form.force_quote.begin(), form.force_quote.end(), column) != form.force_quote.end();
}

Outcome<bool> ParseSwitch(const CopyOption& option) {
  const std::string word = option.values.empty() ? "true" : option.values[0];
  if (word == "true" || word == "on" || word == "1") return true;
  if (word == "false" || word == "off" || word == "0") return false;
  return BadOption(option.name + " requires a Boolean value", "42601");
}

Outcome<char> ParseByte(const CopyOption& option) {
  if (option.values.size() != 1 || option.values[0].size() != 1) {
    return BadOption("COPY " + option.name + " must be a single one-byte character", "0A000");
  }
  return option.values[0][0];
}

struct Given {
  std::optional<char> delimiter, quote, escape;
  std::optional<std::string> null;
};

Outcome<void> Take(const CopyOption& option, CopyForm& form, Given& given) {
  const std::string value = option.values.empty() ? "" : option.values[0];
  if (option.name == "format") {
    if (value == "text")
      form.kind = CopyForm::Kind::kText;
    else if (value == "csv")
      form.kind = CopyForm::Kind::kCsv;
    else if (value == "binary")
      form.kind = CopyForm::Kind::kBinary;
    else
      return BadOption("COPY format \"" + value + "\" not recognized");
  } else if (option.name == "header") {
    form.header = TRY(ParseSwitch(option));
  } else if (option.name == "delimiter") {
    given.delimiter = TRY(ParseByte(option));
  } else if (option.name == "quote") {
    given.quote = TRY(ParseByte(option));
  } else if (option.name == "escape") {
    given.escape = TRY(ParseByte(option));
  } else if (option.name == "null") {
    given.null = value;
  } else if (option.name == "force_quote") {
    form.force_quote = option.values;
    form.force_quote_all = value == "*";
  } else if (option.name == "encoding") {
    std::string lower = value;
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return std::tolower(c); });
    if (lower != "utf8" && lower != "utf-8") return BadOption("COPY encoding can only be UTF8", "0A000");
  } else {
    return BadOption("option \"" + option.name + "\" not recognized", "42601");
  }
  return {};
}

// What PostgreSQL forbids: options that do not fit the format, and characters that would make the text
// ambiguous.
Outcome<void> Check(const CopyForm& form, const Given& given) {
  const bool csv = form.kind == CopyForm::Kind::kCsv;
  if (form.kind == CopyForm::Kind::kBinary && (given.delimiter || given.null)) {
    return BadOption("cannot specify DELIMITER or NULL in BINARY mode", "42601");
  }
  if (form.kind == CopyForm::Kind::kBinary && form.header) {
    return BadOption("cannot specify HEADER in BINARY mode", "0A000");
  }
  if (!csv && (given.quote || given.escape || !form.force_quote.empty())) {
    return BadOption("COPY quote, escape and force_quote are available only in CSV mode", "0A000");
  }
  const std::string newlines = "\r\n";
  if (newlines.find(form.delimiter) != std::string::npos ||
      form.null.find_first_of(newlines) != std::string::npos) {
    return BadOption("COPY delimiter and null cannot be newline or carriage return");
  }
  if (!csv && std::string_view("\\.abcdefghijklmnopqrstuvwxyz0123456789").find(form.delimiter) !=
                  std::string_view::npos) {
    return BadOption(std::string("COPY delimiter cannot be \"") + form.delimiter + "\"");
  }
  if (csv && form.delimiter == form.quote) return BadOption("COPY delimiter and quote must be different");
  if (form.null.find(form.delimiter) != std::string::npos) {
    return BadOption("COPY delimiter must not appear in the NULL specification");
  }
  if (csv && form.null.find(form.quote) != std::string::npos) {
    return BadOption("CSV quote character must not appear in the NULL specification");
  }
  return {};
}

}  // namespace

Outcome<CopyForm> ParseCopyForm(const std::vector<CopyOption>& options) {
  CopyForm form;
  Given given;
  std::vector<std::string> seen;
  for (const CopyOption& option : options) {
    if (std::find(seen.begin(), seen.end(), option.name) != seen.end()) {
      return BadOption("conflicting or redundant options", "42601");
    }
    seen.push_back(option.name);
    TRY(Take(option, form, given));
  }
  const bool csv = form.kind == CopyForm::Kind::kCsv;
  form.delimiter = given.delimiter.value_or(csv ? ',' : '\t');
  form.null = given.null.value_or(csv ? "" : "\\N");
  form.quote = given.quote.value_or('"');
  form.escape = given.escape.value_or(form.quote);
  TRY(Check(form, given));
  return form;
}

void AppendCopyHeader(std::string& out, const std::vector<pgcatalog::Column>& columns, const CopyForm& form) {
  if (form.kind == CopyForm::Kind::kBinary) {
    out.append("PGCOPY\n\377\r\n\0", 11);
    AppendInt32(out, 0);  // flags
    AppendInt32(out, 0);  // no header extension
    return;
  }
  if (!form.header) return;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) out.push_back(form.delimiter);
    if (form.kind == CopyForm::Kind::kCsv) {
      AppendCsvField(out, columns[i].name, form, false, columns.size() == 1);
    } else {
      AppendTextField(out, columns[i].name, form.delimiter);
    }
  }
  out.push_back('\n');
}

Outcome<void> AppendCopyRow(std::string& out, const Row& row, const std::vector<pgcatalog::Column>& columns,
                            const CopyForm& form, const TextStyle& style) {
  if (form.kind == CopyForm::Kind::kBinary) {
    AppendInt16(out, static_cast<std::uint16_t>(row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      TRY(AppendField(out, row[i], columns[i].oid, Format::kBinary, style));
    }
    return {};
  }
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) out.push_back(form.delimiter);
    if (IsNull(row[i])) {
      out += form.null;
      continue;
    }
    const std::string text = TextForm(row[i], columns[i].oid, style);
    if (form.kind == CopyForm::Kind::kCsv) {
      AppendCsvField(out, text, form, ForcesQuote(form, columns[i].name), row.size() == 1);
    } else {
      AppendTextField(out, text, form.delimiter);
    }
  }
  out.push_back('\n');
  return {};
}

void AppendCopyTrailer(std::string& out, const CopyForm& form) {
  if (form.kind == CopyForm::Kind::kBinary) AppendInt16(out, 0xFFFF);
}

}  // namespace concordat::pgwire
