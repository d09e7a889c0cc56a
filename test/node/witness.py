#!/usr/bin/env python3
"""Two members that watch each other: receipts, cosignatures by file, exported logs, forks. No psql."""
import base64
import contextlib
import functools
import hashlib
import http.server
import pathlib
import re
import shutil
import sys
import tempfile
import threading

from harness import DATA, Node, Refused, main

SQL = "SELECT sex, count(*) FROM people GROUP BY sex"


def declined(call, *parts):
    try:
        call()
    except Refused as refused:
        assert refused.code == 1, refused
        for part in parts:
            assert part in str(refused), f"{part!r} is not in {refused}"
        return str(refused)
    raise AssertionError("was not declined")


def member(name, folder):
    node = Node(home=folder / name)
    (folder / name).mkdir()
    node.key = node.json("init", name)["key"]
    node.witness = node.json("witness", "list")["key"]
    return node


def answered(node):
    """An answer's id, of a question asked at the command line."""
    node.publish("adult", data=DATA).analyst("ana").agree("adult-study")
    return node.json("ask", "adult-study", SQL)["id"]


def receipts():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        node, proof = member("lewisham", folder), folder / "answer.tlog-proof"
        answer = answered(node)
        node.verb("receipt", answer, "--out", proof)
        nobody = Node(home=folder / "nobody")  # no home at all
        checked = nobody.json("receipt", "--check", proof, "--key", node.key)
        assert checked["holds"] and checked["entry"]["kind"] == "charge", checked
        assert proof.read_text().startswith("c2sp.org/tlog-proof@v1\nextra ")
        text = proof.read_text()
        proof.write_text(text.replace("index ", "index 1"))
        try:
            nobody.verb("receipt", "--check", proof, "--key", node.key)
            raise AssertionError("a changed receipt was believed")
        except Refused as refused:
            assert refused.code == 3 and "does not prove" in str(refused), refused
        declined(lambda: nobody.verb("receipt", "--check", proof), "against its log's key")
        declined(lambda: node.verb("receipt"), "a receipt is of an answer")
        proof.write_text(text)
        other = member("camden", folder)
        declined(lambda: nobody.verb("receipt", "--check", proof, "--key", other.key), "not a checkpoint signed with")
        declined(lambda: nobody.verb("receipt", "--check", proof, "--key", node.key, "--witness", other.witness),
                 "0 of 1 witnesses")


def cosignatures_by_file():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lewisham, camden = member("lewisham", folder), member("camden", folder)
        lewisham.analyst("ana")
        declined(lambda: lewisham.verb("witness", "request", "camden/witness"), "not a witness that this member asks")
        lewisham.verb("witness", "ask", camden.witness, "--url", "https://camden.example/witness")
        request = lewisham.verb("witness", "request", "camden/witness")
        declined(lambda: camden.verb("witness", "cosign", "-", stdin=request), "not cosigned (404)")
        camden.verb("witness", "follow", lewisham.key)
        line = camden.verb("witness", "cosign", "-", stdin=request)
        (folder / "request").write_text(request)
        lewisham.analyst("bo")  # the ledger goes on meanwhile
        lewisham.verb("witness", "accept", "camden/witness", "-", "--request", folder / "request", stdin=line)
        assert lewisham.json("witness", "list")["witnesses"][0]["cosigned"] == 2
        request = lewisham.verb("witness", "request", "camden/witness")
        assert request.startswith("old 2\n"), request
        line = camden.verb("witness", "cosign", "-", stdin=request)
        lewisham.verb("witness", "accept", "camden/witness", "-", stdin=line)
        lewisham.verb("ledger", "export", folder / "served")
        assert "— camden/witness " in (folder / "served/checkpoint").read_text()
        stale = lewisham.verb("witness", "request", "camden/witness", "--known", 1)
        declined(lambda: camden.verb("witness", "cosign", "-", stdin=stale), "(409)", "--known 3")
        camden.verb("witness", "stop", "lewisham")
        declined(lambda: camden.verb("witness", "cosign", "-", stdin=request), "not cosigned (404)")


