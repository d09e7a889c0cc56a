#include "node/door.h"

#include "node/federated.h"
#include "node/orders.h"
#include "node/tidings.h"
#include "node/views.h"

namespace concordat::node {
namespace {

constexpr Milliseconds kTellEvery{1'000};     // how far a question has come
constexpr Milliseconds kTellRoundEvery{250};  // and a fit, round by round

}  // namespace

Result<std::unique_ptr<Door>> Door::Open(Node& node) {
  auto catalogue = TRY(pgcatalog::Catalogue::Open());
  return std::unique_ptr<Door>(new Door(node, std::move(catalogue)));
}

std::optional<crypto::ScramVerifier> Door::FindVerifier(std::string_view analyst) {
  const auto lock = node_.ledger().Share();
  const auto* found = node_.agreements().FindAnalyst(analyst);
  if (found == nullptr) return {};
  return found->verifier;
}

Outcome<void> Door::Admit(const release::Caller& caller) { return node_.release().Admit(caller); }

Outcome<pgcatalog::Database> Door::DatabaseOf(const release::Caller& caller) const {
  TRY(node_.release().Admit(caller));
  pgcatalog::Database database{.name = caller.agreement,
                               .analyst = caller.analyst,
                               .description = {},
                               .tables = {},
                               .views = ViewsFor(node_, caller),
                               .others = {}};
  for (const auto& [table, product] : node_.federated().Tables(caller.agreement)) {
    if (!product->model) database.tables.push_back({table, product});
  }
  const auto lock = node_.ledger().Share();
  const std::string full = caller.analyst + "@" + node_.member();
  for (const auto& [name, standing] : node_.agreements().agreements()) {
    if (name != caller.agreement && standing.document->Names(full)) database.others.push_back(name);
  }
  const auto* standing = node_.agreements().Find(caller.agreement, node_.ledger().Now());
  if (standing != nullptr) database.description = standing->document->question;
  return database;
}

Outcome<pgwire::Description> Door::Describe(const release::Caller& caller, const std::string& text,
                                            const release::Settings& settings,
                                            const pgcatalog::Session& session) {
  const pgcatalog::Database database = TRY(DatabaseOf(caller));
  if (auto order = TRY(DescribeOrder(text))) return *std::move(order);
  if (pgcatalog::IsCatalogueQuestion(database, text)) return catalogue_->Describe(database, session, text);
  const auto described = TRY(node_.Describe(caller, {.text = text, .parameters = {}, .settings = settings}));
  return pgwire::Typed(described.columns, described.parameters);
}

Outcome<pgwire::Answer> Door::Ask(const release::Caller& caller, const release::Question& question,
                                  const pgcatalog::Session& session, const engine::Cancel& cancel,
                                  const pgwire::Notify& notify) {
  const auto database = DatabaseOf(caller);
  if (!database) node_.tally().CountDeclined(database.error());
  if (!database) return tl::unexpected(database.error());
  if (auto obeyed = TRY(Obey(node_, caller, question))) return *std::move(obeyed);
  if (!pgcatalog::IsCatalogueQuestion(*database, question.text)) {
    const bool fits = release::AsksForFit(question.text).value_or(false);
    Tidings tidings(fits ? kTellRoundEvery : kTellEvery, notify);
    return pgwire::Typed(
        TRY(node_.Ask(caller, question, cancel, [&](const std::string& stage) { tidings.Hear(stage); })));
  }
  auto answer = TRY(catalogue_->Ask(*database, session, question.text, question.parameters, &cancel));
  return pgwire::Answer{std::move(answer.columns), std::move(answer.rows), "", std::move(answer.settings)};
}

Outcome<std::vector<std::string>> Door::Explain(const release::Caller& caller,
                                                const release::Question& question) {
  return node_.Explain(caller, question);
}

}  // namespace concordat::node
