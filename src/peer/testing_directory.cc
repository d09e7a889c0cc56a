#include "peer/testing_directory.h"

#include "base/check.h"

namespace concordat::peer {

void TestingDirectory::Know(const std::string& member, const crypto::Certificate& certificate,
                            const std::string& address) {
  const std::lock_guard lock(mutex_);
  pins_[*crypto::KeyPin(certificate.certificate_pem)] = member;
  addresses_[member] = address;
}

void TestingDirectory::Remove(const std::string& member) {
  const std::lock_guard lock(mutex_);
  std::erase_if(pins_, [&](const auto& known) { return known.second == member; });
  addresses_.erase(member);
}

void TestingDirectory::Pause(const std::string& member) {
  const std::lock_guard lock(mutex_);
  paused_.insert(member);
}

void TestingDirectory::ExpectStrangers(bool expect) {
  const std::lock_guard lock(mutex_);
  strangers_ = expect;
}

Result<std::string> TestingDirectory::Recognise(std::string_view certificate_pem) {
  const auto pin = crypto::KeyPin(certificate_pem);
  const std::lock_guard lock(mutex_);
  const auto found = pin ? pins_.find(*pin) : pins_.end();
  if (found == pins_.end()) return Fail(ErrorCode::kPermissionDenied, "nobody's certificate");
  return found->second;
}

Result<void> TestingDirectory::Admit(const std::string& member) {
  const std::lock_guard lock(mutex_);
  if (paused_.contains(member)) return Fail(ErrorCode::kUnavailable, member + " is paused");
  return {};
}

Result<std::string> TestingDirectory::AddressOf(const std::string& member) {
  const std::lock_guard lock(mutex_);
  const auto found = addresses_.find(member);
  if (found == addresses_.end()) return Fail(ErrorCode::kNotFound, "nobody knows " + member);
  return found->second;
}

bool TestingDirectory::ExpectsStrangers() {
  const std::lock_guard lock(mutex_);
  return strangers_;
}

crypto::Certificate CertificateFor(const std::string& member) {
  auto made = crypto::MakeCertificate(member, {member}, SystemClock().Now());
  CHECK(made.has_value());
  return *std::move(made);
}

}  // namespace concordat::peer
