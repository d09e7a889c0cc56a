// Every case of *.golden: the plan and the answer without noise, or the refusal, as written down; and the
// answer as plain DuckDB gives it over the same rows. `golden_test --update` writes down what is.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <set>

#include "dp/threshold.h"
#include "golden/case.h"
#include "golden/stage.h"
#include "sql/explain.h"

namespace concordat::golden {
namespace {

const std::filesystem::path kFolder = CONCORDAT_SOURCE_DIR "/test/golden";

const Stage& TheStage() {
  const char* data = std::getenv("CONCORDAT_DATA");
  static const Stage stage(
      {kFolder / "people.odcs.yaml", kFolder / "visits.odcs.yaml", kFolder / "stays.odcs.yaml",
       kFolder / "readings.odcs.yaml", kFolder / "areas.odcs.yaml", kFolder / "regions.odcs.yaml",
       kFolder / "quarters.odcs.yaml", kFolder / "calendar.odcs.yaml", kFolder / "bands.odcs.yaml",
       kFolder / "grades.odcs.yaml", CONCORDAT_SOURCE_DIR "/samples/adult.odcs.yaml"},
      kFolder / "data.sql", data != nullptr ? data : CONCORDAT_SOURCE_DIR "/../shared/data");
  return stage;
}

Settings SettingsOf(const Case& c) {
  const auto number = [&](const char* name, double otherwise) {
    const auto found = c.settings.find(name);
    return found == c.settings.end() ? otherwise : std::stod(found->second);
  };
  Settings settings;
  settings.terms = {.budget = {Epsilon{number("epsilon", 30)}, Delta{1e-6}},
                    .threshold = Delta{number("threshold", 1e-7)},
                    .pure = c.settings.contains("pure"),
                    .margins = c.settings.contains("margins"),
                    .allow_negative = c.settings.contains("negative"),
                    .minimum_people = std::llround(number("minimum", 0)),
                    .accuracy = {}};
  if (c.settings.contains("accuracy")) settings.terms.accuracy = c.settings.at("accuracy");
  for (int i = 1; c.settings.contains(fmt::format("${}", i)); ++i) {
    const std::string& value = c.settings.at(fmt::format("${}", i));
    settings.parameters.push_back(value == "NULL" ? Value(Null()) : Value(value));
  }
  return settings;
}

std::string Shown(const Value& value) {
  if (IsNull(value)) return "NULL";
  const auto* text = std::get_if<std::string>(&value);
  const bool quoted = text != nullptr && (text->empty() || text->front() == ' ' || text->back() == ' ' ||
                                          *text == "NULL" || text->find('|') != text->npos);
  return quoted ? "'" + *text + "'" : ToText(value);
}

std::string Shown(const Row& row) {
  std::vector<std::string> cells;
  for (const Value& value : row) cells.push_back(Shown(value));
  return fmt::format("{}", fmt::join(cells, " | "));
}

std::string Described(const Outcome<Answered>& outcome) {
  if (!outcome) {
    const Refusal& refusal = outcome.error();
    return fmt::format("{} ({}): {}\nhint: {}", refusal.reason, refusal.sqlstate, refusal.message,
                       refusal.hint);
  }
  std::vector<std::string> lines = sql::ExplainBriefly(outcome->plan);
  std::vector<std::string> columns;
  for (const auto& column : outcome->columns) columns.push_back(column.name + " " + Name(column.type));
  lines.push_back(fmt::format("columns {}", fmt::join(columns, " | ")));
  for (const Row& row : outcome->rows) lines.push_back(Shown(row));
  return fmt::format("{}", fmt::join(lines, "\n"));
}

// Comparison with plain DuckDB.

bool DependsOnRows(const sql::Expr& expr) {
  return expr.op == sql::Op::kAggregate || std::any_of(expr.args.begin(), expr.args.end(), DependsOnRows);
}

std::optional<double> NumberOf(const Value& value) {
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return static_cast<double>(*whole);
  if (const auto* large = std::get_if<Int128>(&value)) return static_cast<double>(*large);
  if (const auto* real = std::get_if<double>(&value)) return *real;
  return std::nullopt;
}

bool IsEmpty(const Value& value) { return IsNull(value) || NumberOf(value) == 0.0; }

class Comparison {
 public:
  Comparison(const Case& c, const Answered& answered) : answered_(answered) {
    for (const sql::Output& output : answered.query->outputs) {
      noisy_.push_back(DependsOnRows(output.value));
      tolerance_.push_back(ToleranceOf(output.value));
    }
    const auto given = c.settings.find("tolerance");
    if (given != c.settings.end()) std::fill(tolerance_.begin(), tolerance_.end(), std::stod(given->second));
  }

