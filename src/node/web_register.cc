// The public register, for people and for programs, and each person's own page. Everything but that page is
// for everybody; a page of one's own needs the token in the form that asks for it, never in an address.
#include <charconv>
#include <nlohmann/json.hpp>

#include "node/web.h"
#include "transparency/feed.h"
#include "transparency/page.h"
#include "web/form.h"

namespace concordat::node {
namespace {

constexpr std::size_t kAskedOnPage = 50;
constexpr const char* kHtml = "text/html; charset=utf-8";
// No script, nothing from elsewhere, forms to this node alone.
constexpr const char* kPolicy =
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

web::Response Html(std::string body, unsigned status = 200, std::string cache = "no-cache") {
  return {.status = status,
          .type = kHtml,
          .body = std::move(body),
          .cache = std::move(cache),
          .headers = {{"Content-Security-Policy", kPolicy}}};
}

web::Response AsJson(const Json& json) {
  return {.type = "application/json", .body = json.dump() + "\n", .cache = "no-cache"};
}

transparency::Register RegisterOf(Node& node) {
  const auto lock = node.ledger().Share();
  return transparency::MakeRegister({node.agreements(), node.catalogue(), node.budgets(), node.uses()},
                                    node.ledger().Now());
}

// "before=1234"; none where it is not there. Errors: kInvalidArgument.
Result<std::optional<std::uint64_t>> Before(const std::map<std::string, std::string>& fields) {
  const auto field = fields.find("before");
  if (field == fields.end()) return std::nullopt;
  std::uint64_t before = 0;
  const std::string& text = field->second;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), before);
  if (error == std::errc{} && end == text.data() + text.size()) return before;
  return Fail(ErrorCode::kInvalidArgument, "'before' does not count entries",
              "copy the address of the next page whole");
}

web::Response ServeUse(Node& node, const web::Request& request) {
  const auto before = Before(request.target.query);
  if (!before) return web::Problem(before.error());
  const transparency::Register all = RegisterOf(node);
  const transparency::Use* use = all.Find(request.named.at("id"));
  if (use == nullptr)
    return web::Problem(404, "the register has no agreement with this id", "see /register for all of them");
  const auto asked = transparency::ReadAsked(node.ledger(), {.document = use->document->id, .products = {}},
                                             *before, kAskedOnPage);
  if (!asked) return web::Problem(asked.error());
  return Html(transparency::UsePage(all, *use, *asked));
}

web::Response ServeAsked(Node& node, const web::Request& request) {
  const auto before = Before(request.target.query);
  if (!before) return web::Problem(before.error());
  const auto document = request.target.query.find("agreement");
  const auto asked = transparency::ReadAsked(
      node.ledger(),
      {.document = document == request.target.query.end() ? "" : document->second, .products = {}}, *before,
      kAskedOnPage);
  return asked ? AsJson(transparency::ToJson(*asked)) : web::Problem(asked.error());
}

web::Response ServeFeed(Node& node) {
  auto feed = transparency::Feed(node.ledger(), node.member());
  if (!feed) return web::Problem(feed.error());
  return {.type = "application/atom+xml; charset=utf-8", .body = *std::move(feed), .cache = "no-cache"};
}

// What a person's token covers; the grant as it was, for the lock is not held while the page is written.
struct Bearer {
  std::string token;
  subject::Grant grant;
  std::vector<transparency::MyProduct> products;
};

std::optional<Bearer> BearerOf(Node& node, const std::string& token) {
  const auto lock = node.ledger().Share();
  const subject::Grant* grant = node.subjects().FindByToken(token, node.ledger().Now());
  if (grant == nullptr) return std::nullopt;
  Bearer bearer{.token = token, .grant = *grant, .products = {}};
  for (const auto& [product, unit] : grant->units) {
    const auto published = node.catalogue().Find(product);
    const auto objections = node.subjects().To(product);
    bearer.products.push_back({.id = product,
                               .about = published ? published->product.description : "",
                               .may_object = published && published->product.unit() != nullptr,
                               .objected = objections && objections->units.contains(unit),
                               .uses = {}});
  }
  return bearer;
}

bool Covers(const transparency::Use& use, const std::string& product) {
  return std::any_of(use.tables.begin(), use.tables.end(), [&](const transparency::UsedTable& table) {
    return table.product.starts_with(product + "@");
  });
}

