// What the byte scripts of test/pgwire cannot see: governed answers, charges and notices, limits, cancelling.
#include "pgwire/session.h"

#include <gtest/gtest.h>

#include "pgwire/testing_backend.h"

namespace concordat::pgwire {
namespace {

// The types of the messages in `bytes`, one letter each; fields of errors and notices in between.
std::string Outline(std::string_view bytes) {
  std::string outline;
  while (bytes.size() >= 5) {
    std::size_t length = 0;
    for (int i = 1; i <= 4; ++i)
      length = length << 8 | static_cast<unsigned char>(bytes[static_cast<std::size_t>(i)]);
    outline += bytes[0];
    const std::string_view body = bytes.substr(5, length - 4);
    if (bytes[0] == 'E' || bytes[0] == 'N') {
      const std::size_t code = body.find(std::string_view("\0C", 2));
      outline += "(" + std::string(body.substr(code + 2, 5)) + ")";
    }
    if (bytes[0] == 'C') outline += "(" + std::string(body.substr(0, body.size() - 1)) + ")";
    if (bytes[0] == 'Z') outline += "(" + std::string(body) + ")";
    bytes.remove_prefix(length + 1);
  }
  EXPECT_TRUE(bytes.empty());
  return outline;
}

class SessionTest : public testing::Test {
 protected:
  static TestingBackend& backend() {
    static TestingBackend backend;  // opening a catalogue takes a while
    return backend;
  }
  void SetUp() override {
    std::string greeting;
    session_.Greet({7, 8}, greeting);
    EXPECT_EQ(Outline(greeting), "SSSSSSSSSSSSSKZ(I)");
  }
  std::string Say(Message message) {
    session_.Accept(std::move(message));
    return Work();
  }
  std::string Work() {
    std::string all;
    for (bool more = true; more;) {
      std::string out;
      more = session_.Step(out);
      EXPECT_LT(out.size(), 2 * kChunkBytes + 4'096);
      all += out;
    }
    last_ = all;
    return Outline(all);
  }

  bool Take(const std::string& bytes) {
    if (takes_) sent_.push_back(bytes);
    return takes_;
  }

  Limits limits_;
  Interrupt interrupt_;
  Session session_{backend(),          limits_,
                   interrupt_,         {"ana", "heart-study", "psql"},
                   Settings(7, "ana"), [this](const std::string& bytes) { return Take(bytes); }};
  bool takes_ = true;
  std::vector<std::string> sent_;  // before the end of a step
  std::string last_;
};

TEST_F(SessionTest, TellsOfTheChargeBeforeTheRows) {
  EXPECT_EQ(Say(Query{"SELECT count(*) FROM patients"}), "N(00000)TDDC(SELECT 2)Z(I)");
  EXPECT_NE(last_.find("charged epsilon 0.2"), std::string::npos);
  EXPECT_EQ(Say(Query{"SET client_min_messages = warning; SELECT count(*) FROM patients"}),
            "C(SET)TDDC(SELECT 2)Z(I)");
}

TEST_F(SessionTest, SendsWhatIsSaidWhileAQuestionRuns) {
  const auto notice = [](const std::string& text) {
    const std::string length{'\0', '\0', '\0', static_cast<char>(4 + 8 + 8 + 7 + text.size() + 2 + 1)};
    return "N" + length + std::string("SNOTICE\0VNOTICE\0C00000\0M", 24) + text + std::string(2, '\0');
  };
  EXPECT_EQ(Say(Query{"SELECT told FROM patients"}), "N(00000)TDDC(SELECT 2)Z(I)");
  EXPECT_EQ(sent_, (std::vector<std::string>{notice("round 1"), notice("round 2")}));
  EXPECT_NE(last_.find("charged epsilon 0.2"), std::string::npos);
}

TEST_F(SessionTest, SendsWhatItSaidBeforeInItsOrder) {
  EXPECT_EQ(Say(Query{"SELECT count(*) FROM patients; SELECT told FROM patients"}),
            "N(00000)TDDC(SELECT 2)Z(I)");
  ASSERT_EQ(sent_.size(), 2U);
  EXPECT_EQ(Outline(sent_[0]), "N(00000)TDDC(SELECT 2)N(00000)")
      << "the first answer, then what is said of the second";
  EXPECT_EQ(Outline(sent_[1]), "N(00000)");
  sent_.clear();
  session_.Accept(Parse{"", "SELECT told FROM patients", {}});
  session_.Accept(Bind{});
  session_.Accept(Execute{});
  EXPECT_EQ(Say(Sync{}), "N(00000)DDC(SELECT 2)Z(I)");
  EXPECT_EQ(Outline(sent_.at(0)), "12N(00000)");
}

TEST_F(SessionTest, LosesNothingButNoticesWhereTheClientDoesNotRead) {
  takes_ = false;
  EXPECT_EQ(Say(Query{"SELECT count(*) FROM patients; SELECT told FROM patients"}),
            "N(00000)TDDC(SELECT 2)N(00000)TDDC(SELECT 2)Z(I)");
  EXPECT_EQ(last_.find("round"), std::string::npos);
}

TEST_F(SessionTest, SaysNothingToWhoWantsNoNotices) {
  for (const char* level : {"warning", "ERROR"}) {
    Say(Query{std::string("SET client_min_messages = ") + level});
    EXPECT_EQ(Say(Query{"SELECT told FROM patients"}), "TDDC(SELECT 2)Z(I)") << level;
    Say(Query{"COMMIT"});
    EXPECT_EQ(Outline(last_), level == std::string("ERROR") ? "C(COMMIT)Z(I)" : "N(25P01)C(COMMIT)Z(I)");
  }
  EXPECT_TRUE(sent_.empty());
  for (const char* level : {"notice", "log", "debug"}) {
    Say(Query{std::string("SET client_min_messages = ") + level});
    Say(Query{"SELECT told FROM patients"});
    EXPECT_EQ(std::exchange(sent_, {}).size(), 2U) << level;
  }
}

TEST_F(SessionTest, AsksOnceHoweverOftenAnAnswerIsFetched) {
  const int before = backend().asked();
  Say(Parse{"", "SELECT many FROM patients", {}});
  Say(Bind{});
  EXPECT_EQ(Outline(last_), "2");
  for (int i = 0; i < 5; ++i) Say(Execute{"", 10});
  EXPECT_EQ(Outline(last_), "DDDDDDDDDDs");
  EXPECT_EQ(backend().asked(), before + 1);
  Say(Sync{});
  Say(Query{"BEGIN; DECLARE c CURSOR FOR SELECT many FROM patients; FETCH 2 FROM c; FETCH 2 FROM c; COMMIT"});
  EXPECT_EQ(backend().asked(), before + 2);
}

TEST_F(SessionTest, DescribesWithoutAsking) {
  const int before = backend().asked();
  Say(Parse{"s", "SELECT count(*) FROM patients WHERE age > $1", {}});
  EXPECT_EQ(Say(Describe{Target::kStatement, "s"}), "tT");
  EXPECT_EQ(Say(Sync{}), "Z(I)");
  EXPECT_EQ(backend().asked(), before);
}

TEST_F(SessionTest, GovernsEveryStatementOfAQuery) {
  const int before = backend().asked();
  EXPECT_EQ(
      Say(Query{
          "SELECT count(*) FROM patients; SELECT patients.* FROM patients; SELECT count(*) FROM patients"}),
      "N(00000)TDDC(SELECT 2)E(42501)Z(I)");
  EXPECT_EQ(Say(Query{"SELECT count(*) FROM patients; DELETE FROM patients"}), "E(0A000)Z(I)");
  EXPECT_EQ(backend().asked(), before + 1);
}

TEST_F(SessionTest, PlacesARefusalWithinWhatWasSent) {
  Say(Query{"SELECT 'ä'; EXPLAIN SELECT patients.* FROM patients"});
  EXPECT_NE(last_.find(std::string("P28\0", 4)), std::string::npos);
  Say(Parse{"", "DECLARE c CURSOR FOR SELECT patients.* FROM patients", {}});
  EXPECT_NE(last_.find(std::string("P29\0", 4)), std::string::npos);
}

TEST_F(SessionTest, WithholdsWhatWasCancelledEvenIfItWasAnswered) {
  // The backend answers at once, as if it had finished just as the request came in.
  class Finishing final : public Backend {
   public:
    Finishing(Backend& inner, Interrupt& interrupt) : inner_(inner), interrupt_(interrupt) {}
    std::optional<crypto::ScramVerifier> FindVerifier(std::string_view) override { return {}; }
    Outcome<void> Admit(const release::Caller&) override { return {}; }
    Outcome<Description> Describe(const release::Caller& a, const std::string& b, const release::Settings& c,
                                  const pgcatalog::Session& d) override {
      return inner_.Describe(a, b, c, d);
    }
    Outcome<Answer> Ask(const release::Caller& a, const release::Question& b, const pgcatalog::Session& c,
                        const engine::Cancel& d, const Notify& e) override {
      auto answer = inner_.Ask(a, b, c, d, e);
      interrupt_.Request(Cause::kUser);
      return answer;
    }
    Outcome<std::vector<std::string>> Explain(const release::Caller& a, const release::Question& b) override {
      return inner_.Explain(a, b);
    }

   private:
    Backend& inner_;
    Interrupt& interrupt_;
  };
  Finishing finishing(backend(), interrupt_);
  Session session(finishing, limits_, interrupt_, {"ana", "heart-study", "psql"}, Settings(7, "ana"),
                  [](const std::string&) { return true; });
  session.Accept(Query{"SELECT count(*) FROM patients"});
  std::string out;
  EXPECT_FALSE(session.Step(out));
  EXPECT_EQ(Outline(out), "E(57014)SSSSSSSSSSSSSZ(I)");
}

TEST_F(SessionTest, CancelsOnlyWhatRuns) {
  interrupt_.Request(Cause::kUser);  // nothing runs
  EXPECT_EQ(Say(Query{"SELECT count(*) FROM patients"}), "N(00000)TDDC(SELECT 2)Z(I)");
  interrupt_.Request(Cause::kGone);
  EXPECT_EQ(Say(Query{"SELECT slow FROM patients"}), "E(57014)Z(I)");
}

TEST_F(SessionTest, HoldsToItsLimits) {
  limits_.statement_bytes = 1'000;
  limits_.prepared_statements = 2;
  limits_.portals = 2;
  limits_.held_bytes = 100'000;
  EXPECT_EQ(Say(Query{"SELECT '" + std::string(1'000, 'x') + "'"}), "E(54000)Z(I)");
  EXPECT_EQ(Say(Query{"SELECT '\xff'"}), "E(22021)Z(I)");
  Say(Parse{"a", "SELECT 1", {}});
  Say(Parse{"b", "SELECT 1", {}});
  EXPECT_EQ(Say(Parse{"c", "SELECT 1", {}}), "E(53400)");
  Say(Sync{});
  Say(Bind{.portal = "p", .statement = "a"});
  Say(Bind{.portal = "q", .statement = "a"});
  EXPECT_EQ(Say(Bind{.portal = "r", .statement = "a"}), "E(53400)");
  Say(Sync{});
  EXPECT_EQ(Say(Query{"BEGIN; DECLARE c CURSOR FOR SELECT wide FROM patients"}).substr(0, 8), "C(BEGIN)");
  EXPECT_NE(Outline(last_).find("E(53400)"), std::string::npos);
  EXPECT_EQ(Say(Query{"ROLLBACK; SELECT wide FROM patients"}).substr(0, 11), "C(ROLLBACK)")
      << "held by nobody";
}

TEST_F(SessionTest, StreamsAndCopies) {
  const std::string outline = Say(Query{"COPY (SELECT many FROM patients) TO STDOUT"});
  EXPECT_EQ(outline.size(), std::string("N(00000)HcC(COPY 10000)Z(I)").size() + 10'000);
  EXPECT_EQ(Say(Query{"SELECT many FROM patients"}).size(),
            std::string("N(00000)TC(SELECT 10000)Z(I)").size() + 10'000);
}

TEST_F(SessionTest, RefusesWhatHasNoBinaryFormWithoutHalfARow) {
  Say(Parse{"", "SELECT 'pg_class'::regclass AS a", {}});
  Say(Bind{.result_formats = {Format::kBinary}});
  Say(Execute{});
  const std::string outline = Outline(last_);
  EXPECT_TRUE(outline == "E(0A000)" || outline == "DC(SELECT 1)") << outline;
}

TEST_F(SessionTest, SaysGoodbye) {
  EXPECT_EQ(Say(FunctionCall{}), "E(0A000)Z(I)");
  EXPECT_TRUE(session_.idle());
  Say(Terminate{});
  EXPECT_TRUE(session_.ended());
}

}  // namespace
}  // namespace concordat::pgwire
