// Messages between members: nothing breaks, and what is accepted is written back the same.
#include "base/check.h"
#include "federation/message.h"

namespace {

using namespace concordat;
using namespace concordat::federation;

template <class T>
void Hold(ByteView bytes, Result<T> (*decode)(ByteView)) {
  const auto read = decode(bytes);
  if (!read) return;
  const Bytes written = Encode(*read);
  CHECK(std::equal(written.begin(), written.end(), bytes.begin(), bytes.end()));
}

void HoldReply(ByteView bytes) {
  const auto read = DecodeReply(bytes);
  if (!read) return;
  const Bytes written = *read ? EncodeReply(**read) : EncodeReply(read->error());
  CHECK(std::equal(written.begin(), written.end(), bytes.begin(), bytes.end()));
}

void HoldKeys(ByteView bytes) {
  const auto keys = DecodeKeys(bytes);
  if (!keys) return;
  const auto united = Unite({*keys});
  CHECK(AreInOrder(united));
  CHECK(united.size() <= keys->size());
  CHECK(AreInOrder(*keys) == (united == *keys));
}

}  // namespace

// The first byte says which message.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView bytes(data + 1, size - 1);
  switch (data[0] % 13) {
    case 0:
      Hold(bytes, DecodeStatement);
      break;
    case 1:
      Hold(bytes, DecodePrepared);
      break;
    case 2:
      Hold(bytes, DecodeSetting);
      break;
    case 3:
      Hold(bytes, DecodeRelayed);
      break;
    case 4:
      Hold(bytes, DecodePlain);
      break;
    case 5:
      Hold(bytes, DecodeFinished);
      break;
    case 6:
      Hold(bytes, DecodeKeys);
      HoldKeys(bytes);
      break;
    case 7:
      HoldReply(bytes);
      break;
    case 8:
      Hold(bytes, DecodePledged);
      break;
    case 9:
      Hold(bytes, DecodeRound);
      break;
    case 10:
      Hold(bytes, DecodeContributed);
      break;
    case 11:
      Hold(bytes, DecodeDoubtful);
      break;
    default:
      Hold(bytes, DecodeCharged);
  }
  return 0;
}
