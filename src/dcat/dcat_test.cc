#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "agreement/testing_agreement.h"
#include "catalogue/testing_catalogue.h"
#include "dcat/datasets.h"
#include "dcat/lineage.h"
#include "dcat/odcs.h"

namespace concordat::dcat {
namespace {

const Site kSite{"lewisham", "https://lewisham.example", "postgresql://lewisham.example:6432"};

TEST(IsIri, TakesWhatStandsBetweenAngleBrackets) {
  for (const char* good : {"https://a.example/b?c#d", "mailto:a@b.example", "urn:x", "x+y-1.z:å"})
    EXPECT_TRUE(IsIri(good)) << good;
  for (const char* bad :
       {"", "a", ":", "a:", "1a:b", "a b:c", "https://a.example/ b", "https://a.example/<b>", "a:\"", "a:\n",
        "a:{", "a:\\", "a:\xff", "a:`", "a:|", "a:^"})
    EXPECT_FALSE(IsIri(bad)) << bad;
}

TEST(Graph, WritesEachTripleOnceAndEscapesText) {
  Graph graph;
  const Term subject = Iri("https://a.example/s");
  graph.Add(subject, "rdf:type", Name("dcat:Dataset"));
  graph.Add(subject, "dct:title", Text("a \"b\" \\ c\n\t\x01 é", "en"));
  graph.Add(subject, "dct:title", Text("a \"b\" \\ c\n\t\x01 é", "en"));
  graph.Add(subject, "dct:issued", Typed("2026-01-01", "xsd:date"));
  const Term blank = graph.Blank();
  graph.Add(subject, "dct:publisher", blank);
  graph.Add(blank, "foaf:name", Text("</x> . <y>"));
  const std::string text = graph.Turtle();
  EXPECT_EQ(text.substr(text.find("\n<") + 1),
            "<https://a.example/s> a dcat:Dataset ;\n"
            "  dct:title \"a \\\"b\\\" \\\\ c\\n\\t\\u0001 é\"@en ;\n"
            "  dct:issued \"2026-01-01\"^^xsd:date ;\n"
            "  dct:publisher _:b0 .\n"
            "\n_:b0 foaf:name \"</x> . <y>\" .\n");
  const Json json = graph.JsonLd();
  EXPECT_EQ(json["@context"]["dcat"], "http://www.w3.org/ns/dcat#");
  EXPECT_EQ(json["@graph"][0],
            (Json{{"@id", "https://a.example/s"},
                  {"@type", {"dcat:Dataset"}},
                  {"dct:title", Json::array({{{"@value", "a \"b\" \\ c\n\t\x01 é"}, {"@language", "en"}}})},
                  {"dct:issued", Json::array({{{"@value", "2026-01-01"}, {"@type", "xsd:date"}}})},
                  {"dct:publisher", Json::array({{{"@id", "_:b0"}}})}}));
}

// What a contract that means ill could say.
catalogue::PublishedPtr Published(bool is_public = false) {
  catalogue::Published published;
  catalogue::Product& product = published.product;
  product.id = "lewisham/claims";
  product.name = "claims";
  product.title = "Claims \"> . <evil:x> a <evil:y> .";
  product.is_public = is_public;
  product.source.path = "/srv/secret/claims.csv";
  product.about.themes = {"SOCI"};
  product.about.tags = {"welfare\n"};
  product.about.licence = "not an <address>";
  product.about.team = {{"Olu", "data steward", "olu@lewisham.example"}, {"Bad", "", "x> . <evil:z"}};
  product.about.promises = {{"frequency", "1", "w", ""}};
  published.since = *ParseTime("2026-03-01");
  return std::make_shared<const catalogue::Published>(std::move(published));
}

std::string TurtleOf(const Offered& offered,
                     const std::vector<std::shared_ptr<const agreement::Agreement>>& agreements = {}) {
  return GraphOf({kSite, {offered}, agreements, *ParseTime("2026-07-01")}).Turtle();
}

TEST(GraphOf, SaysWhatHarvestersNeedAndNothingOfFiles) {
  const quality::Measured measured{.product = "lewisham/claims",
                                   .answer = "4f1c",
                                   .columns = {{"region", 0.95, 0.01}},
                                   .when = *ParseTime("2026-04-01")};
  const std::string text = TurtleOf({Published(), {}, measured});
  for (const char* part :
       {"<https://lewisham.example/catalogue> a dcat:Catalog",
        "<https://lewisham.example/catalogue#lewisham/claims>",
        "dct:title \"Claims \\\"> . <evil:x> a <evil:y> .\"",
        "<http://publications.europa.eu/resource/authority/data-theme/SOCI>", "dcat:keyword \"welfare\\n\"",
        "vcard:hasEmail <mailto:olu@lewisham.example>", "rdfs:label \"not an <address>\"",
        "/access-right/RESTRICTED>", "/frequency/WEEKLY>", "/distribution-status/COMPLETED>",
        "dct:modified \"2026-03-01T", "dqv:value \"0.9500\"^^xsd:double", "odrl:action odrl:derive",
        "odrl:action odrl:extract"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("secret"), std::string::npos);
  EXPECT_EQ(text.find("<evil:z"), std::string::npos);
}

TEST(GraphOf, FollowsAProductsLife) {
  const catalogue::Life deprecated{catalogue::Stage::kDeprecated, *ParseTime("2027-01-01"), ""};
  EXPECT_NE(TurtleOf({Published(), deprecated}).find("/distribution-status/DEPRECATED>"), std::string::npos);
  const std::string retired = TurtleOf({Published(true), {catalogue::Stage::kRetired, {}, ""}});
  EXPECT_NE(retired.find("/distribution-status/WITHDRAWN>"), std::string::npos);
  EXPECT_NE(retired.find("/access-right/PUBLIC>"), std::string::npos);
  EXPECT_EQ(retired.find("odrl:Offer"), std::string::npos);  // nothing more is offered
}

TEST(GraphOf, NamesBodiesOfAgreementsAndNoPerson) {
  const auto document = agreement::Joint();
  const std::string text = TurtleOf({Published(), {}}, {document});
  for (const char* part :
       {"a odrl:Agreement", "odrl:assigner <https://lewisham.example/catalogue#body/southwark>",
        "odrl:leftOperand odrl:purpose", "<https://w3id.org/dpv#"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  for (const std::string& analyst : document->analysts)
    EXPECT_EQ(text.find(analyst.substr(0, analyst.find('@')) + "@"), std::string::npos) << analyst;
}

TEST(OdcsOf, IsAContractThatIsReadAsTheSameProduct) {
  catalogue::Product product;
  product.id = "lewisham/claims";
  product.name = "claims";
  product.title = "Benefit claims";
  product.description = "Claims paid. Planning";
  product.about = {
      .purpose = "Claims paid",
      .usage = "Planning",
      .limitations = "",
      .domain = "welfare",
      .licence = "https://creativecommons.org/licenses/by/4.0/",
      .tags = {"income"},
      .themes = {"SOCI"},
      .team = {{"Benefits", "team", ""}, {"Olu", "steward", "olu@lewisham.example"}, {"x@y", "", "x@y"}},
      .support = {{"Desk", "email", "mailto:desk@lewisham.example"}},
      .promises = {{"frequency", "1", "d", ""}}};
  product.columns = {{.name = "nino", .source_name = "NI number"},
                     {.name = "region", .source_name = "region"},
                     {.name = "paid", .source_name = "paid"},
                     {.name = "day", .source_name = "day"}};
  product.columns[0].unit = true;
  product.columns[0].nullable = false;
  product.columns[1].domain = {Value("north"), Value("south")};
  product.columns[2].type = Type::kNumber;
  product.columns[2].range = catalogue::Range{0, 5000.5};
  product.columns[2].resolution = 0.01;
  product.columns[2].description = "In pounds";
  product.columns[3].type = Type::kDate;
  product.columns[3].range = catalogue::Range{0, 365};
  product.bounds = {.rows_per_unit = 12, .groups_per_unit = 4};
  product.people = 40'000;
  product.budget = {{10}, {1e-6}};
  Json json = OdcsOf(product, catalogue::Stage::kActive);
  EXPECT_FALSE(json.contains("servers"));
  json["servers"] =
      Json::array({{{"server", "files"}, {"type", "local"}, {"path", "claims.csv"}, {"format", "csv"}}});
  const auto again = catalogue::ParseContract(json.dump(2));
  ASSERT_TRUE(again) << catalogue::ContractError("claims", again.error()).message << "\n" << json.dump(2);
  EXPECT_EQ(catalogue::ToJson(again->product), catalogue::ToJson(product));
}

class LineageTest : public catalogue::CatalogueTest {};

TEST_F(LineageTest, TellsWhatCameOfWhatAndNothingSealed) {
  ASSERT_TRUE(PublishText(Visits()));
  const auto append = [this](const char* kind, Json body, std::optional<Json> secret = {}) {
    ASSERT_TRUE(ledger_->Append({.kind = kind, .body = std::move(body), .secret = std::move(secret)}));
  };
  append("charge", {{"question", "q1"},
                    {"product", "lewisham/visits"},
                    {"agreement", "study"},
                    {"document", "d"},
                    {"analyst", "ana@lewisham"},
                    {"measurements", Json::array()}});
  append(
      "release",
      {{"question", "q1"}, {"product", "lewisham/visits@1"}, {"agreement", "study"}, {"outcome", "answered"}},
      Json{{"text", "SELECT 1"}});
  append("release",
         {{"question", "q2"},
          {"product", "lewisham/visits@1"},
          {"agreement", "study"},
          {"outcome", "answered"},
          {"sealed_until", "2999-01-01T00:00:00.000Z"}},
         Json{{"text", "SELECT 2"}});
  append("release", {{"question", "q1"}, {"agreement", "study"}, {"outcome", "repeated"}});
  append(
      "release",
      {{"question", "q3"}, {"product", "lewisham/visits@1"}, {"agreement", "study"}, {"outcome", "failed"}});
  append("release", {{"question", "q4"},
                     {"product", "lewisham/visits@1"},
                     {"agreement", "joint"},
                     {"owners", {"camden", "lewisham"}},
                     {"outcome", "contributed"}});
  append("release", {{"question", "q4"},
                     {"agreement", "joint"},
                     {"owners", {"camden", "lewisham"}},
                     {"outcome", "answered"}});
  const auto lineage = LineageOf(*ledger_, kSite, 0, 100);
  ASSERT_TRUE(lineage);
  EXPECT_EQ(lineage->next, 8U);
  std::vector<std::string> said;
  std::istringstream lines(lineage->lines);
  for (std::string line; std::getline(lines, line);) {
    const Json event = Json::parse(line);
    const Json &inputs = event["inputs"], &outputs = event["outputs"];
    said.push_back(event["eventType"].get<std::string>() + " " + event["job"]["name"].get<std::string>() +
                   " " + (inputs.empty() ? "" : inputs[0]["name"].get<std::string>()) + " > " +
                   (outputs.empty() ? "" : outputs[0]["name"].get<std::string>()));
  }
  EXPECT_EQ(said, (std::vector<std::string>{
                      "START publish/lewisham/visits source/lewisham/visits > lewisham/visits",
                      "COMPLETE publish/lewisham/visits source/lewisham/visits > lewisham/visits",
                      "START ask/study lewisham/visits > ", "COMPLETE ask/study lewisham/visits > answer/q1",
                      "FAIL ask/study lewisham/visits > ", "COMPLETE ask/joint lewisham/visits > ",
                      "COMPLETE ask/joint  > answer/q4"}));
  for (const char* secret : {"ana", "SELECT", "visits.csv", "q2"})
    EXPECT_EQ(lineage->lines.find(secret), std::string::npos) << secret;
  // Page by page it is the same.
  std::string pages;
  for (std::uint64_t first = 0; first < 8;) {
    const auto page = *LineageOf(*ledger_, kSite, first, 2);
    pages += page.lines;
    first = page.next;
  }
  EXPECT_EQ(pages, lineage->lines);
  EXPECT_EQ(LineageOf(*ledger_, kSite, 99, 2)->lines, "");
}

}  // namespace
}  // namespace concordat::dcat
