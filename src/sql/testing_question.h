// Questions at random: SQL of the accepted grammar over a product's columns, for replay and fuzzing. Tests
// alone link it.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "catalogue/product.h"

namespace concordat::sql {

using Products = std::vector<std::shared_ptr<const catalogue::Product>>;

// Public tables that questions may join: places by code, levels by step. Their columns' names are their own.
Products PublicTables();

// The same questions from the same generator. Most are accepted; some are refused, for a sum without a range.
class QuestionWriter {
 public:
  QuestionWriter(std::mt19937_64& random, const catalogue::Product& product, Products publics = {});

  // A whole question: filters, subqueries, joins, keys with and without a domain, aggregates, what follows
  // them.
  std::string Question();
  // An expression over rows.
  std::string Expression(Type type, int depth);

 private:
  struct Column {
    std::string name;
    Type type;
    bool bounded;
    bool listed;
  };

  std::size_t Below(std::size_t bound) { return random_() % bound; }
  bool Chance(std::size_t one_in) { return Below(one_in) == 0; }
  std::string OneOf(const std::vector<std::string>& choice) { return choice[Below(choice.size())]; }
  // A column of that type, or a literal where there is none.
  std::string ColumnOf(Type type);
  std::string Literal(Type type);
  std::string Integer(int depth);
  std::string Number(int depth);
  std::string Text(int depth);
  std::string Moment(Type type, int depth);
  std::string Boolean(int depth);
  std::string Comparison(int depth);
  std::string Case(Type type, int depth);
  // A number whose range the binder should find.
  std::string Bounded(int depth);
  std::string Key();
  std::string Aggregate();
  std::string Released();
  void Offer(const catalogue::Product& product);
  // Chooses what the question joins: its columns are there from now on.
  void ChooseTables();
  std::string From();
  std::string Tail(std::size_t keys);

  std::mt19937_64& random_;
  const catalogue::Product& product_;
  std::string unit_;  // empty: each row is one
  std::vector<Column> columns_;
  Products publics_;
  std::vector<std::string> aggregates_;  // of the question that is being written
  std::string tables_;                   // the same: "people JOIN places ON region = code"
};

}  // namespace concordat::sql
