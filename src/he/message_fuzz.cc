// Whatever the bytes, each message is read or refused; what is read is written back byte for byte, and what
// the best kernel says the scalar one says too.
//
// The first byte chooses the message, the second how many values. The rest is the message itself if the first
// byte's top bit is set; else changes to a good one: three bytes of place and one of value each. One byte
// beyond those makes the message a byte longer, two make it a byte shorter.
#include "base/check.h"
#include "base/testing_random.h"
#include "he/secret_key.h"
#include "he/testing_session.h"
#include "he/wire.h"

using namespace concordat;
using namespace concordat::he;

namespace {

struct Good {
  Session session{Set::kT64, 1};
  SeededRandom random{1};
  SecretKey key{Set::kP64, random};
};

// A good message of each kind and its shape.
struct Message {
  Kind kind;
  Shape shape;
  Bytes bytes;
};

Message MessageOf(Good& good, std::uint8_t which, std::size_t values) {
  const std::vector<std::uint64_t> row(values, 5);
  const Shape shape{Set::kT64, values};
  switch (which) {
    case 0:
      return {Kind::kPublicShare, {Set::kT64, 1}, good.session.shares[0]};
    case 1:
      return {Kind::kCiphertext, shape, good.session.SumOf({row}, good.random)};
    case 2:
      return {Kind::kPartial, shape,
              good.session.Partials(shape, good.session.SumOf({row}, good.random), good.random)[0]};
    default:
      return {Kind::kSeeded, {Set::kP64, values}, *EncryptSeeded(good.key, row, good.random)};
  }
}

// By each way that a message comes in.
Result<Bytes> Taken(const Message& message, Kernel kernel) {
  const std::vector<ByteView> one = {message.bytes};
  switch (message.kind) {
    case Kind::kPublicShare: {
      TRY(JoinKeys(Set::kT64, Seed{}, one, kernel));
      return message.bytes;
    }
    case Kind::kCiphertext:
      return Add(message.shape, one, kernel);
    case Kind::kPartial: {
      Bytes sum = Begin(Kind::kCiphertext, message.shape);
      SetContributions(sum, 1);
      const auto opened = TRY(Open(message.shape, sum, one, kernel));
      return Bytes(opened.begin(), opened.end());
    }
    case Kind::kSeeded:
      return Expand(message.shape, message.bytes, kernel);
  }
  CHECK(false);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Good good;
  if (size < 2) return 0;
  Message message = MessageOf(good, data[0] & 3, std::size_t{1} + data[1]);
  const ByteView changes(data + 2, size - 2);
  if (data[0] >> 7 == 1) {
    message.bytes.assign(changes.begin(), changes.end());
  } else {
    for (std::size_t i = 0; i + 4 <= changes.size(); i += 4) {
      const std::size_t place = changes[i] | changes[i + 1] << 8 | changes[i + 2] << 16;
      message.bytes[place % message.bytes.size()] = changes[i + 3];
    }
    if (changes.size() % 4 == 1) message.bytes.push_back(0);
    if (changes.size() % 4 == 2) message.bytes.pop_back();
  }
  const auto best = Taken(message, BestKernel()), scalar = Taken(message, Kernel::kScalar);
  CHECK(best.has_value() == scalar.has_value());
  if (best) CHECK(*best == *scalar);
  if (!best) CHECK(best.error().message == scalar.error().message);
  if (best && message.kind == Kind::kCiphertext) CHECK(*best == message.bytes);
  return 0;
}
