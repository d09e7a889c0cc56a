#include "ledger/witness.h"

#include <gtest/gtest.h>

#include <thread>

#include "ledger/testing_ledger.h"

namespace concordat::ledger {
namespace {

crypto::Cosigner Camden(std::uint64_t seed = 11) {
  SeededRandom random(seed);
  return *crypto::Cosigner::Generate("witness.camden", random);
}

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  const auto at = text.find(from);
  EXPECT_NE(at, text.npos) << from;
  return text.replace(at, from.size(), to);
}

// Lewisham's log and the member that witnesses it: two ledgers.
class WitnessTest : public testing::Test {
 protected:
  WitnessTest() {
    Grow(5);
    EXPECT_TRUE(witness_->Append(FollowDraft(TestKey().verify_key(), "olu")));
  }
  void Grow(int entries) {
    for (int i = 0; i < entries; ++i) EXPECT_TRUE(log_->Append(Note(next_++)));
  }
  WitnessReply Send(const std::string& request) {
    const auto reply = AddCheckpoint(*witness_, witness_.witnesses, cosigner_, request);
    EXPECT_TRUE(reply);
    return *reply;
  }
  std::string Request(std::uint64_t known) const { return *AskForCosignature(*log_.ledger, known); }
  // A checkpoint of a history that is another, and signed all the same.
  static std::string Forged(const Checkpoint& checkpoint) {
    return crypto::SignNote(CheckpointText(checkpoint), TestKey());
  }
  std::size_t Entries(const std::string& kind) const {
    return static_cast<std::size_t>(std::count_if(witness_.recorder.entries.begin(),
                                                  witness_.recorder.entries.end(),
                                                  [&](const Entry& entry) { return entry.kind == kind; }));
  }

