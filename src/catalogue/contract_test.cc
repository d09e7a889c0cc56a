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
  EXPECT_EQ(product.columns[1].domain,
            (std::vector<Value>{Value("north"), Value("south"), Value("east"), Value("west")}));
  EXPECT_EQ(product.columns[2].range, (Range{0, 5000}));
  EXPECT_EQ(product.columns[2].resolution, 0.01);
  EXPECT_EQ(product.bounds.rows_per_unit, 12);
  EXPECT_EQ(product.bounds.groups_per_unit, 4);
  EXPECT_EQ(product.budget, (PrivacyBudget{{10}, {1e-6}}));
  EXPECT_EQ(product.source.format, engine::Format::kParquet);
}

TEST(ParseContract, ReadsWhetherPeopleAreElsewhereToo) {
  const auto stated = [](const std::string& value) {
    return ParseContract(With(
        "  - {property: concordat.rows_per_unit",
        "  - {property: concordat.holdings, value: " + value + "}\n  - {property: concordat.rows_per_unit"));
  };
  EXPECT_FALSE(ParseContract(kClaims)->product.disjoint);
  EXPECT_TRUE(stated("disjoint")->product.disjoint);
  EXPECT_FALSE(stated("overlapping")->product.disjoint);
  const auto wrong = stated("apart");
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error()[0].what.find("'apart' is not 'disjoint' or 'overlapping'"), std::string::npos);
}

TEST(ParseContract, ReadsTheKeyOfPublicData) {
  const auto key_of = [](const std::string& key) {
    return ParseContract(
        "apiVersion: v3.1.0\nkind: DataContract\nid: lewisham/wards\nversion: 1.0.0\nstatus: active\n"
        "servers: [{server: files, type: local, path: wards.csv, format: csv}]\n"
        "schema:\n  - name: wards\n    properties:\n      - {name: code, logicalType: string}\n"
        "      - {name: year, logicalType: integer}\n      - {name: share, logicalType: number}\n"
        "customProperties:\n  - {property: concordat.public, value: true}\n"
        "  - {property: concordat.key, value: " +
        key + "}\n");
  };
  const auto read = key_of("[year, code]");
  ASSERT_TRUE(read) << ContractError("wards", read.error()).message;
  EXPECT_EQ(read->product.key, (std::vector<std::size_t>{1, 0}));
  const struct {
    const char* key;
    const char* what;
  } cases[] = {{"code", "is not a list of columns"},
               {"[]", "is not a list of columns"},
               {"[ward]", "'ward' is not a column"},
               {"[share]", "numbers are not compared for being equal"},
               {"[code, code]", "'code' stands twice"}};
  for (const auto& c : cases) {
    SCOPED_TRACE(c.key);
    const auto wrong = key_of(c.key);
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error()[0].what.find(c.what), std::string::npos) << wrong.error()[0].what;
  }
}

TEST(ParseContract, ReadsTheSamples) {
  for (const char* name : {"adult", "fuel-poverty", "unpaid-care", "schooling", "deprivation"}) {
    const auto text = ReadFile(std::string(CONCORDAT_SOURCE_DIR "/samples/") + name + ".odcs.yaml");
    ASSERT_TRUE(text);
    const auto contract = ParseContract(*text);
    EXPECT_TRUE(contract) << ContractError(name, contract.error()).message;
  }
}

