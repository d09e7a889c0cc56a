// The catalogue as others harvest it: DCAT-AP 3.0.1 with ODRL 2.2 policies. Of rows, files, keys, and
// people's names here nothing is in it but the names that contracts give as contacts.
//
// Source: DCAT-AP 3.0.1 (SEMIC, 2025), sections 4 (mandatory properties) and 6 (controlled vocabularies).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agreement/agreement.h"
#include "catalogue/catalogue.h"
#include "dcat/graph.h"
#include "quality/book.h"

namespace concordat::dcat {

struct Offered {
  catalogue::PublishedPtr published;  // the newest version
  catalogue::Life life;
  std::optional<quality::Measured> measured = {};  // none where it was not
};

struct Site {
  std::string member;
  std::string web;  // where HTTP is, without a slash at its end; IsIri
  std::string sql;  // where analysts connect: "postgresql://…"; IsIri
};

struct Holdings {
  Site site;
  std::vector<Offered> products;  // drafts are left out by the one who asks
  std::vector<std::shared_ptr<const agreement::Agreement>> agreements;  // in force
  Time now{};
};

Graph GraphOf(const Holdings& holdings);

// Of parts of it, as policies (policy.cc) name them.
Term DatasetIri(const Site& site, const std::string& product);  // …/catalogue#lewisham/adult
Term OfferIri(const Site& site, const std::string& product);
Term BodyIri(const Site& site, const std::string& body);

}  // namespace concordat::dcat
