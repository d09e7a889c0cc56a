#include "dcat/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace concordat::dcat {
namespace {

constexpr std::array kPrefixes = {
    Prefix{"adms", "http://www.w3.org/ns/adms#"},
    Prefix{"dcat", "http://www.w3.org/ns/dcat#"},
    Prefix{"dct", "http://purl.org/dc/terms/"},
    Prefix{"dpv", "https://w3id.org/dpv#"},
    Prefix{"dpv-gdpr", "https://w3id.org/dpv/legal/eu/gdpr#"},
    Prefix{"dqv", "http://www.w3.org/ns/dqv#"},
    Prefix{"foaf", "http://xmlns.com/foaf/0.1/"},
    Prefix{"odrl", "http://www.w3.org/ns/odrl/2/"},
    Prefix{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"},
    Prefix{"rdfs", "http://www.w3.org/2000/01/rdf-schema#"},
    Prefix{"skos", "http://www.w3.org/2004/02/skos/core#"},
    Prefix{"vcard", "http://www.w3.org/2006/vcard/ns#"},
    Prefix{"xsd", "http://www.w3.org/2001/XMLSchema#"},
};

}  // namespace

std::span<const Prefix> Prefixes() { return kPrefixes; }

std::string_view IriOf(std::string_view prefix) {
  const auto* const found = std::find_if(kPrefixes.begin(), kPrefixes.end(),
                                         [prefix](const Prefix& row) { return row.name == prefix; });
  return found == kPrefixes.end() ? std::string_view() : found->iri;
}

std::string Authority(std::string_view table, std::string_view code) {
  return fmt::format("http://publications.europa.eu/resource/authority/{}/{}", table, code);
}

}  // namespace concordat::dcat
