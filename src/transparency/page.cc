#include "transparency/page.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "transparency/html.h"
#include "transparency/words.h"

namespace concordat::transparency {
namespace {

using Rows = std::vector<std::vector<std::string>>;

std::string Minute(Time time) {
  const std::string text = FormatTime(time);
  return text.substr(0, 10) + " " + text.substr(11, 5);
}
std::string Capital(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
  return text;
}

std::string Listed(const std::vector<std::string>& names) {
  return fmt::format("{}", fmt::join(names, ", "));
}

// Share of a table's budget that is used, in words that need no mathematics, and with whom. A product that is
// in several tables of the agreement has one budget for all of them.
std::string UsedText(const Use& use, const UsedTable& table) {
  const ledger::LevelState& budget = *table.budget;
  const double limit = budget.limit.epsilon.value;
  if (limit == 0) return "none: nothing that needs one is allowed";
  const std::string used = fmt::format("{:.0f}% used ({:.3g} of ε\u00a0{:.3g})",
                                       100 * budget.spent.value / limit, budget.spent.value, limit);
  const auto tables = std::count_if(use.tables.begin(), use.tables.end(),
                                    [&](const UsedTable& other) { return other.product == table.product; });
  if (table.together.empty() || tables > 1) return used;
  return used + ", by questions that were answered together with " + Listed(table.together);
}

Html Begin(const std::string& member, const std::string& title) {
  Html html;
  html.Open("html", {{"lang", "en"}}).Open("head").Open("meta", {{"charset", "utf-8"}});
  html.Open("meta", {{"name", "viewport"}, {"content", "width=device-width, initial-scale=1"}});
  html.Element("title", title + " – " + member);
  html.Open("link", {{"rel", "stylesheet"}, {"href", kStylePath}});
  html.Open("link", {{"rel", "alternate"},
                     {"type", "application/atom+xml"},
                     {"title", "Changes of the register"},
                     {"href", kFeedPath}});
  html.Close("head").Open("body");
  html.Element("a", "Skip to the content", {{"class", "skip"}, {"href", "#content"}});
  html.Open("header").Open("nav", {{"aria-label", "Register"}});
  html.Element("a", "Register of " + member, {{"href", kRegisterPath}});
  html.Element("a", "Data about me", {{"href", kMinePath}});
  html.Element("a", "Feed", {{"href", kFeedPath}}).Element("a", "JSON", {{"href", kJsonPath}});
  html.Close("nav").Close("header").Open("main", {{"id", "content"}}).Element("h1", title);
  return html;
}

std::string End(Html html) {
  html.Close("main").Open("footer").Open("p");
  html.Text(
      "Everything here is on a record that nobody can rewrite. Anyone can check it with tools of their own: "
      "the record is served under /ledger as c2sp.org/tlog-tiles describes.");
  html.Close("p").Close("footer").Close("body").Close("html");
  return "<!doctype html>\n" + std::move(html).Take();
}

std::string CountsText(const Use& use) {
  const Counts& counts = use.counts;
  std::string text = fmt::format("{} asked", counts.asked);
  if (counts.together == 0) text += fmt::format(", {} answered", counts.answered);
  if (counts.together > 0 && counts.answered > 0) text += fmt::format(", {} answered alone", counts.answered);
  if (counts.together > 0)
    text += fmt::format(", {} answered together with {}", counts.together, Listed(use.together()));
  if (counts.failed > 0) text += fmt::format(", {} failed", counts.failed);
  if (counts.repeated > 0) text += fmt::format(", {} given again from the store", counts.repeated);
  if (counts.last) text += ", the last on " + FormatDay(*counts.last);
  return text;
}

// What leaves, in words that need no mathematics: exact models too are made of everybody's rows.
std::string ProtectionText(const agreement::Protection& protection) {
  if (protection.mode != agreement::Mode::kThreshold)
    return "Statistics with noise added, which hides whether any one person is in the data";
  return fmt::format(
      "Statistical models of all rows together, exact and without noise; nothing that fewer than {} rows, or "
      "{} in a group, stand behind",
      protection.disclosure.minimum_rows, protection.disclosure.minimum_cell);
}

// What an agreement is, in short: on the list and above its own page.
std::vector<std::pair<std::string, std::string>> TermsOf(const Use& use) {
  const agreement::Agreement& document = *use.document;
  std::vector<std::string> parties;
  for (const auto& [party, key] : document.parties) parties.push_back(party);
  std::vector<std::pair<std::string, std::string>> terms = {
      {"Purpose", Capital(PurposeInWords(document.purpose))},
      {"Legal basis", Capital(BasisInWords(document.legal_basis))},
      {"Who may ask", Listed(use.bodies)},
      {"What they get", ProtectionText(document.protection)},
      {"Parties", Listed(parties)},
      {"Valid", fmt::format("from {} until {}", FormatDay(document.from), FormatDay(document.until))},
      {"Questions", CountsText(use)}};
  for (const UsedTable& table : use.tables) {
    const std::string what = table.about.empty() ? table.product : table.about + " (" + table.product + ")";
    terms.emplace_back("Data: " + table.name, what);
    if (table.budget) terms.emplace_back("Privacy budget: " + table.name, UsedText(use, table));
  }
  return terms;
}

void AddUse(Html& html, const Use& use) {
  html.Open("article").Open("h3");
  html.Element("a", use.document->name, {{"href", UsePath(use.document->id)}});
  html.Text(" ").Element("span", use.state, {{"class", "state"}}).Close("h3");
  html.Element("p", use.document->question).Terms(TermsOf(use)).Close("article");
}

void AddUses(Html& html, const std::string& head, const std::vector<Use>& uses, const std::string& none) {
  html.Open("section").Element("h2", head);
  if (uses.empty()) html.Element("p", none);
  for (const Use& use : uses) AddUse(html, use);
  html.Close("section");
}

void AddTotals(Html& html, const std::string& caption, const std::string& of,
               const std::vector<Total>& totals) {
  if (totals.empty()) return;
  Rows rows;
  for (const Total& total : totals) {
    rows.push_back({Capital(total.of), std::to_string(total.agreements), std::to_string(total.asked),
                    fmt::format("{:.3g}", total.spent)});
  }
  html.Table(caption, {of, "Agreements", "Questions", "Budget used (ε)"}, rows);
}

std::string AskedText(const Asked& asked) {
  if (asked.sealed_until) return "Sealed until " + FormatDay(*asked.sealed_until);
  if (!asked.text) return asked.outcome == "repeated" ? "The stored answer was given again" : "Erased";
  std::string text = *asked.text;
  for (std::size_t i = 0; i < asked.parameters.size(); ++i)
    text += fmt::format("{}${} = {}", i == 0 ? " with " : ", ", i + 1, asked.parameters[i]);
  return text;
}

// A question of several members' table: whoever holds a part of it answered together with the others.
std::string OutcomeText(const Asked& asked, const std::string& member) {
  std::vector<std::string> others = asked.owners;
  std::erase(others, member);
  if (asked.outcome == "contributed" && others.empty())
    return asked.owners.empty() ? "answered together with other members" : "answered";
  if (asked.outcome == "contributed") return "answered together with " + Listed(others);
  if (asked.outcome == "answered" && !others.empty()) return "answered by " + Listed(others);
  return asked.outcome;
}

void AddAsked(Html& html, const AskedPage& page, const std::string& member, const std::string& none) {
  if (page.asked.empty()) {
    html.Element("p", page.older ? "None among the newest entries." : none);
    return;
  }
  Rows rows;
  for (const Asked& asked : page.asked) {
    rows.push_back({Minute(asked.time), asked.agreement, asked.product, AskedText(asked),
                    OutcomeText(asked, member), std::to_string(asked.entry)});
  }
  html.Table("What was asked, the newest first (times in UTC)",
             {"When", "Agreement", "Data", "Question", "Outcome", "Entry on the record"}, rows);
}

}  // namespace

std::string UsePath(const std::string& id) { return std::string(kRegisterPath) + "/agreement/" + id; }

std::string RegisterPage(const Register& all) {
  Html html = Begin(all.member, "Who uses data at " + all.member + ", and why");
  html.Element(
      "p",
      "Other bodies, and this one's own analysts, may ask questions of the data listed here. They get "
      "statistics, never rows about people; each agreement says what protects people in them, in most cases "
      "noise that is added. Each question needs an agreement and is recorded, and where noise is added uses "
      "up "
      "a part of a privacy budget that is never filled again.");
  AddUses(html, "In force", all.in_force, "No agreement is in force.");
  if (!all.coming.empty()) AddUses(html, "Coming", all.coming, "");
  html.Open("section").Element("h2", "Totals");
  if (all.by_purpose.empty()) html.Element("p", "Nothing was used yet.");
  AddTotals(html, "By purpose", "Purpose", all.by_purpose);
  AddTotals(html, "By body that may ask", "Body", all.by_body);
  AddTotals(html, "By stage of the programme", "Stage", all.by_stage);
  html.Close("section");
  AddUses(html, "Past", all.past, "No agreement has ended.");
  return End(std::move(html));
}

std::string UsePage(const Register& all, const Use& use, const AskedPage& asked) {
  const agreement::Agreement& document = *use.document;
  Html html = Begin(all.member, document.name);
  html.Element("p", document.question).Element("p", "State: " + use.state, {{"class", "state"}});
  auto terms = TermsOf(use);
  for (const Overseen& overseer : use.overseers)
    terms.emplace_back("Oversight", overseer.name + " " + overseer.say);
  if (!document.needs.assessment.empty()) terms.emplace_back("Impact assessment", document.needs.assessment);
  if (document.programme) {
    terms.emplace_back("Programme", Capital(document.programme->stage));
    terms.emplace_back("Benefit", document.programme->benefit);
    terms.emplace_back("Measured by", document.programme->measure);
  }
  for (const auto& [safe, text] : document.safes) terms.emplace_back("Safe " + safe, text);
  if (document.conditions.sealed_days > 0) {
    terms.emplace_back("Sealed",
                       fmt::format("what was asked is shown {} days later", document.conditions.sealed_days));
  }
  terms.emplace_back("Document (SHA-256)", document.id);
  html.Terms(terms).Open("section").Element("h2", "What was asked");
  AddAsked(html, asked, all.member, "Nothing was asked under it yet.");
  if (asked.older) {
    html.Element(
        "a", "Older questions",
        {{"rel", "next"}, {"href", fmt::format("{}?before={}", UsePath(document.id), *asked.older)}});
  }
  html.Close("section");
  return End(std::move(html));
}

std::string MineForm(const std::string& member, const std::string& problem) {
  Html html = Begin(member, "Data about me");
  if (!problem.empty()) html.Element("p", problem, {{"role", "alert"}, {"class", "problem"}});
  html.Element(
      "p",
      "With the token that " + member +
          " gave you, you see which agreements cover data about you, what was asked of them, and you may "
          "object: then nothing about you goes into any later answer. You have no token? Ask " +
          member + "'s data protection officer for one.");
  html.Open("form", {{"method", "post"}, {"action", kMinePath}});
  html.Element("label", "Your token", {{"for", "token"}});
  html.Open("input", {{"id", "token"},
                      {"name", "token"},
                      {"type", "password"},
                      {"autocomplete", "off"},
                      {"required", "required"}});
  html.Element("button", "Show", {{"type", "submit"}}).Close("form");
  return End(std::move(html));
}

namespace {

void AddHidden(Html& html, const std::string& name, const std::string& value) {
  html.Open("input", {{"type", "hidden"}, {"name", name}, {"value", value}});
}

void AddObjection(Html& html, const Mine& mine, const MyProduct& product) {
  if (!product.may_object) {
    html.Element("p", "These data name no one, so nobody's rows can be found in them to be left out.");
    return;
  }
  html.Element("p", product.objected
                        ? "You objected: nothing about you is in any answer since."
                        : "You have not objected: what these data say of you goes into statistics.");
  html.Open("form", {{"method", "post"}, {"action", kObjectPath}});
  AddHidden(html, "token", mine.token);
  AddHidden(html, "product", product.id);
  AddHidden(html, "stand", product.objected ? "withdraw" : "object");
  html.Element("button", product.objected ? "Withdraw my objection" : "Object", {{"type", "submit"}});
  html.Close("form");
}

}  // namespace

std::string MinePage(const Register& all, const Mine& mine) {
  Html html = Begin(all.member, "Data about me");
  if (!mine.said.empty()) html.Element("p", mine.said, {{"role", "status"}, {"class", "said"}});
  html.Element("p", fmt::format("Your token was given on {} and is good until {}.",
                                FormatDay(mine.grant->since), FormatDay(mine.grant->until)));
  for (const MyProduct& product : mine.products) {
    html.Open("section").Element("h2", product.about.empty() ? product.id : product.about);
    html.Element("p", product.id, {{"class", "id"}});
    AddObjection(html, mine, product);
    if (product.uses.empty()) html.Element("p", "No agreement covers these data.");
    for (const Use* use : product.uses) AddUse(html, *use);
    html.Close("section");
  }
  html.Open("section").Element("h2", "What was asked of these data");
  AddAsked(html, mine.asked, all.member, "Nothing was asked of these data yet.");
  if (mine.asked.older) {
    html.Open("form", {{"method", "post"}, {"action", kMinePath}});
    AddHidden(html, "token", mine.token);
    AddHidden(html, "before", std::to_string(*mine.asked.older));
    html.Element("button", "Older questions", {{"type", "submit"}}).Close("form");
  }
  html.Close("section");
  return End(std::move(html));
}

}  // namespace concordat::transparency
