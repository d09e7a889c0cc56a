#include "dcat/datasets.h"

#include <fmt/format.h>

#include <array>
#include <nlohmann/json.hpp>

#include "dcat/policy.h"
#include "dcat/vocabulary.h"
#include "quality/freshness.h"

namespace concordat::dcat {
namespace {

using catalogue::Contact;
using catalogue::Product;
using catalogue::Stage;

Term CatalogueIri(const Site& site) { return Iri(site.web + "/catalogue"); }
Term ServiceIri(const Site& site) { return Iri(site.web + "/catalogue#sql"); }
Term PartIri(const Site& site, const std::string& product, const char* part) {
  return Iri(fmt::format("{}/catalogue#{}/{}", site.web, product, part));
}

// An entry of an authority table, with what DCAT-AP wants to know of it: its class, and a label.
Term Coded(Graph& graph, const char* table, const char* code, const char* type, const char* label = nullptr) {
  const Term term = Iri(Authority(table, code));
  graph.Add(term, "rdf:type", Name(type));
  if (label != nullptr) graph.Add(term, "skos:prefLabel", Text(label, "en"));
  return term;
}

struct Theme {
  const char *code, *label;
};
// EU Publications Office, authority table "data-theme".
constexpr std::array kThemes = {Theme{"AGRI", "Agriculture, fisheries, forestry and food"},
                                Theme{"ECON", "Economy and finance"},
                                Theme{"EDUC", "Education, culture and sport"},
                                Theme{"ENER", "Energy"},
                                Theme{"ENVI", "Environment"},
                                Theme{"GOVE", "Government and public sector"},
                                Theme{"HEAL", "Health"},
                                Theme{"INTR", "International issues"},
                                Theme{"JUST", "Justice, legal system and public safety"},
                                Theme{"OP_DATPRO", "Provisional data"},
                                Theme{"REGI", "Regions and cities"},
                                Theme{"SOCI", "Population and society"},
                                Theme{"TECH", "Science and technology"},
                                Theme{"TRAN", "Transport"}};

void AddThemes(Graph& graph, const Term& dataset, const catalogue::About& about) {
  for (const std::string& theme : about.themes) {
    for (const Theme& row : kThemes) {
      if (theme == row.code)
        graph.Add(dataset, "dcat:theme", Coded(graph, "data-theme", row.code, "skos:Concept", row.label));
    }
  }
  if (!about.domain.empty()) graph.Add(dataset, "dcat:keyword", Text(about.domain));
  for (const std::string& tag : about.tags) graph.Add(dataset, "dcat:keyword", Text(tag));
}

// "olu@lewisham.example" as mailto:, an address as it stands.
std::optional<Term> AddressOf(const std::string& address) {
  if (auto iri = IriFrom(address)) return iri;
  return address.find('@') == std::string::npos ? std::nullopt : IriFrom("mailto:" + address);
}

void AddContacts(Graph& graph, const Term& dataset, const std::vector<Contact>& contacts) {
  for (const Contact& contact : contacts) {
    const Term card = graph.Blank();
    graph.Add(dataset, "dcat:contactPoint", card);
    graph.Add(card, "rdf:type", Name("vcard:Kind"));
    graph.Add(card, "vcard:fn", Text(contact.name.empty() ? contact.address : contact.name));
    if (!contact.role.empty()) graph.Add(card, "vcard:role", Text(contact.role));
    if (const auto address = AddressOf(contact.address)) {
      const bool mail = address->text.starts_with("mailto:");
      graph.Add(card, mail ? "vcard:hasEmail" : "vcard:hasURL", *address);
    }
  }
}

struct Period {
  Milliseconds longest;
  const char* code;
};
// EU Publications Office, authority table "frequency".
constexpr std::array kPeriods = {
    Period{std::chrono::hours(1), "HOURLY"},    Period{std::chrono::hours(24), "DAILY"},
    Period{std::chrono::days(7), "WEEKLY"},     Period{std::chrono::days(14), "BIWEEKLY"},
    Period{std::chrono::days(31), "MONTHLY"},   Period{std::chrono::days(93), "QUARTERLY"},
    Period{std::chrono::days(186), "ANNUAL_2"}, Period{std::chrono::days(366), "ANNUAL"},
    Period{std::chrono::days(732), "BIENNIAL"}};

void AddTimes(Graph& graph, const Term& dataset, const catalogue::Published& published) {
  graph.Add(dataset, "dct:modified", When(published.since));
  const auto every = quality::PromisedEvery(published.product.about);
  if (!every) return;
  for (const Period& period : kPeriods) {
    if (*every > period.longest) continue;
    graph.Add(dataset, "dct:accrualPeriodicity", Coded(graph, "frequency", period.code, "dct:Frequency"));
    return;
  }
}

// Shares of rows that hold a value, by W3C's Data Quality Vocabulary.
void AddQuality(Graph& graph, const Site& site, const Term& dataset, const Offered& offered) {
  if (!offered.measured) return;
  const std::string& product = offered.published->product.id;
  for (const quality::Filled& filled : offered.measured->columns) {
    const Term metric = PartIri(site, product, ("filled/" + filled.column).c_str());
    graph.Add(metric, "rdf:type", Name("dqv:Metric"));
    graph.Add(metric, "skos:definition",
              Text(fmt::format("Share of rows that hold a value of '{}'", filled.column), "en"));
    graph.Add(metric, "dqv:expectedDataType", Name("xsd:double"));
    const Term measurement = graph.Blank();
    graph.Add(dataset, "dqv:hasQualityMeasurement", measurement);
    graph.Add(measurement, "rdf:type", Name("dqv:QualityMeasurement"));
    graph.Add(measurement, "dqv:isMeasurementOf", metric);
    graph.Add(measurement, "dqv:value", Typed(fmt::format("{:.4f}", filled.share), "xsd:double"));
    graph.Add(measurement, "dct:issued", When(offered.measured->when));
    graph.Add(measurement, "rdfs:comment", Text(fmt::format("95% margin {:.4f}", filled.margin), "en"));
  }
}

// EU Publications Office, authority table "distribution-status".
const char* StatusOf(Stage stage) {
  constexpr std::array kStatus = {"DEVELOP", "COMPLETED", "DEPRECATED", "WITHDRAWN"};
  return kStatus.at(static_cast<std::size_t>(stage));
}

void AddDistribution(Graph& graph, const Holdings& holdings, const Term& dataset, const Offered& offered) {
  const Product& product = offered.published->product;
  const Term distribution = PartIri(holdings.site, product.id, "answers");
  graph.Add(dataset, "dcat:distribution", distribution);
  graph.Add(distribution, "rdf:type", Name("dcat:Distribution"));
  graph.Add(distribution, "dct:title", Text("Answers to questions, over PostgreSQL's protocol", "en"));
  const Term access = Iri(holdings.site.sql);
  graph.Add(access, "rdf:type", Name("rdfs:Resource"));
  graph.Add(distribution, "dcat:accessURL", access);
  graph.Add(distribution, "dcat:accessService", ServiceIri(holdings.site));
  graph.Add(distribution, "adms:status",
            Coded(graph, "distribution-status", StatusOf(offered.life.At(holdings.now)), "skos:Concept",
                  Name(offered.life.At(holdings.now))));
  const Term contract = Iri(fmt::format("{}/catalogue/contracts/{}", holdings.site.web, product.id));
  graph.Add(contract, "rdf:type", Name("dct:Standard"));
  graph.Add(distribution, "dct:conformsTo", contract);
  const std::string& licence = product.about.licence;
  if (licence.empty()) return;
  const auto address = IriFrom(licence);
  const Term document = address ? *address : graph.Blank();
  graph.Add(document, "rdf:type", Name("dct:LicenseDocument"));
  if (!address) graph.Add(document, "rdfs:label", Text(licence));
  graph.Add(distribution, "dct:license", document);
}

void AddDataset(Graph& graph, const Holdings& holdings, const Offered& offered) {
  const Site& site = holdings.site;
  const Product& product = offered.published->product;
  const Term dataset = DatasetIri(site, product.id);
  graph.Add(CatalogueIri(site), "dcat:dataset", dataset);
  graph.Add(ServiceIri(site), "dcat:servesDataset", dataset);
  graph.Add(dataset, "rdf:type", Name("dcat:Dataset"));
  graph.Add(dataset, "dct:title", Text(product.title));
  graph.Add(dataset, "dct:description",
            Text(product.description.empty() ? product.title : product.description));
  graph.Add(dataset, "dct:identifier", Text(product.Reference()));
  graph.Add(dataset, "dcat:version", Text(fmt::format("{}.{}", product.version, product.revision)));
  graph.Add(dataset, "dct:publisher", BodyIri(site, site.member));
  graph.Add(dataset, "dct:accessRights",
            Coded(graph, "access-right", product.is_public ? "PUBLIC" : "RESTRICTED", "dct:RightsStatement"));
  AddThemes(graph, dataset, product.about);
  if (product.model) {
    graph.Add(dataset, "dcat:keyword", Text("model", "en"));
    graph.Add(dataset, "dct:identifier", Text("sha256:" + product.model->sha256));
  }
  AddTimes(graph, dataset, *offered.published);
  AddContacts(graph, dataset, product.about.team);
  AddContacts(graph, dataset, product.about.support);
  AddQuality(graph, site, dataset, offered);
  AddDistribution(graph, holdings, dataset, offered);
  if (offered.life.At(holdings.now) == Stage::kRetired) return;
  graph.Add(dataset, "odrl:hasPolicy", OfferIri(site, product.id));
  AddOffer(graph, site, product.id);
}

void AddCatalogue(Graph& graph, const Holdings& holdings) {
  const Site& site = holdings.site;
  const Term catalogue = CatalogueIri(site), body = BodyIri(site, site.member);
  graph.Add(catalogue, "rdf:type", Name("dcat:Catalog"));
  graph.Add(catalogue, "dct:title", Text(fmt::format("Data products of {}", site.member), "en"));
  graph.Add(catalogue, "dct:description",
            Text("Data that can be asked under agreements, and is not handed over.", "en"));
  graph.Add(catalogue, "dct:publisher", body);
  Time newest{};
  for (const Offered& offered : holdings.products) newest = std::max(newest, offered.published->since);
  if (newest != Time()) graph.Add(catalogue, "dct:modified", When(newest));
  const Term page = Iri(site.web + "/register");
  graph.Add(page, "rdf:type", Name("foaf:Document"));
  graph.Add(catalogue, "foaf:homepage", page);
  graph.Add(body, "rdf:type", Name("foaf:Agent"));
  graph.Add(body, "foaf:name", Text(site.member));
  const Term service = ServiceIri(site);
  graph.Add(catalogue, "dcat:service", service);
  graph.Add(service, "rdf:type", Name("dcat:DataService"));
  graph.Add(service, "dct:title", Text("Questions in SQL", "en"));
  graph.Add(service, "dct:publisher", body);
  graph.Add(service, "dcat:endpointURL", Iri(site.sql));
  graph.Add(Iri(site.sql), "rdf:type", Name("rdfs:Resource"));
}

}  // namespace

Term DatasetIri(const Site& site, const std::string& product) {
  return Iri(fmt::format("{}/catalogue#{}", site.web, product));
}
Term OfferIri(const Site& site, const std::string& product) { return PartIri(site, product, "offer"); }
Term BodyIri(const Site& site, const std::string& body) {
  return Iri(fmt::format("{}/catalogue#body/{}", site.web, body));
}

Graph GraphOf(const Holdings& holdings) {
  Graph graph;
  AddCatalogue(graph, holdings);
  for (const Offered& offered : holdings.products) AddDataset(graph, holdings, offered);
  for (const auto& document : holdings.agreements) AddAgreement(graph, holdings.site, *document);
  return graph;
}

}  // namespace concordat::dcat
