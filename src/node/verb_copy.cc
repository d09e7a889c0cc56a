// Copies of other members' public products.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "fetch/fetch.h"
#include "node/copies.h"
#include "node/table.h"
#include "node/verb.h"

namespace concordat::node {
namespace {

constexpr std::size_t kLongest = catalogue::kLargestCopy + (std::size_t{1} << 20);
constexpr fetch::Limits kLimits{.timeout = std::chrono::minutes(10), .longest_body = kLongest};

// The owner's door, or whoever mirrors it: "https://data.cleveland.example", a whole address, or a file.
Result<std::string> BytesFrom(const std::string& from, const std::string& reference) {
  if (!from.starts_with("http://") && !from.starts_with("https://")) return ReadFile(from, kLongest);
  fetch::Url url = TRY(fetch::ParseUrl(from));
  if (url.path.empty()) url = url / "catalogue/copies" / reference;
  auto response = TRY(fetch::Get(url, kLimits));
  if (response.status == 200) return std::move(response.body);
  return Fail(response.status == 404 ? ErrorCode::kNotFound : ErrorCode::kUnavailable,
              fmt::format("{} answers {}", url.Text(), response.status),
              "check the address, and that its owner published this version");
}

Json CopyJson(const catalogue::Published& copy) {
  std::uint64_t bytes = 0;
  for (const engine::FileState& file : copy.files) bytes += file.bytes;
  const catalogue::Product& product = copy.product;
  return {{"product", product.id},
          {"version", product.version},
          {"revision", product.revision},
          {"title", product.title},
          {"bytes", bytes},
          {"sha256", copy.hashes},
          {"entry", copy.entry},
          {"since", FormatTime(copy.since)}};
}

Result<Reply> Fetch(Node& node, const Json& arguments, const Progress& progress) {
  const std::string reference = arguments.at("product");
  const std::string from = arguments.at("from");
  progress(fmt::format("fetching {} from {}", reference, from));
  const std::string bytes = TRY(BytesFrom(from, reference));
  const CopyOffer offer{reference, arguments.value("key", ""), arguments.value("by", "operator")};
  const auto taken = TRY(TakeCopy(node, offer, bytes));
  Json data = CopyJson(*taken.published);
  data["new"] = taken.is_new;
  std::string text = fmt::format(
      "{} {}, revision {}: {} bytes in {} {}\n", taken.is_new ? "copied" : "held already:", reference,
      taken.published->product.revision, data["bytes"].get<std::uint64_t>(), taken.published->files.size(),
      taken.published->files.size() == 1 ? "file" : "files");
  return Reply{std::move(text), Data(std::move(data))};
}

Result<Reply> Copies(Node& node, const Json&, const Progress&) {
  const auto lock = node.ledger().Share();
  std::vector<std::vector<std::string>> rows = {{"product", "revision", "bytes", "since", "title"}};
  Json data = Json::array();
  for (const auto& copy : node.catalogue().Copies()) {
    Json json = CopyJson(*copy);
    rows.push_back({copy->product.Reference(), std::to_string(copy->product.revision),
                    std::to_string(json["bytes"].get<std::uint64_t>()),
                    json["since"].get<std::string>().substr(0, 10),
                    Shortened(copy->product.title, kTitleCharacters)});
    data.push_back(std::move(json));
  }
  const std::string text = data.empty()
                               ? "no copies yet: concordat product fetch MEMBER/NAME@VERSION --from ADDRESS\n"
                               : FormatTable(rows);
  return Reply{text, Data(std::move(data))};
}

}  // namespace

std::vector<Verb> CopyVerbs() { return {{"product fetch", Fetch}, {"product copies", Copies}}; }

}  // namespace concordat::node