def forks_and_rollbacks():
    """A member that keeps two stores under one key shows two histories: its witness and its monitor both say so."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lewisham, camden = member("lewisham", folder), member("camden", folder)
        lewisham.analyst("ana")
        camden.verb("witness", "follow", lewisham.key)
        lewisham.verb("witness", "ask", camden.witness)
        shutil.copytree(folder / "lewisham", folder / "other")
        camden.verb("witness", "cosign", "-", stdin=lewisham.verb("witness", "request", "camden/witness"))
        lewisham.analyst("bo")
        monitor = ("ledger", "monitor", folder / "served", "--key", lewisham.key, "--state", folder / "seen")
        lewisham.verb("ledger", "export", folder / "served")
        assert len(camden.json(*monitor)["entries"]) == 3
        lewisham.analyst("cy")
        lewisham.verb("ledger", "export", folder / "served")
        assert [entry["index"] for entry in camden.json(*monitor)["entries"]] == [3]
        head = lewisham.json("ledger", "head")
        camden.verb("witness", "cosign", "-",
                    stdin=lewisham.verb("witness", "request", "camden/witness", "--known", 2))
        other = Node(home=folder / "other")
        for export, fault in (("shorter", "roll-back: "), ("same size", "fork: ")):
            other.analyst({"shorter": "dee", "same size": "eve"}[export])
            other.verb("ledger", "export", folder / export)
            said = declined(lambda e=export: camden.verb("ledger", "monitor", folder / e, "--key", lewisham.key, "--state",
                                                         folder / "seen"), fault, head["root"])
            assert other.json("ledger", "head")["root"] in said, said
        for _ in range(2):
            forged = other.verb("witness", "request", "camden/witness", "--known", 2)
            declined(lambda f=forged: camden.verb("witness", "cosign", "-", stdin=f), "(409): fork", head["root"])
        alarms = camden.json("witness", "list")["alarms"]
        assert len(alarms) == 1 and head["root"] in alarms[0]["kept"], alarms
        declined(lambda: camden.verb("doctor"), "a fork of lewisham's log was found")


@contextlib.contextmanager
def web(handler):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def witness_over_http(camden):
    """A web server before Camden's home: what its verb says becomes the protocol's answer."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            request = self.rfile.read(int(self.headers["Content-Length"])).decode()
            kind = "text/plain"
            try:
                status, body = 200, camden.verb("witness", "cosign", "-", stdin=request)
            except Refused as refused:
                status, body = int(re.search(r"not cosigned \((\d+)\)", str(refused)).group(1)), "declined\n"
                known = re.search(r"--known (\d+)", str(refused))
                if known:
                    kind, body = "text/x.tlog.size", known.group(1) + "\n"
            self.send_response(status if self.path == "/w/add-checkpoint" else 500)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    return Handler


def over_http():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        lewisham, camden = member("lewisham", folder), member("camden", folder)
        lewisham.analyst("ana")
        camden.verb("witness", "follow", lewisham.key)
        with web(witness_over_http(camden)) as url:
            lewisham.verb("witness", "ask", camden.witness, "--url", url + "/w")
            assert lewisham.json("witness", "update") == [{"witness": "camden/witness", "cosigned": 2}]
            assert "nothing new" in lewisham.verb("witness", "update")
            (folder / "lewisham/home/cosigned.checkpoint").unlink()  # forgotten: the witness says where it was
            lewisham.analyst("bo")
            assert lewisham.json("witness", "update") == [{"witness": "camden/witness", "cosigned": 3}]
            lewisham.analyst("cy")
        try:
            lewisham.verb("witness", "update")
            raise AssertionError("a witness that is away cosigned")
        except Refused as refused:
            assert refused.code == 3 and "does not answer" in str(refused), refused
        lewisham.verb("ledger", "export", folder / "served")
        http.server.SimpleHTTPRequestHandler.log_message = lambda *_: None
        served = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder / "served")
        with web(served) as url:
            monitor = ("ledger", "monitor", url, "--key", lewisham.key, "--state", folder / "seen")
            assert len(camden.json(*monitor)["entries"]) == 4
            assert camden.json(*monitor)["entries"] == []
            (folder / "served/checkpoint").unlink()
            declined(lambda: camden.verb(*monitor), "answers 404")


def vkey_is_that_of_the_specification():
    with tempfile.TemporaryDirectory() as name:
        witness = member("camden", pathlib.Path(name)).witness
        key_name, number, text = witness.split("+", 2)
        key = base64.b64decode(text)
        assert key[0] == 4 and len(key) == 33
        assert hashlib.sha256(key_name.encode() + b"\n" + key).hexdigest()[:8] == number


if __name__ == "__main__":
    sys.exit(main([receipts, cosignatures_by_file, forks_and_rollbacks, over_http, vkey_is_that_of_the_specification]))
