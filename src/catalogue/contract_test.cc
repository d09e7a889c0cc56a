#include "catalogue/contract.h"

#include <gtest/gtest.h>

#include "base/file.h"

namespace concordat::catalogue {
namespace {

// The contract of interface.md.
constexpr char kClaims[] = R"(apiVersion: v3.1.0
kind: DataContract
id: lewisham/benefit-claims
name: benefit-claims
version: 1.0.0
status: active
domain: welfare
description: {purpose: Claims paid to residents, usage: Planning of support, limitations: Excludes appeals}
servers: [{server: files, type: local, path: claims/*.parquet, format: parquet}]
schema:
  - name: claims
    logicalType: object
    properties:
      - {name: nino, logicalType: string, physicalType: varchar, classification: restricted,
         customProperties: [{property: concordat.unit, value: true}]}
      - {name: region, logicalType: string, physicalType: varchar,
         customProperties: [{property: concordat.domain, value: [north, south, east, west]}]}
      - {name: amount, logicalType: number, physicalType: decimal,
         customProperties: [{property: concordat.range, value: [0, 5000]}, {property: concordat.resolution, value: 0.01}]}
customProperties:
  - {property: concordat.rows_per_unit, value: 12}
  - {property: concordat.groups_per_unit, value: 4}
  - {property: concordat.budget, value: {epsilon: 10, delta: 1.0e-6}}
)";

std::string With(const std::string& from, const std::string& to) {
  std::string text = kClaims;
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(ParseContract, ReadsTheContractOfTheInterface) {
  const auto contract = ParseContract(kClaims);
  ASSERT_TRUE(contract) << ContractError("claims", contract.error()).message;
  const Product& product = contract->product;
  EXPECT_EQ(product.id, "lewisham/benefit-claims");
  EXPECT_EQ(product.name, "benefit-claims");
  EXPECT_EQ(product.description, "Claims paid to residents. Planning of support. Excludes appeals");
  ASSERT_EQ(product.columns.size(), 3U);
  EXPECT_EQ(product.unit(), &product.columns[0]);
  EXPECT_EQ(product.columns[1].domain, (std::vector<Value>{Value("north"), Value("south"), Value("east"), Value("west")}));
  EXPECT_EQ(product.columns[2].range, (Range{0, 5000}));
  EXPECT_EQ(product.columns[2].resolution, 0.01);
  EXPECT_EQ(product.bounds.rows_per_unit, 12);
  EXPECT_EQ(product.bounds.groups_per_unit, 4);
  EXPECT_EQ(product.budget, (PrivacyBudget{{10}, {1e-6}}));
  EXPECT_EQ(product.source.format, engine::Format::kParquet);
}

TEST(ParseContract, ReadsTheSamples) {
  for (const char* name : {"adult", "fuel-poverty", "unpaid-care"}) {
    const auto text = ReadFile(std::string(CONCORDAT_SOURCE_DIR "/samples/") + name + ".odcs.yaml");
    ASSERT_TRUE(text);
    const auto contract = ParseContract(*text);
    EXPECT_TRUE(contract) << ContractError(name, contract.error()).message;
  }
}

TEST(ParseContract, NamesLineFieldAndRemedy) {
  const struct { const char* name; std::string text; int line; const char* what; const char* remedy; } cases[] = {
      {"kind", With("DataContract", "DataProduct"), 2, "kind: is not 'DataContract'", "kind: DataContract"},
      {"api", With("v3.1.0", "v9"), 1, "'v9' is not a version", "v3.1.0"},
      {"id", With("id: lewisham/benefit-claims", "id: claims"), 3, "is not MEMBER/NAME", "lewisham/benefit-claims"},
      {"unknown key", With("domain: welfare", "domian: welfare"), 7, "'domian' is not a key", "did you mean 'domain'?"},
      {"unknown column key", With("physicalType: decimal", "physicalTyp: decimal"), 18, "'physicalTyp'", "did you mean 'physicalType'?"},
      {"unknown property", With("concordat.range", "concordat.rnage"), 19, "'concordat.rnage' means nothing here", "did you mean 'concordat.range'?"},
      {"range swapped", With("[0, 5000]", "[5000, 0]"), 19, "the lower end is above", "swap"},
      {"range of one", With("[0, 5000]", "[5000]"), 19, "is not [LOWEST, HIGHEST]", "[0, 5000]"},
      {"range not numbers", With("[0, 5000]", "[0, lots]"), 19, "'lots' is not a number", "0.01"},
      {"range infinite", With("[0, 5000]", "[0, inf]"), 19, "'inf' is not a number", "0.01"},
      {"range of text", With("concordat.domain, value: [north, south, east, west]", "concordat.range, value: [0, 1]"), 17, "this type has no range", "domain"},
      {"domain twice", With("[north, south,", "[north, north,"), 17, "stands twice", "remove"},
      {"domain of number", With("concordat.range, value: [0, 5000]", "concordat.domain, value: [1.5]"), 19, "this type has no domain", "range"},
      {"two units", With("concordat.domain, value: [north, south, east, west]", "concordat.unit, value: true"), 16, "second privacy unit", "choose"},
      {"no unit", With("concordat.unit, value: true", "concordat.unit, value: false"), 1, "no column is the privacy unit", "concordat.unit: true"},
      {"no rows", With("  - {property: concordat.rows_per_unit, value: 12}\n", ""), 1, "concordat.rows_per_unit is missing", "say how many"},
      {"rows", With("value: 12", "value: 0"), 21, "'0' is not a whole number from 1", "write one"},
      {"no budget", With("  - {property: concordat.budget, value: {epsilon: 10, delta: 1.0e-6}}\n", ""), 1, "concordat.budget is missing", "add"},
      {"epsilon", With("epsilon: 10", "epsilon: 0"), 23, "epsilon: is not above 0", "10 is a usual choice"},
      {"delta", With("delta: 1.0e-6", "delta: 0.5"), 23, "delta: is not above 0 and below 0.01", "1.0e-6"},
      {"type", With("logicalType: number", "logicalType: money"), 18, "'money' is not a type", "string, integer, number"},
      {"column name", With("name: region", "name: Region Name"), 16, "'Region Name' is not a name", "physicalName"},
      {"name twice", With("name: region", "name: amount"), 18, "'amount' stands twice", "rename"},
      {"server type", With("type: local", "type: s3"), 9, "'s3' is not read here", "local"},
      {"server format", With("format: parquet", "format: xml"), 9, "'xml' is not read", "csv or parquet"},
      {"two servers", With("servers: [{", "servers: [{server: a, type: local, path: b}, {"), 9, "exactly one place", "write one"},
      {"not YAML", With("kind: DataContract", "kind: [DataContract"), 3, "not YAML", "mend the line"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto contract = ParseContract(c.text);
    ASSERT_FALSE(contract);
    const auto& problems = contract.error();
    const auto found = std::find_if(problems.begin(), problems.end(), [&](const Problem& p) { return p.what.find(c.what) != std::string::npos; });
    ASSERT_NE(found, problems.end()) << ContractError("claims", problems).message;
    EXPECT_NE(found->remedy.find(c.remedy), std::string::npos) << found->remedy;
    if (std::string(c.name) != "not YAML") EXPECT_EQ(found->line, c.line) << found->what;
  }
}

TEST(ParseContract, ListsEveryProblemAtOnce) {
  std::string text = With("[0, 5000]", "[5000, 0]");
  text.replace(text.find("value: 12"), 9, "value: 0 ");
  text.replace(text.find("epsilon: 10"), 11, "epsilon: -1");
  EXPECT_EQ(ParseContract(text).error().size(), 3U) << ContractError("x", ParseContract(text).error()).message;
}

TEST(ParseContract, SurvivesWhatIsNoContract) {
  for (const std::string& text : {std::string(), std::string("[]"), std::string("a"), std::string("\xFF"), std::string(2 << 20, ' '), std::string("&a [*a]"),
                           std::string(100'000, '['), std::string("schema: [[[[1]]]]"), std::string("customProperties: 3\nkind: {}\n"),
                           std::string("? [a, b]\n: c\n")}) {
    EXPECT_FALSE(ParseContract(text)) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace concordat::catalogue
