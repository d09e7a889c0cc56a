// Whatever a log serves under a checkpoint that it did sign, following it ends, and ends well only where
// entries and tiles come to the checkpoint.
#include "base/check.h"
#include "ledger/monitor.h"
#include "ledger/testing_ledger.h"

using namespace concordat;
using namespace concordat::ledger;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const crypto::SigningKey key = TestKey();
  if (size < 3) return 0;
  // Two bytes of size, then the file that every path gives; an empty tail signs the root that fits.
  const std::uint64_t entries = std::uint64_t{data[0]} << 8 | data[1];
  const std::string file(reinterpret_cast<const char*>(data) + 3, size - 3);
  Hash root = RootOf({});
  if (entries > 0) {
    const FileReader files = [&](const std::string&) -> Result<std::string> { return file; };
    const auto edge = TileEdge::Read(entries, ServedTiles(files, entries));
    if (edge) root = edge->Root();
  }
  const std::string note = crypto::SignNote(CheckpointText({"lewisham", entries, root}), key);
  const FileReader files = [&](const std::string& path) -> Result<std::string> {
    if (path == kCheckpointPath) return data[2] % 2 == 0 ? note : file;
    return file;
  };
  std::uint64_t read = 0;
  const auto sighting = Follow(files, key.verify_key(), "", [&](const Entry& entry) -> Result<void> {
    CHECK(entry.index == read++);
    return {};
  });
  if (sighting) CHECK(read == sighting->now.size);
  return 0;
}