web::Response Mine(Node& node, Bearer bearer, std::string said, std::optional<std::uint64_t> before = {}) {
  const transparency::Register all = RegisterOf(node);
  transparency::AskedFilter filter;
  for (transparency::MyProduct& product : bearer.products) {
    filter.products.insert(product.id);
    for (const auto* uses : {&all.in_force, &all.past}) {
      for (const transparency::Use& use : *uses) {
        if (Covers(use, product.id)) product.uses.push_back(&use);
      }
    }
  }
  auto asked = transparency::ReadAsked(node.ledger(), filter, before, kAskedOnPage);
  if (!asked) return web::Problem(asked.error());
  return Html(transparency::MinePage(all, {.token = std::move(bearer.token),
                                           .grant = &bearer.grant,
                                           .products = std::move(bearer.products),
                                           .asked = *std::move(asked),
                                           .said = std::move(said)}),
              200, "no-store");
}

web::Response UnknownToken(Node& node) {
  return Html(transparency::MineForm(node.member(), "This token is not known, or its time is over."), 403,
              "no-store");
}

web::Response ServeMine(Node& node, const web::Request& request) {
  const auto form = web::ParseForm(request.body);
  if (!form) return web::Problem(form.error());
  const auto before = Before(*form);
  if (!before) return web::Problem(before.error());
  const auto token = form->find("token");
  auto bearer = BearerOf(node, token == form->end() ? "" : token->second);
  return bearer ? Mine(node, *std::move(bearer), "", *before) : UnknownToken(node);
}

// The form's own words are checked as if anybody had made it.
web::Response ServeObjection(Node& node, const web::Request& request) {
  const auto form = web::ParseForm(request.body);
  if (!form) return web::Problem(form.error());
  const auto field = [&](const char* name) {
    const auto found = form->find(name);
    return found == form->end() ? std::string() : found->second;
  };
  const auto bearer = BearerOf(node, field("token"));
  if (!bearer) return UnknownToken(node);
  const auto unit = bearer->grant.units.find(field("product"));
  const bool objects = field("stand") == "object";
  if (unit == bearer->grant.units.end() || (!objects && field("stand") != "withdraw"))
    return web::Problem(400, "the form does not say what to object to", "send it as its page has it");
  const auto product = std::find_if(bearer->products.begin(), bearer->products.end(),
                                    [&](const auto& one) { return one.id == unit->first; });
  if (!product->may_object)
    return web::Problem(409, "these data name no one, so no one's rows can be left out", "ask the officer");
  const auto entered = subject::Enter(node.ledger(), node.subjects(),
                                      objects ? subject::Stand::kObject : subject::Stand::kWithdraw,
                                      unit->first, unit->second, "subject");
  if (!entered) return web::Problem(entered.error());
  const std::string said = !*entered ? entered->error().message + "."
                           : objects
                               ? "Your objection is on record: nothing about you is in any later answer."
                               : "Your objection is withdrawn.";
  auto now = BearerOf(node, field("token"));
  return now ? Mine(node, *std::move(now), said) : UnknownToken(node);
}

}  // namespace

std::vector<web::Route> RegisterRoutes(Node& node) {
  using transparency::Stylesheet;
  return {
      {"GET", transparency::kRegisterPath,
       [&node](const web::Request&) { return Html(transparency::RegisterPage(RegisterOf(node))); }},
      {"GET", transparency::kJsonPath,
       [&node](const web::Request&) { return AsJson(transparency::ToJson(RegisterOf(node))); }},
      {"GET", "/register/asked.json", [&node](const web::Request& r) { return ServeAsked(node, r); }},
      {"GET", transparency::kFeedPath, [&node](const web::Request&) { return ServeFeed(node); }},
      {"GET", transparency::kStylePath,
       [](const web::Request&) {
         return web::Response{
             .type = "text/css; charset=utf-8", .body = Stylesheet(), .cache = "max-age=3600"};
       }},
      {"GET", "/register/agreement/{id}", [&node](const web::Request& r) { return ServeUse(node, r); }},
      {"GET", transparency::kMinePath,
       [&node](const web::Request&) { return Html(transparency::MineForm(node.member(), "")); }},
      {"POST", transparency::kMinePath, [&node](const web::Request& r) { return ServeMine(node, r); }},
      {"POST", transparency::kObjectPath, [&node](const web::Request& r) { return ServeObjection(node, r); }},
  };
}

}  // namespace concordat::node
