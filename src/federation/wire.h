// Bytes of messages between members: written in one way only, read strictly. Numbers are big-endian.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/int128.h"
#include "base/result.h"
#include "base/value.h"

namespace concordat::federation {

class Writer {
 public:
  void Number(std::uint64_t value, int bytes);
  void U8(std::uint64_t value) { Number(value, 1); }
  void U32(std::uint64_t value) { Number(value, 4); }
  void U64(std::uint64_t value) { Number(value, 8); }
  void Wide(Int128 value);
  void Real(double value);
  void Raw(ByteView bytes) { bytes_.insert(bytes_.end(), bytes.begin(), bytes.end()); }
  void Blob(ByteView bytes);  // its length in four bytes first
  void Text(std::string_view text) { Blob(AsBytes(text)); }
  void Texts(const std::vector<std::string>& texts);
  void One(const Value& value);
  void Rows(const std::vector<Row>& rows);
  Bytes Take() && { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

// Reads what a Writer wrote. The first thing that does not fit spoils it: from then on everything reads as
// nothing, and Finish says so.
class Reader {
 public:
  explicit Reader(ByteView bytes) : left_(bytes) {}

  std::uint64_t Number(int bytes);
  std::uint8_t U8() { return static_cast<std::uint8_t>(Number(1)); }
  std::uint32_t U32() { return static_cast<std::uint32_t>(Number(4)); }
  std::uint64_t U64() { return Number(8); }
  bool Flag();  // one byte, 0 or 1
  Int128 Wide();
  double Real();
  void Raw(std::span<std::uint8_t> out);
  Bytes Blob();
  std::string Text();  // UTF-8
  std::vector<std::string> Texts();
  Value One();
  std::vector<Row> Rows();
  // How many items follow, each of `least` bytes or more: never more than there is room for.
  std::size_t Count(std::size_t least);
  void Spoil() { spoiled_ = true; }

  // All read, and nothing left? Errors: kInvalidArgument naming `what`.
  Result<void> Finish(const char* what) const;

 private:
  ByteView Next(std::size_t count);

  ByteView left_;
  bool spoiled_ = false;
};

}  // namespace concordat::federation
