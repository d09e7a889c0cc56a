// The register's pages: HTML that works without scripts, for people who are not of the trade.
#pragma once

#include <string>
#include <vector>

#include "subject/subject.h"
#include "transparency/asked.h"
#include "transparency/register.h"

namespace concordat::transparency {

// Where pages and feed are, below the node's own address.
inline constexpr const char* kRegisterPath = "/register";
inline constexpr const char* kStylePath = "/register/style.css";
inline constexpr const char* kFeedPath = "/register/feed.atom";
inline constexpr const char* kJsonPath = "/register.json";
inline constexpr const char* kMinePath = "/register/mine";
inline constexpr const char* kObjectPath = "/register/mine/objection";
std::string UsePath(const std::string& id);  // of an agreement's own page

std::string RegisterPage(const Register& all);
std::string UsePage(const Register& all, const Use& use, const AskedPage& asked);

// Where a person gives the token that their body gave them; `problem` says what was wrong with the last.
std::string MineForm(const std::string& member, const std::string& problem);

struct MyProduct {
  std::string id;     // "lewisham/adult"
  std::string about;  // the contract's words
  bool may_object = false;
  bool objected = false;
  std::vector<const Use*> uses;  // agreements that cover it, in force and past
};
struct Mine {
  std::string token;  // goes back with each form; never into an address
  const subject::Grant* grant = nullptr;
  std::vector<MyProduct> products;
  AskedPage asked;   // of these products, since the token was given
  std::string said;  // what was just done; empty at first
};
std::string MinePage(const Register& all, const Mine& mine);

std::string Stylesheet();

}  // namespace concordat::transparency
