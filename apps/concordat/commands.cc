#include "command.h"

namespace concordat::cli {

void AddMemberCommands(CLI::App& app, Invocation& invocation) {
  Command(app, invocation, "init", "init", "Make a member: keys, certificate, store; prints what to back up",
          "init lewisham --home /srv/concordat")
      .Text("name", "member", "The member's name: lower-case letters, digits and hyphens", true)
      .Text("--listen", "listen", "Where analysts will connect (default 127.0.0.1:6432)")
      .Text("--web-listen", "web_listen", "Where HTTP will be (default 127.0.0.1:6480; \"\": nowhere)")
      .Texts("--host", "hosts", "A name or address the certificate is for (may be repeated)");
  Command(app, invocation, "serve", "serve", "Run the node; prints the address once it is ready",
          "serve --listen 127.0.0.1:6432")
      .Text("--listen", "listen", "Address and port; port 0 takes a free one")
      .Text("--web-listen", "web_listen", "Address and port of HTTP; \"\": none")
      .Text("--peer-listen", "peer_listen", "Address and port for other members; \"\": none")
      .Path("--config", "config", "Settings to read instead of HOME/node.yaml");
  Command(app, invocation, "doctor", "doctor", "Look at everything that could be wrong, and say what to do",
          "doctor");
  Command(app, invocation, "backup", "backup",
          "Copy store and keys while the node runs: to FILE and FILE.keys",
          "backup /var/backups/concordat-monday.backup")
      .Path("file", "file", "Where to write; must not exist", true);
  Command(app, invocation, "restore", "restore", "Make a home again from a backup; the home must be empty",
          "restore /var/backups/concordat-monday.backup --home /srv/concordat")
      .Path("file", "file", "The backup", true);
}

void AddAnalystCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "analyst", "Analysts: who may connect, what training they have attested");
  Command(group, invocation, "add", "analyst add", "Add an analyst",
          "analyst add ana --training data-ethics@2026-03-01 --password-file ana.password")
      .Text("name", "analyst", "The name they connect with", true)
      .Texts("--training", "training", "Training attested, as name@date (may be repeated)")
      .Password();
  Command(group, invocation, "password", "analyst password", "Give an analyst a new password",
          "analyst password ana")
      .Text("name", "analyst", "The analyst", true)
      .Password();
  Command(group, invocation, "training", "analyst training", "Record training that an analyst attested",
          "analyst training ana data-ethics@2026-11-01")
      .Text("name", "analyst", "The analyst", true)
      .Text("training", "training", "name@date, which you vouch for")
      .File("--attestation", "The file that the analyst's 'course take' wrote, instead", false);
  Command(group, invocation, "remove", "analyst remove", "Remove an analyst; their record stands",
          "analyst remove ana")
      .Text("name", "analyst", "The analyst", true);
  Command(group, invocation, "list", "analyst list", "List analysts and their training", "analyst list");
}

void AddTokenCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "token", "Tokens: let programs act over HTTP, each in one role");
  Command(group, invocation, "create", "token create", "Make a token and print it, this once",
          "token create --role auditor --name dashboard --days 30")
      .Text("--role", "role", "steward, approver, officer, analyst, auditor or operator", true)
      .Text("--name", "name", "Whose acts are recorded under this name; an analyst's own, to ask", true)
      .Number("--days", "days", "How long it lasts (default 90, at most 366)")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "list", "token list", "List tokens, without what they are", "token list");
  Command(group, invocation, "revoke", "token revoke", "End a token; holds from its next request",
          "token revoke dashboard")
      .Text("name", "name", "The token's name", true)
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
}

void AddAskCommands(CLI::App& app, Invocation& invocation) {
  Command(app, invocation, "ask", "ask", "Ask a question, with the same answer as psql",
          "ask heart-study \"SELECT sex, count(*) FROM patients GROUP BY sex\" --as ana --margins")
      .Text("agreement", "agreement", "The agreement to ask under", true)
      .Text("sql", "sql", "The question", true)
      .Text("--as", "analyst", "The analyst who asks (default: the agreement's only one)")
      .Number("--epsilon", "epsilon", "Epsilon for this question (default: the agreement's per_query)")
      .Text("--accuracy", "accuracy", "Margin to meet instead, such as ±2% or ±50")
      .Text("--purpose", "purpose", "The purpose, when it should be checked")
      .Flag("--margins", "margins", "Add the 95% margin of each column")
      .Flag("--pure", "pure", "Pure differential privacy: discrete Laplace noise")
      .Flag("--explain", "explain", "Print the plan, the charge and the margins instead; free");
  Command(app, invocation, "request", "request",
          "Ask for access to products: a draft agreement for their owner to look over",
          "request benefit-claims --as ana --purpose dpv:ServiceProvision --question \"Who is left out?\"")
      .Texts("product", "products", "The products, as 'product search' names them")
      .Text("--as", "analyst", "Who wants to ask", true)
      .Text("--purpose", "purpose", "What for, as a term of the Data Privacy Vocabulary", true)
      .Text("--question", "question", "What is to be found out, in plain words: the public reads it", true)
      .Text("--basis", "legal_basis",
            "The legal basis, such as dpv-gdpr:A6-1-e (default: the owner's to name)")
      .Number("--epsilon", "epsilon", "The budget (default: a tenth of the product's, at most 1)")
      .Number("--days", "days", "For how long (default 365)")
      .Text("--name", "name", "What to call the agreement (default: NAME-PRODUCT)")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(app, invocation, "budget", "budget", "What is spent and left: products, agreements, analysts",
          "budget claims")
      .Text("product", "product", "Only this product");
  Command(app, invocation, "receipt", "receipt", "Show and check the record behind an answer",
          "receipt 4f1c --out answer.tlog-proof\n"
          "  concordat receipt --check answer.tlog-proof --key lewisham+c74f20a3+ARpc2QcU…")
      .Text("id", "id", "The answer's id, or its beginning")
      .Path("--out", "out", "Write the record and its proof to this file, for others to check")
      .File("--check", "Check such a file instead; needs no member's home", false)
      .Text("--key", "key", "The key of the log that the file is of, from a place you trust")
      .Texts("--witness", "witnesses", "A witness's key (may be repeated)")
      .Number("--quorum", "quorum", "How many of the witnesses must have cosigned (default: all)");
}

void AddLedgerCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "ledger", "The record that nobody can rewrite");
  Command(group, invocation, "verify", "ledger verify", "Recompute everything and compare",
          "ledger verify --against kept-elsewhere.checkpoint")
      .File("--against", "Hold the ledger against a checkpoint that 'ledger head' printed earlier as well",
            false);
  Command(group, invocation, "head", "ledger head", "Print the newest checkpoint: keep a copy elsewhere",
          "ledger head");
  Command(group, invocation, "erase", "ledger erase",
          "Destroy the secret parts of entries for good: texts, answers, verifiers; the record itself stays",
          "ledger erase 17 18 --reason \"erasure request 2026-31\"")
      .Texts("entry", "entries", "The entries' numbers, as 'ledger show' prints them")
      .Text("--reason", "reason", "Why, for the record: it is public")
      .Flag("--due", "due",
            "All answers whose agreement's retention_days are over; a serving node does so every hour")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "show", "ledger show", "Print entries", "ledger show --last 20")
      .Number("--first", "first", "From this entry on")
      .Number("--last", "last", "The newest N (default 20)");
  Command(group, invocation, "export", "ledger export",
          "Write the log as files that any web server can carry: checkpoint, tiles, entries",
          "ledger export /srv/www/ledger")
      .Path("folder", "folder", "Where to; what is there is brought up to date", true);
  Command(group, invocation, "monitor", "ledger monitor",
          "Follow another member's log: what is new, and whether history stands; needs no member's home",
          "ledger monitor https://lewisham.example/ledger --key lewisham+c74f20a3+ARpc2QcU… --state "
          "lewisham.seen")
      .PathOrUrl("log", "log", "Where the log is served, or the folder with its files")
      .Text("--key", "key", "The log's key, from a place you trust", true)
      .Path("--state", "state", "Remember here what was seen, for the next time");
}

void AddWitnessCommands(CLI::App& app, Invocation& invocation) {
  CLI::App& group = Group(app, "witness", "Cosign other members' checkpoints, and have one's own cosigned");
  Command(group, invocation, "follow", "witness follow",
          "Cosign the checkpoints of a member's log from now on", "witness follow camden+1f2e3d4c+AX…")
      .Text("key", "key", "The log's key", true)
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "ask", "witness ask", "Have this member's checkpoints cosigned by a witness",
          "witness ask camden/witness+5a6b7c8d+BX… --url https://camden.example/witness")
      .Text("key", "key", "The witness's key", true)
      .Text("--url", "url", "Where it takes requests, without /add-checkpoint")
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "stop", "witness stop", "Neither follow a log nor ask a witness any more",
          "witness stop camden")
      .Text("name", "name", "The log's or the witness's name", true)
      .Text("--by", "by", "Who acts (default: the name you are logged in with)");
  Command(group, invocation, "list", "witness list", "Logs followed, witnesses asked, alarms",
          "witness list");
  Command(group, invocation, "request", "witness request",
          "Print a request for a cosignature, to carry to a witness",
          "witness request camden/witness > request")
      .Text("name", "name", "The witness", true)
      .Number("--known", "known", "How many entries it cosigned last (default: by what is kept here)");
  Command(group, invocation, "update", "witness update",
          "Have the newest checkpoint cosigned now by every witness with an address; a node that serves does "
          "so by itself",
          "witness update");
  Command(group, invocation, "cosign", "witness cosign", "Judge a request and print the cosignature",
          "witness cosign request > cosignature")
      .File("file", "The request (- for standard input)");
  Command(group, invocation, "accept", "witness accept", "Keep a cosignature that came back",
          "witness accept camden/witness cosignature --request request")
      .Text("name", "name", "The witness", true)
      .File("file", "The cosignature (- for standard input)")
      .Contents("--request", "request", "The request it answers (default: one for the newest checkpoint)");
}

}  // namespace concordat::cli
