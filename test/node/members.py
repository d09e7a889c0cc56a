#!/usr/bin/env python3
"""Members that reach each other: the real programs, real sockets, real deaths. No psql.

  members.py [NAME…]     the functions named below; all of them by default
"""
import json
import pathlib
import re
import shutil
import sys
import tempfile
import time

from harness import Node, Refused, main

DOCUMENT = """concordat: agreement/1
name: joint-study
parties:
{parties}
tables: {{people: [lewisham/adult@1]}}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A6-1-e
question: How do hours of work and income go together?
analysts: [ana@lewisham]
allows: [sql]
protection: {{mode: dp, epsilon: 6, delta: 1.0e-6, per_query: 0.1, minimum_people: 10}}
needs: {{approvals: {{{approvals}}}, training: [data-ethics]}}
valid: {{from: 2026-01-01, until: 2036-01-01}}
retention_days: 90
"""
QUESTION = "SELECT count(*) FROM people WHERE age > 40"


def wait(what, condition, seconds=60):
    """Until the condition holds; nothing is measured by it."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"never came: {what}")


def declined(*parts, call):
    try:
        call()
    except Refused as refused:
        for part in parts:
            assert part in str(refused), f"{part!r} is not in {refused}"
        return str(refused)
    raise AssertionError("was not declined")


class Members:
    """Members by name, in one folder; each serves and can be dialled."""

    def __init__(self, *names, start=True):
        self.names, self.begin = names, start

    def __enter__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="concordat-members-")
        self.path = pathlib.Path(self.folder.name)
        (self.path / "passphrase").write_text("four words that differ\n")
        for name in self.names:
            node = Node(self.path / name)
            node.home.parent.mkdir()
            node.name = name
            node.key = node.json("init", name)["key"]
            settings = node.home / "node.yaml"
            settings.write_text(re.sub(r"witness_every_ms: \d+", "witness_every_ms: 200", settings.read_text()))
            made = node.json("key", "new", f"kim@{name}", "--out", self.path / f"{name}.key", *self.passphrase())
            node.verb("person", "add", "kim", "--role", "approver", "--key", made["key"])
            node.peer = "127.0.0.1:0"
            setattr(self, name, node)
            if self.begin:
                node.start()
        return self

    def __exit__(self, kind, *_):
        for name in self.names:
            node = getattr(self, name)
            if kind:
                print(f"--- log of {name}\n{node.log()}" if (node.home.parent / "node.log").exists() else "", flush=True)
            node.close()
        self.folder.cleanup()

    def passphrase(self):
        return "--passphrase-file", self.path / "passphrase"

    def approve(self, node, name="joint-study"):
        node.verb("agreement", "approve", name, "--key", self.path / f"{node.name}.key", *self.passphrase())

    def join(self, host, guest, *flags):
        """An invitation written, carried and taken up; what the guest's side printed."""
        file = self.path / f"{host.name}-{guest.name}.invitation"
        host.verb("member", "invite", guest.name, "--out", file)
        return guest.json("member", "join", file, *flags)

    def agree(self, *parties):
        """Proposed and approved at the first, which holds the data."""
        first = parties[0]
        first.publish("adult").analyst("ana")
        file = self.path / "joint-study.yaml"
        file.write_text(DOCUMENT.format(parties="\n".join(f"  {node.name}: {node.key}" for node in parties),
                                        approvals=", ".join(f"{node.name}: 1" for node in parties)))
        first.verb("agreement", "propose", file)
        self.approve(first)


def member(node, name):
    return node.json("member", "show", name)


def state(node, name="joint-study"):
    for agreement in node.json("agreement", "list"):
        if agreement["name"] == name:
            return agreement["state"]
    return None


def cosigned(node, witness):
    for asked in node.json("witness", "list")["witnesses"]:
        if asked["witness"] == f"{witness}/witness":
            return asked["cosigned"]
    return None


def invites_and_joins():
    with Members("lewisham", "southwark") as m:
        joined = m.join(m.lewisham, m.southwark)
        ours, theirs = member(m.lewisham, "southwark"), member(m.southwark, "lewisham")
        assert joined["fingerprint"] == ours["fingerprint"] == theirs["fingerprint"], (joined, ours, theirs)
        assert re.fullmatch(r"(\d{5} ){5}\d{5}", joined["fingerprint"])
        assert ours["address"] == m.southwark.peer and theirs["address"] == m.lewisham.peer
        assert ours["key"] == m.southwark.key and theirs["key"] == m.lewisham.key
        assert "compare the fingerprint" in m.lewisham.log()
        text = m.southwark.verb("member", "list")
        assert "lewisham" in text and joined["fingerprint"] in text, text
        # Mutual witnessing, with nothing else said.
        wait("lewisham's log cosigned by southwark", lambda: cosigned(m.lewisham, "southwark"))
        wait("southwark's log cosigned by lewisham", lambda: cosigned(m.southwark, "lewisham"))
        # The same file again is the same guest, whose answer may have been lost; anybody else is refused.
        m.southwark.verb("member", "join", m.path / "lewisham-southwark.invitation")
        with Members("southwark") as other:
            declined("the invitation was used, or has ended", call=lambda: other.southwark.verb(
                "member", "join", m.path / "lewisham-southwark.invitation"))


