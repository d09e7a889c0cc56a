"""Starts a node and lets real clients use it: python3 test/clients/run.py build/dev/bin [client …]

A client that is not installed is skipped, and said to be; with --all it is a failure. tools/setup-clients installs them.
With CLIENTS_AGAINST=postgres and PG* variables the scripts run against a PostgreSQL that has the same table.
"""

import glob
import os
import shutil
import subprocess
import sys
import time

from node import HERE, Node

CLIENTS = os.path.join(HERE, "..", "..", "build", "clients")
PYTHON = os.path.join(CLIENTS, "python", "bin", "python")
JAR = os.path.join(CLIENTS, "java", "postgresql-42.7.4.jar")
ODBC = "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so"


def script(name):
    return os.path.join(HERE, name)


def commands():
    """Client, command, files and programs without which it cannot run."""
    return [
        ("psql", [sys.executable, script("psql_client.py")], ["psql"]),
        ("psycopg2", [PYTHON, script("psycopg2_client.py")], [PYTHON]),
        ("psycopg", [PYTHON, script("psycopg_client.py")], [PYTHON]),
        ("asyncpg", [PYTHON, script("asyncpg_client.py")], [PYTHON]),
        ("sqlalchemy", [PYTHON, script("sqlalchemy_client.py")], [PYTHON]),
        ("jdbc", ["java", "-cp", JAR, script("Jdbc.java")], ["javac", JAR]),
        ("odbc", ["/usr/bin/python3", script("odbc_client.py")],
         [ODBC] + (glob.glob("/usr/lib/python3/dist-packages/pyodbc*.so") or ["pyodbc"])),
        ("r", ["Rscript", "--vanilla", script("clients.R")], ["Rscript", ODBC]),
        ("pgcli", ["/usr/bin/python3", script("pgcli_client.py")], ["pgcli"]),
    ]


def run_clients(wanted, environment, strict):
    failed = []
    for name, command, needs in commands():
        if wanted and name not in wanted:
            continue
        missing = [need for need in needs if shutil.which(need) is None and not os.path.exists(need)]
        if missing:
            print(f"{name}: skipped, {missing[0]} is not installed")
            failed += [name] if strict else []
            continue
        began = time.monotonic()
        done = subprocess.run(command, env={**os.environ, **environment}, text=True, capture_output=True, timeout=300,
                              check=False)
        seconds = time.monotonic() - began
        print(f"{name}: {'passed' if done.returncode == 0 else 'FAILED'} in {seconds:.1f} s", flush=True)
        if done.returncode != 0:
            print(done.stdout[-4000:], done.stderr[-4000:])
            failed.append(name)
    return failed


def main():
    arguments = [a for a in sys.argv[1:] if a != "--all"]
    strict = "--all" in sys.argv
    if os.environ.get("CLIENTS_AGAINST") == "postgres":
        failed = run_clients(arguments, {}, strict)
    else:
        with Node(arguments[0]) as node:
            failed = run_clients(arguments[1:], node.environment(), strict)
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


main()
