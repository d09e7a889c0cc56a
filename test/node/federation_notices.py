"""How far a federated question has come, as psql and psycopg are told while it runs; what is told of others: nothing."""
import os
import re
import signal
import subprocess
import time

import psycopg

from federation_members import five_bodies
from harness import PASSWORD, Node

QUESTION = "SELECT count(*) FROM patients WHERE age > {}"
ASKING = "asking budapest, cleveland, long-beach, zurich"


class Frozen:
    """A node that neither answers nor breaks the line, until it is thawed."""

    def __init__(self, node):
        self.process = node.process

    def __enter__(self):
        self.process.send_signal(signal.SIGSTOP)
        return self

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def __exit__(self, *_):
        self.thaw()


def ask(node, database, sql, heard, **options):
    """Through psycopg; `heard` is called with each notice as it comes. Returns (severity, SQLSTATE, text) of all, and the seconds it took."""
    notices = []

    def hear(notice):
        notices.append((notice.severity, notice.sqlstate, notice.message_primary))
        heard(notice.message_primary)

    with psycopg.connect(host="127.0.0.1", port=node.port, dbname=database, user="ana", password=PASSWORD, sslmode="require",
                         autocommit=True, **options) as connection:
        connection.add_notice_handler(hear)
        begin = time.monotonic()
        assert len(connection.execute(sql).fetchall()) == 1
        return notices, time.monotonic() - begin


def psql_is_told_while_it_waits():
    """The frozen owner is thawed once psql has printed what it was told: else the answer would be one of three."""
    m = five_bodies()
    login = f"host=127.0.0.1 port={m['cleveland'].port} dbname=heart-study user=ana sslmode=require"
    with Frozen(m["zurich"]) as zurich:
        psql = subprocess.Popen(["psql", "-XAt", login, "-c", "SET concordat.epsilon = 0.1", "-c", QUESTION.format(21)], text=True,
                                env={**os.environ, "PGPASSWORD": PASSWORD}, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        first = psql.stderr.readline()
        zurich.thaw()
    out, rest = psql.communicate(timeout=120)
    assert first == f"NOTICE:  {ASKING}\n", first
    assert "of 4 of 4 owners" in rest and psql.returncode == 0, rest
    assert re.fullmatch(r"SET\n\d+\n", out), out


def drivers_are_told_while_they_wait():
    m = five_bodies()
    with Frozen(m["zurich"]) as zurich:
        notices, _ = ask(m["cleveland"], "heart-study", QUESTION.format(22), lambda text: zurich.thaw() if text == ASKING else None,
                         options="-c concordat.epsilon=0.1")
    assert notices[0] == ("NOTICE", "00000", ASKING) and "of 4 of 4 owners" in notices[-1][2], notices


def names_whom_it_waits_for():
    m = five_bodies()
    m["zurich"].kill()
    try:
        notices, _ = ask(m["cleveland"], "heart-study", QUESTION.format(23), lambda _: None, options="-c concordat.epsilon=0.1")
    finally:
        m["zurich"].start()
    told = [text for _, _, text in notices]
    assert told.count("waiting for 'zurich'") == 1 and "of 3 of 4 owners" in told[-1], told


def says_nothing_where_nobody_wants_it():
    m = five_bodies()
    with Frozen(m["zurich"]) as zurich:
        os.spawnlp(os.P_NOWAIT, "sh", "sh", "-c", f"sleep 3; kill -CONT {zurich.process.pid}")
        notices, took = ask(m["cleveland"], "heart-study", QUESTION.format(24), lambda _: None,
                            options="-c concordat.epsilon=0.1 -c client_min_messages=warning")
    assert notices == [] and took > 2, (notices, took)


def quick_questions_tell_their_charge_alone():
    """What took this client less than a second took the node less, too."""
    m = five_bodies()
    for age in range(33, 40):
        notices, took = ask(m["cleveland"], "heart-study", QUESTION.format(age), lambda _: None, options="-c concordat.epsilon=0.05")
        if took < 1:
            assert [text.split()[0] for _, _, text in notices] == ["charged"], notices
            return
    raise AssertionError("no question was quick")


def own_questions_say_nothing_on_their_way():
    """However long they take: here three seconds, of the time grid."""
    with Node() as node:
        node.init().publish("adult").analyst("ana").agree("adult-study")
        settings = node.home / "node.yaml"
        settings.write_text(settings.read_text().replace("answer_grid_ms: 100 ", "answer_grid_ms: 3000 "))
        node.start()
        notices, took = ask(node, "adult-study", "SELECT count(*) FROM people", lambda _: None)
    assert took > 2.9 and [text.split()[0] for _, _, text in notices] == ["charged"], (took, notices)


TESTS = [psql_is_told_while_it_waits, drivers_are_told_while_they_wait, says_nothing_where_nobody_wants_it,
         quick_questions_tell_their_charge_alone, own_questions_say_nothing_on_their_way, names_whom_it_waits_for]