def invitations_that_do_not_hold():
    with Members("lewisham", "southwark", "camden") as m:
        file = m.path / "i"
        m.lewisham.verb("member", "invite", "southwark", "--out", file)
        m.lewisham.verb("member", "invite", "nobody", "--out", m.path / "another")  # the door stays open to strangers
        assert file.stat().st_mode & 0o777 == 0o600
        declined("the invitation is for southwark", call=lambda: m.camden.verb("member", "join", file))
        text = file.read_text()
        file.write_text(text.replace("southwark", "camden"))
        declined("", call=lambda: m.camden.verb("member", "join", file))
        file.write_text(text.replace(m.lewisham.peer, m.camden.peer))
        declined("", call=lambda: m.southwark.verb("member", "join", file))
        file.write_text(text)
        m.lewisham.stop()
        declined("does not answer", call=lambda: m.southwark.verb("member", "join", file))
        m.lewisham.peer = None
        m.lewisham.start()
        declined("no address that others could dial", call=lambda: m.lewisham.verb("member", "invite", "camden"))
        m.lewisham.verb("member", "invite", "camden", "--address", "127.0.0.1:9", "--days", "0.000001", "--out", file)
        time.sleep(0.2)
        declined("invitation_expired", call=lambda: m.camden.verb("member", "join", file))
        assert m.southwark.json("member", "list")["members"] == []


def four_form_a_federation():
    with Members("lewisham", "southwark", "camden", "brent") as m:
        m.join(m.lewisham, m.southwark, "--introductions")
        m.join(m.lewisham, m.camden, "--introductions")
        m.join(m.lewisham, m.brent)  # asks its operator each time
        wait("southwark knows camden", lambda: connected(m.southwark) == {"lewisham", "camden", "brent"})
        wait("camden knows southwark", lambda: connected(m.camden) == {"lewisham", "southwark", "brent"})
        wait("brent was told of both", lambda: {x["member"] for x in m.brent.json("member", "list")["members"]} ==
             {"lewisham", "southwark", "camden"})
        assert connected(m.brent) == {"lewisham"}
        assert "introduced by lewisham" in m.brent.verb("member", "list")
        for name in ("southwark", "camden"):
            accepted = m.brent.json("member", "accept", name)
            assert accepted["fingerprint"] == member(getattr(m, name), "brent")["fingerprint"]
        wait("a cosignature of who was never invited here", lambda: cosigned(m.brent, "camden"))
        m.agree(m.lewisham, m.southwark, m.camden, m.brent)
        for node in (m.southwark, m.camden, m.brent):
            wait(f"{node.name} sees it", lambda n=node: state(n) == "proposed")
            m.approve(node)
        for node in (m.lewisham, m.southwark, m.camden, m.brent):
            wait(f"{node.name} has it in force", lambda n=node: state(n) == "active")


def connected(node):
    return {x["member"] for x in node.json("member", "list")["members"] if x["state"] == "active"}


def agreements_travel():
    with Members("lewisham", "southwark") as m:
        m.join(m.lewisham, m.southwark)
        m.agree(m.lewisham, m.southwark)
        wait("southwark sees it", lambda: state(m.southwark) == "proposed")
        copy = wait("southwark has what lewisham says of its product",
                    lambda: [e for e in m.southwark.json("ledger", "show", "--last", 100) if e["kind"] == "abroad.product"])
        original = [e for e in m.lewisham.json("ledger", "show", "--last", 100) if e["kind"] == "product.published"]
        assert {**copy[0]["body"]["product"], "contract": ""} == {**original[0]["body"], "contract": ""}, (copy, original)
        m.approve(m.southwark)
        wait("lewisham has it in force", lambda: state(m.lewisham) == "active")
        m.lewisham.verb("ask", "joint-study", QUESTION)
        said = m.southwark.verb("agreement", "revoke", "joint-study", "--reason", "a breach")
        assert "lewisham knows" in said, said
        declined("agreement_not_active", call=lambda: m.lewisham.verb("ask", "joint-study", QUESTION.replace("40", "41")))


