#!/usr/bin/env python3
"""What goes wrong in a member's life, through the real programs: each a clear message, the right exit code, and nothing lost.

  trouble.py [NAME…]     the functions named below; all of them by default
"""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

import psycopg2

from harness import BIN, DATA, PASSWORD, ROOT, Node, Refused, adult_node, answer_id, main

sys.path.insert(0, str(ROOT / "test/pgwire"))
import wire  # noqa: E402

QUESTION = "SELECT count(*) FROM people WHERE age > {}"
STUDY = (ROOT / "samples/adult-study.yaml").read_text(encoding="utf-8")


def ask(node, sql, setting=None, **login):
    """The first value of one question's answer."""
    connection = node.connect(**login)
    try:
        with connection.cursor() as cursor:
            if setting:
                cursor.execute(setting)
            cursor.execute(sql)
            return cursor.fetchall()[0][0]
    finally:
        connection.close()


def refusal(node, sql, setting=None, **login):
    """What psql would say to a question that is refused: (SQLSTATE, message)."""
    try:
        value = ask(node, sql, setting, **login)
    except psycopg2.Error as error:
        return error.pgcode, str(error)
    raise AssertionError(f"{sql} was answered: {value}")


def verb_refusal(node, *words, code=1, **kwargs):
    """What a verb prints when it ends with `code`."""
    return node.verb(*words, expect=code, **kwargs)


def says(text, *parts):
    for part in parts:
        assert part in text, f"'{part}' is not in: {text}"


def still_good(node):
    """Afterwards: a question is answered, and the ledger holds."""
    assert ask(node, QUESTION.format(40)) > 0
    assert node.json("ledger", "verify")["ok"]


def wrong_password():
    def challenge(user):
        connection, salts = wire.Wire(node.port, tls=True), []
        original = connection.authenticate

        def watch(step, data, password):
            if step == 11:
                salts.append(data.decode().split(",")[1:])
            original(step, data, password)
        connection.authenticate = watch
        try:
            connection.login(user, "adult-study", "wrong")
        except PermissionError as error:
            return str(error).replace(user, "USER"), salts[0]
        raise AssertionError(f"{user} got in")

    with adult_node() as node:
        known, unknown = challenge("ana"), challenge("nobody")
        says(known[0], '28P01 password authentication failed for user "USER"')
        assert unknown[0] == known[0], (unknown, known)
        node.kill(signal.SIGTERM)
        node.start()
        assert challenge("nobody")[1] == unknown[1], "an unknown name's salt changed with a restart"
        assert challenge("ana")[1] == known[1]
        still_good(node)


def agreements_that_do_not_hold():
    with adult_node() as node:
        end = time.time() + 4
        node.agree(STUDY.replace("adult-study", "past-study")
                   .replace("until: 2036-01-01", time.strftime("until: %Y-%m-%dT%H:%M:%SZ", time.gmtime(end))))
        assert ask(node, QUESTION.format(19), database="past-study") > 0
        node.agree(STUDY.replace("adult-study", "later-study").replace("from: 2026", "from: 2035"))
        node.agree(STUDY.replace("adult-study", "other-study").replace("ana@lewisham", "ben@lewisham"))
        time.sleep(max(0, end + 0.5 - time.time()))
        says(refusal(node, "SELECT 1", database="past-study")[1], "agreement_expired", "ask the steward of lewisham")
        says(refusal(node, "SELECT 1", database="later-study")[1], "agreement_not_yet_valid", "2035-01-01")
        unknown = refusal(node, "SELECT 1", database="no-study")[1]
        unnamed = refusal(node, "SELECT 1", database="other-study")[1]
        says(unknown, "agreement_unknown")
        assert unnamed.replace("other", "no") == unknown, "a name that exists is answered otherwise than one that does not"
        connection = node.connect()
        cursor = connection.cursor()
        cursor.execute(QUESTION.format(20))
        node.verb("agreement", "suspend", "adult-study")
        for sql in (QUESTION.format(21), QUESTION.format(20)):  # the stored answer too
            try:
                cursor.execute(sql)
                raise AssertionError("answered under a suspended agreement")
            except psycopg2.Error as error:
                says(str(error), "agreement_not_active", "suspended")
        node.verb("agreement", "resume", "adult-study")
        cursor.execute(QUESTION.format(21))
        still_good(node)
        node.verb("agreement", "revoke", "adult-study")
        try:
            cursor.execute(QUESTION.format(22))
            raise AssertionError("answered under a revoked agreement")
        except psycopg2.Error as error:
            says(str(error), "agreement_not_active", "revoked")
        says(refusal(node, "SELECT 1")[1], "revoked")
        says(verb_refusal(node, "agreement", "resume", "adult-study"), "revoked")
        assert node.json("ledger", "verify")["ok"]


