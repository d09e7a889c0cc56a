#include <fmt/format.h>

#include "base/check.h"
#include "he/sample.h"
#include "he/threshold_parts.h"
#include "he/wire.h"

namespace concordat::he {
namespace {

Stream ShareStream(Set set, const Seed& common, const Seed& secret) {
  Bytes context = {static_cast<std::uint8_t>(set)};
  context.insert(context.end(), common.begin(), common.end());
  return Derive(secret, "share", context);
}

Shape ShareShape(Set set) { return {.set = set, .values = 1}; }

}  // namespace

std::size_t PublicShareBytes(Set set) { return BytesOf(Kind::kPublicShare, ShareShape(set)); }

KeyShare::KeyShare(Set set, const Seed& common, const Seed& secret, Kernel kernel) {
  CHECK(Of(set).threshold);
  Stream stream = ShareStream(set, common, secret);
  secrets_ = std::make_unique<Secrets>();
  secrets_->set = set;
  secrets_->kernel = kernel;
  secrets_->common = common;
  secrets_->share = SampleTernary(stream);
  secrets_->error = SampleError(stream, kernel);
}

KeyShare::KeyShare(KeyShare&&) noexcept = default;
KeyShare& KeyShare::operator=(KeyShare&&) noexcept = default;
KeyShare::~KeyShare() = default;

Set KeyShare::set() const { return secrets_->set; }

Bytes KeyShare::PublicShare() const {
  const Set set = secrets_->set;
  const Residues a = UniformHalf(set, secrets_->common, 0);
  Bytes message = Begin(Kind::kPublicShare, ShareShape(set));
  Secret<std::uint64_t> share(kRingDegree), product(kRingDegree);
  for (std::size_t prime = 0; prime < Of(set).primes; ++prime) {
    const Ring& ring = Ring::Of(prime, secrets_->kernel);
    ring.Lift(product.all(), secrets_->share.all());
    ring.Multiply(product.all(), product.all(), PartOf(a, prime));
    ring.Lift(share.all(), secrets_->error.all());
    ring.Subtract(share.all(), product.all());
    Write(message, InPublicShare(prime), share.all(), LanesOf(secrets_->kernel));
  }
  return message;
}

Set PublicKey::set() const { return halves_->set; }
std::size_t PublicKey::parties() const { return halves_->parties; }

namespace {

Result<void> AddShare(Residues& sum, ByteView share, Set set, Kernel kernel) {
  TRY(CheckHeader(share, Kind::kPublicShare, ShareShape(set)));
  Residues read(kRingDegree);
  for (std::size_t prime = 0; prime < Of(set).primes; ++prime) {
    TRY(Read(read, share, InPublicShare(prime), prime, LanesOf(kernel)));
    Ring::Of(prime, kernel).Add(PartOf(sum, prime), read);
  }
  return {};
}

}  // namespace

Result<PublicKey> JoinKeys(Set set, const Seed& common, std::span<const ByteView> shares, Kernel kernel) {
  CHECK(Of(set).threshold);
  if (shares.empty() || shares.size() > kMostParties) {
    return Fail(ErrorCode::kInvalidArgument,
                fmt::format("{} public shares: there must be from 1 to {}", shares.size(), kMostParties));
  }
  PublicKey::Halves halves{
      .set = set, .kernel = kernel, .parties = shares.size(), .a = UniformHalf(set, common, 0), .b = {}};
  halves.b.resize(halves.a.size());
  for (std::size_t i = 0; i < shares.size(); ++i) {
    if (auto added = AddShare(halves.b, shares[i], set, kernel); !added)
      return tl::unexpected(About("public share", i, added.error()));
  }
  return PublicKey(std::make_shared<const PublicKey::Halves>(std::move(halves)));
}

}  // namespace concordat::he
