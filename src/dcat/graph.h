// A small RDF graph, and its two texts: Turtle and JSON-LD 1.1. Both are written from the same triples, in
// the order in which they were added, so that equal graphs have equal texts.
//
// Sources: RDF 1.1 Concepts (terms); RDF 1.1 Turtle, section 6.4 (escapes); JSON-LD 1.1, section 3
// (contexts).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/json.h"

namespace concordat::dcat {

struct Term {
  enum class Kind { kIri, kName, kBlank, kLiteral } kind = Kind::kIri;
  std::string text;      // kName: with a prefix of the vocabulary, "dcat:Dataset"
  std::string datatype;  // kLiteral: a name, "xsd:date"; empty: a string
  std::string language;  // kLiteral of no datatype: "en"; empty: none
  bool operator==(const Term&) const = default;
};

// May this stand between < and >? Absolute, without blanks, controls, or any of <>"{}|^`\.
bool IsIri(std::string_view text);
Term Iri(std::string text);   // precondition: IsIri
Term Name(std::string text);  // precondition: the prefix is in the vocabulary
std::optional<Term> IriFrom(
    const std::string& foreign);  // of a text that somebody wrote; none where it is no IRI
Term Text(std::string text, std::string language = {});
Term Typed(std::string text, std::string datatype);
Term When(Time time);  // xsd:dateTime

class Graph {
 public:
  Term Blank();
  // `predicate`: a name. What is added twice is there once.
  void Add(const Term& subject, const std::string& predicate, const Term& object);

  std::string Turtle() const;
  // With the context inline: nothing is fetched to read it.
  Json JsonLd() const;

 private:
  struct Statement {
    std::string predicate;
    Term object;
  };
  std::vector<std::pair<Term, std::vector<Statement>>> subjects_;
  std::map<std::string, std::size_t> places_;  // of subjects, by text
  std::set<std::string> known_;                // statements, as lines
  int blanks_ = 0;
};

}  // namespace concordat::dcat
