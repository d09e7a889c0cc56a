#include "command.h"

namespace concordat::cli {
namespace {

constexpr char kBy[] = "Who acts (default: the name you are logged in with)";

void AddJoining(CLI::App& group, Invocation& invocation) {
  Command(group, invocation, "invite", "member invite",
          "Write an invitation for another member: one file, good once, to be handed over in secret",
          "member invite southwark --out southwark.invitation")
      .Text("name", "name", "The name that they gave to 'concordat init'", true)
      .Text("--address", "address", "Where they dial this node (default: peer_address of node.yaml)")
      .Number("--days", "days", "How long it lasts (default 7)")
      .Flag("--non-disclosing", "non_disclosing", "This member contributes to sums under encryption alone")
      .Out("name", ".invitation", "Where to write (default: NAME.invitation)")
      .Text("--by", "by", kBy);
  Command(group, invocation, "join", "member join",
          "Take up an invitation: dials who wrote it, and each pins the other's keys",
          "member join southwark.invitation --introductions")
      .File("file", "The invitation (- for standard input)")
      .Flag("--introductions", "introductions",
            "Pin whom the inviter introduces too, without asking again; else: member accept")
      .Flag("--non-disclosing", "non_disclosing", "This member contributes to sums under encryption alone")
      .Text("--address", "address", "Where others dial this node (default: peer_address of node.yaml)")
      .Text("--by", "by", kBy);
  Command(group, invocation, "accept", "member accept", "Pin a member that another introduced",
          "member accept camden")
      .Text("name", "name", "The member", true)
      .Text("--by", "by", kBy);
}

void AddKeeping(CLI::App& group, Invocation& invocation) {
  Command(group, invocation, "list", "member list", "Members, their state, and the digits to compare",
          "member list");
  Command(group, invocation, "show", "member show", "One member: keys, address, what happened",
          "member show southwark")
      .Text("name", "name", "The member", true);
  Command(group, invocation, "remove", "member remove", "Refuse a member from now on",
          "member remove southwark --reason \"left the programme\"")
      .Text("name", "name", "The member", true)
      .Text("--reason", "reason", "Why, for the record")
      .Text("--by", "by", kBy);
  Command(group, invocation, "rotate", "member rotate",
          "Make a new key for the line to other members; they take it without doing anything",
          "member rotate")
      .Text("--by", "by", kBy);
  Command(group, invocation, "address", "member address", "Dial a member somewhere else",
          "member address southwark node2.southwark.example:6490")
      .Text("name", "name", "The member", true)
      .Text("address", "address", "Host and port", true)
      .Text("--by", "by", kBy);
  Command(group, invocation, "pause", "member pause",
          "Speak to a member, or to none, no more until resumed; holds over restarts",
          "member pause southwark --reason \"inquiry 7\"")
      .Text("name", "name", "The member (default: all of them)")
      .Text("--reason", "reason", "Why, for the record")
      .Text("--by", "by", kBy);
  Command(group, invocation, "resume", "member resume", "Speak to them again", "member resume southwark")
      .Text("name", "name", "The member (default: end a pause of all)")
      .Text("--by", "by", kBy);
}

}  // namespace

void AddFederationCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "member", "Other members: invite, join, pause, remove them");
  AddJoining(group, invocation);
  AddKeeping(group, invocation);
}

}  // namespace concordat::cli
