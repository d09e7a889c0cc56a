#!/usr/bin/env python3
"""The server around its sessions: TLS, login, limits, cancelling, draining. server.py BINARY of pgwire_fixed."""
import contextlib
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import time

import wire

BINARY = sys.argv[1]
PASSWORD = "correct horse"


class Server:
    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="pgwire-")
        self.process = subprocess.Popen([BINARY, self.folder, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def __enter__(self):
        return self

    def __exit__(self, *problem):
        self.process.stdin.close()
        status = self.process.wait(timeout=30)
        log = self.process.stderr.read()
        shutil.rmtree(self.folder)
        if status != 0 and problem[0] is None:
            raise AssertionError(f"ended with {status}: {log}")

    def say(self, line):
        """asked, cancelled, running, connections"""
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return [int(word) for word in self.process.stdout.readline().split()]

    def wait(self, index, value):
        for _ in range(1000):
            if self.say("count")[index] == value:
                return
            time.sleep(0.01)
        raise AssertionError(f"count {index} never was {value}: {self.say('count')}")

    def session(self, **parameters):
        connection = wire.Wire(self.port, tls=True)
        connection.statuses = connection.login("ana", "heart-study", PASSWORD, **parameters)
        return connection


def refused(connection, **login):
    with contextlib.suppress(ConnectionError):
        try:
            connection.login(**{"user": "ana", "database": "heart-study", "password": PASSWORD, **login})
        except PermissionError as error:
            return str(error)
    raise AssertionError("was let in, or not told why not")


def opening_requests(server):
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    raw.sendall(struct.pack("!II", 8, 80877104))
    assert raw.recv(1) == b"N", "GSSENCRequest"
    raw.sendall(struct.pack("!II", 8, 80877103))
    assert raw.recv(1) == b"S", "SSLRequest"
    # Plain bytes behind an SSLRequest must not be read as if they came through TLS (CVE-2021-23222).
    raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    raw.sendall(struct.pack("!II", 8, 80877103) + wire.Query("SELECT 1"))
    assert raw.recv(1) == b"S"
    assert not raw.recv(100).startswith(b"R")
    for garbage in (b"GET / HTTP/1.1\r\n\r\n", b"\0\0\0\x04", b"\0\0\0\x08\0\2\0\0", b"\xff" * 100):
        raw = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        raw.sendall(garbage)
        raw.shutdown(socket.SHUT_WR)
        answer = raw.recv(1000)
        assert answer == b"" or answer[:1] == b"E", answer


def direct_tls(server):
    connection = wire.Wire(server.port)
    connection.wrap(["postgresql"])
    connection.login("ana", "heart-study", PASSWORD)
    for protocols in (None, ["h2"]):
        connection = wire.Wire(server.port)
        try:
            connection.wrap(protocols)
            connection.startup(user="ana", database="heart-study")
            got = connection.receive()
            assert got is None or got[0] == b"E", got
        except (ssl.SSLError, ConnectionError):
            pass
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.maximum_version = ssl.TLSVersion.TLSv1_2
    connection = wire.Wire(server.port)
    connection.socket.sendall(struct.pack("!II", 8, 80877103))
    assert connection.socket.recv(1) == b"S"
    connection.socket = old.wrap_socket(connection.socket)
    connection.login("ana", "heart-study", PASSWORD)


def plain_is_refused(server):
    assert refused(wire.Wire(server.port)) == "Error FATAL 28000 this server takes connections over TLS alone"


def greeting(server):
    session = server.session(application_name="tests", DateStyle="ISO, DMY", options="-c concordat.epsilon=0.5")
    names = [line.split()[1] for line in session.statuses if line.startswith("ParameterStatus")]
    for name in ("server_version", "client_encoding", "DateStyle", "integer_datetimes", "standard_conforming_strings",
                 "TimeZone", "application_name", "server_encoding", "is_superuser", "session_authorization",
                 "IntervalStyle"):
        assert name in names, name
    assert "ParameterStatus application_name tests" in session.statuses
    assert any(line.startswith("ParameterStatus server_version 15.") for line in session.statuses)
    session.send(wire.Query("SHOW concordat.epsilon"))
    assert wire.describe(*[session.receive() for _ in range(2)][1]) == "DataRow '0.5'"
    encoding = server.session(client_encoding="LATIN1").statuses
    assert any(line.startswith("Notice WARNING 22023") for line in encoding), encoding
    assert "ParameterStatus client_encoding UTF8" in encoding


def negotiation(server):
    for version in ((3 << 16) + 2, (3 << 16) + 9999):
        connection = wire.Wire(server.port, tls=True)
        connection.startup(version=version, user="ana", database="heart-study", **{"_pq_.shiny": "on"})
        kind, body = connection.receive()
        assert kind == b"v" and body == struct.pack("!II", 3 << 16, 1) + b"_pq_.shiny\0", (kind, body)
        assert connection.receive()[0] == b"R"
    connection = wire.Wire(server.port, tls=True)
    connection.startup(version=2 << 16, user="ana")
    assert wire.describe(*connection.receive()).startswith("Error FATAL 0A000 unsupported frontend protocol 2.0")


def logins(server):
    def salt(user):
        connection = wire.Wire(server.port, tls=True)
        challenges = []
        original = connection.authenticate

        def watch(step, data, password):
            if step == 11:
                challenges.append(dict(part.split("=", 1) for part in data.decode().split(",")))
            original(step, data, password)
        connection.authenticate = watch
        message = refused(connection, user=user, password="wrong")
        return message, challenges[0]["s"], challenges[0]["i"]

    known, unknown, again = salt("ana"), salt("bob"), salt("bob")
    assert known[0] == 'Error FATAL 28P01 password authentication failed for user "ana"', known
    assert unknown[0] == known[0].replace("ana", "bob"), unknown
    assert unknown[1] == again[1] and len(unknown[1]) == len(known[1]) and unknown[2] == known[2]
    assert unknown[1] != salt("eve")[1]
    connection = wire.Wire(server.port, tls=True)
    assert refused(connection, database="other") == 'Error FATAL 3D000 database "other" does not exist'
    assert "42704" in refused(wire.Wire(server.port, tls=True), nonsense="1")
    assert "0A000" in refused(wire.Wire(server.port, tls=True), replication="database")


def cancelling(server):
    session, other = server.session(), server.session()
    before = server.say("count")[1]
    session.send(wire.Query("SELECT slow FROM patients"))
    server.wait(2, 1)
    process, secret = session.key
    for tls, key in ((True, (process, secret ^ 1)), (True, other.key), (False, (process, secret))):
        canceller = wire.Wire(server.port, tls=tls)
        canceller.send(struct.pack("!IIii", 16, 80877102, *key))
        assert canceller.receive() is None
    assert wire.describe(*session.receive()).startswith("Error ERROR 57014 canceling statement due to user request")
    assert wire.describe(*session.receive()) == "ReadyForQuery I"
    assert server.say("count")[1] == before + 1
    session.send(wire.Query("SELECT slow FROM patients"))
    server.wait(2, 1)
    session.close()  # a client that has gone
    server.wait(1, before + 2)
    other.send(wire.Query("SET statement_timeout = 50; SELECT slow FROM patients"))
    lines = [wire.describe(*other.receive()) for _ in range(3)]
    assert "57014 canceling statement due to statement timeout" in lines[1], lines


def telling(server):
    """What is said on the way arrives while the question runs, and not at all where nobody wants it."""
    session = server.session()
    session.send(wire.Query("SELECT 1; SELECT told, slow FROM patients"))
    lines = [wire.describe(*session.receive()) for _ in range(5)]
    assert lines[2:] == ["CommandComplete SELECT 1", "Notice NOTICE 00000 round 1", "Notice NOTICE 00000 round 2"], lines
    server.wait(2, 1)  # it runs on, until it is cancelled
    canceller = wire.Wire(server.port, tls=True)
    canceller.send(struct.pack("!IIii", 16, 80877102, *session.key))
    lines = [wire.describe(*session.receive()) for _ in range(2)]
    assert lines[0].startswith("Error ERROR 57014") and lines[1] == "ReadyForQuery I", lines
    silent = server.session(client_min_messages="warning")
    silent.send(wire.Query("SELECT told FROM patients"))
    assert silent.receive()[0] == b"T"


def long_statements(server):
    """Megabytes of nesting and of long expressions end with a refusal, not with the server."""
    session = server.session()
    for levels in (500, 30_000, 250_000, 500_000):
        for text in ("SELECT 1" + "+1" * levels, "SELECT " + "NOT " * (levels // 2) + "true",
                     "SELECT " + "(" * levels + "1" + ")" * levels, "SELECT ARRAY" + "[" * levels + "]" * levels,
                     "SELECT f(" * (levels // 8) + "1" + ")" * (levels // 8), "SELECT 1" + "::int" * (levels // 5),
                     "SELECT count(*) FROM patients WHERE " + "NOT " * (levels // 2) + "true",
                     "EXPLAIN " + "SELECT (" * (levels // 8) + "SELECT 1" + ")" * (levels // 8),
                     "DECLARE c CURSOR FOR SELECT 1" + "+1" * levels, "COPY (SELECT 1" + "+1" * levels + ") TO STDOUT"):
            for sent in (wire.Query(text), wire.Parse("", text) + wire.Sync()):
                session.send(sent)
                answers = []
                while not answers or answers[-1][0] != b"Z":
                    answers.append(session.receive())
                errors = [wire.describe(*answer) for answer in answers if answer[0] == b"E"]
                refused_well = errors and errors[0].split()[2] in ("54000", "54001", "42601")
                assert refused_well or levels == 500, (text[:40], levels, errors)
    session.send(wire.Query("SELECT 1"))
    assert session.receive()[0] == b"T"


def reloading(server):
    before = wire.Wire(server.port, tls=True).socket.getpeercert(binary_form=True)
    session = server.session()
    server.say("reload")
    after = wire.Wire(server.port, tls=True)
    assert before != after.socket.getpeercert(binary_form=True)
    after.login("ana", "heart-study", PASSWORD)
    session.send(wire.Query("SELECT 1"))
    assert session.receive()[0] == b"T"


def draining(server):
    idle, busy, stuck = server.session(), server.session(), server.session()
    busy.send(wire.Query("SELECT many FROM patients; SELECT many FROM patients"))
    stuck.send(wire.Query("SELECT slow FROM patients"))
    server.wait(2, 1)
    assert server.say("drain 300")[3] == 0
    assert wire.describe(*idle.receive()).startswith("Error FATAL 57P01")
    assert idle.receive() is None
    lines = []
    while (got := busy.receive()) is not None:
        lines.append(wire.describe(*got))
    assert lines[-2] == "ReadyForQuery I" and lines[-1].startswith("Error FATAL 57P01"), lines[-3:]
    assert wire.describe(*stuck.receive()).startswith("Error ERROR 57P01")
    try:
        socket.create_connection(("127.0.0.1", server.port), timeout=2)
        raise AssertionError("still listening")
    except ConnectionRefusedError:
        pass


def limits():
    with Server("connections=3", "login=400", "message=100000") as server:
        sessions = [server.session() for _ in range(3)]
        assert refused(wire.Wire(server.port, tls=True)) == "Error FATAL 53300 sorry, too many clients already"
        sessions.pop().close()
        server.wait(3, 2)
        silent = socket.create_connection(("127.0.0.1", server.port), timeout=10)
        assert silent.recv(1) == b"", "authentication timeout"
        sessions[0].send(wire.message(b"Q", b"x" * 200_000))
        assert wire.describe(*sessions[0].receive()).startswith("Error FATAL 54000")
        assert sessions[0].receive() is None
        sessions[1].send(wire.message(b"~"))
        assert wire.describe(*sessions[1].receive()) == "Error FATAL 08P01 invalid frontend message type 126"
    with Server("idle=300") as server:
        session = server.session()
        assert wire.describe(*session.receive()).startswith("Error FATAL 57P05")
    with Server("failed_logins=2", "lock_out=700") as server:
        for _ in range(2):
            assert "28P01" in refused(wire.Wire(server.port, tls=True), password="wrong")
        assert "too many failed logins" in refused(wire.Wire(server.port, tls=True))
        time.sleep(0.8)
        server.session()


def slow_reader():
    """A client that does not read holds neither a worker nor the whole answer's bytes."""
    with Server() as server:
        stalled = [server.session() for _ in range(12)]  # more than there are workers
        for session in stalled:
            session.send(wire.Query("SELECT wide FROM patients;" * 20))
        time.sleep(0.5)
        session = server.session()
        session.send(wire.Query("SELECT 1"))
        assert session.receive()[0] == b"T"


def deaf():
    """Nor does one that is told on and on: what it has not read is bounded, and past that it is told less. The answer comes whole."""
    with Server() as server:
        stalled = [server.session() for _ in range(12)]
        for session in stalled:
            session.send(wire.Query("SELECT chatty FROM patients"))
        session = server.session()
        session.send(wire.Query("SELECT 1"))
        assert session.receive()[0] == b"T"
        server.wait(0, 12)
        for session in stalled:
            lines = []
            while not lines or lines[-1] != "ReadyForQuery I":
                lines.append(wire.describe(*session.receive()))
            told = [line for line in lines if line.startswith("Notice") and "xxx" in line]
            assert 0 < len(told) < 3_000, len(told)
            rest = [line for line in lines if line not in told]
            assert [line.split()[0] for line in rest] == ["Notice", "RowDescription", "DataRow", "DataRow", "CommandComplete",
                                                          "ReadyForQuery"], rest
        server.say("drain 1000")


def main():
    shared = (opening_requests, direct_tls, plain_is_refused, greeting, negotiation, logins, cancelling, telling,
              long_statements, reloading)
    with Server() as server:
        for check in shared:
            check(server)
            print(f"{check.__name__}: well")
        draining(server)
        print("draining: well")
    for check in (limits, slow_reader, deaf):
        check()
        print(f"{check.__name__}: well")


if __name__ == "__main__":
    main()
