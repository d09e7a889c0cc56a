#!/usr/bin/env python3
"""A running node over HTTP: the log, two members that witness each other by themselves, health, metrics. No psql."""
import pathlib
import signal
import sys
import tempfile
import time
import urllib.error
import urllib.request

from harness import Node, Refused, main


def get(address, method="GET", body=None, **headers):
    """(status, headers, body) of one request; names of headers as header_name."""
    request = urllib.request.Request(address, method=method, data=body,
                                     headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, answer.headers, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read().decode()


def metric(node, name):
    for line in get(node.web + "/metrics")[2].splitlines():
        if line.startswith(name + " "):
            return float(line.split()[1])
    raise AssertionError(f"there is no {name}")


def until(what, said=None, seconds=30):
    """Waits for what comes by itself."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, f"it did not come about: {said and said()}"
        time.sleep(0.05)


def log_for_everybody():
    with Node() as node:
        node.init().start()
        assert get(node.web + "/ledger/checkpoint")[0] == 404
        node.analyst("ana")
        status, headers, body = get(node.web + "/ledger/checkpoint")
        assert status == 200 and body == node.verb("ledger", "head"), body
        tag = headers["ETag"]
        assert get(node.web + "/ledger/checkpoint", if_none_match=tag)[0] == 304
        status, headers, body = get(node.web + "/ledger/checkpoint", method="HEAD")
        assert (status, body, headers["ETag"]) == (200, "", tag)
        assert get(node.web + "/ledger/checkpoint", method="PUT", body=b"x")[0] == 405
        assert get(node.web + "/healthz")[0] == get(node.web + "/readyz")[0] == 200
        assert metric(node, "concordat_ledger_entries") == 1
        key = node.json("ledger", "head")["key"]
        seen = node.json("ledger", "monitor", node.web + "/ledger", "--key", key)
        assert [entry["kind"] for entry in seen["entries"]] == ["analyst.added"], seen


def member(name, folder):
    (folder / name).mkdir()
    node = Node(home=folder / name)
    node.key = node.json("init", name)["key"]
    settings = node.home / "node.yaml"
    settings.write_text(settings.read_text().replace("witness_every_ms: 60000", "witness_every_ms: 200"))
    node.witness = node.json("witness", "list")["key"]
    return node.start()


def members_witness_each_other():
    with tempfile.TemporaryDirectory() as name:
        lewisham, camden = (member(each, pathlib.Path(name)) for each in ("lewisham", "camden"))
        with lewisham, camden:
            for one, other in ((lewisham, camden), (camden, lewisham)):
                one.verb("witness", "follow", other.key)
                one.verb("witness", "ask", other.witness, "--url", other.web + "/witness")
                one.analyst("ana")
            until(lambda: "— camden/witness " in get(lewisham.web + "/ledger/cosigned")[2])
            until(lambda: "— lewisham/witness " in get(camden.web + "/ledger/cosigned")[2])
            # Cosignatures given are no reason to ask for more: the two come to rest.
            until(lambda: get(lewisham.web + "/metrics")[2].count('concordat_witness_behind_entries{witness="camden/witness"} 0'))
            camden.stop()
            lewisham.analyst("bo")
            until(lambda: 'concordat_witness_failures_total{witness="camden/witness"}' in get(lewisham.web + "/metrics")[2])
            assert 'behind_entries{witness="camden/witness"} 0' not in get(lewisham.web + "/metrics")[2]
            until(lambda: "a witness did not cosign" in lewisham.log())
            camden.start()
            until(lambda: "the witness cosigns again" in lewisham.log())


def alarms_are_counted():
    """Two homes with one key sign two histories; the witness notices without being asked."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        camden, lewisham = member("camden", folder), member("lewisham", folder)
        with camden, lewisham:
            camden.verb("witness", "follow", lewisham.key)
            lewisham.analyst("ana")
            lewisham.stop()
            (folder / "other").mkdir()
            import shutil
            shutil.copytree(folder / "lewisham/home", folder / "other/home")
            for home, who in (("lewisham", "bo"), ("other", "cy")):
                node = Node(home=folder / home)
                node.analyst(who)
                node.verb("witness", "ask", camden.witness, "--url", camden.web + "/witness")
                node.verb("witness", "update", expect=0 if home == "lewisham" else 3)
            until(lambda: "alarm: a log has signed two histories" in camden.log())
            assert metric(camden, "concordat_witness_alarms") == 1


def settings_and_signals():
    with Node() as node:
        node.init()
        assert "\nweb_listen: 127.0.0.1:6480 " in (node.home / "node.yaml").read_text()
        node.start()
        node.process.send_signal(signal.SIGHUP)
        until(lambda: "certificate read again" in node.log())
        assert get(node.web + "/healthz")[0] == 200
        second = Node(home=node.home.parent / "second")
        second.home.parent.mkdir()
        second.init("camden")
        try:
            second.web = node.web
            second.start()
            raise AssertionError("two nodes have one port")
        except Refused as refused:
            assert refused.code == 3 and "the web cannot have 127.0.0.1 port" in str(refused), refused
        second.web = None
        second.start("--web-listen", "")
        second.stop()
        node.stop()
        assert node.process.returncode == 0


if __name__ == "__main__":
    sys.exit(main([log_for_everybody, members_witness_each_other, alarms_are_counted, settings_and_signals]))
