#include "course.h"

#include <fmt/format.h>

#include <charconv>
#include <iostream>
#include <sstream>

#include "agreement/attestation.h"
#include "base/file.h"
#include "sign.h"

namespace concordat::cli {
namespace {

using agreement::Course;
using agreement::Question;
using nlohmann::json;

constexpr std::size_t kWidth = 80;

Result<const Course*> CourseFor(const Invocation& invocation) {
  const std::string name = invocation.arguments.value("course", agreement::DataEthics().name);
  const Course* course = agreement::CourseNamed(name);
  if (course != nullptr) return course;
  return Fail(ErrorCode::kNotFound, "there is no course " + name, "the course here is data-ethics");
}

// Paragraphs in lines that fit a terminal.
std::string Wrapped(const std::string& text) {
  std::string wrapped;
  std::istringstream paragraphs(text);
  for (std::string paragraph; std::getline(paragraphs, paragraph);) {
    std::istringstream words(paragraph);
    std::size_t column = 0;
    for (std::string word; words >> word;) {
      const bool breaks = column + 1 + word.size() > kWidth;
      wrapped += column == 0 ? "" : breaks ? "\n" : " ";
      column = column == 0 || breaks ? word.size() : column + 1 + word.size();
      wrapped += word;
    }
    wrapped += "\n";
  }
  return wrapped;
}

std::string QuestionText(const Question& question, std::size_t number) {
  std::string text = Wrapped(fmt::format("{}. {}", number, question.text));
  for (std::size_t i = 0; i < question.options.size(); ++i)
    text += fmt::format("   {}) {}\n", i + 1, question.options[i]);
  return text;
}

// "3,2,1" as places from 0. Errors: kInvalidArgument.
Result<std::vector<int>> AnswersFrom(const std::string& text, std::size_t count) {
  std::vector<int> answers;
  std::istringstream items(text);
  for (std::string item; std::getline(items, item, ',');) {
    int answer = 0;
    const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), answer);
    if (error != std::errc{} || end != item.data() + item.size() || answer < 1 || answer > 9) answers.clear();
    if (error != std::errc{} || answer < 1 || answer > 9) break;
    answers.push_back(answer - 1);
  }
  if (answers.size() == count) return answers;
  return Fail(ErrorCode::kInvalidArgument, fmt::format("{} answers are needed", count),
              "give the number of the option for each question: --answers 3,2,1,…");
}

// Asks on the terminal; what cannot be read is asked again, and the end of input is no answer.
std::vector<int> AskQuestions(const Course& course) {
  std::vector<int> answers;
  for (std::size_t i = 0; i < course.questions.size(); ++i) {
    const Question& question = course.questions[i];
    std::cerr << "\n" << QuestionText(question, i + 1);
    std::string line;
    int answer = 0;
    while (answer < 1 || answer > static_cast<int>(question.options.size())) {
      std::cerr << "Your answer (1 to " << question.options.size() << "): " << std::flush;
      if (!std::getline(std::cin, line)) return answers;
      answer = line.size() == 1 ? line[0] - '0' : 0;
    }
    answers.push_back(answer - 1);
  }
  return answers;
}

tl::unexpected<Error> NotPassed(const Course& course, const agreement::Grade& grade) {
  std::string lessons;
  for (const int lesson : grade.lessons)
    lessons += fmt::format("{}{}", lessons.empty() ? "" : "; ",
                           course.lessons[static_cast<std::size_t>(lesson)].title);
  return Fail(ErrorCode::kFailedPrecondition,
              fmt::format("{} of {} answers were right, and {} are needed", grade.right,
                          course.questions.size(), course.pass),
              "read again: " + lessons + " (concordat course read), then take it once more");
}

}  // namespace

Result<node::Reply> ReadCourse(const Invocation& invocation) {
  const Course& course = *TRY(CourseFor(invocation));
  std::string text = fmt::format("{}\n", course.title);
  json data = {{"course", course.name}, {"edition", agreement::Fingerprint(course)}, {"pass", course.pass}};
  for (const agreement::Lesson& lesson : course.lessons) {
    text += fmt::format("\n{}\n\n{}", lesson.title, Wrapped(lesson.text));
    data["lessons"].push_back({{"title", lesson.title}, {"text", lesson.text}});
  }
  for (const Question& question : course.questions)
    data["questions"].push_back({{"question", question.text}, {"options", question.options}});
  text += fmt::format("\nThen: concordat course take {} --key ana.key ({} questions, {} right to pass)\n",
                      course.name, course.questions.size(), course.pass);
  return node::Reply{std::move(text), std::make_shared<const json>(std::move(data))};
}

Result<node::Reply> TakeCourse(const Invocation& invocation) {
  const Course& course = *TRY(CourseFor(invocation));
  const std::filesystem::path out = invocation.arguments.at("out").get<std::string>();
  if (std::filesystem::exists(out))
    return Fail(ErrorCode::kAlreadyExists, out.string() + " is there already", "choose another --out");
  const std::vector<int> answers =
      invocation.arguments.contains("answers")
          ? TRY(AnswersFrom(invocation.arguments["answers"].get<std::string>(), course.questions.size()))
          : AskQuestions(course);
  const agreement::Grade grade = agreement::GradeOf(course, answers);
  if (!grade.passed) return NotPassed(course, grade);
  const auto key = TRY(OpenKeyFile(invocation));
  const std::string note = agreement::Attest(course, answers, SystemClock().Now(), key);
  TRY(WriteFileDurably(out, note, FileMode::kPublic));
  return node::Reply{fmt::format("passed with {} of {}: send {} to your steward, who records it with\n"
                                 "  concordat analyst training {} --attestation {}\n",
                                 grade.right, course.questions.size(), out.string(),
                                 key.verify_key().name().substr(0, key.verify_key().name().find('@')),
                                 out.filename().string()),
                     std::make_shared<const json>(json{{"right", grade.right}, {"attestation", note}})};
}

}  // namespace concordat::cli
