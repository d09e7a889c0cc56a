// Commands about data products.
#include "command.h"

namespace concordat::cli {
namespace {

void AddQuality(CLI::App& group, Invocation& invocation) {
  Command(group, invocation, "quality", "product quality",
          "How new, valid and complete a product's rows are, as far as it is public",
          "product quality claims")
      .Text("name", "product", "name or member/name", true);
  Command(group, invocation, "measure", "product measure",
          "Have completeness measured whenever there are new rows, under a small agreement of its own",
          "product measure claims --basis dpv-gdpr:A6-1-e")
      .Text("name", "product", "name or member/name", true)
      .Text("--basis", "legal_basis", "The legal basis of measuring it")
      .Number("--epsilon", "epsilon", "What may be spent on it in all (default 1)")
      .Number("--each", "each", "What is spent on the rows of each revision (default 0.05)")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
}

void AddCopies(CLI::App& group, Invocation& invocation) {
  Command(group, invocation, "fetch", "product fetch",
          "Bring a copy of another member's public product here, for joins",
          "product fetch cleveland/wards@1 --from https://data.cleveland.example")
      .Text("name", "product", "member/name@version", true)
      .PathOrUrl("--from", "from", "The owner's address over HTTP, or a file from product export --as copy")
      .Text("--key", "key", "The owner's vkey (default: the one that agreements name)")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "copies", "product copies",
          "List the copies of other members' public products that are held here", "product copies");
}

void AddLife(CLI::App& group, Invocation& invocation) {
  Command(group, invocation, "deprecate", "product deprecate",
          "Warn everyone who uses a product that it will be retired on a day",
          "product deprecate claims --until 2027-04-01 --reason \"replaced by claims-2\"")
      .Text("name", "product", "name or member/name", true)
      .Text("--until", "until", "The day from which it answers nothing", true)
      .Text("--reason", "reason", "Why, and what replaces it: analysts and the public read it")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "activate", "product activate", "Take a deprecation back",
          "product activate claims")
      .Text("name", "product", "name or member/name", true)
      .Text("--reason", "reason", "Why")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "retire", "product retire",
          "End a product for good, from the next question on; its record and what it spent stay",
          "product retire claims --reason \"replaced by claims-2\"")
      .Text("name", "product", "name or member/name", true)
      .Text("--reason", "reason", "Why, and what replaces it: analysts and the public read it")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
}

}  // namespace

void AddProductCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "product", "Data products: publish a contract, look at what analysts see");
  Command(group, invocation, "publish", "product publish",
          "Validate a contract, profile its data, prove its bounds, publish",
          "product publish claims.odcs.yaml")
      .File("file", "The contract: ODCS 3.1.0 in YAML")
      .Path("--data", "data",
            "The folder that paths in the contract are relative to (default: the contract's)");
  Command(group, invocation, "show", "product show", "Print what analysts will see of a product",
          "product show claims")
      .Text("name", "product", "name, member/name, or member/name@version", true);
  Command(group, invocation, "list", "product list", "List products and versions", "product list");
  Command(group, invocation, "search", "product search",
          "Find products by words of title, description, columns, themes or owner",
          "product search \"income education\"")
      .Text("words", "words", "What to look for; beginnings of words will do", true);
  Command(group, invocation, "export", "product export",
          "Print the catalogue for harvesters: DCAT-AP with ODRL, contracts (ODCS), lineage (OpenLineage)",
          "product export --as turtle --out /srv/www/catalogue.ttl")
      .Texts("name", "products", "Only these products (not of lineage)")
      .Text("--as", "as",
            "turtle (default), json-ld, odcs, lineage; copy: a public product for other members")
      .Path("--out", "out", "Write to this file instead");
  AddCopies(group, invocation);
  AddQuality(group, invocation);
  AddLife(group, invocation);
}

}  // namespace concordat::cli
