#!/usr/bin/env python3
"""A node end to end over PostgreSQL's protocol, its start-up and its memory: node.py FOLDER OUT.json

FOLDER holds what rows.sql makes; CONCORDAT_BIN the programs. The client is pgbench, for PostgreSQL as for the node. Every
question is another one, so that none is answered from what is stored. The node's time grid is set to 1 ms, its least, except
where the name of a figure says otherwise; what is left of it counts as the node's.
"""
import contextlib
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "test/node"))
import psycopg2  # noqa: E402
from harness import BIN, PASSWORD, Node  # noqa: E402

POSTGRES = pathlib.Path("/usr/lib/postgresql/15/bin")
CLIENTS = 50
QUESTION = "SELECT region, count(*) FROM people WHERE age + {x} > 0 GROUP BY region"

AGREEMENT = """
concordat: agreement/1
name: bench-study
parties: {bench: self}
tables: {people: [bench/people@1]}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A6-1-e
question: How fast is the node?
analysts: [ana@bench]
allows: [sql]
protection: {mode: dp, epsilon: 50, delta: 1.0e-8, per_query: 0.01, minimum_people: 1}
needs: {approvals: {bench: 1}, training: [data-ethics], assessment: none}
valid: {from: 2026-01-01, until: 2036-01-01}
retention_days: 90
"""


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def pgbench(environment, clients, each, text=QUESTION):
    """Runs `each` ever new questions a client; returns their latencies in ms and how many were answered a second."""
    with tempfile.TemporaryDirectory() as folder:
        script = pathlib.Path(folder) / "question.sql"
        script.write_text(f"\\set x random(1, 1000000000)\n{text.format(x=':x')};\n")
        done = subprocess.run([POSTGRES / "pgbench", "--no-vacuum", f"--client={clients}", "--jobs=1", f"--transactions={each}", "--log",
                               f"--file={script}"], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(done.stderr[-2000:])
        lines = [line.split() for log in pathlib.Path(folder).glob("pgbench_log.*") for line in log.read_text().splitlines()]
    moments = [int(seconds) + int(micro) / 1e6 for _, _, _, _, seconds, micro, *_ in lines]
    latencies = [int(line[2]) / 1000 for line in lines]
    first = min(moment - latency / 1000 for moment, latency in zip(moments, latencies))
    return latencies, len(lines) / (max(moments) - first)


def environment_of(node):
    return {"PGHOST": "127.0.0.1", "PGPORT": str(node.port), "PGUSER": "ana", "PGPASSWORD": PASSWORD, "PGDATABASE": "bench-study",
            "PGSSLMODE": "require"}


@contextlib.contextmanager
def postgres(rows):
    """PostgreSQL as its package sets it up, with the same rows; not reachable but from here."""
    with tempfile.TemporaryDirectory(prefix="bench-postgres-") as folder:
        as_postgres = []
        if os.getuid() == 0:  # it does not run as root
            shutil.chown(folder, "postgres")
            as_postgres = ["runuser", "-u", "postgres", "--"]
        run = lambda *words: subprocess.run([*as_postgres, *map(str, words)], check=True, capture_output=True, text=True, cwd=folder)
        run(POSTGRES / "initdb", "--auth=trust", "--username=ana", "--pgdata", f"{folder}/data")
        run(POSTGRES / "pg_ctl", "--pgdata", f"{folder}/data", "--wait", "--log", f"{folder}/log", "--options",
            f"-p 54329 -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}", "start")
        environment = {"PGHOST": "127.0.0.1", "PGPORT": "54329", "PGUSER": "ana", "PGDATABASE": "postgres"}
        try:
            load = ("CREATE TABLE people (id bigint, person bigint, age bigint, hours bigint, income double precision, region text, trade text, "
                    f"code text, day date); \\copy people FROM '{rows}' WITH (FORMAT csv, HEADER)\n ANALYZE people;")
            subprocess.run(["psql", "--quiet", "--set=ON_ERROR_STOP=1"], input=load.replace("; ", ";\n"), text=True, check=True,
                           env={**os.environ, **environment})
            yield environment
        finally:
            run(POSTGRES / "pg_ctl", "--pgdata", f"{folder}/data", "--mode=immediate", "stop")


@contextlib.contextmanager
def bench_node(folder, home):
    """A member with the small product and one analyst; not started."""
    contract = (ROOT / "bench/people.odcs.yaml").read_text().replace("path: people.parquet", "path: small.parquet")
    with Node(home=home) as node:
        node.verb("init", "bench")
        (home / "people.yaml").write_text(contract)
        node.verb("product", "publish", home / "people.yaml", "--data", folder)
        node.analyst("ana").agree(AGREEMENT)
        yield node


def set_grid(node, milliseconds):
    settings = node.home / "node.yaml"
    lines = [f"answer_grid_ms: {milliseconds}" if line.startswith("answer_grid_ms:") else line for line in settings.read_text().splitlines()]
    settings.write_text("\n".join(lines) + "\n")


def started(node):
    """Starts the node; returns the seconds until it is ready for analysts."""
    begin = time.monotonic()
    node.start()
    return time.monotonic() - begin


def resident_mb(node):
    status = pathlib.Path(f"/proc/{node.process.pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def duckdb(folder, clients=1, seconds=3):
    """What each run of the same question takes DuckDB alone on the same file, in its own process, in ms."""
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as script:
        script.write(f"WITH people AS (SELECT * FROM read_parquet('small.parquet')) {QUESTION.format(x=1)};")
        script.flush()
        done = subprocess.run([BIN / "bench_duckdb", script.name, str(seconds), str(clients)], cwd=folder, check=True, capture_output=True,
                              text=True)
    return [float(line) for line in done.stdout.split()]


def entries(node):
    return int(node.json("ledger", "verify")["entries"])


class Figures:
    def __init__(self):
        self.rows = []

    def add(self, name, value, unit, most=None, least=None):
        self.rows.append({"name": name, "value": value, "unit": unit, "most": most, "least": least})
        print(f"{name}: {value:.1f} {unit}", file=sys.stderr, flush=True)


def small_questions(figures, node, folder):
    """One analyst; DuckDB alone before, between and after, for the machine may not be quiet."""
    pgbench(environment_of(node), 1, 20)
    plain, governed = [statistics.median(duckdb(folder))], []
    for _ in range(3):
        governed.append(statistics.median(pgbench(environment_of(node), 1, 50)[0]))
        plain.append(statistics.median(duckdb(folder)))
    figures.add("small question, DuckDB alone", statistics.median(plain), "ms")
    figures.add("small question over psql", statistics.median(governed), "ms")
    figures.add("added to a small question", statistics.median(governed) - statistics.median(plain), "ms", most=50)


def add_rates(figures, name, latencies, rates):
    figures.add(f"{name}: p50", statistics.median(percentile(run, 0.5) for run in latencies), "ms")
    figures.add(f"{name}: p99", statistics.median(percentile(run, 0.99) for run in latencies), "ms")
    figures.add(f"{name}: rate", statistics.median(rates), "a second")


def many_questions(figures, node, folder):
    """1,000 questions from 50 connections, in turns with PostgreSQL over the same protocol and with DuckDB alone."""
    runs = {"node": [], "PostgreSQL": [], "DuckDB, no server": []}
    with postgres(folder / "small.csv") as other:
        for _ in range(3):
            runs["node"].append(pgbench(environment_of(node), CLIENTS, 1000 // CLIENTS))
            runs["PostgreSQL"].append(pgbench(other, CLIENTS, 1000 // CLIENTS))
            alone = duckdb(folder, CLIENTS)
            runs["DuckDB, no server"].append((alone, CLIENTS * 1000 / statistics.mean(alone)))
    for who, turns in runs.items():
        add_rates(figures, f"50 connections, {who}", *zip(*turns))
    ratios = [ours[1] / theirs[1] for ours, theirs in zip(runs["node"], runs["PostgreSQL"])]
    figures.add("governed questions a second, of PostgreSQL's ungoverned ones in turns", statistics.median(ratios), "x", least=0.7)


def many_questions_on_the_grid(figures, node):
    add_rates(figures, "50 connections, node, grid 100 ms", *zip(pgbench(environment_of(node), CLIENTS, 1000 // CLIENTS)))


def revocation(figures, node):
    """From sending a revocation to the first refusal, while an analyst asks one question again and again (its stored answer is free)."""
    token = node.json("token", "create", "--role", "approver", "--name", "bench")["token"]
    times = []
    for turn in range(5):
        name = f"revoked-{turn}"
        node.agree(AGREEMENT.replace("bench-study", name).replace("epsilon: 50", "epsilon: 1"))
        refused = []

        def ask(connection):
            with connection.cursor() as cursor:
                while not refused:
                    try:
                        cursor.execute(QUESTION.format(x=1))
                    except psycopg2.Error as error:
                        assert "agreement_not_active" in str(error), error
                        refused.append(time.monotonic())

        with node.connect(database=name) as connection:
            connection.cursor().execute(QUESTION.format(x=1))
            asker = threading.Thread(target=ask, args=(connection,))
            asker.start()
            time.sleep(0.5)
            request = urllib.request.Request(f"{node.web}/v1/agreements/{name}/revoke", data=b"{}", headers={
                "Content-Type": "application/json", "Authorization": "Bearer " + token})
            begin = time.monotonic()
            urllib.request.urlopen(request, timeout=60).read()
            asker.join()
        times.append((refused[0] - begin) * 1000)
    figures.add("revocation to first refusal", statistics.median(times), "ms", most=10)


def run(folder):
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="bench-node-") as place, bench_node(folder, pathlib.Path(place)) as node:
        starts = []
        for _ in range(3):
            starts.append(started(node))
            time.sleep(1)
            idle = resident_mb(node)
            node.stop()
        figures.add("start-up, new node", statistics.median(starts), "s", most=1)
        figures.add("resident memory, idle", idle, "MB", most=100)
        set_grid(node, 1)
        node.start()
        revocation(figures, node)
        small_questions(figures, node, folder)
        many_questions(figures, node, folder)
        node.stop()
        set_grid(node, 100)
        node.start()
        many_questions_on_the_grid(figures, node)
        node.stop()
        set_grid(node, 1)
        node.start()
        while (now := entries(node)) < 10_000:
            pgbench(environment_of(node), CLIENTS, max(1, (10_000 - now) // 2 // CLIENTS + 1))
        figures.add("resident memory after all that", resident_mb(node), "MB")
        node.stop()
        starts = []
        for _ in range(3):
            starts.append(started(node))
            node.stop()
        figures.add("start-up, ledger of 10,000 entries", statistics.median(starts), "s", most=1)
    return figures.rows


if __name__ == "__main__":
    if not (POSTGRES / "pgbench").exists():
        print("node.py: skipped, for there is no pgbench: install postgresql-15", file=sys.stderr)
        pathlib.Path(sys.argv[2]).write_text("[]\n")
    else:
        pathlib.Path(sys.argv[2]).write_text(json.dumps(run(pathlib.Path(sys.argv[1]).resolve()), indent=1) + "\n")
