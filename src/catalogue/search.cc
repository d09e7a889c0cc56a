#include "catalogue/search.h"

#include <algorithm>
#include <clocale>
#include <cwctype>
#include <set>

#include "base/check.h"
#include "base/name.h"
#include "base/utf8.h"

namespace concordat::catalogue {
namespace {

struct Field {
  const char* name;
  int weight;
};
// In the order of their bits.
constexpr Field kFields[] = {{"name", 8},   {"title", 8}, {"theme", 4},
                             {"column", 4}, {"owner", 3}, {"description", 1}};
enum FieldIndex { kName, kTitle, kTheme, kColumn, kOwner, kDescription };
constexpr int kWhole = 2;               // times as much as a beginning
constexpr std::size_t kMostWords = 16;  // of what is looked for

// The C library's tables of Unicode, whatever the machine's locale.
locale_t Unicode() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  CHECK(locale != nullptr);
  return locale;
}

int WeightOf(unsigned fields) {
  int most = 0;
  for (std::size_t i = 0; i < std::size(kFields); ++i) {
    if ((fields >> i & 1U) != 0) most = std::max(most, kFields[i].weight);
  }
  return most;
}

}  // namespace

std::vector<std::string> WordsIn(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  const auto end = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  while (!text.empty()) {
    const auto point = TakeCodePoint(text);
    if (!point) {
      end();
      text.remove_prefix(1);
    } else if (iswalnum_l(static_cast<wint_t>(*point), Unicode()) == 0) {
      end();
    } else {
      AppendCodePoint(word, static_cast<char32_t>(towlower_l(static_cast<wint_t>(*point), Unicode())));
    }
  }
  end();
  return words;
}

void SearchIndex::Clear() {
  postings_.clear();
  words_.clear();
}

void SearchIndex::Put(const Product& product) {
  for (const std::string& word : words_[product.id]) {
    const auto posting = postings_.find(word);
    posting->second.erase(product.id);
    if (posting->second.empty()) postings_.erase(posting);
  }
  std::map<std::string, Fields> fields;
  const auto add = [&fields](FieldIndex field, std::string_view text) {
    for (std::string& word : WordsIn(text)) fields[std::move(word)] |= 1U << field;
  };
  add(kName, product.id);
  add(kName, product.name);
  add(kTitle, product.title);
  add(kDescription, product.description);
  for (const std::string& word : WordsOf(product.about)) add(kTheme, word);
  for (const Contact& contact : product.about.team) add(kOwner, contact.name + " " + contact.role);
  for (const Column& column : product.columns) {
    add(kColumn, column.name);
    add(kDescription, column.description);
  }
  std::vector<std::string>& words = words_[product.id];
  words.clear();
  for (const auto& [word, where] : fields) {
    postings_[word][product.id] = where;
    words.push_back(word);
  }
}

// By product: where words that are or begin with this one stand.
std::map<std::string, SearchIndex::Match> SearchIndex::MatchesOf(const std::string& word) const {
  std::map<std::string, Match> matches;
  for (auto posting = postings_.lower_bound(word);
       posting != postings_.end() && posting->first.starts_with(word); ++posting) {
    const int times = posting->first == word ? kWhole : 1;
    for (const auto& [product, fields] : posting->second) {
      Match& match = matches[product];
      match.score = std::max(match.score, times * WeightOf(fields));
      match.fields |= fields;
    }
  }
  return matches;
}

Found SearchIndex::Find(std::string_view text, const std::function<bool(const std::string&)>& shown) const {
  Found found;
  std::map<std::string, Match> matches;
  std::vector<std::string> wanted = WordsIn(text);
  if (wanted.size() > kMostWords) wanted.resize(kMostWords);
  for (const std::string& word : std::set<std::string>(wanted.begin(), wanted.end())) {
    const auto of_word = MatchesOf(word);
    if (of_word.empty()) found.unknown.push_back(word);
    for (const auto& [product, one] : of_word) {
      if (!shown(product)) continue;
      Match& match = matches[product];
      ++match.words;
      match.score += one.score;
      match.fields |= one.fields;
    }
  }
  if (!found.unknown.empty()) {
    std::vector<std::string_view> known;
    for (const auto& [word, products] : postings_) known.push_back(word);
    found.meant = NearestName(found.unknown.front(), known);
  }
  std::size_t best = 0;
  for (const auto& [product, match] : matches) best = std::max(best, match.words);
  for (const auto& [product, match] : matches) {
    if (match.words < best) continue;
    Hit hit{.product = product, .score = match.score, .fields = {}};
    for (std::size_t i = 0; i < std::size(kFields); ++i) {
      if ((match.fields >> i & 1U) != 0) hit.fields.emplace_back(kFields[i].name);
    }
    found.hits.push_back(std::move(hit));
  }
  std::stable_sort(found.hits.begin(), found.hits.end(),
                   [](const Hit& a, const Hit& b) { return a.score > b.score; });
  return found;
}

}  // namespace concordat::catalogue
