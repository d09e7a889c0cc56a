// Parameters within a fit's call, written out: what members read has the values in it.
#include <fmt/format.h>
#include <pg_query.pb.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>

#include "sql/fit.h"
#include "sql/tree.h"

namespace concordat::sql {
namespace {

using pg_query::Node;

// `$1` in the text, to be written out.
struct OpenPlace {
  std::size_t at = 0;
  std::size_t length = 0;
  std::size_t index = 0;  // of the value
  bool option = false;    // neither the formula nor the table
  bool cast = false;      // $1::float8
};

bool LooksLikeNumber(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return text.find_first_not_of("+-.0123456789eE") == std::string::npos && error == std::errc{} &&
         end == text.data() + text.size();
}

std::string Quoted(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

// Clients that know no types send every value as text: an option that looks like a number is one.
std::string LiteralText(const Value& value, const OpenPlace& place) {
  if (IsNull(value)) return "NULL";
  if (const auto* truth = std::get_if<bool>(&value)) return *truth ? "true" : "false";
  const std::string text = ToText(value);
  const bool bare = place.option && (LooksLikeNumber(text) || text == "true" || text == "false");
  const bool number = std::holds_alternative<std::int64_t>(value) ||
                      (std::holds_alternative<double>(value) && std::isfinite(std::get<double>(value)));
  return (bare || number) && !place.cast ? text : Quoted(text);
}

const pg_query::RangeFunction* FitOf(const pg_query::ParseResult& tree) {
  if (tree.stmts_size() != 1 || !tree.stmts(0).stmt().has_select_stmt()) return nullptr;
  const pg_query::SelectStmt& select = tree.stmts(0).stmt().select_stmt();
  if (select.from_clause_size() == 0 || !select.from_clause(0).has_range_function()) return nullptr;
  const pg_query::RangeFunction& range = select.from_clause(0).range_function();
  const pg_query::FuncCall* call = OnlyFunction(range);
  return call != nullptr && IsOwn(*call) ? &range : nullptr;
}

std::vector<OpenPlace> PlacesIn(const pg_query::FuncCall& call) {
  std::vector<OpenPlace> places;
  for (int i = 0; i < call.args_size(); ++i) {
    const bool named = call.args(i).has_named_arg_expr();
    const std::string name = named ? call.args(i).named_arg_expr().name() : "";
    const Node* node = named ? &call.args(i).named_arg_expr().arg() : &call.args(i);
    OpenPlace place{.option = named && name != "formula" && name != "data", .cast = node->has_type_cast()};
    if (place.cast) node = &node->type_cast().arg();
    if (!node->has_param_ref() || node->param_ref().number() < 1) continue;
    place.at = static_cast<std::size_t>(node->param_ref().location());
    place.index = static_cast<std::size_t>(node->param_ref().number()) - 1;
    places.push_back(place);
  }
  return places;
}

// Places in their order; false where one is not what the tree says.
bool MeasurePlaces(std::vector<OpenPlace>& places, std::string_view text, std::size_t values) {
  std::sort(places.begin(), places.end(), [](const OpenPlace& a, const OpenPlace& b) { return a.at < b.at; });
  for (OpenPlace& place : places) {
    if (place.at >= text.size() || text[place.at] != '$' || place.index >= values) return false;
    const std::size_t end = text.find_first_not_of("0123456789", place.at + 1);
    place.length = std::min(end, text.size()) - place.at;
  }
  return true;
}

void CollectParameters(const google::protobuf::Message& message, std::multiset<std::size_t>& found) {
  if (const auto* parameter = dynamic_cast<const pg_query::ParamRef*>(&message)) {
    found.insert(static_cast<std::size_t>(std::max(parameter->number(), 1)) - 1);
    return;
  }
  AnyBelow(message, [&](const auto& below) {
    CollectParameters(below, found);
    return false;
  });
}

// Those of the rest, at their places.
Row RestOf(const pg_query::ParseResult& tree, const std::vector<OpenPlace>& places, const Row& parameters) {
  std::multiset<std::size_t> rest;
  CollectParameters(tree, rest);
  for (const OpenPlace& place : places) rest.erase(rest.find(place.index));
  Row left(rest.empty() ? 0 : std::min(*rest.rbegin() + 1, parameters.size()));
  for (std::size_t i = 0; i < left.size(); ++i)
    if (rest.contains(i)) left[i] = parameters[i];
  return left;
}

}  // namespace

std::optional<WrittenOut> WriteOut(std::string_view text, const Row& parameters) {
  if (text.find('$') == std::string_view::npos || !MayCallMethod(text)) return std::nullopt;
  const auto tree = ParseTree(text);
  if (!tree) return std::nullopt;
  const pg_query::RangeFunction* range = FitOf(*tree);
  if (range == nullptr) return std::nullopt;
  auto places = PlacesIn(*OnlyFunction(*range));
  if (places.empty() || !MeasurePlaces(places, text, parameters.size())) return std::nullopt;
  WrittenOut written{.text = {}, .parameters = RestOf(*tree, places, parameters)};
  std::size_t done = 0;
  for (const OpenPlace& place : places) {
    written.text += text.substr(done, place.at - done);
    written.text += LiteralText(parameters[place.index], place);
    done = place.at + place.length;
  }
  written.text += text.substr(done);
  return written;
}

}  // namespace concordat::sql
