#!/usr/bin/env python3
"""Questions across members, end to end over PostgreSQL's protocol: federation.py FOLDER OUT.json

FOLDER holds what rows.sql makes; CONCORDAT_BIN the programs. Every member is a real node with its own home, process and ports,
made a member by invitation; each owns a table of 32,561 rows. Every question is another one, so that none is answered from what is
stored. "Own" is the same question of one owner's table alone, at its own node, under an agreement of its own: in turns with the
federated one, owner by owner; what is added is over the slowest of them. All members share this machine's processors.
"""
import contextlib
import itertools
import json
import os
import pathlib
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "test/node"))
import links  # noqa: E402
from harness import Node  # noqa: E402
from members import Members, state as state_of, wait  # noqa: E402
from node import Figures, percentile, resident_mb, set_grid  # noqa: E402

NAMES = ("brno", "cork", "gent", "lund", "nice", "oslo", "pisa", "riga")
TURNS = 40
SMALL = "SELECT region, count(*) FROM people WHERE age + {x} > 0 GROUP BY region"
GROUPS = {"1 group": "SELECT count(*) FROM people WHERE age + {x} > 0",
          "8 groups": SMALL,
          "101 groups": "SELECT age, count(*) FROM people WHERE age + {x} > 0 GROUP BY age",
          "808 groups": "SELECT region, age, count(*) FROM people WHERE age + {x} > 0 GROUP BY region, age",
          "10,000 groups": "SELECT age, hours, count(*) FROM people WHERE age + {x} > 0 GROUP BY age, hours",
          "400 groups that owners find": "SELECT trade, count(*) FROM people WHERE age + {x} > 0 GROUP BY trade"}

AGREEMENT = """
concordat: agreement/1
name: {name}
parties: [{parties}]
tables: {{people: [{products}]}}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A6-1-e
question: How fast are members together?
analysts: [ana@{first}]
allows: [sql]
protection: {{mode: dp, epsilon: 50, delta: 1.0e-8, per_query: 0.7, minimum_people: 1}}
{sums}needs: {{approvals: {{{approvals}}}, training: [data-ethics], assessment: none}}
valid: {{from: 2026-01-01, until: 2036-01-01}}
retention_days: 90
"""

literals = itertools.count(1)


def agreement_text(name, members, sums=None):
    return AGREEMENT.format(name=name, first=members[0], parties=", ".join(members), sums=f"federation: {{sums: {sums}}}\n" if sums else "",
                            products=", ".join(f"{member}/people@1" for member in members), approvals=", ".join(f"{member}: 1" for member in members))


def contract_text(member):
    text = (ROOT / "bench/people.odcs.yaml").read_text()
    return text.replace("id: bench/people", f"id: {member}/people").replace("people.parquet", "small.parquet").replace(
        "customProperties:\n  - {property: concordat.rows", "customProperties:\n  - {property: concordat.holdings, value: disjoint}\n  - {property: concordat.rows")


