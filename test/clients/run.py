"""Starts a node and lets real clients use it: python3 test/clients/run.py [client …]

CONCORDAT_BIN says where the programs are. A client that is not installed is a failure: `tools/setup clients` installs them.
With CLIENTS_AGAINST=postgres and PG* variables the scripts run against a PostgreSQL that has the same table.
"""

import glob
import os
import shutil
import subprocess
import sys
import time

from node import HERE, environment, people_node

CLIENTS = HERE.parents[1] / "build" / "clients"
PYTHON = str(CLIENTS / "python" / "bin" / "python")
JAR = str(CLIENTS / "java" / "postgresql-42.7.4.jar")
ODBC = "/usr/lib/x86_64-linux-gnu/odbc/psqlodbcw.so"


def script(name):
    return str(HERE / name)


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


def run_client(name, command, needs, variables):
    """True if it did all that is wanted of it."""
    missing = [need for need in needs if shutil.which(need) is None and not os.path.exists(need)]
    if missing:
        print(f"{name}: FAILED, {missing[0]} is not installed: run tools/setup clients")
        return False
    began = time.monotonic()
    done = subprocess.run(command, env={**os.environ, **variables}, text=True, capture_output=True, timeout=300, check=False)
    print(f"{name}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.monotonic() - began:.1f} s", flush=True)
    if done.returncode != 0:
        print(done.stdout[-4000:], done.stderr[-4000:])
    return done.returncode == 0


def run_clients(wanted, variables):
    """The names of those that failed."""
    known = [name for name, _, _ in commands()]
    unknown = [name for name in wanted if name not in known]
    if unknown:
        sys.exit(f"no client is called {unknown[0]}; there are {', '.join(known)}")
    chosen = [entry for entry in commands() if not wanted or entry[0] in wanted]
    return [entry[0] for entry in chosen if not run_client(*entry, variables)]


def main():
    if os.environ.get("CLIENTS_AGAINST") == "postgres":
        failed = run_clients(sys.argv[1:], {})
    else:
        with people_node() as node:
            failed = run_clients(sys.argv[1:], environment(node))
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


main()
