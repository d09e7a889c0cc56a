// Writes what a node would serve, for tools that others wrote: FOLDER/before and FOLDER/served (one log at
// 300 and at 520 entries), FOLDER/fork (another history of 520, under the same key), FOLDER/answer.tlog-proof
// (of entry 7, cosigned) and FOLDER/keys (the log's key and the witness's, a line each).
#include <iostream>

#include "base/check.h"
#include "base/file.h"
#include "ledger/receipt.h"
#include "ledger/served.h"
#include "ledger/testing_ledger.h"

using namespace concordat;
using namespace concordat::ledger;

namespace {

constexpr int kBefore = 300, kNow = 520, kReceipt = 7;

void Grow(Ledger& ledger, int from, int to, int changed) {
  for (int i = from; i < to; ++i) CHECK(ledger.Append(Note(i == changed ? -i : i)));
}

void WriteReceipt(TestLedger& log, const crypto::Cosigner& cosigner, const std::filesystem::path& folder) {
  crypto::Note note = *crypto::ParseNote(*log->SignedHead());
  note.signatures.push_back(cosigner.Cosign(note.text, log.clock.Now()));
  const std::string cosigned = crypto::FormatNote(note);
  CHECK(WriteFileDurably(folder / "served" / kCheckpointPath, cosigned, FileMode::kPublic));
  const Receipt receipt{.extra = *log->LeafBytes(kReceipt),
                        .index = kReceipt,
                        .proof = *log->ProveInclusion(kReceipt, kNow),
                        .checkpoint = cosigned};
  CHECK(WriteFileDurably(folder / "answer.tlog-proof", FormatReceipt(receipt), FileMode::kPublic));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: outside_log FOLDER\n";
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  TestLedger log(folder / "store.db");
  Grow(*log, 0, kBefore, -1);
  CHECK(WriteServed(*log, folder / "before"));
  Grow(*log, kBefore, kNow, -1);
  CHECK(WriteServed(*log, folder / "served"));
  TestLedger fork(folder / "fork.db");
  Grow(*fork, 0, kNow, kReceipt);
  CHECK(WriteServed(*fork, folder / "fork"));
  SeededRandom random(11);
  const auto cosigner = *crypto::Cosigner::Generate("camden/witness", random);
  WriteReceipt(log, cosigner, folder);
  CHECK(WriteFileDurably(folder / "keys", log->key().Text() + "\n" + cosigner.key().Text() + "\n",
                         FileMode::kPublic));
  return 0;
}
