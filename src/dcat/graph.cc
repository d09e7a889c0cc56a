#include "dcat/graph.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/utf8.h"
#include "dcat/vocabulary.h"

namespace concordat::dcat {
namespace {

using Kind = Term::Kind;

constexpr const char* kType = "rdf:type";

bool IsLetter(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool IsSchemeRest(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
}

// Turtle's STRING_LITERAL_QUOTE. What is not UTF-8 was refused where it came in.
std::string Quoted(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    switch (c) {
      case '"':
      case '\\':
        quoted += '\\';
        quoted += c;
        break;
      case '\n':
        quoted += "\\n";
        break;
      case '\r':
        quoted += "\\r";
        break;
      case '\t':
        quoted += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
          quoted += fmt::format("\\u{:04X}", static_cast<unsigned char>(c));
        } else {
          quoted += c;
        }
    }
  }
  return quoted + "\"";
}

std::string InTurtle(const Term& term) {
  switch (term.kind) {
    case Kind::kIri:
      return "<" + term.text + ">";
    case Kind::kName:
    case Kind::kBlank:
      return term.text;
    case Kind::kLiteral:
      break;
  }
  if (!term.datatype.empty()) return Quoted(term.text) + "^^" + term.datatype;
  return Quoted(term.text) + (term.language.empty() ? "" : "@" + term.language);
}

Json InJson(const Term& term) {
  if (term.kind != Kind::kLiteral) return {{"@id", term.text}};
  Json value = {{"@value", term.text}};
  if (!term.datatype.empty()) value["@type"] = term.datatype;
  if (!term.language.empty()) value["@language"] = term.language;
  return value;
}

}  // namespace

bool IsIri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size() || !IsLetter(text[0]))
    return false;
  const std::string_view scheme = text.substr(0, colon);
  if (!std::all_of(scheme.begin(), scheme.end(), IsSchemeRest) || !IsUtf8(text)) return false;
  constexpr std::string_view kForbidden = "<>\"{}|^`\\";
  return std::none_of(text.begin(), text.end(), [&](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F || kForbidden.find(c) != std::string_view::npos;
  });
}

Term Iri(std::string text) {
  CHECK(IsIri(text));
  return {.kind = Kind::kIri, .text = std::move(text), .datatype = {}, .language = {}};
}

Term Name(std::string text) {
  CHECK(!IriOf(std::string_view(text).substr(0, text.find(':'))).empty());
  return {.kind = Kind::kName, .text = std::move(text), .datatype = {}, .language = {}};
}

std::optional<Term> IriFrom(const std::string& foreign) {
  return IsIri(foreign) ? std::optional(Iri(foreign)) : std::nullopt;
}

Term Text(std::string text, std::string language) {
  return {.kind = Kind::kLiteral, .text = std::move(text), .datatype = {}, .language = std::move(language)};
}

Term Typed(std::string text, std::string datatype) {
  return {.kind = Kind::kLiteral, .text = std::move(text), .datatype = std::move(datatype), .language = {}};
}

Term When(Time time) { return Typed(FormatTime(time), "xsd:dateTime"); }

Term Graph::Blank() {
  return {.kind = Kind::kBlank, .text = fmt::format("_:b{}", blanks_++), .datatype = {}, .language = {}};
}

void Graph::Add(const Term& subject, const std::string& predicate, const Term& object) {
  CHECK(subject.kind != Kind::kLiteral);
  if (!known_.insert(fmt::format("{} {} {}", InTurtle(subject), predicate, InTurtle(object))).second) return;
  const auto [place, is_new] = places_.emplace(subject.text, subjects_.size());
  if (is_new) subjects_.emplace_back(subject, std::vector<Statement>());
  subjects_[place->second].second.push_back({predicate, object});
}

std::string Graph::Turtle() const {
  std::string text;
  for (const Prefix& prefix : Prefixes())
    text += fmt::format("@prefix {}: <{}> .\n", prefix.name, prefix.iri);
  for (const auto& [subject, statements] : subjects_) {
    text += "\n" + InTurtle(subject);
    for (std::size_t i = 0; i < statements.size(); ++i) {
      text += fmt::format("{}{} {}", i == 0 ? " " : " ;\n  ",
                          statements[i].predicate == kType ? "a" : statements[i].predicate,
                          InTurtle(statements[i].object));
    }
    text += " .\n";
  }
  return text;
}

Json Graph::JsonLd() const {
  Json context = Json::object();
  for (const Prefix& prefix : Prefixes()) context[std::string(prefix.name)] = prefix.iri;
  Json nodes = Json::array();
  for (const auto& [subject, statements] : subjects_) {
    Json node = {{"@id", subject.text}};
    for (const Statement& statement : statements) {
      if (statement.predicate == kType) {
        node["@type"].push_back(statement.object.text);
      } else {
        node[statement.predicate].push_back(InJson(statement.object));
      }
    }
    nodes.push_back(std::move(node));
  }
  return {{"@context", std::move(context)}, {"@graph", std::move(nodes)}};
}

}  // namespace concordat::dcat
