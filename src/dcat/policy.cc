#include "dcat/policy.h"

#include <fmt/format.h>

#include <set>

#include "agreement/names.h"
#include "dcat/vocabulary.h"

namespace concordat::dcat {
namespace {

// A blank node of `type` that `owner` has.
Term AddPart(Graph& graph, const Term& owner, const char* predicate, const char* type) {
  const Term part = graph.Blank();
  graph.Add(owner, predicate, part);
  graph.Add(part, "rdf:type", Name(type));
  return part;
}

void AddDuty(Graph& graph, const Term& permission, const char* action) {
  const Term duty = AddPart(graph, permission, "odrl:duty", "odrl:Duty");
  graph.Add(duty, "odrl:action", Name(action));
}

void AddConstraint(Graph& graph, const Term& rule, const char* left, const char* operation,
                   const Term& right) {
  const Term constraint = AddPart(graph, rule, "odrl:constraint", "odrl:Constraint");
  graph.Add(constraint, "odrl:leftOperand", Name(left));
  graph.Add(constraint, "odrl:operator", Name(operation));
  graph.Add(constraint, "odrl:rightOperand", right);
}

Term AddPermission(Graph& graph, const Term& policy, const Term& target) {
  const Term permission = AddPart(graph, policy, "odrl:permission", "odrl:Permission");
  graph.Add(permission, "odrl:target", target);
  graph.Add(permission, "odrl:action", Name("odrl:derive"));
  AddDuty(graph, permission, "odrl:anonymize");
  AddDuty(graph, permission, "odrl:acceptTracking");
  return permission;
}

void AddProhibitions(Graph& graph, const Term& policy, const Term& target) {
  const Term prohibition = AddPart(graph, policy, "odrl:prohibition", "odrl:Prohibition");
  graph.Add(prohibition, "odrl:target", target);
  graph.Add(prohibition, "odrl:action", Name("odrl:extract"));
  graph.Add(prohibition, "odrl:action", Name("odrl:reproduce"));
}

// "dpv:ScientificResearch": its IRI where the prefix is one of ours, else the text.
Term TermOf(const std::string& term) {
  const auto colon = term.find(':');
  const std::string_view prefix = IriOf(std::string_view(term).substr(0, colon));
  return prefix.empty() ? Text(term) : Iri(std::string(prefix) + term.substr(colon + 1));
}

std::set<std::string> BodiesOf(const agreement::Agreement& document) {
  std::set<std::string> bodies;
  for (const std::string& analyst : document.analysts) {
    if (const auto homed = agreement::ReadHomedName(analyst)) bodies.insert(homed->member);
  }
  return bodies;
}

void AddBody(Graph& graph, const Site& site, const std::string& body) {
  graph.Add(BodyIri(site, body), "rdf:type", Name("foaf:Agent"));
  graph.Add(BodyIri(site, body), "foaf:name", Text(body));
}

}  // namespace

void AddOffer(Graph& graph, const Site& site, const std::string& product) {
  const Term offer = OfferIri(site, product), dataset = DatasetIri(site, product);
  graph.Add(offer, "rdf:type", Name("odrl:Offer"));
  graph.Add(offer, "odrl:uid", offer);
  graph.Add(offer, "odrl:assigner", BodyIri(site, site.member));
  AddPermission(graph, offer, dataset);
  AddProhibitions(graph, offer, dataset);
}

void AddAgreement(Graph& graph, const Site& site, const agreement::Agreement& document) {
  const Term policy = Iri(fmt::format("{}/register/agreement/{}", site.web, document.id));
  graph.Add(policy, "rdf:type", Name("odrl:Agreement"));
  graph.Add(policy, "odrl:uid", policy);
  graph.Add(policy, "dct:title", Text(document.name));
  graph.Add(policy, "dct:description", Text(document.question));
  graph.Add(policy, "dpv:hasLegalBasis", TermOf(document.legal_basis));
  for (const auto& [party, key] : document.parties) {
    AddBody(graph, site, party);
    graph.Add(policy, "odrl:assigner", BodyIri(site, party));
  }
  for (const std::string& body : BodiesOf(document)) {
    AddBody(graph, site, body);
    graph.Add(policy, "odrl:assignee", BodyIri(site, body));
  }
  for (const auto& [table, products] : document.tables) {
    for (const agreement::ProductVersion& reference : products) {
      if (reference.Member() != site.member) continue;
      const Term target = DatasetIri(site, reference.product);
      const Term permission = AddPermission(graph, policy, target);
      AddConstraint(graph, permission, "odrl:purpose", "odrl:eq", TermOf(document.purpose));
      AddConstraint(graph, permission, "odrl:dateTime", "odrl:gteq", When(document.from));
      AddConstraint(graph, permission, "odrl:dateTime", "odrl:lt", When(document.until));
      AddProhibitions(graph, policy, target);
    }
  }
}

}  // namespace concordat::dcat
