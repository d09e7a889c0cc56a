// Numbers as bytes of a fixed length, little end first, as all of a sum's messages have them.
#pragma once

#include <algorithm>
#include <concepts>
#include <initializer_list>
#include <span>
#include <string_view>

#include "base/bytes.h"

namespace concordat::aggregation {

template <std::unsigned_integral T>
void Append(Bytes& bytes, T number) {
  for (std::size_t i = 0; i < sizeof(T); ++i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
}
inline void Append(Bytes& bytes, ByteView more) { bytes.insert(bytes.end(), more.begin(), more.end()); }

// Parts of fixed lengths, one after the other.
inline Bytes Joined(std::initializer_list<ByteView> parts) {
  Bytes bytes;
  for (const ByteView part : parts) Append(bytes, part);
  return bytes;
}

// What a hash of one party's is about: "concordat/sum/1/seal-seed\n", which sum (its terms' hash), whose.
inline Bytes Subject(std::string_view what, ByteView terms, std::uint16_t party) {
  Bytes bytes;
  Append(bytes, AsBytes(what));
  Append(bytes, terms);
  Append(bytes, party);
  return bytes;
}

// The number that so many bytes are. Precondition: as many as T has.
template <std::unsigned_integral T>
T NumberOf(ByteView bytes) {
  T number = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) number = static_cast<T>(number | T{bytes[i]} << (8 * i));
  return number;
}

// The first `size` bytes of `bytes`, which then begins after them. Precondition: there are so many.
inline ByteView TakeFirst(ByteView& bytes, std::size_t size) {
  const ByteView first = bytes.first(size);
  bytes = bytes.subspan(size);
  return first;
}

// Fills the parts that Joined made `bytes` of. False, and nothing is filled, where they have another length.
inline bool Split(ByteView bytes, std::initializer_list<std::span<std::uint8_t>> parts) {
  std::size_t length = 0;
  for (const auto part : parts) length += part.size();
  if (bytes.size() != length) return false;
  for (const auto part : parts) std::ranges::copy(TakeFirst(bytes, part.size()), part.begin());
  return true;
}

}  // namespace concordat::aggregation
