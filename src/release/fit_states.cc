#include "release/fit_states.h"

#include <nlohmann/json.hpp>

#include "crypto/canonical_json.h"

namespace concordat::release {
namespace {

std::shared_ptr<const Json> Parsed(const std::string& text) {
  auto json = crypto::ParseJson(text);
  return json ? std::make_shared<const Json>(*std::move(json)) : nullptr;
}

}  // namespace

States::State States::Read(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  if (state_.json != nullptr && text == text_) return state_;
  state_ = {.json = Parsed(text)};
  if (state_.json != nullptr) {
    const auto canonical = crypto::CanonicalJson(*state_.json);
    state_.canonical = canonical && *canonical == text;
  }
  text_ = text;
  return state_;
}

void States::Take(const std::string& text, Json json) {
  const std::scoped_lock lock(mutex_);
  if (state_.canonical && text == text_) return;
  state_ = {.json = std::make_shared<const Json>(std::move(json)), .canonical = true};
  text_ = text;
}

}  // namespace concordat::release
