// Messages as bytes: docs/formats/lattice.md. Lengths and places follow from shapes; every residue is
// checked.
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "he/lanes.h"
#include "he/parameters.h"

namespace concordat::he {

// The second byte of each message, after the set's number.
enum class Kind : std::uint8_t { kPublicShare = 1, kCiphertext = 2, kPartial = 3, kSeeded = 4 };

// Values are packed into polynomials of n coefficients; the last has what is left.
std::size_t PolynomialsOf(const Shape& shape);
std::size_t CoefficientsOf(const Shape& shape, std::size_t polynomial);

// Where a message has a polynomial's residues modulo one prime, and how many.
struct Place {
  std::size_t offset = 0, residues = 0;
};
enum class Half { kC0, kC1 };  // of an encryption: c0 by coefficients, c1 by its transform
Place InPublicShare(std::size_t prime);
Place InCiphertext(const Shape& shape, std::size_t polynomial, Half half, std::size_t prime);
Place InPartial(const Shape& shape, std::size_t polynomial, std::size_t prime);
Place InSeeded(const Shape& shape, std::size_t polynomial, std::size_t prime);

// Lengths, all fixed.
std::size_t BytesOf(Kind kind, const Shape& shape);

// A message with its header and nothing else yet. Precondition (CHECK): the shape is valid.
Bytes Begin(Kind kind, const Shape& shape);
void Write(Bytes& message, const Place& place, ConstRow residues, const Lanes& lanes);

// Errors: kInvalidArgument: a shape without values or with too many; another length, set or kind.
Result<void> CheckHeader(ByteView message, Kind kind, const Shape& shape);
// Precondition: CheckHeader held. The row has place.residues. Errors: kInvalidArgument: a residue is out of
// range, or padding is not zero.
Result<void> Read(Row out, ByteView message, const Place& place, std::size_t prime, const Lanes& lanes);
Result<void> CheckShape(const Shape& shape);

// How many fresh encryptions are added up in a ciphertext: two bytes, little-endian, after the header.
// Errors: kInvalidArgument: none.
Result<std::size_t> ContributionsOf(ByteView ciphertext);
void SetContributions(Bytes& ciphertext, std::size_t contributions);
inline constexpr std::size_t kMostContributions = 65535;

// A seeded encryption's 32 bytes after the header.
Seed SeedOf(ByteView seeded);
void SetSeed(Bytes& seeded, const Seed& seed);

// The error, saying which of several messages it is about: "public share 2: ...", from 0.
Error About(std::string_view message, std::size_t number, Error error);

}  // namespace concordat::he
