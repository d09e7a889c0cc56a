#include "aggregation/testing_sum.h"

#include <fmt/format.h>

#include <limits>

#include "aggregation/encryption.h"
#include "aggregation/roll.h"
#include "base/check.h"

namespace concordat::aggregation {

Size SizeFor(Way way) {
  return {.way = way, .width = Width::k64, .parties = 4, .quorum = 3, .colluding = 1, .length = 3};
}

Cast CastOf(const Size& size, std::uint64_t seed) {
  SeededRandom random(seed);
  Cast cast{.terms = {.way = size.way,
                      .width = size.width,
                      .length = size.length,
                      .parties = {},
                      .quorum = size.quorum,
                      .colluding = size.colluding},
            .keys = {}};
  random.Fill(cast.terms.context);
  for (std::size_t i = 0; i < size.parties; ++i) {
    cast.keys.push_back(*crypto::SigningKey::Generate(fmt::format("member{:03}", i), random));
    cast.terms.parties.push_back(cast.keys.back().verify_key());
  }
  return cast;
}

void FlipLast(Bytes& body) { body.back() ^= 1; }

Message Resigned(const Cast& cast, Message message) {
  const crypto::Hash digest = crypto::Sha256(message.body);
  message.signature = cast.keys[message.party].Sign(SignedText(HashOf(cast.terms), message, digest));
  return message;
}

crypto::Secret32 SealKeyOf(const Cast& cast, std::uint64_t rehearsal, std::uint16_t party) {
  SeededRandom random(rehearsal * 1000 + party);
  (void)NewSeed(random);  // of its sealing key, then of its share of the key
  (void)NewSeed(random);
  return SealKey(HashOf(cast.terms), party, NewSeed(random));
}

std::vector<std::vector<Int128>> EdgeValues(const Size& size, std::uint64_t seed) {
  SeededRandom random(seed);
  const Int128 most = size.width == Width::k64 ? Int128{std::numeric_limits<std::int64_t>::max()}
                                               : static_cast<Int128>(~Uint128{0} >> 1);
  std::vector<std::vector<Int128>> values(size.parties, std::vector<Int128>(size.length));
  for (auto& vector : values) {
    for (Int128& value : vector) {
      const Int128 edges[] = {0, -1, 1, most, -most - 1, most / 65536, Int128{0xffff}, -Int128{0x10000}};
      const std::uint64_t draw = random.NextU64();
      const auto wide = static_cast<Int128>(Uint128{random.NextU64()} << 64 | random.NextU64());
      value = draw % 2 == 0              ? edges[draw / 2 % 8]
              : size.width == Width::k64 ? static_cast<std::int64_t>(wide)
                                         : wide;
    }
  }
  return values;
}

std::vector<Int128> SumOfValues(const Size& size, const std::vector<std::vector<Int128>>& values,
                                const std::vector<std::uint16_t>& parties) {
  std::vector<Int128> sums(size.length);
  for (std::size_t i = 0; i < size.length; ++i) {
    Uint128 sum = 0;
    for (const std::uint16_t party : parties) sum += static_cast<Uint128>(values[party][i]);
    sums[i] = size.width == Width::k64 ? static_cast<std::int64_t>(sum) : static_cast<Int128>(sum);
  }
  return sums;
}

Rehearsal::Rehearsal(const Cast& cast, std::vector<std::vector<Int128>> values, std::uint64_t seed)
    : values_(std::move(values)) {
  for (std::size_t i = 0; i < cast.keys.size(); ++i) {
    random_.push_back(std::make_unique<SeededRandom>(seed * 1000 + i));
    auto party = MakeParty(cast.terms, i, cast.keys[i], *random_[i]);
    CHECK(party);
    parties_.push_back(std::move(*party));
  }
  auto receiver = MakeReceiver(cast.terms);
  CHECK(receiver);
  receiver_ = std::move(*receiver);
}

Result<Message> Rehearsal::Speak(Round round, std::uint16_t party, std::vector<Message> before) {
  const std::vector<Message> handed = hands(round, party, std::move(before));
  switch (round) {
    case Round::kCommit:
      return parties_[party]->Commit();
    case Round::kReveal:
      return parties_[party]->Reveal(handed);
    case Round::kContribute:
      return parties_[party]->Contribute(handed, values_[party]);
    case Round::kAgree:
      return parties_[party]->Agree(handed);
    case Round::kOpen:
      return parties_[party]->Open(handed);
    case Round::kRestore:
      return parties_[party]->Restore(handed);
  }
  return Fail(ErrorCode::kInternal, "no round");
}

Result<std::vector<Int128>> Rehearsal::Run() {
  std::vector<std::uint16_t> there(parties_.size());
  for (std::size_t i = 0; i < there.size(); ++i) there[i] = static_cast<std::uint16_t>(i);
  std::vector<Message> before;
  for (int number = 1; number <= 6; ++number) {
    const auto round = static_cast<Round>(number);
    if (round == Round::kRestore && !receiver_->NeedsRestore()) break;
    for (const std::uint16_t party : there) {
      if (!speaks(round, party)) continue;
      auto message = Speak(round, party, before);
      if (!message) {
        faults_.push_back(message.error());
        continue;
      }
      on_the_way(*message);
      said_[round].push_back(*message);
      if (const auto added = receiver_->Add(std::move(*message)); !added) faults_.push_back(added.error());
    }
    before = TRY(receiver_->Close());
    there.clear();
    for (const Message& message : before) there.push_back(message.party);
  }
  for (const Error& fault : receiver_->Faults()) faults_.push_back(fault);
  return receiver_->Finish();
}

}  // namespace concordat::aggregation
