// Who may speak and where they are reached: what the node's record says, asked at each handshake and call.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace concordat::peer {

// Threading: any; asked by threads that hold no lock of ours.
class Directory {
 public:
  virtual ~Directory() = default;
  // The member whose certificate (PEM) this is. Errors: kPermissionDenied, in words for the log.
  virtual Result<std::string> Recognise(std::string_view certificate_pem) = 0;
  // May this member speak now, and be spoken to? Errors: kPermissionDenied (removed), kUnavailable (paused).
  virtual Result<void> Admit(const std::string& member) = 0;
  // "node.lewisham.example:6490". Errors: kNotFound for nobody we know; kUnavailable for one without address.
  virtual Result<std::string> AddressOf(const std::string& member) = 0;
  // May somebody come whose certificate is nobody's: is an invitation open? Others are refused at the
  // handshake.
  virtual bool ExpectsStrangers() = 0;
};

}  // namespace concordat::peer
