#include "dp/bits.h"

#include <cstring>
#include <span>

namespace concordat::dp {

BitSource::~BitSource() { explicit_bzero(words_.data(), sizeof words_); }

void BitSource::Refill() {
  random_.Fill({reinterpret_cast<std::uint8_t*>(words_.data()), sizeof words_});
  used_ = 0;
}

}  // namespace concordat::dp
