// What may be done with a product, and under which agreement, in ODRL 2.2 (W3C Recommendation 2018).
//
// A question derives figures (odrl:derive) that no row can be read from (duty odrl:anonymize), and every one
// is on a public record (duty odrl:acceptTracking). Rows are neither taken out nor copied (odrl:extract,
// odrl:reproduce).
#pragma once

#include "dcat/datasets.h"

namespace concordat::dcat {

// What whoever asks may come to.
void AddOffer(Graph& graph, const Site& site, const std::string& product);
// Who may, for what, until when; of bodies, never of people.
void AddAgreement(Graph& graph, const Site& site, const agreement::Agreement& document);

}  // namespace concordat::dcat
