#include "agreement/course.h"

#include <algorithm>

#include "crypto/hash.h"

namespace concordat::agreement {
namespace {

std::vector<Lesson> DataEthicsLessons() {
  return {
      {"People, not rows",
       "Every row stands for somebody who had little choice: to be ill, to claim support, to be counted. "
       "They gave their "
       "data for one service, and trust that nobody uses them for a purpose they would not expect.\n\n"
       "Before you ask anything, say in one sentence who gains by the answer and who could lose. If you "
       "cannot, ask a "
       "colleague, not the data."},
      {"Purpose and law",
       "An agreement names a purpose and a legal basis. They bind you: data shared for planning support may "
       "not be used to "
       "find out who cheats, however useful that seems. A new purpose needs a new agreement, signed again by "
       "all.\n\n"
       "What is lawful is the least that is asked of you. The impact assessment says what else was promised "
       "to people."},
      {"What an answer can give away",
       "Totals are not harmless by themselves. The count of a village of three tells of each of them; the "
       "difference of two "
       "totals, with and without one person, tells that person's value. That is why noise is added, why "
       "small groups are "
       "withheld, and why each question costs part of a budget that never comes back.\n\n"
       "Do not try to average the noise away, to narrow a group down step by step, or to join answers with "
       "what you know "
       "of somebody from elsewhere. The record shows such attempts, and the agreement forbids them."},
      {"Groups can be harmed too",
       "An answer that points at nobody can still hurt many: a district called dangerous, a community called "
       "costly. Ask "
       "what else could explain a difference: who is missing from the data, who is counted more often, what "
       "was measured "
       "and what only seems to be.\n\n"
       "Publish with the margin, the limits of the data and the alternatives you looked at. Never rank "
       "people or places "
       "by differences smaller than their margins."},
      {"Decisions stay with people",
       "An estimate about a group is no verdict about a person in it. Where an answer leads to a decision on "
       "somebody, a "
       "person must decide, be able to say why, and hear the other side.\n\n"
       "Models repeat the past. If the past was unfair, a model trained on it will be, and politely so. "
       "Check how it fares "
       "for each group before it is used, and after."},
      {"When something goes wrong",
       "If you see more than you should, stop. Do not look closer, do not copy, do not tell others what you "
       "saw. Tell your "
       "officer for data protection at once: within 72 hours a breach may have to be reported to the "
       "authority.\n\n"
       "Nobody is blamed for a report made in good faith. What is kept silent grows."},
  };
}

std::vector<Question> FirstQuestions() {
  return {
      {"An agreement is for planning support for carers. Your manager asks you to use it to look for wrong "
       "claims. You:",
       {"do it: the data are the council's own", "do it, if the numbers are large enough",
        "say that another purpose needs another agreement"},
       2,
       1},
      {"A table shows 240 people in a ward, and another, a day later and by one rule narrower, 239. You:",
       {"report the difference as a finding",
        "do not try to learn who the one is, and look at groups that mean something",
        "ask again until the noise averages out"},
       1,
       2},
      {"Why does each question cost part of a budget?",
       {"because every answer tells a little of everybody in the data", "because the computers cost money",
        "so that analysts do not ask too fast"},
       0,
       2},
      {"District A has 41 cases, give or take 9, district B 36, give or take 9. You write:",
       {"A is worse than B", "A is 14 per cent worse than B", "the difference is within the margins"},
       2,
       3},
      {"People of one group hardly appear in a register of patients. A likely reason that you look into "
       "first is:",
       {"they are healthier", "they do not come, or are not recorded", "the noise removed them"},
       1,
       3},
  };
}

std::vector<Question> LastQuestions() {
  return {
      {"Before a question is asked you should be able to say:",
       {"who gains by the answer, and who could lose", "which programming language is best for it",
        "that nobody will notice"},
       0,
       0},
      {"A model gives a family a high risk. What happens next?",
       {"the case is opened automatically", "a person decides, can say why, and hears the family",
        "the score is passed to the police"},
       1,
       4},
      {"By mistake you are shown a list with names. You:",
       {"delete it and say nothing", "look whether it is real, then report it",
        "stop, and tell the officer for data protection at once"},
       2,
       5},
      {"A breach may have to be reported to the authority within:", {"72 hours", "30 days", "a year"}, 0, 5},
      {"You know that a neighbour is the only person of her age in the data. May you use that in a question?",
       {"yes, if the answer is noisy", "no: answers are not to be joined with what I know of somebody",
        "yes, if she does not find out"},
       1,
       2},
  };
}

std::vector<Question> DataEthicsQuestions() {
  std::vector<Question> questions = FirstQuestions();
  for (Question& question : LastQuestions()) questions.push_back(std::move(question));
  return questions;
}

}  // namespace

const Course& DataEthics() {
  static const Course course{"data-ethics", "The ethical use of citizens' data", DataEthicsLessons(),
                             DataEthicsQuestions(), 8};
  return course;
}

const Course* CourseNamed(std::string_view name) {
  return name == DataEthics().name ? &DataEthics() : nullptr;
}

Grade GradeOf(const Course& course, const std::vector<int>& answers) {
  Grade grade;
  for (std::size_t i = 0; i < course.questions.size(); ++i) {
    const Question& question = course.questions[i];
    if (i < answers.size() && answers[i] == question.right) {
      ++grade.right;
    } else if (std::find(grade.lessons.begin(), grade.lessons.end(), question.lesson) ==
               grade.lessons.end()) {
      grade.lessons.push_back(question.lesson);
    }
  }
  grade.passed = grade.right >= course.pass;
  return grade;
}

std::string Fingerprint(const Course& course) {
  std::string words = course.title;
  for (const Lesson& lesson : course.lessons) words += std::string("\n") + lesson.title + "\n" + lesson.text;
  for (const Question& question : course.questions) {
    words += std::string("\n") + question.text;
    for (const char* option : question.options) words += std::string("\n") + option;
  }
  return crypto::Sha256Hex(words);
}

}  // namespace concordat::agreement
