#include "dcat/lineage.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "crypto/hash.h"
#include "ledger/body.h"
#include "ledger/charge.h"
#include "ledger/seal.h"

namespace concordat::dcat {
namespace {

using ledger::TextIn;

constexpr std::uint64_t kAtOnce = 256;
constexpr const char* kSpecification = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent";
constexpr const char* kSchemaFacet =
    "https://openlineage.io/spec/facets/1-2-0/SchemaDatasetFacet.json#/$defs/SchemaDatasetFacet";
constexpr const char* kVersionFacet =
    "https://openlineage.io/spec/facets/1-0-1/DatasetVersionDatasetFacet.json#/$defs/"
    "DatasetVersionDatasetFacet";

// A UUID of what names the run: version 8 of RFC 9562, section 5.8, over a hash.
std::string RunId(const std::string& name) {
  auto hash = crypto::Sha256(AsBytes("concordat/run/1\n" + name));
  hash[6] = static_cast<std::uint8_t>((hash[6] & 0x0FU) | 0x80U);
  hash[8] = static_cast<std::uint8_t>((hash[8] & 0x3FU) | 0x80U);
  const std::string hex = ToHex(hash).substr(0, 32);
  return fmt::format("{}-{}-{}-{}-{}", hex.substr(0, 8), hex.substr(8, 4), hex.substr(12, 4),
                     hex.substr(16, 4), hex.substr(20));
}

class Writer {
 public:
  explicit Writer(const Site& site) : site_(site), space_("concordat://" + site.member) {}

  void Published(const ledger::Entry& entry) {
    const std::string product = TextIn(entry.body, "id");
    const std::string run = fmt::format("{} {}", space_, entry.index);
    Json fields = Json::array();
    for (const Json& column : entry.body.value("columns", Json::array()))
      fields.push_back({{"name", TextIn(column, "name")}, {"type", TextIn(column, "type")}});
    const std::string version = fmt::format("{}.{}", entry.body.value("version", std::int64_t{0}),
                                            entry.body.value("revision", std::int64_t{0}));
    Json output = Dataset(product);
    output["facets"] = {{"schema", Facet(kSchemaFacet, {{"fields", std::move(fields)}})},
                        {"version", Facet(kVersionFacet, {{"datasetVersion", version}})}};
    for (const char* type : {"START", "COMPLETE"}) {
      Json event = Event(entry, type, run, "publish/" + product);
      event["inputs"] = Json::array({Dataset("source/" + product)});
      event["outputs"] = Json::array({output});
      Write(event);
    }
  }

  void Charged(const ledger::Entry& entry) {
    Json event =
        Event(entry, "START", TextIn(entry.body, "question"), "ask/" + TextIn(entry.body, "agreement"));
    event["inputs"] = Json::array({Dataset(TextIn(entry.body, "product"))});
    event["run"]["facets"]["concordat"]["measurements"] = entry.body.value("measurements", Json::array());
    Write(event);
  }

  // An owner's part in a question of several members has no answer; the node that asked, which has it, names
  // no product: owners do.
  void Released(const ledger::Entry& entry) {
    const std::string question = TextIn(entry.body, "question"), product = TextIn(entry.body, "product"),
                      outcome = TextIn(entry.body, "outcome");
    Json event = Event(entry, outcome == "failed" ? "FAIL" : "COMPLETE", question,
                       "ask/" + TextIn(entry.body, "agreement"));
    if (!product.empty()) event["inputs"] = Json::array({Dataset(product.substr(0, product.find('@')))});
    if (outcome == "answered") event["outputs"] = Json::array({Dataset("answer/" + question)});
    Write(event);
  }

  std::string Take() && { return std::move(lines_); }

 private:
  Json Dataset(const std::string& name) const { return {{"namespace", space_}, {"name", name}}; }
  Json Facet(const std::string& schema, Json facet) const {
    facet["_producer"] = site_.web;
    facet["_schemaURL"] = schema;
    return facet;
  }
  Json Event(const ledger::Entry& entry, const char* type, const std::string& run,
             const std::string& job) const {
    Json facet = {{"entry", entry.index}};
    if (const std::string document = TextIn(entry.body, "document"); !document.empty())
      facet["document"] = document;
    return {
        {"eventType", type},
        {"eventTime", FormatTime(entry.time)},
        {"producer", site_.web},
        {"schemaURL", kSpecification},
        {"run",
         {{"runId", RunId(run)},
          {"facets", {{"concordat", Facet(site_.web + "/catalogue/lineage-facet.json", std::move(facet))}}}}},
        {"job", {{"namespace", space_}, {"name", job}}},
        {"inputs", Json::array()},
        {"outputs", Json::array()}};
  }
  void Write(const Json& event) {
    lines_ += event.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  }

  const Site& site_;
  std::string space_, lines_;
};

// Until then no more is told than the charge, which is on the public ledger, tells.
bool IsSealed(const ledger::Entry& entry, Time now) {
  const auto until = ledger::SealedUntil(entry.body);
  return !until || (*until && **until > now);
}

void WriteEntry(Writer& writer, const ledger::Entry& entry, Time now) {
  if (entry.kind == ledger::kind::kProductPublished) {
    if (!entry.body.value("draft", false)) writer.Published(entry);
  } else if (ledger::RoundOf(entry.body) > 1 && entry.kind == ledger::kind::kCharge) {
    // A fit is one run, told of where it ends: its owner's numbers left in its last round as in all before.
  } else if (entry.kind == ledger::kind::kCharge) {
    writer.Charged(entry);
  } else if (entry.kind == ledger::kind::kRelease && !IsSealed(entry, now)) {
    const std::string outcome = TextIn(entry.body, "outcome");
    if (outcome == "answered" || outcome == "contributed" || outcome == "failed") writer.Released(entry);
  }
}

}  // namespace

Result<Lineage> LineageOf(const ledger::Ledger& ledger, const Site& site, std::uint64_t first,
                          std::uint64_t most) {
  const Time now = ledger.Now();
  const std::uint64_t size = ledger.Head().size;
  Lineage lineage{.lines = {}, .next = std::min(first, size)};
  const std::uint64_t end = most < size - lineage.next ? lineage.next + most : size;
  Writer writer(site);
  while (lineage.next < end) {
    const auto entries = TRY(ledger.Read(lineage.next, std::min(kAtOnce, end - lineage.next)));
    for (const ledger::Entry& entry : entries) WriteEntry(writer, entry, now);
    lineage.next += entries.size();
  }
  lineage.lines = std::move(writer).Take();
  return lineage;
}

Json LineageFacetSchema(const Site& site) {
  const Json text = {{"type", "string"}};
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"},
          {"$id", site.web + "/catalogue/lineage-facet.json"},
          {"type", "object"},
          {"description", "The ledger's record of a run: entry, agreement's document, what was measured"},
          {"properties",
           {{"_producer", text},
            {"_schemaURL", text},
            {"entry", {{"type", "integer"}}},
            {"document", text},
            {"measurements", {{"type", "array"}, {"items", {{"type", "object"}}}}}}},
          {"required", {"_producer", "_schemaURL", "entry"}}};
}

}  // namespace concordat::dcat
