// Whatever lies in the store, or is asked for by path, is read without a crash; and what is read is what was
// written.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "ledger/charge.h"
#include "ledger/checkpoint.h"
#include "ledger/entry.h"
#include "ledger/tile.h"

using namespace concordat;
using namespace concordat::ledger;

namespace {

void FuzzEntry(ByteView input) {
  // The leaf, then salt and secret, parted by zero bytes.
  StoredEntry stored;
  Bytes* parts[] = {&stored.leaf, &stored.secret, &stored.salt};
  std::size_t part = 0;
  for (const std::uint8_t byte : input) {
    if (byte == 0 && part < 2) {
      ++part;
    } else {
      parts[part]->push_back(byte);
    }
  }
  const auto entry = DecodeEntry(7, stored);
  if (!entry) return;
  (void)LacksSecret(stored);
  (void)ErasedEntries(entry->body);
  if (const auto charge = ChargeFromBody(entry->body)) {
    for (const auto& m : charge->measurements) CHECK(m.scale > 0 && m.delta.value >= 0 && m.delta.value < 1);
    const auto again = ChargeFromBody(ChargeBody(*charge));
    CHECK(again && again->measurements == charge->measurements);
  }
  if (LacksSecret(stored) || entry->secret) return;
  const auto encoded = EncodeDraft({.kind = entry->kind, .body = entry->body, .secret = {}});
  if (encoded) CHECK(PlaceEntry(*encoded, 7, entry->time, {}).leaf == stored.leaf);
}

void FuzzTexts(ByteView input) {
  if (const auto path = ParseTilePath(AsText(input))) CHECK(TilePath(path->id, path->width) == AsText(input));
  if (const auto checkpoint = ParseCheckpoint(AsText(input))) {
    CHECK(*ParseCheckpoint(CheckpointText(*checkpoint)) == *checkpoint);
  }
  if (const auto leaves = ParseEntryBundle(input)) {
    const Bytes again = EntryBundle(*leaves);
    CHECK(std::equal(again.begin(), again.end(), input.begin(), input.end()));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView input(data + 1, size - 1);
  if (data[0] % 2 == 0) {
    FuzzEntry(input);
  } else {
    FuzzTexts(input);
  }
  return 0;
}