def purpose_and_training():
    with adult_node() as node:
        code, text = refusal(node, QUESTION.format(30), "SET concordat.purpose = 'dpv:Marketing'")
        assert code == "42501"
        says(text, "purpose_mismatch", "dpv:ScientificResearch")
        assert ask(node, QUESTION.format(30), "SET concordat.purpose = 'dpv:ScientificResearch'") > 0
        says(verb_refusal(node, "agreement", "propose", "-", "--approve",
                          stdin=STUDY.replace("purpose: dpv:ScientificResearch\n", "").replace("adult-study", "aimless")),
             "line 2", "add the field 'purpose'")
        node.verb("analyst", "add", "cleo", "--password-file", "-", stdin=PASSWORD + "\n")
        node.agree(STUDY.replace("adult-study", "cleo-study").replace("ana@lewisham", "cleo@lewisham"))
        says(refusal(node, "SELECT 1", database="cleo-study", user="cleo")[1], "training_missing", "data-ethics")
        node.verb("analyst", "training", "cleo", "data-ethics@2020-01-01")
        says(refusal(node, "SELECT 1", database="cleo-study", user="cleo")[1], "training_expired")
        still_good(node)


def malformed_contract():
    text = (ROOT / "samples/adult.odcs.yaml").read_text(encoding="utf-8")
    line = text[:text.index("range, value: [17, 90]")].count("\n") + 1
    with Node() as node, tempfile.TemporaryDirectory() as folder:
        node.init()
        contract = pathlib.Path(folder) / "c.yaml"
        for broken, parts in (
                (text.replace("[17, 90]", "[90, 17]"), (f"line {line}", "range")),
                (text.replace("logicalType: integer, physicalType: integer, required: true, description: Age",
                              "logicalTyp: integer, required: true, description: Age"), ("logicalTyp", "did you mean")),
                (text + "\n\t- x", ("line", "cannot be read")),
                (text.replace("path: adult.data", "path: ../../etc/passwd"), ("path",)),
                (text.replace("path: adult.data", "path: missing.csv"), ("missing.csv",)),
                ("", ("map",))):
            contract.write_text(broken, encoding="utf-8")
            says(verb_refusal(node, "product", "publish", contract, "--data", DATA), *parts)
        assert node.json("product", "list") == []
        node.publish("adult")


def data_that_break_the_range():
    text = (ROOT / "samples/adult.odcs.yaml").read_text(encoding="utf-8").replace("[17, 90]", "[17, 40]")
    with Node() as node:
        contract = node.home.parent / "narrow.odcs.yaml"
        contract.write_text(text, encoding="utf-8")
        node.init()
        shown = node.verb("product", "publish", contract, "--data", DATA)
        found = re.search(r"column age: (\d+) of (\d+) values \(([\d.]+)%\) lie outside the range and will be clipped", shown)
        assert found, shown
        outside, total = int(found[1]), int(found[2])
        true = [int(line.split(",")[0]) > 40 for line in (DATA / "adult.data").read_text().splitlines()[1:] if line.strip()]
        assert (outside, total) == (sum(true), len(true)), (outside, total)
        node.analyst("ana").agree(STUDY).start()
        average = ask(node, "SELECT avg(age) FROM people")
        assert 30 < average <= 40, average
        connection = node.connect()
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN SELECT avg(age) FROM people")
            says("\n".join(row[0] for row in cursor.fetchall()), "clip")


def files_that_change():
    with Node() as node:
        data = node.home.parent / "data"
        shutil.copytree(DATA, data, ignore=shutil.ignore_patterns("heart", "febrl", "cyber"))
        node.init().publish("adult", data=data).analyst("ana").agree("adult-study").start()
        first = ask(node, QUESTION.format(25))
        before = node.json("budget")
        original = (data / "adult.data").read_bytes()
        (data / "adult.data").write_bytes(original + original.splitlines(True)[-2])
        code, text = refusal(node, QUESTION.format(26))
        assert code == "58000", text
        says(text, "product_unavailable", "not those that were published", "nothing was charged")
        (data / "adult.data").unlink()
        says(refusal(node, QUESTION.format(27))[1], "product_unavailable")
        assert node.json("budget") == before
        says(verb_refusal(node, "doctor", code=1), "WRONG", "adult.data")
        assert ask(node, QUESTION.format(25)) == first  # the stored answer needs no file
        (data / "adult.data").write_bytes(original)
        node.verb("product", "publish", ROOT / "samples/adult.odcs.yaml", "--data", data)
        still_good(node)


