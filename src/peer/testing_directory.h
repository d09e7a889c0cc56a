// Members for tests: whose certificate is whose, who is paused, where they are.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "crypto/certificate.h"
#include "peer/directory.h"

namespace concordat::peer {

class TestingDirectory final : public Directory {
 public:
  void Know(const std::string& member, const crypto::Certificate& certificate,
            const std::string& address = "");
  void Remove(const std::string& member);
  void Pause(const std::string& member);
  void ExpectStrangers(bool expect);

  Result<std::string> Recognise(std::string_view certificate_pem) override;
  Result<void> Admit(const std::string& member) override;
  Result<std::string> AddressOf(const std::string& member) override;
  bool ExpectsStrangers() override;

 private:
  std::mutex mutex_;
  std::map<crypto::Hash, std::string> pins_;
  std::map<std::string, std::string> addresses_;
  std::set<std::string> paused_;
  bool strangers_ = false;
};

// A certificate as nodes make it.
crypto::Certificate CertificateFor(const std::string& member);

}  // namespace concordat::peer
