// Finding products by words of what their contracts say. Nothing of any row is looked at.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "catalogue/product.h"

namespace concordat::catalogue {

// Words of a text in lower case: runs of letters and digits, of any script.
std::vector<std::string> WordsIn(std::string_view text);

struct Hit {
  std::string product;              // its id
  int score = 0;                    // higher is nearer
  std::vector<std::string> fields;  // where the words stand: "title", "column", …
};

struct Found {
  std::vector<Hit> hits;             // nearest first
  std::vector<std::string> unknown;  // words that no product has
  std::string meant;                 // what the first of them may have been meant to be; may be empty
};

// Threading: as the fold that owns it.
class SearchIndex {
 public:
  // What is known of the product by its id is forgotten first.
  void Put(const Product& product);
  void Clear();
  // Of the products that are `shown`, by id, those with as many of the words, or of words that begin with
  // them, as any has; a name or title weighs more than a theme, a column or an owner, and they more than a
  // description.
  Found Find(std::string_view text, const std::function<bool(const std::string&)>& shown) const;

 private:
  using Fields = unsigned;  // a bit each
  struct Match {
    std::size_t words = 0;
    int score = 0;
    Fields fields = 0;
  };
  std::map<std::string, Match> MatchesOf(const std::string& word) const;

  std::map<std::string, std::map<std::string, Fields>> postings_;  // by word and product
  std::map<std::string, std::vector<std::string>> words_;          // by product
};

}  // namespace concordat::catalogue