def two_nodes_on_one_store():
    with adult_node() as node:
        text = verb_refusal(node, "serve", "--listen", "127.0.0.1:0", code=3)
        says(text, "another process", str(node.process.pid))
        daemon = subprocess.run([str(BIN / "concordatd")], env=node.environment, capture_output=True, text=True, timeout=30, check=False)
        assert daemon.returncode != 0
        says(daemon.stdout + daemon.stderr, "another process")
        still_good(node)


def corrupt_store():
    """Bytes flipped in what the file holds are found at the start or by verification; the backup brings everything back."""
    with adult_node() as node:
        ask(node, QUESTION.format(33))
        backup = node.home.parent / "monday.backup"
        node.verb("backup", backup)
        node.kill(signal.SIGTERM)
        store = node.home / "store.db"
        whole = store.read_bytes()
        at = whole.index(b'"epsilon"') if b'"epsilon"' in whole else whole.index(b"lewisham/adult")
        name, leaf = whole.index(b"question/"), whole.rindex(b'"kind"')
        for place in (at + 3, 100, name + 12, leaf + 2):
            flipped = bytearray(whole)
            flipped[place] ^= 0x20
            if bytes(flipped) == whole:
                continue
            store.write_bytes(flipped)
            try:
                node.start()
                found = verb_refusal(node, "ledger", "verify", code=3)
                node.kill(signal.SIGTERM)
            except Refused as refused:
                found = refused.text
            says(found, "store") if "entry" not in found else says(found, "entry")
        store.write_bytes(whole)
        again = Node(home=node.home.parent / "again")
        again.verb("restore", backup)
        with again:
            again.start()
            assert ask(again, QUESTION.format(33)) == ask_stored(again, 33)
            still_good(again)


def ask_stored(node, age):
    return ask(node, QUESTION.format(age))


def full_disk():
    """A file-size limit stands for a full disk: what was charged stands, nothing is answered, space brings the node back."""
    with Node() as node:
        node.init().publish("adult").analyst("ana").agree("adult-study")
        limit = (node.home / "store.db").stat().st_size + 200_000
        node.start(limit=limit)
        refused = None
        for age in range(200):
            try:
                ask(node, QUESTION.format(age), "SET concordat.epsilon = 0.01")
            except psycopg2.Error as error:
                refused = error
                break
        assert refused is not None, "the limit was never reached"
        assert refused.pgcode in ("53100", "XX000"), refused
        says(str(refused), "record" if refused.pgcode == "53100" else "receipt")
        node.kill(signal.SIGTERM)
        node.start()
        still_good(node)
        charged = {entry["body"]["question"] for entry in node.json("ledger", "show", "--first", "0") if entry["kind"] == "charge"}
        assert len(charged) >= 1


def set_clock(node, offset):
    """What the node's programs take for the time, from their next start on."""
    for name in ("LD_PRELOAD", "FAKETIME"):
        node.environment.pop(name, None)
    if offset:
        library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
        assert os.path.exists(library), "install the Debian package faketime"
        node.environment.update(LD_PRELOAD=library, FAKETIME=offset, FAKETIME_DONT_FAKE_MONOTONIC="1", FAKETIME_NO_CACHE="1", NO_FAKE_STAT="1")


def clock_set_back():
    with Node() as node:
        month_ago = time.strftime("data-ethics@%Y-%m-%d", time.gmtime(time.time() - 30 * 86400))
        node.init().publish("adult")
        node.verb("analyst", "add", "ana", "--training", month_ago, "--password-file", "-", stdin=PASSWORD + "\n")
        node.agree("adult-study").start()
        ask(node, QUESTION.format(50))
        node.kill(signal.SIGTERM)
        set_clock(node, "-2d")
        node.start()
        says(node.log(), "the clock is behind the ledger")
        assert ask(node, QUESTION.format(51)) > 0
        says(verb_refusal(node, "doctor", code=1), "behind the ledger", "correct the machine's clock")
        times = [entry["time"] for entry in node.json("ledger", "show", "--first", "0")]
        assert times == sorted(times), "entries went back in time"
        node.kill(signal.SIGTERM)
        set_clock(node, None)
        node.start()
        still_good(node)


