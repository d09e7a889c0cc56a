// Whatever a file of saved folds says, even signed, is read and taken up without a crash, or left alone.
#include <fmt/format.h>

#include "base/check.h"
#include "crypto/hash.h"
#include "crypto/note.h"
#include "ledger/saved.h"
#include "ledger/testing_ledger.h"

using namespace concordat;
using namespace concordat::ledger;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::SigningKey key = TestKey();
  const std::string text(reinterpret_cast<const char*>(data), size);
  (void)ParseSaved(text, key.verify_key());
  const std::string content = text.substr(0, text.find('\n'));
  const std::string note = fmt::format("concordat/folds/1\n{}\n", crypto::Sha256Hex(content));
  const auto saved = ParseSaved(content + "\n" + crypto::SignNote(note, key), key.verify_key());
  if (!saved) return 0;
  const auto again = ParseSaved(FormatSaved(*saved, key), key.verify_key());
  CHECK(again && again->head == saved->head && again->few == saved->few && again->states == saved->states);
  BudgetBook budgets;
  WitnessBook witnesses;
  if (!LoadStates(PartsOf({&budgets, &witnesses}), saved->states)) return 0;
  (void)budgets.Report();
  (void)budgets.Save();
  (void)witnesses.Save();
  return 0;
}