TEST(ParseContract, ReadsWhatItSaysForPeople) {
  const auto contract = ParseContract(With("domain: welfare\n", R"(domain: welfare
tags: [benefits, income]
team:
  name: Benefits service
  members:
    - {username: olu@lewisham.example, name: Olu Adeyemi, role: data steward}
    - {username: ben@lewisham.example, dateOut: 2026-01-31}
support: [{channel: Data desk, tool: email, url: 'mailto:data@lewisham.example'}]
slaProperties: [{property: frequency, value: 1, unit: d}]
)"));
  ASSERT_TRUE(contract) << ContractError("claims", contract.error()).message;
  const About& about = contract->product.about;
  EXPECT_EQ(about.purpose, "Claims paid to residents");
  EXPECT_EQ(about.usage, "Planning of support");
  EXPECT_EQ(about.limitations, "Excludes appeals");
  EXPECT_EQ(WordsOf(about), (std::vector<std::string>{"welfare", "benefits", "income"}));
  EXPECT_EQ(about.team, (std::vector<Contact>{{"Benefits service", "team", ""},
                                              {"Olu Adeyemi", "data steward", "olu@lewisham.example"}}));
  EXPECT_EQ(about.support, (std::vector<Contact>{{"Data desk", "email", "mailto:data@lewisham.example"}}));
  EXPECT_EQ(about.promises, (std::vector<Promise>{{"frequency", "1", "d", ""}}));
  EXPECT_EQ(AboutFrom(ToJson(about)), about);
  EXPECT_FALSE(contract->product.is_draft);
  EXPECT_TRUE(ParseContract(With("status: active", "status: proposed"))->product.is_draft);
}

TEST(ParseContract, NamesLineFieldAndRemedy) {
  const struct {
    const char* name;
    std::string text;
    int line;
    const char* what;
    const char* remedy;
  } cases[] = {
      {"kind", With("DataContract", "DataProduct"), 2, "kind: is not 'DataContract'", "kind: DataContract"},
      {"api", With("v3.1.0", "v9"), 1, "'v9' is not a version", "v3.1.0"},
      {"id", With("id: lewisham/benefit-claims", "id: claims"), 3, "is not MEMBER/NAME",
       "lewisham/benefit-claims"},
      {"unknown key", With("domain: welfare", "domian: welfare"), 7, "'domian' is not a key",
       "did you mean 'domain'?"},
      {"unknown column key", With("physicalType: decimal", "physicalTyp: decimal"), 18, "'physicalTyp'",
       "did you mean 'physicalType'?"},
      {"unknown property", With("concordat.range", "concordat.rnage"), 19,
       "'concordat.rnage' means nothing here", "did you mean 'concordat.range'?"},
      {"range swapped", With("[0, 5000]", "[5000, 0]"), 19, "the lower end is above", "swap"},
      {"range of one", With("[0, 5000]", "[5000]"), 19, "is not [LOWEST, HIGHEST]", "[0, 5000]"},
      {"range not numbers", With("[0, 5000]", "[0, lots]"), 19, "'lots' is not a number", "0.01"},
      {"range infinite", With("[0, 5000]", "[0, inf]"), 19, "'inf' is not a number", "0.01"},
      {"range of text",
       With("concordat.domain, value: [north, south, east, west]", "concordat.range, value: [0, 1]"), 17,
       "this type has no range", "domain"},
      {"domain twice", With("[north, south,", "[north, north,"), 17, "stands twice", "remove"},
      {"domain of number", With("concordat.range, value: [0, 5000]", "concordat.domain, value: [1.5]"), 19,
       "this type has no domain", "range"},
      {"two units",
       With("concordat.domain, value: [north, south, east, west]", "concordat.unit, value: true"), 16,
       "second privacy unit", "choose"},
      {"no unit", With("concordat.unit, value: true", "concordat.unit, value: false"), 1,
       "no column is the privacy unit", "concordat.unit: true"},
      {"no rows", With("  - {property: concordat.rows_per_unit, value: 12}\n", ""), 1,
       "concordat.rows_per_unit is missing", "say how many"},
      {"rows", With("value: 12", "value: 0"), 21, "'0' is not a whole number from 1", "write one"},
      {"no budget", With("  - {property: concordat.budget, value: {epsilon: 10, delta: 1.0e-6}}\n", ""), 1,
       "concordat.budget is missing", "add"},
      {"epsilon", With("epsilon: 10", "epsilon: 0"), 23, "epsilon: is not above 0", "10 is a usual choice"},
      {"delta", With("delta: 1.0e-6", "delta: 0.5"), 23, "delta: is not above 0 and below 0.01", "1.0e-6"},
      {"type", With("logicalType: number", "logicalType: money"), 18, "'money' is not a type",
       "string, integer, number"},
      {"column name", With("name: region", "name: Region Name"), 16, "'Region Name' is not a name",
       "physicalName"},
      {"name twice", With("name: region", "name: amount"), 18, "'amount' stands twice", "rename"},
      {"server type", With("type: local", "type: s3"), 9, "'s3' is not read here", "local"},
      {"server format", With("format: parquet", "format: xml"), 9, "'xml' is not read", "csv or parquet"},
      {"two servers", With("servers: [{", "servers: [{server: a, type: local, path: b}, {"), 9,
       "exactly one place", "write one"},
      {"status", With("status: active", "status: retired"), 6,
       "a contract that is 'retired' is not published", "status: active"},
      {"theme", With("status: active", "status: active\ntags: welfare"), 7, "tags: is not a list", "[one"},
      {"team", With("status: active", "status: active\nteam: [{name: Olu}]"), 7, "username", "username: …"},
      {"promise", With("status: active", "status: active\nslaProperties: [{property: latency}]"), 7, "value",
       "value: 1"},
      {"no servers",
       With("servers: [{server: files, type: local, path: claims/*.parquet, format: parquet}]\n", ""), 1,
       "servers: does not name exactly one", "write one"},
      {"delimiter as a key", With("format: parquet", "format: csv, delimiter: ;"), 9,
       "'delimiter' is not a key of ODCS", "remove it"},
      {"other keys of a property",
       With("concordat.groups_per_unit, value: 4", "concordat.groups_per_unit, value: 4, valeu: 5"), 22,
       "'valeu' is not a key", "did you mean 'value'?"},
      {"nulls of parquet",
       With("format: parquet", "format: parquet, customProperties: [{property: concordat.null, value: [x]}]"),
       9, "'concordat.null' means nothing here", "see docs"},
      {"long delimiter",
       With("format: parquet",
            "format: csv, customProperties: [{property: concordat.delimiter, value: ';;'}]"),
       9, "concordat.delimiter: is not one character", "';'"},
      {"path of a database",
       With("type: local, path: claims/*.parquet, format: parquet", "type: duckdb, path: x"), 9,
       "'path' is not a key", "remove it"},
      {"database without file", With("type: local, path: claims/*.parquet, format: parquet", "type: duckdb"),
       9, "database: is missing", "FILE.duckdb"},
      {"delta and people",
       With("customProperties:\n  - {property: concordat.rows",
            "customProperties:\n  - {property: concordat.people, value: 1000000}\n  - {property: "
            "concordat.rows"),
       24, "delta: is not below one over concordat.people", "write less"},
      {"public with a unit",
       With(
           "customProperties:\n  - {property: concordat.rows",
           "customProperties:\n  - {property: concordat.public, value: true}\n  - {property: concordat.rows"),
       21, "a public product has no privacy unit", "remove"},
      {"key of people",
       With("customProperties:\n  - {property: concordat.rows",
            "customProperties:\n  - {property: concordat.key, value: [region]}\n  - {property: "
            "concordat.rows"),
       21, "only public data has a key", "remove it"},
      {"public with a budget",
       With(
           "customProperties:\n  - {property: concordat.rows",
           "customProperties:\n  - {property: concordat.public, value: true}\n  - {property: concordat.rows"),
       24, "concordat.budget: a public product has none", "remove"},
      {"property twice",
       With("  - {property: concordat.groups_per_unit, value: 4}",
            "  - {property: concordat.rows_per_unit, value: 4}"),
       22, "'concordat.rows_per_unit' stands twice", "remove one"},
      {"property without value", With("concordat.groups_per_unit, value: 4", "concordat.groups_per_unit"), 22,
       "has no value", "add it"},
      {"domain of nothing", With("[north, south,", "[north, ,"), 17, "is empty", "NULL belongs"},
      {"domain beyond the range",
       With("logicalType: number, physicalType: decimal,\n         customProperties: [{property: "
            "concordat.range, value: [0, 5000]}",
            "logicalType: integer,\n         customProperties: [{property: concordat.domain, value: [7000]}, "
            "{property: concordat.range, value: [0, 5000]}"),
       19, "lies outside concordat.range", "widen"},
      {"resolution of text",
       With("{property: concordat.domain, value: [north, south, east, west]}",
            "{property: concordat.resolution, value: 1}"),
       17, "this type has no resolution", "remove"},
      {"unit that is a number", With("name: nino, logicalType: string", "name: nino, logicalType: number"),
       15, "names nobody", "string or an integer"},
      {"column twice under two names", With("name: region,", "name: region, physicalName: NINO,"), 16,
       "'NINO' of the file is published twice", "once"},
      {"key twice", With("domain: welfare", "status: active"), 7, "'status' stands twice", "mend the line"},
      {"alias", With("name: benefit-claims\n", "name: &a benefit-claims\ntenant: *a\n"), 5,
       "aliases are not read", "mend the line"},
      {"tag", With("name: benefit-claims\n", "name: !!str benefit-claims\n"), 4, "tags are not read",
       "mend the line"},
      {"zero byte", With("name: benefit-claims\n", "name: \"benefit\\0claims\"\n"), 4, "control characters",
       "mend the line"},
      {"two documents", With("status: active", "status: active\n---\nkind: x"), 7, "more than one document",
       "mend the line"},
      {"not YAML", With("kind: DataContract", "kind: [DataContract"), 3, "cannot be read", "mend the line"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto contract = ParseContract(c.text);
    ASSERT_FALSE(contract);
    const auto& problems = contract.error();
    const auto found = std::find_if(problems.begin(), problems.end(), [&](const Problem& p) {
      return p.what.find(c.what) != std::string::npos;
    });
    ASSERT_NE(found, problems.end()) << ContractError("claims", problems).message;
    EXPECT_NE(found->remedy.find(c.remedy), std::string::npos) << found->remedy;
    EXPECT_EQ(found->line, c.line) << found->what;
  }
}

TEST(ParseContract, ListsEveryProblemAtOnce) {
  std::string text = With("[0, 5000]", "[5000, 0]");
  text.replace(text.find("value: 12"), 9, "value: 0 ");
  text.replace(text.find("epsilon: 10"), 11, "epsilon: -1");
  EXPECT_EQ(ParseContract(text).error().size(), 3U)
      << ContractError("x", ParseContract(text).error()).message;
}

TEST(ParseContract, ReadsWhereRowsLie) {
  const struct {
    const char* name;
    const char* server;
    engine::Source source;
  } cases[] = {
      {"csv",
       "type: local, path: a.csv",
       {.format = engine::Format::kCsv, .path = "a.csv", .table = "claims"}},
      {"csv by its terms",
       "type: local, path: a.txt, format: csv, customProperties: [{property: concordat.delimiter, value: "
       "'|'}, {property: "
       "concordat.null, value: ['?', NA]}, {property: concordat.trim, value: true}]",
       {.format = engine::Format::kCsv,
        .path = "a.txt",
        .table = "claims",
        .delimiter = '|',
        .trim = true,
        .null_texts = {"?", "NA"}}},
      {"parquet by its name",
       "type: local, path: x/*.parquet",
       {.format = engine::Format::kParquet, .path = "x/*.parquet", .table = "claims"}},
      {"duckdb",
       "type: duckdb, database: a.duckdb, schema: care",
       {.format = engine::Format::kDuckdb, .path = "a.duckdb", .table = "claims", .schema = "care"}},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.name);
    const auto contract =
        ParseContract(With("type: local, path: claims/*.parquet, format: parquet", c.server));
    ASSERT_TRUE(contract) << ContractError("claims", contract.error()).message;
    EXPECT_EQ(contract->product.source, c.source);
  }
}

TEST(ParseContract, ShowsFiftyProblemsAndCountsTheRest) {
  std::string keys;
  for (int i = 0; i < 80; ++i) keys += "wrong" + std::to_string(i) + ": 1\n";
  const Error error = ContractError("x", ParseContract(kClaims + keys).error());
  EXPECT_NE(error.message.find("and 30 more"), std::string::npos) << error.message;
}

TEST(ParseContract, RefusesWhatNoEntryHolds) {
  std::string domain = "north";
  for (int i = 0; i < 9'000; ++i) domain += ", place" + std::to_string(i);
  const auto contract = ParseContract(With("north, south, east, west", domain));
  ASSERT_FALSE(contract);
  EXPECT_NE(contract.error()[0].what.find("more than 60 kB"), std::string::npos);
}

TEST(ParseContract, SurvivesWhatIsNoContract) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("a"), std::string("\xFF"), std::string(2 << 20, ' '),
        std::string("&a [*a]"), std::string(100'000, '['), std::string("schema: [[[[1]]]]"),
        std::string("customProperties: 3\nkind: {}\n"), std::string("? [a, b]\n: c\n"), std::string(","),
        std::string("a: &a [*a, *a]"), std::string("- - - - -"), std::string("{a: 1, a: 2}"),
        std::string("!!binary x"), std::string("%YAML 9.9\n---\n")}) {
    EXPECT_FALSE(ParseContract(text)) << text.substr(0, 40);
  }
}

}  // namespace
}  // namespace concordat::catalogue
