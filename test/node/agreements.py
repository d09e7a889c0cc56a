#!/usr/bin/env python3
"""Agreements between members, through the real programs: notes by file in any order, races, kills, and what must be refused.

  agreements.py [NAME…]     the functions named below; all of them by default
"""
import base64
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import threading
import time

import psycopg2

from harness import BIN, Node, PASSWORD, Refused, main

QUESTION = "SELECT count(*) FROM people WHERE age > {}"
PASSPHRASE = "four words that differ"
DOCUMENT = """concordat: agreement/1
name: {name}
parties:
  lewisham: {lewisham}
  southwark: {southwark}
tables: {{people: [lewisham/adult@1]}}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A6-1-e
question: How do hours of work and income go together?
analysts: [ana@lewisham]
allows: [sql]
protection: {{mode: dp, epsilon: {epsilon}, delta: 1.0e-6, per_query: 0.1, minimum_people: 10}}
needs: {{approvals: {{lewisham: 2, southwark: 1}}, training: [data-ethics]}}
valid: {{from: 2026-01-01, until: 2036-01-01}}
retention_days: 90
"""


class Members:
    """Two members' homes and the keys of their people, in one folder."""

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="concordat-agreements-")
        self.path = pathlib.Path(self.folder.name)
        (self.path / "passphrase").write_text(PASSPHRASE + "\n")
        self.lewisham, self.southwark = Node(self.path / "l"), Node(self.path / "s")
        self.keys = {}
        for node, member, people in ((self.lewisham, "lewisham", "maria john"), (self.southwark, "southwark", "kim")):
            node.home.parent.mkdir()
            node.init(member)
            self.keys[member] = node.json("ledger", "head")["key"]
            for person in people.split():
                made = node.json("key", "new", f"{person}@{member}", "--out", self.key(person), "--passphrase-file",
                                 self.path / "passphrase")
                node.verb("person", "add", person, "--role", "approver", "--key", made["key"])
        self.lewisham.publish("adult").analyst("ana")
        return self

    def __exit__(self, *_):
        self.lewisham.close()
        self.southwark.close()
        self.folder.cleanup()

    def key(self, person):
        return self.path / f"{person}.key"

    def document(self, name="joint-study", epsilon=6, more=""):
        file = self.path / f"{name}.yaml"
        file.write_text(DOCUMENT.format(name=name, epsilon=epsilon, **self.keys) + more)
        return file

    def approve(self, node, what, person):
        return node.verb("agreement", "approve", what, "--key", self.key(person), "--passphrase-file", self.path / "passphrase")

    def send(self, sender, receiver, *flags, name="joint-study"):
        """What one exports the other takes in; returns the note's file."""
        file = self.path / f"{time.monotonic_ns()}.note"
        file.write_text(sender.verb("agreement", "export", name, *flags))
        receiver.verb("agreement", "import", file)
        return file

    def agree(self, file, name="joint-study"):
        """Both members' signatures, by way of files."""
        self.lewisham.verb("agreement", "propose", file, "--by", "sam")
        self.approve(self.lewisham, name, "maria")
        self.approve(self.lewisham, name, "john")
        self.send(self.lewisham, self.southwark, name=name)
        self.approve(self.southwark, name, "kim")
        return self.send(self.southwark, self.lewisham, name=name)


def state(node, name="joint-study"):
    return node.json("agreement", "show", name)["state"]


def spend(node, age):
    """Asks until the budget is gone; the first age that was refused."""
    while True:
        try:
            node.verb("ask", "joint-study", QUESTION.format(age))
        except Refused as error:
            assert "budget_exhausted" in error.text, error.text
            return age
        age += 1


def wait_for_writes(file, process, times):
    """Until the file has changed so many times, or the process is done."""
    seen, last = -1, None
    while seen < times and process.poll() is None:
        try:
            found = file.stat()
            now = (found.st_size, found.st_mtime_ns)
        except FileNotFoundError:
            continue
        seen, last = seen + (now != last), now