class Federation:
    """Members by name, who share a table; a connection to each that is in use."""

    def __init__(self, members, folder, network=None):
        self.members, self.folder, self.network = members, folder, network
        self.up, self.connections = [], {}

    def inside(self, name):
        return self.network.inside(name) if self.network else contextlib.nullcontext()

    def node(self, name) -> Node:
        return getattr(self.members, name)

    def start(self, name):
        node = self.node(name)
        if self.network:
            node.peer = f"{self.network.addresses[name]}:6490"
        with self.inside(name):
            node.start()

    def grow(self, count):
        """Further members, until there are so many."""
        for name in NAMES[len(self.up):count]:
            self.start(name)
            if self.up:
                self.members.join(self.node(self.up[0]), self.node(name), "--introductions")
            self.up.append(name)
            contract = self.members.path / f"{name}.odcs.yaml"
            contract.write_text(contract_text(name))
            node = self.node(name)
            node.verb("product", "publish", contract, "--data", self.folder)
            node.analyst("ana")
            self.agree(f"own-{name}", [name])
        for name in self.up:
            wait(f"{name} knows all", lambda n=name: sum(m["state"] == "active" for m in self.node(n).json("member", "list")["members"]) == len(self.up) - 1)

    def agree(self, agreement, members, sums=None):
        path = self.members.path / f"{agreement}.yaml"
        path.write_text(agreement_text(agreement, members, sums))
        self.node(members[0]).verb("agreement", "propose", path)
        for state, act in (("proposed", self.members.approve), ("active", lambda *_: None)):
            for name in members:
                wait(f"{agreement} is {state} at {name}", lambda n=name: state_of(self.node(n), agreement) == state)
                act(self.node(name), agreement)

    def set_grid(self, milliseconds):
        self.connections.clear()
        for name in self.up:
            self.node(name).stop()
            set_grid(self.node(name), milliseconds)
        for name in self.up:
            self.start(name)

    def ask(self, name, agreement, text=SMALL):
        """How long a new question takes there, in ms."""
        key = (name, agreement)
        if key not in self.connections:
            with self.inside(name):
                self.connections[key] = self.node(name).connect(agreement)
        with self.connections[key].cursor() as cursor:
            begin = time.monotonic()
            cursor.execute(text.format(x=next(literals)))
            cursor.fetchall()
            return (time.monotonic() - begin) * 1000

    def processor_seconds(self):
        ticks = 0
        for name in self.up:
            stat = pathlib.Path(f"/proc/{self.node(name).process.pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(stat[11]) + int(stat[12])
        return ticks / os.sysconf("SC_CLK_TCK")


@contextlib.contextmanager
def federation(folder, network=None):
    with Members(*NAMES, start=False) as members:
        yield Federation(members, folder, network)


def together(fed, agreement, members, turns=TURNS, text=SMALL):
    """Federated and each owner's own, in turns; median of the first, of the slowest of the others, and all of the first."""
    asker, federated, own = members[0], [], {name: [] for name in members}
    for turn in range(turns + 3):
        times = [fed.ask(asker, agreement, text)] + [fed.ask(name, f"own-{name}", text) for name in members]
        if turn < 3:  # connections are made, files read
            continue
        federated.append(times[0])
        for name, took in zip(members, times[1:]):
            own[name].append(took)
    return statistics.median(federated), max(statistics.median(times) for times in own.values()), federated


def small_question(figures, fed, agreement, members, label, most=None, text=SMALL, turns=TURNS):
    federated, own, times = together(fed, agreement, members, turns, text)
    figures.add(f"{label}: own, slowest owner", own, "ms")
    figures.add(f"{label}: federated, p50", federated, "ms")
    figures.add(f"{label}: federated, p95", percentile(times, 0.95), "ms")
    figures.add(f"{label}: added", federated - own, "ms", most=most)


def cost_of_one(fed, agreement, text, turns=20):
    """Median ms, and processor ms of all nodes a question."""
    asker = NAMES[0]
    for _ in range(2):
        fed.ask(asker, agreement, text)
    before = fed.processor_seconds()
    times = [fed.ask(asker, agreement, text) for _ in range(turns)]
    return statistics.median(times), 1000 * (fed.processor_seconds() - before) / turns


def local(figures, folder):
    with federation(folder) as fed:
        fed.grow(4)
        four = NAMES[:4]
        time.sleep(2)
        figures.add("resident memory of an idle node with 3 members", max(resident_mb(fed.node(name)) for name in four), "MB", most=100)
        for sums in ("encryption", "masks"):
            fed.agree(f"four-{sums}", four, sums)
        fed.agree("four", four)
        small_question(figures, fed, "four", four, "4 nodes, grid 100 ms", most=150)
        fed.set_grid(1)
        small_question(figures, fed, "four", four, "4 nodes, grid 1 ms", most=150)
        for sums in ("encryption", "masks"):
            for what, text in GROUPS.items():
                took, processor = cost_of_one(fed, f"four-{sums}", text)
                figures.add(f"4 nodes, {sums}, {what}", took, "ms")
                figures.add(f"4 nodes, {sums}, {what}: processor, all nodes", processor, "ms")
        for count in range(2, len(NAMES) + 1, 2):
            fed.grow(count)
            fed.set_grid(1)
            for sums in ("encryption", "masks"):
                fed.agree(f"of-{count}-{sums}", NAMES[:count], sums)
                took, processor = cost_of_one(fed, f"of-{count}-{sums}", SMALL)
                figures.add(f"{count} nodes, {sums}", took, "ms")
                figures.add(f"{count} nodes, {sums}: processor, all nodes", processor, "ms")
        time.sleep(2)
        figures.add("resident memory after all that, largest node of 8", max(resident_mb(fed.node(name)) for name in fed.up), "MB")


def linked(figures, folder):
    """The same with links of 10 ms each way and 100 Mbit/s between all."""
    if why := links.missing():
        print(f"federation: emulated links skipped: {why}", file=sys.stderr)
        return
    four = NAMES[:4]
    with links.Links(four, delay_ms=10, megabits=100) as network, federation(folder, network) as fed:
        fed.grow(4)
        for sums in ("encryption", "masks"):
            fed.agree(f"four-{sums}", four, sums)
        fed.set_grid(1)
        for sums in ("encryption", "masks"):
            label = f"4 nodes, links of 10 ms and 100 Mbit/s, {sums}"
            small_question(figures, fed, f"four-{sums}", four, label, turns=20)
            before = network.carried.value
            for _ in range(10):
                fed.ask(four[0], f"four-{sums}")
            figures.add(f"{label}: carried a question", (network.carried.value - before) / 10 / 1000, "kB")


if __name__ == "__main__":
    data = pathlib.Path(sys.argv[1]).resolve()
    figures = Figures()
    local(figures, data)
    linked(figures, data)
    pathlib.Path(sys.argv[2]).write_text(json.dumps(figures.rows, indent=1) + "\n")