def clock_set_back_past_an_end():
    """A clock set back brings no expired agreement to life: decisions go by the ledger's time."""
    with adult_node() as node:
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3))
        node.agree(STUDY.replace("adult-study", "short-study").replace("until: 2036-01-01", f"until: {until}"))
        assert ask(node, QUESTION.format(52), database="short-study") > 0
        time.sleep(4)
        says(refusal(node, "SELECT 1", database="short-study")[1], "agreement_expired")
        ask(node, QUESTION.format(53))  # an entry after the end
        node.kill(signal.SIGTERM)
        set_clock(node, "-1h")
        node.start()
        says(refusal(node, "SELECT 1", database="short-study")[1], "agreement_expired")
        says(verb_refusal(node, "ask", "short-study", QUESTION.format(54)), "agreement_expired")
        says(node.verb("agreement", "list"), "expired")
        set_clock(node, None)


def older_store():
    """An earlier store put in place of the newest would forget charges: the node sees it, by its own note of the head."""
    with adult_node() as node:
        kept = node.home.parent / "kept.checkpoint"
        kept.write_text(node.verb("ledger", "head"))
        ask(node, QUESTION.format(60))
        backup = node.home.parent / "monday.backup"
        node.verb("backup", backup)
        newer = node.home.parent / "newer.checkpoint"
        ask(node, QUESTION.format(61))
        newer.write_text(node.verb("ledger", "head"))
        says(node.verb("ledger", "verify", "--against", kept), "the first", "are those of", "kept.checkpoint")
        says(verb_refusal(node, "ledger", "verify", "--against", "-", stdin="no note\n"), "not a checkpoint signed with the key")
        node.kill(signal.SIGTERM)
        newest = (node.home / "store.db").read_bytes()
        shutil.copy(backup, node.home / "store.db")
        for verb in (("serve", "--listen", "127.0.0.1:0"), ("budget",)):
            says(verb_refusal(node, *verb, code=3), "entries were signed for", "earlier state", "put the newest store.db back")
        (node.home / "store.db").write_bytes(newest)
        node.start()
        still_good(node)
        # Whoever restores a backup on purpose is told what that forgets; a checkpoint kept elsewhere still tells.
        with Node(home=node.home.parent / "again") as again:
            says(again.verb("restore", backup), "forgotten")
            again.verb("ledger", "verify", "--against", kept)
            says(verb_refusal(again, "ledger", "verify", "--against", newer, code=3), "entries were signed for")
            again.start()
            ask(again, QUESTION.format(62))
            ask(again, QUESTION.format(63))
            says(verb_refusal(again, "ledger", "verify", "--against", newer, code=3), "history was rewritten")
            still_good(again)


def backups_that_do_not_hold():
    with adult_node() as node:
        backup = node.home.parent / "monday.backup"
        says(node.verb("doctor"), "keys are there and private", "the ledger holds", "lewisham/adult@1 are as published")
        assert all(finding["ok"] for finding in node.json("doctor"))
        node.verb("backup", backup)
        for file in (backup, pathlib.Path(f"{backup}.keys")):
            assert file.stat().st_mode & 0o077 == 0, f"others can read {file}"
        says(verb_refusal(node, "backup", backup), "there already", "another file")
        says(verb_refusal(node, "backup", "/no/such/folder/x"), "/no/such/folder")
        says(verb_refusal(node, "restore", backup), "already", "choose another --home")
        store, keys = backup.read_bytes(), pathlib.Path(f"{backup}.keys").read_text()
        again = Node(home=node.home.parent / "again")
        broken = bytearray(store)
        broken[store.index(b"dpv:ScientificResearch")] ^= 1
        for content, kept, code, part in ((broken, keys, 3, "ledger"), (store[:5000], keys, 3, "store"), (store, "{}", 3, "not what backup writes"),
                                          (None, keys, 1, "no file")):
            backup.unlink(missing_ok=True)
            if content is not None:
                backup.write_bytes(content)
            pathlib.Path(f"{backup}.keys").write_text(kept)
            says(verb_refusal(again, "restore", backup, code=code), part)
            assert not (again.home / "node.yaml").exists() and not (again.home / "store.db").exists(), "a broken restore left a home"
        backup.write_bytes(store)
        pathlib.Path(f"{backup}.keys").write_text(keys)
        again.verb("restore", backup)
        with again:
            again.start()
            still_good(again)
        (node.home / "keys/ledger.key").chmod(0o644)
        says(verb_refusal(node, "doctor"), "WRONG", "can be read by others", "chmod 600")