def refused(reason, function, *arguments):
    try:
        function(*arguments)
    except Refused as error:
        assert error.code == 1 and reason in error.text, f"'{reason}' is not in: {error.text}"
        return
    raise AssertionError(f"nothing was refused ({reason})")


def holds_for_openssl(note, vkey):
    """Does a signature under the note hold for this key, by a tool that is not ours?"""
    text, signatures = note.split("\n\n", 1)
    name, _, key = vkey.split("+", 2)
    raw = base64.b64decode(key)[1:]
    for line in signatures.splitlines():
        _, signer, signature = line.split(" ")
        if signer != name:
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder)
            (path / "key.der").write_bytes(bytes.fromhex("302a300506032b6570032100") + raw)  # RFC 8410, section 4
            (path / "text").write_text(text + "\n", encoding="utf-8")
            (path / "signature").write_bytes(base64.b64decode(signature)[4:])
            return subprocess.run(["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", path / "key.der", "-rawin",
                                   "-in", path / "text", "-sigfile", path / "signature"], capture_output=True,
                                  check=False).returncode == 0
    return False


def by_files_alone():
    with Members() as m:
        m.lewisham.verb("agreement", "propose", m.document(), "--by", "sam")
        refused("signature_missing", m.lewisham.verb, "agreement", "approve", "joint-study", "--by", "maria")
        note = m.path / "joint.note"
        note.write_text(m.lewisham.verb("agreement", "export", "joint-study"))
        m.approve(m.southwark, note, "kim")  # the file, on whatever machine: kim's approval travels in it
        m.approve(m.lewisham, note, "john")
        m.southwark.verb("agreement", "import", note)
        assert state(m.southwark) == "proposed"  # lewisham has not signed
        m.approve(m.lewisham, "joint-study", "maria")
        m.lewisham.verb("agreement", "import", note)
        m.send(m.southwark, m.lewisham)
        assert state(m.lewisham) == "active"
        signed = m.send(m.lewisham, m.southwark).read_text(encoding="utf-8")
        assert state(m.southwark) == "active"
        for member in ("lewisham", "southwark"):
            assert holds_for_openssl(signed, m.keys[member]), f"openssl does not find the signature of {member} right"
            assert not holds_for_openssl(signed.replace('"epsilon":6', '"epsilon":9'), m.keys[member])
        m.lewisham.start()
        connection = m.lewisham.connect(database="joint-study")
        cursor = connection.cursor()
        cursor.execute("SELECT count(*) FROM people")
        m.southwark.verb("agreement", "revoke", "joint-study", "--reason", "a breach")
        m.send(m.southwark, m.lewisham, "--step")
        try:
            cursor.execute("SELECT count(*) FROM people WHERE age > 30")
            raise AssertionError("answered after another party revoked")
        except psycopg2.Error as error:
            assert "agreement_not_active" in str(error), error
        assert m.lewisham.json("ledger", "verify")["ok"]


def amendment_carries_spending_over():
    with Members() as m:
        m.agree(m.document(epsilon=0.25))
        age = spend(m.lewisham, 20)
        first = m.lewisham.json("agreement", "show", "joint-study")["id"]
        second = m.document(epsilon=0.35, more=f"supersedes: {first}\n")
        assert "more may be spent: epsilon 0.25 becomes 0.35" in m.lewisham.verb("agreement", "diff", "joint-study", second)
        m.lewisham.verb("agreement", "propose", second, "--by", "sam")
        assert m.lewisham.json("agreement", "show", "joint-study")["id"] == first, "an amendment held before it was signed"
        refused("budget_exhausted", m.lewisham.verb, "ask", "joint-study", QUESTION.format(age))
        for person in ("maria", "john"):
            m.approve(m.lewisham, "joint-study", person)
        m.send(m.lewisham, m.southwark)
        m.approve(m.southwark, "joint-study", "kim")
        m.send(m.southwark, m.lewisham)
        assert m.lewisham.json("agreement", "show", "joint-study")["id"] != first
        more = spend(m.lewisham, age)
        assert age < more <= age + 6, f"{age - 20} questions for epsilon 0.25 and {more - age} more for 0.35"


