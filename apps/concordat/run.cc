#include "run.h"

#include <unistd.h>

#include <iostream>

#include "base/utf8.h"
#include "course.h"
#include "node/backup.h"
#include "node/control.h"
#include "node/home.h"
#include "node/node.h"
#include "node/outsider.h"
#include "node/serve.h"
#include "print.h"
#include "sign.h"

namespace concordat::cli {
namespace {

int ExitCode(const Error& error) {
  switch (error.code) {
    case ErrorCode::kPermissionDenied:
    case ErrorCode::kFailedPrecondition:
    case ErrorCode::kInvalidArgument:
    case ErrorCode::kAlreadyExists:
    case ErrorCode::kNotFound:
      return 1;
    default:
      return 3;
  }
}

int PrintError(const Invocation& invocation, const Error& error) {
  if (invocation.format == Format::kJson) {
    std::cout << nlohmann::json{{"error",
                                 {{"code", Name(error.code)},
                                  {"message", error.message},
                                  {"remedy", error.remedy}}}}
                     .dump(2)
              << "\n";
  } else {
    std::cerr << "concordat: " << error.message << "\n";
    if (!error.remedy.empty()) std::cerr << "  " << error.remedy << "\n";
  }
  return ExitCode(error);
}

// One line that is written over while work goes on; nothing where no person looks.
node::Progress ShowProgress(const Invocation& invocation) {
  if (invocation.quiet || isatty(STDERR_FILENO) == 0) return [](std::string_view) {};
  return [](std::string_view text) { std::cerr << "\r\033[K" << text << std::flush; };
}

// What the command line gave may be bytes of any kind; the node takes text.
Result<void> CheckText(const nlohmann::json& arguments) {
  for (const auto& [name, value] : arguments.items()) {
    if (!value.is_string() || IsUtf8(value.get_ref<const std::string&>())) continue;
    return Fail(ErrorCode::kInvalidArgument, name + " is not UTF-8 text", "write it in UTF-8");
  }
  return {};
}

// One request to the member's home, whether a node has it open or not.
Result<node::Reply> Ask(const Invocation& invocation, const std::string& verb,
                        const nlohmann::json& arguments, const node::Progress& progress) {
  const auto home = node::OpenHome(invocation.home);
  if (!home) return tl::unexpected(home.error());
  if (auto reply = TRY(node::AskControl(home->control_socket(), verb, arguments, progress)))
    return *std::move(reply);
  const auto node = TRY(node::Node::Open(*home));
  return node::RunVerb(*node, verb, arguments, progress);
}

// An approval by a person's key is the agreement's note, signed here and taken in again.
Result<node::Reply> ApproveWithKey(const Invocation& invocation, const node::Progress& progress) {
  const auto exported = TRY(Ask(invocation, "agreement export", invocation.arguments, progress));
  const std::string text = TRY(WithSignature(invocation, exported.text));
  nlohmann::json arguments = {{"text", text}};
  if (invocation.arguments.contains("by")) arguments["by"] = invocation.arguments["by"];
  return Ask(invocation, "agreement import", arguments, progress);
}

Result<node::Reply> RunAtHome(const Invocation& invocation, const node::Progress& progress) {
  const std::string& verb = invocation.verb;
  TRY(CheckText(invocation.arguments));
  if (verb == "init") return node::InitHome(invocation.home, invocation.arguments);
  if (verb == "restore") return node::RestoreHome(invocation.home, invocation.arguments);
  if (verb == "receipt" && invocation.arguments.contains("text"))
    return node::CheckReceiptFile(invocation.arguments);
  if (verb == "ledger monitor") return node::MonitorLog(invocation.arguments, progress);
  if (verb == "key new") return MakeKey(invocation);
  if (verb == "key show") return ShowKey(invocation);
  if (verb == "course read") return ReadCourse(invocation);
  if (verb == "course take") return TakeCourse(invocation);
  if (ApprovesFile(invocation)) return ApproveFile(invocation);
  if (verb == "agreement approve" && invocation.arguments.contains("key_file"))
    return ApproveWithKey(invocation, progress);
  return Ask(invocation, verb, invocation.arguments, progress);
}

}  // namespace

int Run(const Invocation& invocation) {
  if (invocation.verb == "serve") {
    const auto served = node::Serve(invocation.home, invocation.arguments);
    return served ? 0 : PrintError(invocation, served.error());
  }
  const auto progress = ShowProgress(invocation);
  const auto reply = RunAtHome(invocation, progress);
  progress("");
  if (!reply) return PrintError(invocation, reply.error());
  Print(invocation, *reply);
  return 0;
}

}  // namespace concordat::cli
