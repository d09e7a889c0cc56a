#include "model/fields.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/utf8.h"

namespace concordat::model {
namespace {

constexpr std::size_t kLongestText = 1'000;
constexpr double kMost = 1e100;  // of any number

Result<std::string> Text(const Json& value, std::string_view what) {
  if (!value.is_string()) return WrongModel(fmt::format("{} is not a text", what));
  const auto& text = value.get_ref<const std::string&>();
  const bool printable = std::all_of(text.begin(), text.end(), [](unsigned char c) { return c >= 0x20; });
  if (text.empty() || text.size() > kLongestText || !printable || !IsUtf8(text))
    return WrongModel(fmt::format("{} is not a text of 1 to {} bytes", what, kLongestText));
  return text;
}

Result<const Json*> List(const Json& object, const std::string& name, std::size_t most) {
  const Json* list = TRY(FieldOf(object, name));
  if (!list->is_array()) return WrongModel(fmt::format("{} is not a list", name));
  if (list->size() > most) return TooLarge(fmt::format("{} has more than {} items", name, most));
  return list;
}

}  // namespace

tl::unexpected<Error> WrongModel(const std::string& what) {
  return Fail(ErrorCode::kInvalidArgument, "this is not a model: " + what,
              "docs/formats/model.md says what one is");
}

tl::unexpected<Error> TooLarge(const std::string& what) {
  return Fail(
      ErrorCode::kResourceExhausted, "the model is too large to be applied in SQL: " + what,
      "fit one with fewer terms, fewer trees or less depth, narrower layers, fewer filters or a stride; "
      "its exports have no such limit");
}

Result<void> CheckFields(const Json& json, std::string_view what,
                         const std::vector<std::string_view>& known) {
  if (!json.is_object()) return WrongModel(fmt::format("{} is not an object", what));
  for (const auto& [name, value] : json.items()) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      return WrongModel(fmt::format("{} has a field that it cannot have", what));
  }
  return {};
}

Result<const Json*> FieldOf(const Json& object, const std::string& name) {
  const auto found = object.find(name);
  if (found == object.end()) return WrongModel(fmt::format("{} is missing", name));
  return &*found;
}

Result<std::string> TextOf(const Json& object, const std::string& name) {
  const Json* value = TRY(FieldOf(object, name));
  return Text(*value, name);
}

Result<double> NumberOf(const Json& value, std::string_view what) {
  if (!value.is_number()) return WrongModel(fmt::format("{} is not a number", what));
  const double number = value.get<double>();
  if (!(std::abs(number) <= kMost)) return WrongModel(fmt::format("{} is past {}", what, kMost));
  return number;
}

Result<std::vector<double>> NumbersOf(const Json& object, const std::string& name, std::size_t most) {
  std::vector<double> numbers;
  const Json* list = TRY(List(object, name, most));
  for (const Json& value : *list) numbers.push_back(TRY(NumberOf(value, name)));
  return numbers;
}

Result<std::vector<std::string>> TextsOf(const Json& object, const std::string& name, std::size_t most) {
  std::vector<std::string> texts;
  const Json* list = TRY(List(object, name, most));
  for (const Json& value : *list) texts.push_back(TRY(Text(value, name)));
  return texts;
}

}  // namespace concordat::model
