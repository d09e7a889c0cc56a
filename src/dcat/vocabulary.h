// The vocabularies that the catalogue speaks.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace concordat::dcat {

struct Prefix {
  std::string_view name, iri;
};
std::span<const Prefix> Prefixes();
// The IRI behind "dcat:"; empty where the prefix is not known.
std::string_view IriOf(std::string_view prefix);

// The EU Publications Office's authority tables: Authority("data-theme", "SOCI").
std::string Authority(std::string_view table, std::string_view code);

}  // namespace concordat::dcat
