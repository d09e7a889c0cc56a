// The catalogue as files, for harvesters that take files.
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "dcat/lineage.h"
#include "dcat/odcs.h"
#include "node/copies.h"
#include "node/exchange.h"
#include "node/holdings.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

constexpr std::uint64_t kAll = ~std::uint64_t{0};

// The ids of the products asked for.
Result<std::vector<std::string>> IdsOf(Node& node, const Json& arguments) {
  const auto lock = node.ledger().Share();
  std::vector<std::string> ids;
  for (const std::string& name : arguments.value("products", std::vector<std::string>{})) {
    const auto published = node.catalogue().Find(name);
    if (!published) return NoProduct(name);
    ids.push_back(published->product.id);
  }
  return ids;
}

std::string ContractsText(const dcat::Holdings& holdings) {
  Json contracts = Json::array();
  for (const dcat::Offered& offered : holdings.products)
    contracts.push_back(dcat::OdcsOf(offered.published->product, offered.life.At(holdings.now)));
  return (contracts.size() == 1 ? contracts[0] : contracts).dump(2) + "\n";
}

Result<std::string> TextOf(Node& node, const Json& arguments) {
  const std::string form = arguments.value("as", "turtle");
  const auto names = arguments.value("products", std::vector<std::string>{});
  if (form == "copy") {
    if (names.size() == 1 && arguments.contains("out")) return CopyOf(node, names[0]);
    return Fail(ErrorCode::kInvalidArgument, "a copy is of one product, and goes to a file",
                "say product export NAME --as copy --out FILE");
  }
  if (form == "lineage") return TRY(dcat::LineageOf(node.ledger(), SiteOf(node), 0, kAll)).lines;
  const std::vector<std::string> ids = TRY(IdsOf(node, arguments));
  const dcat::Holdings holdings = HoldingsOf(node, ids);
  if (holdings.products.size() < ids.size()) {
    return Fail(ErrorCode::kFailedPrecondition, "a draft is in no public catalogue",
                "publish its contract with 'status: active'");
  }
  if (form == "turtle") return GraphOf(holdings).Turtle();
  if (form == "json-ld") return GraphOf(holdings).JsonLd().dump(2) + "\n";
  if (form == "odcs") return ContractsText(holdings);
  return Fail(ErrorCode::kInvalidArgument, "'" + form + "' is not a form of the catalogue",
              "say --as turtle, json-ld, odcs, lineage or copy");
}

Result<Reply> ExportProduct(Node& node, const Json& arguments, const Progress&) {
  std::string text = TRY(TextOf(node, arguments));
  if (!arguments.contains("out")) return Reply{text, Data(Json{{"text", text}})};
  const std::string file = arguments["out"];
  TRY(WriteFileDurably(file, text, FileMode::kPublic));
  return Reply{"wrote " + file + "\n", Data(Json{{"file", file}, {"bytes", text.size()}})};
}

}  // namespace

std::vector<Verb> ExportVerbs() { return {{"product export", ExportProduct}}; }

}  // namespace concordat::node
