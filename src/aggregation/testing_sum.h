// A whole sum, rehearsed: every party, the receiver and the relay between them. Tests alone link it.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "aggregation/party.h"
#include "aggregation/receiver.h"
#include "base/testing_random.h"
#include "crypto/secret.h"

namespace concordat::aggregation {

// Terms and the keys that go with them.
struct Cast {
  Terms terms;
  std::vector<crypto::SigningKey> keys;
};
struct Size {
  Way way = Way::kMasks;
  Width width = Width::k64;
  std::size_t parties = 3, quorum = 3, colluding = 0, length = 4;
};
// Four parties, of whom three are enough and one may collude.
Size SizeFor(Way way);
Cast CastOf(const Size& size, std::uint64_t seed = 1);

// The message with another body (or another head, if it was changed), signed by its party: what one says who
// keeps to no protocol.
Message Resigned(const Cast& cast, Message message);

// Changes one bit on the way.
void FlipLast(Bytes& body);

// The key that a party of a rehearsal with this seed seals its ciphertext by.
crypto::Secret32 SealKeyOf(const Cast& cast, std::uint64_t rehearsal, std::uint16_t party);

// Numbers at the edges of the width and between, the same for the same seed.
std::vector<std::vector<Int128>> EdgeValues(const Size& size, std::uint64_t seed);
// Modulo 2^width, of those parties.
std::vector<Int128> SumOfValues(const Size& size, const std::vector<std::vector<Int128>>& values,
                                const std::vector<std::uint16_t>& parties);

class Rehearsal {
 public:
  Rehearsal(const Cast& cast, std::vector<std::vector<Int128>> values, std::uint64_t seed);

  // Does this party speak in this round? One that did not once, never does again.
  std::function<bool(Round, std::uint16_t)> speaks = [](Round, std::uint16_t) { return true; };
  // On the way to the receiver.
  std::function<void(Message&)> on_the_way = [](Message&) {};
  // What the relay hands to a party, instead of what the receiver gave.
  std::function<std::vector<Message>(Round, std::uint16_t, std::vector<Message>)> hands =
      [](Round, std::uint16_t, std::vector<Message> messages) { return messages; };

  Result<std::vector<Int128>> Run();

  Receiver& receiver() { return *receiver_; }
  // What parties said, by round: a transcript of all that the receiver and the relay see.
  const std::map<Round, std::vector<Message>>& said() const { return said_; }
  // What went wrong at parties and at the receiver without ending the sum.
  const std::vector<Error>& faults() const { return faults_; }

 private:
  Result<Message> Speak(Round round, std::uint16_t party, std::vector<Message> before);

  std::vector<std::vector<Int128>> values_;
  std::vector<std::unique_ptr<SeededRandom>> random_;
  std::vector<std::unique_ptr<Party>> parties_;
  std::unique_ptr<Receiver> receiver_;
  std::map<Round, std::vector<Message>> said_;
  std::vector<Error> faults_;
};

}  // namespace concordat::aggregation
