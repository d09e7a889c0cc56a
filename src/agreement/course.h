// The built-in course on the ethical use of citizens' data: lessons to read, a quiz to pass.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace concordat::agreement {

struct Lesson {
  const char* title;
  const char* text;  // paragraphs, parted by empty lines
};

struct Question {
  const char* text;
  std::vector<const char*> options;
  int right = 0;   // place of the right option, from 0
  int lesson = 0;  // where it is taught, from 0
};

struct Course {
  const char* name;  // the training that it gives: "data-ethics"
  const char* title;
  std::vector<Lesson> lessons;
  std::vector<Question> questions;
  int pass = 0;  // so many right answers, at least
};

const Course& DataEthics();
// None where there is no such course.
const Course* CourseNamed(std::string_view name);

// `answers`: the place of the chosen option for each question, from 0; others count as wrong. Which lessons
// to read again, each once; empty when all were right.
struct Grade {
  int right = 0;
  bool passed = false;
  std::vector<int> lessons;
};
Grade GradeOf(const Course& course, const std::vector<int>& answers);

// SHA-256 of all its words, in hex: what an attestation says was taken.
std::string Fingerprint(const Course& course);

}  // namespace concordat::agreement