  void Run(std::vector<Row> ours, std::vector<Row> plain) const {
    std::set<std::string> keys;
    for (const Row& row : plain) keys.insert(KeyOf(row));
    // Declared groups are all there; plain SQL shows those that have rows.
    if (answered_.plan.grouping.kind == sql::Grouping::Kind::kDeclared)
      std::erase_if(ours, [&](const Row& row) { return !keys.contains(KeyOf(row)) && IsEmptyGroup(row); });
    if (answered_.query->order.empty()) {
      const auto by_key = [&](const Row& a, const Row& b) { return SortKey(a) < SortKey(b); };
      std::sort(ours.begin(), ours.end(), by_key);
      std::sort(plain.begin(), plain.end(), by_key);
    }
    ASSERT_EQ(ours.size(), plain.size()) << "rows that plain DuckDB has:\n" << All(plain);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      ASSERT_EQ(ours[i].size(), plain[i].size());
      for (std::size_t j = 0; j < ours[i].size(); ++j) {
        EXPECT_TRUE(Same(ours[i][j], plain[i][j], tolerance_[j]))
            << "column " << j << ": " << Shown(ours[i]) << "\nplain:    " << Shown(plain[i]);
      }
    }
  }

 private:
  // Counts are exact. Sums are rounded to a step, and the values in them to the noise's grid.
  double ToleranceOf(const sql::Expr& expr) const {
    double sigma = 0;
    for (const sql::Measured& measured : answered_.plan.measured) {
      if (measured.kind == sql::Measured::Kind::kSum)
        sigma = std::max(sigma, measured.unit * static_cast<double>(measured.measurement.scale));
    }
    const bool sum =
        expr.op == sql::Op::kAggregate &&
        answered_.query->aggregates[static_cast<std::size_t>(expr.index)].kind == sql::AggregateKind::kSum;
    if (sum) return sigma / 50;
    return expr.type == Type::kNumber && DependsOnRows(expr) ? sigma / 1000 + 1e-6 : 0;
  }
  static bool Same(const Value& a, const Value& b, double tolerance) {
    const auto x = NumberOf(a), y = NumberOf(b);
    if (!x || !y) return Shown(a) == Shown(b);
    return std::abs(*x - *y) <= tolerance + 1e-9 * std::abs(*y);
  }
  std::string KeyOf(const Row& row) const {
    Row key;
    for (std::size_t i = 0; i < row.size() && i < noisy_.size(); ++i) {
      if (!noisy_[i]) key.push_back(row[i]);
    }
    return Shown(key);
  }
  std::pair<std::string, std::string> SortKey(const Row& row) const { return {KeyOf(row), Shown(row)}; }
  bool IsEmptyGroup(const Row& row) const {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (noisy_[i] && !IsEmpty(row[i])) return false;
    }
    return true;
  }
  static std::string All(const std::vector<Row>& rows) {
    std::string all;
    for (const Row& row : rows) all += Shown(row) + "\n";
    return all;
  }

  const Answered& answered_;
  std::vector<bool> noisy_;
  std::vector<double> tolerance_;
};

void CheckAgainstPlain(const Case& c, const Answered& answered) {
  if (c.settings.contains("margins") || c.plain == "none") return;
  const auto plain = TheStage().AskPlainly(c.reason.empty() ? c.text : c.plain);
  ASSERT_TRUE(plain) << "plain DuckDB: " << plain.error().message;
  Comparison(c, answered).Run(answered.rows, *plain);
}

bool Federates(const Case& c, const Refusal& refusal) {
  static const std::set<std::string> kNot = {"public_union", "people_overlap", "accuracy_needs_people"};
  return !c.refused && !kNot.contains(refusal.reason);
}

