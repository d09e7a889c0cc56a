// Commands about agreements and people.
#include "command.h"

namespace concordat::cli {
namespace {

void AddSteps(CLI::App& group, Invocation& invocation) {
  const struct {
    const char* name;
    const char* help;
  } steps[] = {
      {"suspend", "Stop answering under an agreement for now"},
      {"resume", "Answer again under a suspended agreement"},
      {"revoke", "End an agreement; holds from the next request"},
      {"object", "As an overseer, hold up an agreement that all have signed"},
  };
  for (const auto& step : steps) {
    const std::string name = step.name;
    Command(group, invocation, name, "agreement " + name, step.help, "agreement " + name + " heart-study")
        .Text("name", "agreement", "The agreement", true)
        .Text("--by", "by", "Who acts (default: the name you are logged in with)")
        .Text("--reason", "reason", "Why, for the record")
        .Text("--document", "document", "The id of the document meant, such as an amendment's");
  }
  Command(group, invocation, "approve", "agreement approve",
          "Approve a proposed agreement; or add your signature to its file, on any machine",
          "agreement approve heart-study --key maria.key")
      .FileOrName("name", "agreement", "The agreement, or the file of its note or document")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)")
      .Text("--reason", "reason", "Why, for the record")
      .Text("--document", "document", "The id of the document meant (default: the amendment that waits)")
      .Text("--key", "key_file", "Your key file: the approval is signed with it")
      .Text("--passphrase-file", "passphrase_file",
            "Read the key's passphrase from this file (- for standard input)");
}

void AddExchange(CLI::App& group, Invocation& invocation) {
  Command(group, invocation, "export", "agreement export",
          "Print an agreement with the signatures it has, to send to the other parties",
          "agreement export heart-study > heart-study.note")
      .Text("name", "agreement", "The agreement", true)
      .Flag("--step", "step",
            "The newest suspension, resumption, revocation or objection of this member instead")
      .Flag("--current", "current", "The document in force, where an amendment waits");
  Command(group, invocation, "import", "agreement import",
          "Take in what another member or a colleague sent: a document, signatures, a revocation",
          "agreement import heart-study.note")
      .File("file", "The file that 'agreement export' or 'agreement approve FILE' wrote")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
}

void AddReading(CLI::App& group, Invocation& invocation) {
  Command(group, invocation, "explain", "agreement explain",
          "Print each condition of a decision, its evidence and its outcome; nothing is charged",
          "agreement explain heart-study --as ana --ask \"SELECT count(*) FROM patients\"")
      .Text("name", "agreement", "The agreement", true)
      .Text("--as", "analyst", "The analyst", true)
      .Text("--ask", "sql", "A statement to examine as well");
  Command(group, invocation, "diff", "agreement diff",
          "Say in plain words what changes between two documents",
          "agreement diff heart-study heart-study-2.yaml")
      .FileOrName("before", "before", "A file, an agreement's name, or NAME+ for the amendment that waits")
      .FileOrName("after", "after", "The same");
  Command(group, invocation, "assess", "agreement assess",
          "Print a draft impact assessment (DPIA) in Markdown, filled with what is known",
          "agreement assess heart-study > dpia.md")
      .Text("name", "agreement", "The agreement; a draft will do", true);
  Command(group, invocation, "show", "agreement show", "Print an agreement, its state and who approved it",
          "agreement show heart-study --document > heart-study.yaml")
      .Text("name", "agreement", "The agreement", true)
      .Flag("--document", "document", "Its document alone, to edit and propose");
  Command(group, invocation, "list", "agreement list", "List agreements and their states", "agreement list");
}

}  // namespace

void AddAgreementCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "agreement", "Agreements: who may ask what, why, until when");
  Command(group, invocation, "draft", "agreement draft", "Check an agreement and keep it as a draft",
          "agreement draft heart-study.yaml")
      .File("file", "The agreement: YAML or JSON");
  Command(group, invocation, "propose", "agreement propose", "Propose an agreement for approval",
          "agreement propose heart-study.yaml --approve")
      .File("file", "The agreement: YAML or JSON")
      .Flag("--approve", "approve", "Approve it as well, as --by")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  AddSteps(group, invocation);
  AddExchange(group, invocation);
  AddReading(group, invocation);
}

void AddPersonCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group =
      Group(app, "person", "Stewards, approvers, officers: who may do what, and with which key");
  Command(group, invocation, "add", "person add",
          "Add a person; from the first approver on, approvals are signed",
          "person add maria --role approver --key maria@lewisham+8f2a11c0+AbCd…")
      .Text("name", "person", "Their name here", true)
      .Texts("--role", "roles", "steward, approver, officer, analyst, auditor or operator (may be repeated)")
      .Text("--key", "key", "Their public key, as 'key new' printed it");
  Command(group, invocation, "key", "person key", "Give a person a new key; without one, the old is lost",
          "person key maria --key maria@lewisham+1c0ffee0+… --reason \"laptop stolen\"")
      .Text("name", "person", "The person", true)
      .Text("--key", "key", "Their new public key")
      .Text("--reason", "reason", "Why, for the record");
  Command(group, invocation, "remove", "person remove", "Remove a person; what they signed stands",
          "person remove maria --reason \"moved on\"")
      .Text("name", "person", "The person", true)
      .Text("--reason", "reason", "Why, for the record");
  Command(group, invocation, "list", "person list", "List people, their roles and keys", "person list");
  Command(group, invocation, "roles", "person roles", "Print who may do what", "person roles");
  CLI::App& keys = Group(app, "key", "Your own signing key, in a file shut by a passphrase; needs no home");
  Command(keys, invocation, "new", "key new", "Make a key; prints the public half for your steward",
          "key new maria@lewisham --out maria.key")
      .Text("name", "name", "Your name and member: maria@lewisham", true)
      .Path("--out", "out", "The file to write; must not exist", true)
      .Text("--passphrase-file", "passphrase_file",
            "Read the passphrase from this file (- for standard input)");
  Command(keys, invocation, "show", "key show", "Print the public half of a key file", "key show maria.key")
      .File("file", "The key file");
  CLI::App& course = Group(app, "course", "The built-in course on the ethical use of citizens' data");
  Command(course, invocation, "read", "course read", "Print its lessons", "course read")
      .Text("name", "course", "The course (default: data-ethics)");
  Command(course, invocation, "take", "course take",
          "Answer its questions; who passes signs an attestation for their steward",
          "course take data-ethics --key ana.key --out ana.attestation")
      .Text("name", "course", "The course")
      .Text("--key", "key_file", "Your key file", true)
      .Path("--out", "out", "Where to write the attestation; must not exist", true)
      .Text("--answers", "answers", "The options chosen, such as 3,2,1,…, instead of being asked")
      .Text("--passphrase-file", "passphrase_file",
            "Read the key's passphrase from this file (- for standard input)");
}

}  // namespace concordat::cli