def silent_and_strange_control_clients():
    """Whoever asks nothing, or something strange, holds up neither the node nor its end."""
    with adult_node() as node:
        def control():
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.connect(str(node.home / "control.sock"))
            client.settimeout(20)
            return client

        silent = [control() for _ in range(80)]
        deadline = time.monotonic() + 20
        for line in (b"nonsense\n", b"[]\n", b'{"verb": 3}\n', b'{"verb": "no such"}\n', b'{"verb": "budget", "arguments": 7}\n',
                     b'{"verb": "ledger show", "arguments": {"first": -1}}\n', b'{"verb": "ask", "arguments": {"agreement": []}}\n',
                     b'{"verb": "product publish", "arguments": {}}\n', b"[" * 100_000 + b"\n"):
            while True:  # the silent ones take all places until the node lets them go
                client, answer = control(), b""
                try:
                    client.sendall(line)
                    answer = client.recv(1 << 16)
                except OSError:
                    pass
                if answer or time.monotonic() > deadline:
                    break
                time.sleep(0.5)
            assert "error" in json.loads(answer), answer
        still_good(node)
        silent = [control() for _ in range(3)]
        begin = time.monotonic()
        node.kill(signal.SIGTERM)
        assert time.monotonic() - begin < 8, "silent clients held up the node's end"
        assert node.process.returncode == 0 and silent
        node.start()
        says(verb_refusal(node, "ask", "adult-study", b"SELECT '\xff'".decode("utf-8", "surrogateescape")), "sql is not UTF-8")
        still_good(node)


def completes_commands():
    with Node() as node:
        def complete(*words):
            script = node.verb("completion", "bash")
            line = " ".join(f"'{word}'" for word in words)
            done = subprocess.run(["bash", "-c", f"{script}\nCOMP_WORDS=({line})\nCOMP_CWORD={len(words) - 1}\n_concordat\necho \"${{COMPREPLY[@]}}\""],
                                  capture_output=True, text=True, check=True, cwd=ROOT / "deploy")
            return done.stdout.split()
        assert {"init", "serve", "ledger"} <= set(complete("concordat", ""))
        assert complete("concordat", "agr") == ["agreement"]
        assert set(complete("concordat", "agreement", "re")) == {"resume", "revoke"}
        assert complete("concordat", "ledger", "verify", "--aga") == ["--against"]
        assert "concordatd.service" in complete("concordat", "product", "publish", "conc")
        says(node.verb("completion", "fish"), "complete -c concordat", "-l against", "__fish_seen_subcommand_from ledger")
        says(node.verb("completion", "zsh"), "bashcompinit")
        verb_refusal(node, "completion", "tcsh", code=2)


def drains_and_reloads():
    with adult_node() as node:
        def fingerprint():
            connection = wire.Wire(node.port, tls=True)
            return connection.socket.getpeercert(binary_form=True)

        before = fingerprint()
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-keyout", str(node.home / "keys/tls.key"), "-out", str(node.home / "keys/tls.crt"), "-days", "2",
                        "-subj", "/CN=lewisham"], check=True, capture_output=True)
        node.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while fingerprint() == before:
            assert time.monotonic() < deadline, "SIGHUP did not change the certificate"
            time.sleep(0.1)
        answers = []
        asking = threading.Thread(target=lambda: answers.append(ask(node, "SELECT avg(age * hours_per_week) FROM people")))
        connection = node.connect()
        asking.start()
        time.sleep(0.05)
        node.kill(signal.SIGTERM)
        asking.join(30)
        assert node.process.returncode == 0, node.log()
        charges = sum(entry["kind"] == "charge" for entry in node.json("ledger", "show", "--first", "0"))
        assert len(answers) == charges, "a question under way was charged and got no answer"
        connection.close()
        node.start()
        still_good(node)


def tells_the_service_manager():
    with Node() as node:
        node.init()
        path = str(node.home.parent / "notify")
        manager = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        manager.bind(path)
        manager.settimeout(20)
        node.environment["NOTIFY_SOCKET"] = path
        node.start()
        assert b"READY=1" in manager.recv(4096)
        node.kill(signal.SIGTERM)
        assert b"STOPPING=1" in manager.recv(4096)


