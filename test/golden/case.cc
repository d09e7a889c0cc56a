#include "golden/case.h"

#include <fstream>
#include <sstream>

#include "base/check.h"

namespace concordat::golden {
namespace {

void ReadDirective(Case& c, const std::string& line, int number) {
  c.directive = line;
  c.line = number;
  std::istringstream words(line);
  std::string word;
  words >> word;
  CHECK(word == "answered" || word == "refused");
  c.refused = word == "refused";
  while (words >> word) {
    const std::size_t sign = word.find('=');
    c.settings[word.substr(0, sign)] = sign == word.npos ? "" : word.substr(sign + 1);
  }
}

void Append(std::string& text, const std::string& line) { text += (text.empty() ? "" : "\n") + line; }

}  // namespace

std::vector<Case> ReadCases(const std::filesystem::path& path) {
  std::ifstream file(path);
  CHECK(file.good());
  enum class Part { kBetween, kText, kPlain, kExpected } part = Part::kBetween;
  std::vector<Case> cases;
  Case c;
  const auto finish = [&] {
    if (part != Part::kBetween) cases.push_back(std::move(c));
    if (part != Part::kBetween) c = {};
    part = Part::kBetween;
  };
  int number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (line.empty()) {
      if (part == Part::kBetween) c.comment += "\n";
      finish();
    } else if (part == Part::kBetween) {
      if (line.starts_with("#")) {
        c.comment += line + "\n";
        continue;
      }
      ReadDirective(c, line, number);
      part = Part::kText;
    } else if (line == "----") {
      part = Part::kExpected;
    } else if (line.starts_with("plain: ") && part == Part::kText) {
      c.reason = line.substr(7);
      part = Part::kPlain;
    } else {
      Append(part == Part::kText ? c.text : part == Part::kPlain ? c.plain : c.expected, line);
    }
  }
  finish();
  return cases;
}

void WriteCases(const std::filesystem::path& path, const std::vector<Case>& cases) {
  std::ofstream file(path);
  for (const Case& c : cases) {
    file << c.comment << c.directive << "\n" << c.text << "\n";
    if (!c.reason.empty()) file << "plain: " << c.reason << "\n" << c.plain << "\n";
    file << "----\n" << c.expected << "\n";
    if (&c != &cases.back()) file << "\n";
  }
}

}  // namespace concordat::golden
