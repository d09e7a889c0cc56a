#!/usr/bin/env python3
"""Runs the byte scripts of this folder against a server of ours and a real PostgreSQL 15.

run.py --ours BINARY [--postgres /usr/lib/postgresql/15/bin | --alone] [--record] [SCRIPT …]

A script's lines: "> " something sent (a call of wire.py), "< " what must come back from both, "<us " from ours alone, "<pg "
from PostgreSQL alone, "# " a comment. PostgreSQL runs in a temporary folder, on loopback, without passwords; --record
prints each script with what PostgreSQL says.
"""
import argparse
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import sys
import tempfile

import wire

HERE = pathlib.Path(__file__).resolve().parent


class Ours:
    name, prefixes = "ours", ("< ", "<us ")

    def __init__(self, binary, folder):
        self.process = subprocess.Popen([binary, folder, "plain"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        stderr=subprocess.DEVNULL)
        self.port = int(self.process.stdout.readline())

    def connect(self):
        connection = wire.Wire(self.port, tls=True)
        connection.login("ana", "heart-study", "correct horse")
        return connection

    def stop(self):
        self.process.stdin.close()
        if self.process.wait(timeout=20) != 0:
            raise SystemExit("our server ended badly")


class Postgres:
    name, prefixes = "postgres", ("< ", "<pg ")

    def __init__(self, bin_folder, folder):
        self.bin, self.folder = bin_folder, folder
        self.user = {"user": "postgres"} if os.getuid() == 0 else {}
        if self.user:
            os.chown(folder, pwd.getpwnam("postgres").pw_uid, -1)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.run("initdb", "-D", f"{folder}/data", "-A", "trust", "-U", "ana", "--locale=C.UTF-8", "-E", "UTF8")
        options = f"-p {self.port} -k {folder} -c listen_addresses=127.0.0.1 -c timezone=UTC -c fsync=off"
        self.run("pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", f"{folder}/log", "-w", "start")
        connection = wire.Wire(self.port)
        connection.login("ana", "postgres")
        connection.send(wire.Query('CREATE DATABASE "heart-study"'))
        while connection.receive()[0] != b"Z":
            pass
        connection.close()

    def run(self, program, *arguments):
        subprocess.run([f"{self.bin}/{program}", *arguments], check=True, stdout=subprocess.DEVNULL, cwd="/", **self.user)

    def connect(self):
        connection = wire.Wire(self.port)
        connection.login("ana", "heart-study")
        return connection

    def stop(self):
        self.run("pg_ctl", "-D", f"{self.folder}/data", "-m", "immediate", "stop")


def play(script, server, record):
    """The faults of a script against a server."""
    connection = server.connect()
    faults = []
    sent = b""
    for number, line in enumerate(script.read_text().splitlines(), 1):
        if line.startswith("> "):
            if record:
                print(line)
            data = eval(line[2:], vars(wire))
            sent += data
            connection.send(data)
            if record and data[:1] in (b"Q", b"S", b"H", b"F"):
                show(connection, data[:1] == b"H")
        elif not record and line.startswith(server.prefixes):
            expected = line[line.index(" ") + 1:]
            got = connection.receive()
            actual = "closed" if got is None else wire.describe(*got)
            if actual != expected:
                faults.append(f"{script.name}:{number}: {server.name}: expected {expected}\n    but got {actual}")
                break
        elif record and not line.startswith("<"):
            print(line)
    connection.close()
    return faults


def show(connection, briefly):
    connection.socket.settimeout(0.3 if briefly else 10)
    while True:
        try:
            got = connection.receive()
        except TimeoutError:
            break
        print("<", "closed" if got is None else wire.describe(*got))
        if got is None or got[0] == b"Z":
            break
    connection.socket.settimeout(10)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ours")
    parser.add_argument("--postgres", default="/usr/lib/postgresql/15/bin")
    parser.add_argument("--alone", action="store_true", help="without PostgreSQL")
    parser.add_argument("--record", action="store_true")
    parser.add_argument("scripts", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    scripts = arguments.scripts or sorted(HERE.glob("*.script"))
    kinds = []
    if arguments.ours:
        kinds.append((Ours, arguments.ours))
    if pathlib.Path(arguments.postgres, "initdb").exists():
        kinds.append((Postgres, arguments.postgres))
    elif not arguments.alone:
        raise SystemExit(f"no PostgreSQL in {arguments.postgres} to compare with: run tools/setup, or say --alone")
    faults = []
    for kind, binary in kinds:
        folder = tempfile.mkdtemp(prefix="pgwire-")
        server = kind(binary, folder)
        try:
            for script in scripts:
                found = play(script, server, arguments.record)
                faults += found
                if not arguments.record:
                    print(f"{server.name}: {script.name}: {'bad' if found else 'well'}")
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)
    print("\n".join(faults))
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