// Found groups: each owner's choice is by its own rows, so some that one node would show are missing, and the
// rest are the same.
void CheckAgainstOneNode(const Answered& one, const Answered& joint) {
  const sql::Query& query = *one.query;
  if (query.limit || query.offset > 0 || query.distinct || query.having) return;
  std::vector<std::string> rows;
  for (const Row& row : one.rows) rows.push_back(Shown(row));
  for (const Row& row : joint.rows) {
    const bool whole = std::none_of(row.begin(), row.end(),
                                    [](const Value& value) { return std::holds_alternative<double>(value); });
    if (whole) EXPECT_NE(std::find(rows.begin(), rows.end(), Shown(row)), rows.end()) << Shown(row);
  }
}

// The answer of several owners among whom the units are divided, without noise, is that over the union of
// their rows.
void CheckJointly(const Case& c, const Answered& one, const sql::Joint& joint) {
  Settings settings = SettingsOf(c);
  settings.terms.joint = joint;
  const auto asked = TheStage().Ask(c.text, settings);
  ASSERT_TRUE(asked) << "the engine failed: " << asked.error().message;
  if (!*asked) {
    EXPECT_FALSE(Federates(c, asked->error())) << asked->error().reason << ": " << asked->error().message;
  } else if ((*asked)->plan.grouping.kind == sql::Grouping::Kind::kThreshold) {
    CheckAgainstOneNode(one, **asked);
  } else {
    CheckAgainstPlain(c, **asked);
  }
}

class Golden : public testing::Test {
 public:
  explicit Golden(Case c) : case_(std::move(c)) {}
  void TestBody() override {
    const auto asked = TheStage().Ask(case_.text, SettingsOf(case_));
    ASSERT_TRUE(asked) << "the engine failed: " << asked.error().message;
    EXPECT_EQ(!asked->has_value(), case_.refused);
    EXPECT_EQ(Described(*asked), case_.expected);
    if (!*asked) return;
    CheckAgainstPlain(case_, **asked);
    for (const sql::Joint& joint : {sql::Joint{.owners = 4, .honest = 2, .disjoint = true},
                                    sql::Joint{.owners = 3, .honest = 2, .disjoint = false}}) {
      SCOPED_TRACE(fmt::format("{} owners", joint.owners));
      CheckJointly(case_, **asked, joint);
    }
  }

 private:
  Case case_;
};

std::vector<std::filesystem::path> Files() {
  std::vector<std::filesystem::path> files;
  for (const auto& file : std::filesystem::directory_iterator(kFolder)) {
    const bool adult = file.path().stem() == "adult";
    if (adult && !TheStage().scope().contains("adult")) {
      fmt::print("adult.golden is left out: adult.data is not in $CONCORDAT_DATA\n");
      continue;
    }
    if (file.path().extension() == ".golden") files.push_back(file.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

int Update() {
  for (const auto& file : Files()) {
    auto cases = ReadCases(file);
    for (Case& c : cases) {
      const auto asked = TheStage().Ask(c.text, SettingsOf(c));
      c.expected = asked ? Described(*asked) : "failed: " + asked.error().message;
      if (asked && asked->has_value() == c.refused)
        fmt::print("{}:{}: {}\n  {}\n", file.filename().string(), c.line,
                   c.refused ? "was answered" : "was refused", c.expected);
    }
    WriteCases(file, cases);
  }
  return 0;
}

void Register() {
  std::size_t count = 0;
  for (const auto& file : Files()) {
    for (const Case& c : ReadCases(file)) {
      testing::RegisterTest(file.stem().c_str(), fmt::format("line_{}", c.line).c_str(), nullptr, nullptr,
                            file.c_str(), c.line, [c]() -> Golden* { return new Golden(c); });
      ++count;
    }
  }
  fmt::print("{} golden cases\n", count);
}

}  // namespace
}  // namespace concordat::golden

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc > 1 && std::string(argv[1]) == "--update") return concordat::golden::Update();
  concordat::golden::Register();
  return RUN_ALL_TESTS();
}