  store::TemporaryFolder folder_;
  TestLedger log_{folder_ / "log.db"}, witness_{folder_ / "witness.db"};
  crypto::Cosigner cosigner_ = Camden();
  int next_ = 0;
};

TEST_F(WitnessTest, CosignsALogAsItGrows) {
  for (const std::uint64_t known : {0U, 5U, 12U}) {
    const std::string request = Request(known);
    const WitnessReply reply = Send(request);
    ASSERT_EQ(reply.status, 200) << reply.body;
    const auto answer = ReadWitnessReply(reply, *log_->SignedHead(), cosigner_.key());
    ASSERT_TRUE(answer) << answer.error().message;
    const auto note = crypto::ParseNote(answer->note);
    EXPECT_EQ(crypto::VerifyCosignatures(*note, {cosigner_.key()})->size(), 1U);
    EXPECT_TRUE(OpenSigned(*note, TestKey().verify_key()));
    EXPECT_EQ(witness_.witnesses.Newest("lewisham")->checkpoint, log_->Head());
    Grow(7);
  }
  EXPECT_EQ(Entries(kind::kWitnessCosigned), 3U);
}

TEST_F(WitnessTest, SaysWhatItKnowsAndRemembersItAfterARestart) {
  EXPECT_EQ(Send(Request(0)).status, 200);
  Grow(3);
  witness_.Close();
  witness_.Open();
  const WitnessReply reply = Send(Request(0));
  EXPECT_EQ(reply.status, 409);
  EXPECT_EQ(reply.content_type, "text/x.tlog.size");
  EXPECT_EQ(reply.body, "5\n");
  EXPECT_EQ(ReadWitnessReply(reply, *log_->SignedHead(), cosigner_.key())->known, 5U);
  EXPECT_EQ(Send(Request(5)).status, 200);
  EXPECT_EQ(Send(Request(8)).status, 200);  // the same again: signed anew, and no entry
  EXPECT_EQ(Entries(kind::kWitnessCosigned), 2U);
}

TEST_F(WitnessTest, DeclinesWithTheStatusOfTheProtocol) {
  ASSERT_EQ(Send(Request(0)).status, 200);
  const std::string old_note = *log_->SignedHead();
  const Hash old_root = log_->Head().root;
  Grow(6);
  const std::string request = Request(5), note = *log_->SignedHead();
  const std::string first_hash = request.substr(6, 44);
  SeededRandom random(9);
  const auto other = *crypto::SigningKey::Generate("camden", random);
  std::string long_proof = "old 5\n";
  for (int i = 0; i < 64; ++i) long_proof += ToBase64(Hash{}) + "\n";
  const struct {
    const char* name;
    std::string request;
    int status;
  } cases[] = {
      {"nothing", "", 400},
      {"no old line", request.substr(6), 400},
      {"leading zero", Replaced(request, "old 5", "old 05"), 400},
      {"two zeros", Replaced(Request(0), "old 0", "old 00"), 400},
      {"a sign", Replaced(request, "old 5", "old +5"), 400},
      {"negative", Replaced(request, "old 5", "old -5"), 400},
      {"two spaces", Replaced(request, "old 5", "old  5"), 400},
      {"a space behind", Replaced(request, "old 5", "old 5 "), 400},
      {"a tab", Replaced(request, "old 5", "old\t5"), 400},
      {"upper case", Replaced(request, "old 5", "Old 5"), 400},
      {"hexadecimal", Replaced(request, "old 5", "old 0x5"), 400},
      {"no number", Replaced(request, "old 5", "old "), 400},
      {"past 2^64", Replaced(request, "old 5", "old 18446744073709551621"), 400},
      {"carriage return", Replaced(request, "old 5\n", "old 5\r\n"), 400},
      {"old 0 with a proof", Replaced(request, "old 5", "old 0"), 400},
      {"no empty line", Replaced(request, "\n\nlewisham", "\nlewisham"), 400},
      {"64 hashes", long_proof + "\n" + note, 400},
      {"hash without padding", Replaced(request, first_hash, first_hash.substr(0, 43)), 400},
      {"hash in the other alphabet", Replaced(request, first_hash, std::string(42, '-') + "8="), 400},
      {"a hash of 31 bytes", Replaced(request, first_hash, ToBase64(Bytes(31))), 400},
      {"a hash with stray bits", Replaced(request, first_hash, std::string(42, 'A') + "B="), 400},
      {"a space before a hash", Replaced(request, first_hash, " " + first_hash), 400},
      {"no checkpoint", "old 5\n\n", 400},
      {"no signature", "old 5\n\n" + note.substr(0, note.find("\n\n") + 1), 400},
      {"no last newline", request.substr(0, request.size() - 1), 400},
      {"text behind", request + "and more\n", 400},
      {"checkpoint with leading zeros", Replaced(request, "\n11\n", "\n011\n"), 400},
      {"too long", request + std::string(40'000, 'x'), 400},
      {"old size past the new", Replaced(Replaced(request, "old 5", "old 12"), first_hash + "\n", ""), 400},
      {"another log", "old 0\n\n" + crypto::SignNote(CheckpointText({"camden", 1, {}}), other), 404},
      {"another key", "old 0\n\n" + crypto::SignNote(CheckpointText(log_->Head()), other), 403},
      {"a changed signature", Replaced(request, "\n11\n", "\n12\n"), 403},
      {"not where it was left", Request(3), 409},
      {"back", "old 3\n\n" + Forged({"lewisham", 4, old_root}), 409},
      {"no proof", "old 5\n\n" + note, 422},
      {"another root", Replaced(request, note, Forged({"lewisham", 11, old_root})), 422},
      {"a wrong hash", Replaced(request, first_hash, ToBase64(Hash{})), 422},
      {"a hash too many", Replaced(request, first_hash, first_hash + "\n" + first_hash), 422},
      {"the same size with a proof", "old 5\n" + first_hash + "\n\n" + old_note, 422},
      {"the same size, another root", "old 5\n\n" + Forged({"lewisham", 5, Hash{}}), 409},
  };
  for (const auto& c : cases) {
    const WitnessReply reply = Send(c.request);
    EXPECT_EQ(reply.status, c.status) << c.name << ": " << reply.body;
    EXPECT_FALSE(reply.body.starts_with("\xE2\x80\x94")) << c.name;
    EXPECT_EQ(witness_.witnesses.Newest("lewisham")->checkpoint.size, 5U) << c.name;
  }
  EXPECT_EQ(Send(request).status, 200);
}

TEST_F(WitnessTest, RaisesOneAlarmForAForkThatNamesBothCheckpoints) {
  ASSERT_EQ(Send(Request(0)).status, 200);
  const std::string forged = Forged({"lewisham", 5, Hash{}});
  for (int i = 0; i < 3; ++i) {
    const WitnessReply reply = Send(i == 0 ? "old 0\n\n" + forged : "old 5\n\n" + forged);
    EXPECT_EQ(reply.status, 409);
    EXPECT_NE(reply.body.find(Describe(log_->Head())), std::string::npos) << reply.body;
    EXPECT_NE(reply.body.find(ToBase64(Hash{})), std::string::npos) << reply.body;
    witness_.Close();
    witness_.Open();
  }
  ASSERT_EQ(witness_.witnesses.alarms().size(), 1U);
  const Alarm& alarm = witness_.witnesses.alarms()[0];
  EXPECT_EQ(alarm.fault, "fork");
  EXPECT_EQ(alarm.seen, forged);
  EXPECT_EQ(alarm.kept, *log_->SignedHead());
}

TEST_F(WitnessTest, KeepsNothingThatStrangersWroteUnderTheNote) {
  crypto::Note note = *crypto::ParseNote(*log_->SignedHead());
  note.signatures.push_back({"stranger", 1, Bytes(500)});
  ASSERT_EQ(Send("old 0\n\n" + crypto::FormatNote(note)).status, 200);
  EXPECT_EQ(witness_.witnesses.Newest("lewisham")->note, *log_->SignedHead());
}

TEST_F(WitnessTest, CosignsTheEmptyLogAndNoOther) {
  EXPECT_EQ(Send("old 0\n\n" + Forged({"lewisham", 0, RootOf({})})).status, 200);
  EXPECT_EQ(Send("old 0\n\n" + Forged({"lewisham", 0, Hash{}})).status, 409);
  EXPECT_EQ(Entries(kind::kWitnessCosigned), 0U);
  EXPECT_EQ(witness_.witnesses.alarms().size(), 1U);
}

// Many at once: what is cosigned never goes back, and each cosigned size is recorded before it is signed.
TEST_F(WitnessTest, JudgesRequestsAtOnceOneAfterTheOther) {
  std::vector<std::string> requests;
  for (int i = 0; i < 8; ++i) {
    requests.push_back(Request(0));
    Grow(1);
  }
  std::vector<int> statuses(requests.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < requests.size(); ++i)
    threads.emplace_back([&, i] { statuses[i] = Send(requests[i]).status; });
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 200), 1);
  EXPECT_EQ(std::count(statuses.begin(), statuses.end(), 409), 7);
  EXPECT_EQ(Entries(kind::kWitnessCosigned), 1U);
}

TEST_F(WitnessTest, StopsAndFollowsAgainFromWhereItWas) {
  ASSERT_EQ(Send(Request(0)).status, 200);
  ASSERT_TRUE(witness_->Append(StopDraft("lewisham", "olu")));
  EXPECT_EQ(Send(Request(5)).status, 404);
  ASSERT_TRUE(witness_->Append(FollowDraft(TestKey().verify_key(), "olu")));
  EXPECT_EQ(Send(Request(0)).body, "5\n");
}

// Members that witness each other must come to rest.
TEST_F(WitnessTest, CountsACosignatureGivenAsNothingToAskFor) {
  const std::uint64_t before = witness_.witnesses.worth_cosigning();
  ASSERT_EQ(Send(Request(0)).status, 200);
  EXPECT_EQ(witness_->Head().size, 2U);
  EXPECT_EQ(witness_.witnesses.worth_cosigning(), before);
  ASSERT_TRUE(witness_->Append(Note(1)));
  EXPECT_EQ(witness_.witnesses.worth_cosigning(), 3U);
}

TEST_F(WitnessTest, NoticesThatItsOwnLedgerWasPutBack) {
  const auto asked = AskForCosignature(*log_, 6);
  ASSERT_FALSE(asked);
  EXPECT_EQ(asked.error().code, ErrorCode::kCorrupt);
  TestLedger empty(folder_ / "empty.db");
  EXPECT_EQ(AskForCosignature(*empty, 0).error().code, ErrorCode::kFailedPrecondition);
}

TEST_F(WitnessTest, ReadsRepliesStrictly) {
  const std::string note = *log_->SignedHead();
  const std::string text = crypto::ParseNote(note)->text;
  const auto line = [&](const crypto::Cosigner& by, const std::string& of) {
    return crypto::FormatSignature(by.Cosign(of, log_.clock.Now()));
  };
  const std::string good = line(cosigner_, text);
  const auto read = [&](int status, const std::string& type, const std::string& body) {
    return ReadWitnessReply({status, type, body}, note, cosigner_.key());
  };
  EXPECT_TRUE(read(200, "text/plain", good));
  const auto with_stranger = read(200, "text/plain", "\xE2\x80\x94 stranger AAAAAAAA\n" + good);
  ASSERT_TRUE(with_stranger);
  EXPECT_EQ(with_stranger->note, note + good);
  const struct {
    const char* name;
    int status;
    const char* type;
    std::string body;
    ErrorCode code;
  } cases[] = {
      {"nothing", 200, "text/plain", "", ErrorCode::kCorrupt},
      {"another's", 200, "text/plain", line(Camden(12), text), ErrorCode::kCorrupt},
      {"of another text", 200, "text/plain", line(cosigner_, "lewisham\n9\n"), ErrorCode::kCorrupt},
      {"not a line", 200, "text/plain", "ok\n", ErrorCode::kInvalidArgument},
      {"another note", 200, "text/plain", "x\n\n" + good, ErrorCode::kCorrupt},
      {"a size with a zero", 409, "text/x.tlog.size", "05\n", ErrorCode::kInvalidArgument},
      {"a size of another type", 409, "text/plain", "5\n", ErrorCode::kPermissionDenied},
      {"unknown log", 404, "text/plain", "who?\n", ErrorCode::kPermissionDenied},
      {"busy", 503, "text/plain", "", ErrorCode::kUnavailable},
  };
  for (const auto& c : cases) {
    const auto answer = read(c.status, c.type, c.body);
    ASSERT_FALSE(answer) << c.name;
    EXPECT_EQ(answer.error().code, c.code) << c.name << ": " << answer.error().message;
  }
}

TEST_F(WitnessTest, MergesSignaturesOfTheSameTextAlone) {
  const std::string note = *log_->SignedHead();
  crypto::Note cosigned = *crypto::ParseNote(note);
  cosigned.signatures.push_back(cosigner_.Cosign(cosigned.text, log_.clock.Now()));
  const std::string more = crypto::FormatNote(cosigned);
  EXPECT_EQ(MergeSignatures(note, more), more);
  EXPECT_EQ(MergeSignatures(more, note), more);
  Grow(1);
  EXPECT_EQ(MergeSignatures(*log_->SignedHead(), more), *log_->SignedHead());
  EXPECT_EQ(MergeSignatures(note, "nonsense"), note);
}

}  // namespace
}  // namespace concordat::ledger
