// What real clients send, each with the columns and types that PostgreSQL 15 describes for it.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "pgcatalog/rewrite.h"
#include "pgcatalog/testing_confined.h"
#include "pgcatalog/testing_database.h"

namespace concordat::pgcatalog {
namespace {

struct ClientQuestion {
  std::string client;
  std::string columns;     // "name:oid; name:oid"
  std::string parameters;  // "25 26"
  std::string text;
};

// testdata/clients.txt: three lines of what to expect, the text, and a line "====".
std::vector<ClientQuestion> Questions() {
  std::ifstream file(std::string(CONCORDAT_SOURCE_DIR) + "/src/pgcatalog/testdata/clients.txt");
  std::vector<ClientQuestion> questions;
  std::string line;
  const auto field = [&](const char* name) {
    std::getline(file, line);
    return line.size() > std::string(name).size() ? line.substr(std::string(name).size() + 1) : std::string();
  };
  while (file.peek() != std::ifstream::traits_type::eof()) {
    ClientQuestion question;
    question.client = field("client");
    question.columns = field("columns");
    question.parameters = field("parameters");
    while (std::getline(file, line) && line != "====") question.text += line + "\n";
    questions.push_back(std::move(question));
  }
  return questions;
}

std::string ColumnsText(const std::vector<Column>& columns) {
  std::string text;
  for (const Column& column : columns)
    text += (text.empty() ? "" : "; ") + column.name + ":" + std::to_string(column.oid);
  return text;
}

TEST(Clients, GetTheColumnsAndTypesOfPostgres) {
  const auto catalogue = Catalogue::Open();
  ASSERT_TRUE(catalogue) << catalogue.error().message;
  const Database database = HeartStudy();
  const auto questions = Questions();
  ASSERT_GT(questions.size(), 150U);
  for (const ClientQuestion& question : questions) {
    SCOPED_TRACE(question.client + ": " + question.text);
    EXPECT_TRUE(IsCatalogueQuestion(database, question.text));
    const auto description = (*catalogue)->Describe(database, {}, question.text);
    ASSERT_TRUE(description) << description.error().message;
    EXPECT_EQ(ColumnsText(description->columns), question.columns);
    EXPECT_EQ(fmt::format("{}", fmt::join(description->parameters, " ")), question.parameters);
    const auto answer = (*catalogue)->Ask(database, {}, question.text, Row(description->parameters.size()));
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->columns, description->columns);
  }
}

TEST(Clients, AreConfinedToMetadata) {
  const Database database = HeartStudy();
  for (const ClientQuestion& question : Questions()) {
    SCOPED_TRACE(question.text);
    const auto rewritten = Rewrite(database, question.text, nullptr);
    ASSERT_TRUE(rewritten);
    EXPECT_EQ(Unconfined(rewritten->sql), "");
  }
  EXPECT_NE(Unconfined("SELECT * FROM pg_class"), "");
  EXPECT_NE(Unconfined("SELECT getenv('HOME')"), "");
  EXPECT_NE(Unconfined("SELECT 1 FROM read_csv('x')"), "");
  EXPECT_NE(Unconfined("SELECT 1; SELECT 2"), "");
}

}  // namespace
}  // namespace concordat::pgcatalog
