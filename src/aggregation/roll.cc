#include "aggregation/roll.h"

#include <fmt/format.h>

#include <algorithm>

#include "aggregation/octets.h"
#include "base/mutation.h"

namespace concordat::aggregation {

Bytes SignedText(const crypto::Hash& terms, const Message& message, const crypto::Hash& digest) {
  Bytes text;
  Append(text, AsBytes("concordat/sum/1/message\n"));
  Append(text, terms);
  text.push_back(static_cast<std::uint8_t>(message.round));
  Append(text, message.party);
  Append(text, message.view);
  Append(text, digest);
  return text;
}

tl::unexpected<Error> Blame(ErrorCode code, const std::string& party, const std::string& what) {
  return Fail(code, party + " " + what, "ask again without " + party + ", or have it look for the fault");
}

bool Roll::MaySpeak(std::uint16_t party) const {
  if (round_ == Round::kCommit) return party < terms_.parties.size();
  return std::ranges::binary_search(speakers_, party);
}

Message Roll::Sign(const crypto::SigningKey& key, std::uint16_t party, Bytes body,
                   const crypto::Hash& digest) const {
  Message message{.round = round_, .party = party, .view = view_, .body = std::move(body)};
  message.signature = key.Sign(SignedText(hash_, message, digest));
  return message;
}

Result<crypto::Hash> Roll::Check(const Message& message) const {
  if (message.party >= terms_.parties.size())
    return Fail(ErrorCode::kInvalidArgument, "a message of a party that the sum does not have");
  const std::string& name = NameOf(message.party);
  const crypto::Hash digest = message.elided ? *message.elided : crypto::Sha256(message.body);
  if (!terms_.parties[message.party].Verify(SignedText(hash_, message, digest), message.signature)) {
    return Blame(ErrorCode::kPermissionDenied, name,
                 fmt::format("did not sign this for this sum, in round {}", Name(message.round)));
  }
  if (message.round != round_) {
    return Blame(ErrorCode::kPermissionDenied, name,
                 fmt::format("sent a message of round {} in round {}", Name(message.round), Name(round_)));
  }
  if (!MaySpeak(message.party)) {
    return Blame(ErrorCode::kPermissionDenied, name,
                 fmt::format("was not there in the round before {}", Name(round_)));
  }
  if (message.view != view_ && !Mutated("views_not_compared")) {
    return Blame(ErrorCode::kPermissionDenied, name,
                 fmt::format("was shown other messages before round {}, or says so", Name(round_)));
  }
  return digest;
}

Result<std::vector<Said>> Roll::CheckAll(std::span<const Message> messages) const {
  std::vector<Said> all;
  for (const Message& message : messages) {
    const crypto::Hash digest = TRY(Check(message));
    const auto same = std::ranges::find(all, message.party, &Said::party);
    if (same == all.end()) {
      all.push_back({message.party, digest, message.body});
    } else if (same->digest != digest) {
      return Blame(ErrorCode::kPermissionDenied, NameOf(message.party),
                   fmt::format("signed two messages of round {}", Name(round_)));
    }
  }
  std::ranges::sort(all, {}, &Said::party);
  return all;
}

std::string Roll::Missing(const std::vector<Said>& said) const {
  std::string names;
  for (std::size_t party = 0; party < terms_.parties.size(); ++party) {
    if (std::ranges::find(said, party, &Said::party) != said.end()) continue;
    names += (names.empty() ? "" : ", ") + terms_.parties[party].name();
  }
  return names;
}

Result<void> Roll::Close(const std::vector<Said>& said) {
  if (said.size() < terms_.quorum && !Mutated("quorum_not_asked")) {
    return Fail(ErrorCode::kUnavailable,
                fmt::format("{} of {} parties that a sum needs are there in round {}; missing: {}",
                            said.size(), terms_.quorum, Name(round_), Missing(said)),
                "ask again when they are back; nothing of this sum is known");
  }
  Bytes text;
  Append(text, AsBytes("concordat/sum/1/view\n"));
  Append(text, view_);
  text.push_back(static_cast<std::uint8_t>(round_));
  speakers_.clear();
  for (const Said& one : said) {
    Append(text, one.party);
    Append(text, one.digest);
    speakers_.push_back(one.party);
  }
  view_ = crypto::Sha256(text);
  round_ = static_cast<Round>(static_cast<int>(round_) + 1);
  return {};
}

}  // namespace concordat::aggregation
