#include "pgwire/testing_backend.h"

#include <algorithm>
#include <thread>

#include "base/check.h"
#include "pgwire/oid.h"

namespace concordat::pgwire {
namespace {

bool Has(const std::string& text, const char* word) { return text.find(word) != std::string::npos; }

std::vector<Column> FixedColumns() {
  return {{"count", oid::kInt8}, {"sex", oid::kText}, {"average", oid::kFloat8},
          {"ok", oid::kBool},    {"day", oid::kDate}, {"at", oid::kTimestamp}};
}

int ParametersIn(const std::string& text) {
  int highest = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    if (text[i] == '$' && std::isdigit(static_cast<unsigned char>(text[i + 1]))) {
      highest = std::max(highest, text[i + 1] - '0');
    }
  }
  return highest;
}

Outcome<void> CheckText(const std::string& text) {
  const std::size_t star = text.find("patients.*");
  if (star == std::string::npos) return {};
  return Refuse("row_level_output", "every output column must be an aggregate or a declared group",
                "try SELECT count(*) FROM patients, or GROUP BY a column that has a domain", "42501",
                static_cast<int>(star));
}

std::shared_ptr<const catalogue::Product> Patients() {
  auto product = std::make_shared<catalogue::Product>();
  product->id = "cleveland/heart";
  product->name = "heart";
  product->description = "Patients seen";
  product->columns = {{.name = "sex", .type = Type::kText, .description = "as registered"},
                      {.name = "age", .type = Type::kInteger},
                      {.name = "chol", .type = Type::kNumber}};
  return product;
}

Answer Fixed(const release::Question& question) {
  Answer answer;
  answer.columns = FixedColumns();
  Value first = std::int64_t{42};
  if (!question.parameters.empty()) first = question.parameters[0];
  answer.rows.push_back({first, std::string("f"), 1.5, true, Date{20'780}, Timestamp{1'795'417'804'123'456}});
  answer.rows.push_back(Row(6, Null{}));
  return answer;
}

Answer Long(int rows, std::size_t width) {
  Answer answer;
  answer.columns = {{"n", oid::kInt8}, {"name", oid::kText}};
  for (int i = 0; i < rows; ++i) answer.rows.push_back({std::int64_t{i}, std::string(width, 'x')});
  return answer;
}

}  // namespace

TestingBackend::TestingBackend() {
  auto catalogue = pgcatalog::Catalogue::Open();
  CHECK(catalogue.has_value());
  catalogue_ = *std::move(catalogue);
  database_ = {.name = "heart-study",
               .analyst = "ana",
               .description = "Does cholesterol predict disease?",
               .tables = {{"patients", Patients()}},
               .views = {},
               .others = {}};
  OsRandom random;
  auto verifier = crypto::MakeScramVerifier("correct horse", random);
  CHECK(verifier.has_value());
  verifier_ = *std::move(verifier);
}

std::optional<crypto::ScramVerifier> TestingBackend::FindVerifier(std::string_view analyst) {
  if (analyst != "ana") return std::nullopt;
  return verifier_;
}

Outcome<void> TestingBackend::Admit(const release::Caller& caller) {
  if (caller.agreement == database_.name) return {};
  return Refuse("", "database \"" + caller.agreement + "\" does not exist", "", "3D000");
}

Outcome<Description> TestingBackend::Describe(const release::Caller&, const std::string& text,
                                              const release::Settings&, const pgcatalog::Session& session) {
  if (pgcatalog::IsCatalogueQuestion(database_, text)) return catalogue_->Describe(database_, session, text);
  TRY(CheckText(text));
  Description description{.columns = Has(text, "many") ? Long(0, 0).columns : FixedColumns(),
                          .parameters = {}};
  description.parameters.assign(static_cast<std::size_t>(ParametersIn(text)), oid::kInt8);
  return description;
}

Outcome<Answer> TestingBackend::Slow(const engine::Cancel& cancel) {
  ++running_;
  for (int i = 0; i < 3'000 && !cancel.requested(); ++i) std::this_thread::sleep_for(Milliseconds(10));
  --running_;
  if (cancel.requested()) ++cancelled_;
  return Refuse("", "the question was cancelled", "", "57014");
}

Outcome<Answer> TestingBackend::Ask(const release::Caller&, const release::Question& question,
                                    const pgcatalog::Session& session, const engine::Cancel& cancel,
                                    const Notify& notify) {
  if (pgcatalog::IsCatalogueQuestion(database_, question.text)) {
    pgcatalog::Answer answer = TRY(catalogue_->Ask(database_, session, question.text, question.parameters));
    return Answer{std::move(answer.columns), std::move(answer.rows), "", std::move(answer.settings)};
  }
  TRY(CheckText(question.text));
  ++asked_;
  if (Has(question.text, "told")) {
    notify("round 1");
    std::thread([&] { notify("round 2"); }).join();
  }
  for (int i = 0; i < 3'000 && Has(question.text, "chatty"); ++i) notify(std::string(10'000, 'x'));
  if (Has(question.text, "slow")) return Slow(cancel);
  Answer answer = Has(question.text, "many")   ? Long(10'000, 4)
                  : Has(question.text, "wide") ? Long(16, std::size_t{64} << 10)
                                               : Fixed(question);
  answer.notice = "charged epsilon 0.2 (8.1 of 10 left), answer 4f1c, receipt: concordat receipt 4f1c";
  return answer;
}

Outcome<std::vector<std::string>> TestingBackend::Explain(const release::Caller&,
                                                          const release::Question& question) {
  TRY(CheckText(question.text));
  return std::vector<std::string>{"bound   patients to 1 row", "charge  epsilon 0.2"};
}

}  // namespace concordat::pgwire