def keeps_secrets():
    """Neither log nor messages hold passwords, questions' texts or rows; the keys and the socket are the owner's alone."""
    with adult_node() as node:
        refusal(node, "SELECT avg(age) FROM people WHERE native_country = 'Zanzibar-7741'", "SET concordat.epsilon = 7")
        ask(node, "SELECT count(*) FROM people WHERE native_country = 'Zanzibar-7742'")
        try:
            node.connect(password="wrong-7743")
        except psycopg2.OperationalError:
            pass
        log = node.log()
        for secret in ("Zanzibar", PASSWORD, "wrong-7743", "SELECT"):
            assert secret not in log, f"'{secret}' is in the log"
        for line in filter(None, log.splitlines()):
            json.loads(line)
        for name in ("keys/ledger.key", "keys/login.key", "keys/tls.key", "control.sock"):
            assert (node.home / name).stat().st_mode & 0o077 == 0, f"others can use {name}"


def wrong_use():
    with Node() as node:
        says(verb_refusal(node, "budget", code=1), "concordat init")
        node.init()
        says(verb_refusal(node, "init", "lewisham"), "already")
        says(verb_refusal(node, "product", "show", "nothing"), "nothing")
        says(verb_refusal(node, "ask", "no-study", "SELECT 1"), "no-study")
        says(verb_refusal(node, "serve", "--listen", "nowhere"), "127.0.0.1:6432")
        says(verb_refusal(node, "agreement", "propose", "/no/such/file", code=2), "/no/such/file", "check the path")
        verb_refusal(node, "publish", code=2)
        verb_refusal(node, "product", "publish", code=2)
        settings = (node.home / "node.yaml").read_text()
        for broken, parts in ((settings + "answer_gird_ms: 3\n", ("answer_gird_ms", "line")),
                              (settings.replace("connections: 200", "connections: many"), ("connections", "many")),
                              ("a: &x [*x]\n", ("node.yaml", "line 1"))):
            (node.home / "node.yaml").write_text(broken)
            says(verb_refusal(node, "budget"), *parts)
        (node.home / "node.yaml").write_text(settings)
        node.verb("budget")


def refused_constructs():
    """Each by name with a hint, and the session goes on; nothing is charged."""
    questions = {
        "SELECT * FROM people": "row_level_output",
        "SELECT count(*) FROM patients": "unknown_table",
        "SELECT avg(salary) FROM people": "unknown_column",
        "SELECT max(age) FROM people": "aggregate_not_supported",
        "SELECT count(*) FROM people a JOIN people b ON a.age = b.age": "join_not_supported",
        "SELECT count(*) FROM people UNION SELECT count(*) FROM people": "set_operation",
        "SELECT count(*) OVER () FROM people": "window_function",
        "SELECT count(*) FROM people WHERE age IN (SELECT age FROM people)": "subquery_expression",
        "SELECT count(*) FROM people TABLESAMPLE SYSTEM (10)": "not_supported",
        "SELECT count(*) FROM people WHERE random() < 0.5": "volatile_function",
        "SELECT sum(age) FROM people FOR UPDATE": "not_supported",
        "DELETE FROM people": "read_only",
        "COPY people TO STDOUT": "row_level_output",
    }
    with adult_node() as node:
        connection = node.connect()
        with connection.cursor() as cursor:
            for sql, reason in questions.items():
                try:
                    cursor.execute(sql)
                    raise AssertionError(f"{sql} was answered")
                except psycopg2.Error as error:
                    says(str(error), f"refused ({reason})", "HINT")
            cursor.execute(QUESTION.format(60))
            assert answer_id(connection)
        kinds = [entry["kind"] for entry in node.json("ledger", "show", "--first", "0")]
        assert kinds.count("charge") == 1, kinds


if __name__ == "__main__":
    sys.exit(main([wrong_password, agreements_that_do_not_hold, purpose_and_training, malformed_contract,
                   data_that_break_the_range, files_that_change, two_nodes_on_one_store, corrupt_store, full_disk,
                   clock_set_back, clock_set_back_past_an_end, older_store, backups_that_do_not_hold,
                   silent_and_strange_control_clients, completes_commands, drains_and_reloads, tells_the_service_manager, keeps_secrets, wrong_use,
                   refused_constructs]))
