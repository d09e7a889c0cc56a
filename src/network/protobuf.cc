#include "network/protobuf.h"

#include <bit>

namespace concordat::network {
namespace {

constexpr std::uint64_t Tag(unsigned field, unsigned kind) { return std::uint64_t{field} << 3 | kind; }

}  // namespace

void Message::Varint(std::uint64_t number) {
  for (; number >= 0x80; number >>= 7) bytes_.push_back(static_cast<char>((number & 0x7f) | 0x80));
  bytes_.push_back(static_cast<char>(number));
}

Message& Message::Number(unsigned field, std::uint64_t number) {
  Varint(Tag(field, 0));
  Varint(number);
  return *this;
}

Message& Message::Float(unsigned field, float number) {
  Varint(Tag(field, 5));
  const auto bits = std::bit_cast<std::uint32_t>(number);
  for (unsigned shift = 0; shift < 32; shift += 8)
    bytes_.push_back(static_cast<char>((bits >> shift) & 0xff));
  return *this;
}

Message& Message::Text(unsigned field, std::string_view bytes) {
  Varint(Tag(field, 2));
  Varint(bytes.size());
  bytes_ += bytes;
  return *this;
}

}  // namespace concordat::network