def nothing_is_lost_while_one_is_away():
    with Members("lewisham", "southwark") as m:
        m.join(m.lewisham, m.southwark)
        m.southwark.kill()
        m.agree(m.lewisham, m.southwark)
        m.lewisham.kill()
        m.southwark.start()
        m.lewisham.start()
        wait("southwark sees it", lambda: state(m.southwark) == "proposed")
        m.lewisham.kill()
        m.approve(m.southwark)
        m.southwark.kill()
        m.lewisham.start()
        m.southwark.start()
        wait("lewisham has it in force", lambda: state(m.lewisham) == "active")
        m.lewisham.kill()
        said = m.southwark.verb("agreement", "suspend", "joint-study", "--reason", "a look")
        assert "lewisham does not know yet" in said, said
        m.southwark.verb("agreement", "resume", "joint-study")
        m.southwark.verb("agreement", "revoke", "joint-study", "--reason", "a breach")
        m.lewisham.start()
        wait("lewisham knows", lambda: state(m.lewisham) == "revoked")
        for node in (m.lewisham, m.southwark):
            node.verb("ledger", "verify")


def kills_between_any_two_steps_heal():
    """Both die again and again while documents, signatures and steps are on their way; in the end both say the same."""
    with Members("lewisham", "southwark") as m:
        m.join(m.lewisham, m.southwark)
        m.agree(m.lewisham, m.southwark)
        for turn in range(6):
            node = (m.lewisham, m.southwark)[turn % 2]
            time.sleep(0.05 * turn)
            node.kill()
            node.start()
        wait("southwark sees it", lambda: state(m.southwark) == "proposed")
        m.approve(m.southwark)
        m.southwark.kill()
        m.southwark.start()
        wait("lewisham has it in force", lambda: state(m.lewisham) == "active")
        for verb, after in (("suspend", "suspended"), ("resume", "active"), ("revoke", "revoked")):
            m.lewisham.verb("agreement", verb, "joint-study", "--reason", "x")
            m.southwark.kill()
            m.southwark.start()
            wait(f"southwark has {verb}", lambda a=after: state(m.southwark) == a)


def keys_rotate_and_addresses_change():
    with Members("lewisham", "southwark") as m:
        m.join(m.lewisham, m.southwark)
        before = member(m.southwark, "lewisham")
        m.lewisham.verb("member", "rotate")
        after = wait("southwark takes the new key", lambda: changed(m.southwark, "lewisham", "number", before["number"]))
        assert after["pin"] != before["pin"] and after["fingerprint"] == before["fingerprint"], (before, after)
        m.southwark.kill()  # and one that was away when it changed again
        m.lewisham.verb("member", "rotate")
        m.southwark.start()
        wait("southwark takes the third", lambda: member(m.southwark, "lewisham")["number"] == 3)
        old = m.southwark.peer
        m.southwark.stop()
        m.southwark.peer = "127.0.0.1:0"
        m.southwark.start()
        assert m.southwark.peer != old
        wait("lewisham hears where southwark is", lambda: member(m.lewisham, "southwark")["address"] == m.southwark.peer)
        assert member(m.lewisham, "southwark")["number"] == 1  # pinned as before
        m.lewisham.verb("member", "address", "southwark", "127.0.0.1:9")
        assert member(m.lewisham, "southwark")["address"] == "127.0.0.1:9"
        m.lewisham.verb("member", "address", "southwark", m.southwark.peer)
        m.agree(m.lewisham, m.southwark)
        wait("it still reaches", lambda: state(m.southwark) == "proposed")


def changed(node, name, field, before):
    found = member(node, name)
    return found if found[field] != before else None


def pauses_outlive_restarts():
    with Members("lewisham", "southwark") as m:
        m.join(m.lewisham, m.southwark)
        wait("a first cosignature", lambda: cosigned(m.lewisham, "southwark"))
        m.southwark.verb("member", "pause", "lewisham", "--reason", "inquiry 7")
        m.southwark.stop()
        m.southwark.start()
        assert member(m.southwark, "lewisham")["state"] == "paused"
        m.agree(m.lewisham, m.southwark)
        wait("lewisham hears why", lambda: "lewisham is paused at southwark: inquiry 7" in m.lewisham.log())
        assert state(m.southwark) is None
        m.southwark.verb("member", "resume", "lewisham")
        wait("it comes after all", lambda: state(m.southwark) == "proposed")
        m.southwark.verb("member", "pause")
        m.southwark.stop()
        m.southwark.start()
        assert m.southwark.json("member", "list")["paused"]
        m.lewisham.verb("agreement", "revoke", "joint-study", "--reason", "y")
        wait("lewisham hears of the door", lambda: "its door is paused" in m.lewisham.log())
        assert state(m.southwark) == "proposed"
        m.southwark.verb("member", "resume")
        wait("the revocation comes", lambda: state(m.southwark) == "revoked")