def two_approvers_at_once():
    """Both approvals count, and the member signs once: with whichever came last."""
    with Members() as m:
        m.lewisham.start()
        for i in range(5):
            name = f"study-{i}"
            m.lewisham.verb("agreement", "propose", m.document(name), "--by", "sam")
            people = [threading.Thread(target=m.approve, args=(m.lewisham, name, person)) for person in ("maria", "john")]
            for person in people:
                person.start()
            for person in people:
                person.join()
            shown = m.lewisham.json("agreement", "show", name)
            assert list(shown["signed"]) == ["lewisham"], shown["signed"]
            assert sorted(step["by"] for step in shown["steps"]) == ["john", "maria", "sam"]


def killed_at_any_moment():
    """An import makes several durable steps. Killed between any of them, the same command again ends the same way."""
    with Members() as m:
        seed = int.from_bytes(os.urandom(4), "big")
        print(f"        seed {seed}", flush=True)
        rng = random.Random(seed)
        kills = left_between = 0
        for i in range(8):
            name = f"study-{i}"
            note = m.path / f"{name}.note"
            note.write_text(m.document(name).read_text())
            for person in ("maria", "john", "kim"):
                m.approve(m.lewisham, note, person)
            m.southwark.verb("agreement", "import", note)
            signed = m.southwark.verb("agreement", "export", name)
            note.write_text(signed + note.read_text().split("\n\n", 1)[1])  # southwark's signature, and lewisham's people's
            before = m.lewisham.json("ledger", "head")["size"]
            for _ in range(5):
                process = subprocess.Popen([str(BIN / "concordat"), "agreement", "import", str(note)], env=m.lewisham.environment,
                                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
                wait_for_writes(m.lewisham.home / "store.db-wal", process, rng.randint(1, 6))
                process.kill()
                process.wait(30)
                kills += 1
                steps = m.lewisham.json("ledger", "head")["size"] - before
                left_between += 0 < steps < 4
            m.lewisham.verb("agreement", "import", note)
            shown = m.lewisham.json("agreement", "show", name)
            assert shown["state"] == "active" and sorted(shown["signed"]) == ["lewisham", "southwark"], shown
            assert m.lewisham.json("ledger", "head")["size"] == before + 4, "a step was taken twice"
        assert m.lewisham.json("ledger", "verify")["ok"]
        print(f"        {kills} kills, {left_between} of them between steps", flush=True)
        assert left_between > 0, "no kill came between two steps"


def notes_that_do_not_hold():
    with Members() as m:
        note = m.agree(m.document()).read_text(encoding="utf-8")
        m.southwark.verb("agreement", "suspend", "joint-study")
        suspended = m.send(m.southwark, m.lewisham, "--step")
        m.southwark.verb("agreement", "resume", "joint-study")
        refused("step_out_of_order", m.lewisham.verb, "agreement", "import", suspended)
        m.send(m.southwark, m.lewisham, "--step")
        assert state(m.lewisham) == "active"
        text, signatures = note.split("\n\n", 1)
        own = next(line for line in signatures.splitlines() if " lewisham " in line)
        changed = {
            "another epsilon": (note.replace('"epsilon":6', '"epsilon":60').replace("joint-study", "wide-study"), "signature_invalid"),
            "another's signature": (text.replace("joint-study", "new-study") + "\n\n" + own.replace(" lewisham ", " southwark ") + "\n",
                                    "signature_invalid"),
            "not canonical": (note.replace('{"allows"', '{ "allows"').replace("joint-study", "newer-study"), "signature_invalid"),
            "no newline at the end": (note[:-1], "line 3: cannot be read"),
            "a key twice": (note.replace('{"allows"', '{"allows":["sql"],"allows"'), "twice"),
            "this member by another key": (note.replace(m.keys["lewisham"], m.keys["southwark"].replace("southwark", "lewisham")),
                                           "not that member's key"),
            "a step about no document": (suspended.read_text(encoding="utf-8").replace('"document":"', '"document":"0'), "not here"),
            "an empty file": ("", "is empty"),
        }
        for name, (content, says) in changed.items():
            bad = m.path / "bad.note"
            bad.write_text(content, encoding="utf-8")
            try:
                m.lewisham.verb("agreement", "import", bad)
                raise AssertionError(f"{name} was taken in")
            except Refused as error:
                assert error.code == 1 and error.text.strip().count("\n") >= 1, f"{name}: {error.text}"
                assert says in error.text, f"{name}: {error.text}"
        assert text and state(m.lewisham) == "active"
        wrong = m.path / "wrong"
        wrong.write_text("another passphrase\n")
        fresh = m.document("fresh-study")
        m.lewisham.verb("agreement", "propose", fresh, "--by", "sam")
        refused("another key's passphrase", m.lewisham.verb, "agreement", "approve", "fresh-study", "--key", m.key("maria"),
                "--passphrase-file", wrong)
        m.lewisham.verb("person", "key", "maria", "--reason", "stolen")
        refused("signature_invalid", m.approve, m.lewisham, "fresh-study", "maria")
        m.lewisham.verb("person", "remove", "john")
        refused("approver_unknown", m.approve, m.lewisham, "fresh-study", "john")


def people_within_their_say():
    with Members() as m:
        m.lewisham.verb("person", "add", "olga", "--role", "auditor")
        refused("role_missing", m.lewisham.verb, "agreement", "propose", m.document(), "--by", "olga")
        refused("own_draft", lambda: (m.lewisham.verb("agreement", "propose", m.document(), "--by", "lee"),
                                      m.lewisham.verb("person", "add", "lee", "--role", "approver", "--key", m.lewisham.json(
                                          "key", "new", "lee@lewisham", "--out", m.key("lee"), "--passphrase-file",
                                          m.path / "passphrase")["key"]), m.approve(m.lewisham, "joint-study", "lee")))
        refused("person_key", m.lewisham.verb, "person", "add", "eve", "--role", "approver")
        refused("is not a role", m.lewisham.verb, "person", "add", "eve", "--role", "king")
        found = json.loads(m.lewisham.verb("agreement", "explain", "joint-study", "--as", "ana", "--json"))["conditions"]
        assert [f["outcome"] for f in found][:3] == ["holds", "holds", "FAILS"], found
        assert "agreement_not_active" in found[2]["evidence"]
        draft = m.lewisham.verb("agreement", "assess", "joint-study")
        assert "lewisham/adult@1" in draft and "____" in draft
        assert PASSWORD not in draft


def course_and_attestation():
    with Members() as m:
        answers = "3,2,1,3,2,1,2,3,1,2"
        made = m.lewisham.json("key", "new", "ana@lewisham", "--out", m.key("ana"), "--passphrase-file", m.path / "passphrase")
        out = m.path / "ana.attestation"

        def take(given):
            return m.lewisham.verb("course", "take", "data-ethics", "--key", m.key("ana"), "--out", out, "--answers", given,
                                   "--passphrase-file", m.path / "passphrase")

        refused("read again: Purpose and law", take, "1,1,1,1,1,1,1,1,1,1")
        refused("10 answers are needed", take, "3,2,1")
        assert "10 of 10" in take(answers)
        refused("no key is recorded", m.lewisham.verb, "analyst", "training", "ana", "--attestation", out)
        m.lewisham.verb("person", "add", "ana", "--role", "analyst", "--key", made["key"])
        assert "data-ethics holds until" in m.lewisham.verb("analyst", "training", "ana", "--attestation", out)
        m.lewisham.analyst("ben")
        refused("no key is recorded", m.lewisham.verb, "analyst", "training", "ben", "--attestation", out)
        refused("no training is given", m.lewisham.verb, "analyst", "training", "ana")
        assert "People, not rows" in m.lewisham.verb("course", "read")


if __name__ == "__main__":
    sys.exit(main([by_files_alone, amendment_carries_spending_over, two_approvers_at_once, killed_at_any_moment,
                   notes_that_do_not_hold, people_within_their_say, course_and_attestation]))
