// The few kinds of fields that ONNX is made of, written as protocol buffers. Source: protobuf.dev,
// "Encoding".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace concordat::network {

class Message {
 public:
  Message& Number(unsigned field, std::uint64_t number);
  Message& Float(unsigned field, float number);
  // A text, bytes, or another message's bytes().
  Message& Text(unsigned field, std::string_view bytes);
  Message& Part(unsigned field, const Message& part) { return Text(field, part.bytes_); }
  const std::string& bytes() const { return bytes_; }

 private:
  void Varint(std::uint64_t number);

  std::string bytes_;
};

}  // namespace concordat::network