def who_is_removed_is_refused():
    with Members("lewisham", "southwark") as m:
        m.join(m.lewisham, m.southwark)
        m.southwark.verb("member", "remove", "lewisham", "--reason", "left")
        m.agree(m.lewisham, m.southwark)
        wait("the refusal is logged", lambda: "lewisham was removed from the members here" in m.southwark.log())
        m.lewisham.stop()
        m.lewisham.start()  # a new connection
        wait("and at the handshake", lambda: "refused a connection at the handshake: lewisham was removed" in m.southwark.log())
        assert state(m.southwark) is None
        m.join(m.southwark, m.lewisham)  # invited anew
        wait("and is one again", lambda: state(m.southwark) == "proposed")


def an_old_backup_is_found_out_and_refused():
    with Members("lewisham", "southwark") as m:
        m.join(m.lewisham, m.southwark)
        wait("southwark cosigned", lambda: cosigned(m.lewisham, "southwark"))
        m.lewisham.stop()
        shutil.copytree(m.lewisham.home, m.path / "old")
        m.lewisham.start()
        for name in ("ana", "bo", "cy"):
            m.lewisham.analyst(name)
        size = m.lewisham.json("ledger", "head")["size"]
        wait("southwark cosigned what is newer", lambda: cosigned(m.lewisham, "southwark") >= size)
        m.lewisham.stop()
        shutil.rmtree(m.lewisham.home)
        shutil.copytree(m.path / "old", m.lewisham.home)
        m.lewisham.start()
        wait("lewisham's own log says it", lambda: "it was put back to an earlier state" in m.lewisham.log())
        # It goes on, and writes another history; what southwark cosigned it cannot show to go on from.
        m.agree(m.lewisham, m.southwark)
        for name in ("dee", "eve", "fay", "gil"):
            m.lewisham.analyst(name)
        wait("southwark refuses it", lambda: "two histories" in member(m.southwark, "lewisham")["why"])
        alarms = m.southwark.json("witness", "list")["alarms"]
        assert alarms and alarms[0]["log"] == "lewisham", alarms
        assert member(m.southwark, "lewisham")["state"] == "paused"
        wait("lewisham hears it", lambda: "lewisham is paused at southwark: its log has signed two histories" in m.lewisham.log())
        declined("", call=lambda: m.southwark.verb("doctor"))


def it_works_over_http():
    """The same verbs by the JSON interface."""
    import urllib.request

    with Members("lewisham", "southwark") as m:
        def call(node, method, path, body=None):
            token = node.token
            request = urllib.request.Request(node.web + path, method=method, data=json.dumps(body).encode() if body is not None else None,
                                             headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json"})
            with urllib.request.urlopen(request, timeout=60) as response:
                return json.load(response)

        for node in (m.lewisham, m.southwark):
            node.token = node.json("token", "create", "--role", "operator", "--name", "op")["token"]
        invitation = call(m.lewisham, "POST", "/v1/invitations", {"name": "southwark"})["invitation"]
        joined = call(m.southwark, "POST", "/v1/members", {"text": invitation, "non_disclosing": True})
        shown = call(m.lewisham, "GET", "/v1/members/southwark")
        assert shown["fingerprint"] == joined["fingerprint"] and shown["non_disclosing"], shown
        call(m.lewisham, "POST", "/v1/pauses", {"name": "southwark", "reason": "z"})
        assert call(m.lewisham, "GET", "/v1/members")["members"][0]["state"] == "paused"
        call(m.lewisham, "POST", "/v1/pauses/end", {"name": "southwark"})
        call(m.lewisham, "POST", "/v1/members/southwark/address", {"address": "southwark.example:6490"})
        call(m.lewisham, "POST", "/v1/rotations", {})
        call(m.lewisham, "DELETE", "/v1/members/southwark")
        assert call(m.lewisham, "GET", "/v1/members/southwark")["state"] == "removed"


if __name__ == "__main__":
    sys.exit(main([invites_and_joins, invitations_that_do_not_hold, four_form_a_federation, agreements_travel,
                   nothing_is_lost_while_one_is_away, kills_between_any_two_steps_heal, keys_rotate_and_addresses_change,
                   pauses_outlive_restarts, who_is_removed_is_refused, an_old_backup_is_found_out_and_refused, it_works_over_http]))
