"""Hospitals that are members to each other, for tests: the contracts and rows of samples/heart, or rows that are made here."""
import re
import time

import psycopg2

from harness import DATA, PASSWORD, ROOT
from members import Members, connected, state, wait

OUTSIDER = "institute"  # holds no rows of anybody
HOSPITALS = ("cleveland", "budapest", "zurich", "long-beach")
FILES = {"cleveland": "cleveland", "budapest": "hungarian", "zurich": "switzerland", "long-beach": "va"}
DOCUMENT = """concordat: agreement/1
name: {name}
parties: [{parties}]
tables: {{{tables}}}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A9-2-j
question: Does cholesterol go with heart disease alike in all hospitals?
analysts: [{analysts}]
allows: [{allows}]
protection: {{{protection}}}
{more}needs: {{approvals: {{{approvals}}}, training: [data-ethics]}}
valid: {{from: 2026-01-01, until: 2036-01-01}}
retention_days: 90
"""


class Federation(Members):
    """Members by name; those of HOSPITALS publish their own patients. The first hosts the invitations, and ana is its analyst."""

    def __init__(self, *names, change=None, flags=None, holders=None):
        super().__init__(*(names or HOSPITALS))
        self.change = change or {}  # member: what becomes of its contract's text
        self.flags = flags or {}  # member: how it joins
        self.holders = holders if holders is not None else [name for name in self.names if name in FILES]

    def __enter__(self):
        super().__enter__()
        try:
            return self.found()
        except BaseException:
            self.__exit__(True)
            raise

    def found(self):
        first, *others = self.nodes()
        for node in others:
            self.join(first, node, "--introductions", *self.flags.get(node.name, ()))
        for node in self.nodes():
            wait(f"{node.name} knows all", lambda n=node: len(connected(n)) == len(others))
        for name in self.holders:
            self.publish(self[name])
        first.analyst("ana")
        return self

    def __getitem__(self, name):
        return getattr(self, name)

    def nodes(self):
        return [self[name] for name in self.names]

    def publish(self, node, change=None, data=DATA):
        text = (ROOT / f"samples/heart/{node.name}.odcs.yaml").read_text(encoding="utf-8")
        change = change or self.change.get(node.name)
        if change:
            changed = change(text)
            assert changed != text, f"nothing changed in the contract of {node.name}"
            text = changed
        contract = node.home.parent / "heart.odcs.yaml"
        contract.write_text(text, encoding="utf-8")
        node.verb("product", "publish", contract, "--data", data)

    def agree(self, name="heart-study", *, parties=None, owners=None, federation="", tables="", mode="dp", epsilon=8, table="patients",
              per_analyst=None, analysts="ana@cleveland", allows="sql", protection=None):
        """Proposed at the first, and approved by every party for itself; returns when it is in force everywhere."""
        parties = parties or self.names
        owners = owners or [f"{member}/heart@1" for member in self.holders if member in parties]
        each = f"per_analyst: {per_analyst}, " if per_analyst else ""
        file = self.path / f"{name}.yaml"
        file.write_text(DOCUMENT.format(
            name=name, parties=", ".join(parties), tables=f"{table}: [{', '.join(owners)}]{tables}", allows=allows,
            protection=protection or f"mode: {mode}, epsilon: {epsilon}, delta: 1.0e-5, per_query: 1, {each}minimum_people: 5",
            analysts=analysts, more=f"federation: {{{federation}}}\n" if federation else "",
            approvals=", ".join(f"{party}: 1" for party in parties)))
        self[parties[0]].verb("agreement", "propose", file)
        for party in parties:
            wait(f"{name} is at {party}", lambda p=party: state(self[p], name) == "proposed")
            self.approve(self[party], name)
        for party in parties:
            wait(f"{name} is in force at {party}", lambda p=party: state(self[p], name) == "active")
        return self

    def session(self, name="heart-study", at=None, user="ana", **settings):
        return Session(self[at or self.names[0]].connect(database=name, user=user), **settings)


class Session:
    """A session of psql's driver: what was answered, what was said beside it, and what was refused."""

    def __init__(self, connection, **settings):
        self.connection = connection
        for name, value in settings.items():
            self.rows(f"SET concordat.{name} = {value}")

    def rows(self, sql):
        self.connection.notices.clear()
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []

    def table(self, sql):
        """Rows as dictionaries."""
        self.connection.notices.clear()
        with self.connection.cursor() as cursor:
            cursor.execute(sql)
            names = [column.name for column in cursor.description]
            return [dict(zip(names, row)) for row in cursor.fetchall()]

    def notice(self):
        return "".join(self.connection.notices)

    def id(self):
        return re.search(r"answer ([0-9a-f]{16})", self.notice())[1]

    def refused(self, sql, reason, *parts):
        try:
            found = self.rows(sql)
        except psycopg2.Error as error:
            text = str(error)
            for part in (f"refused ({reason})", *parts):
                assert part in text, f"{part!r} is not in {text}"
            return text
        raise AssertionError(f"was answered: {found}")

    def close(self):
        self.connection.close()


def entries(node, *kinds):
    return [entry for entry in node.json("ledger", "show", "--first", "0") if entry["kind"] in kinds]


def charges(node):
    """Ids of questions that this owner was charged for."""
    return [entry["body"]["question"] for entry in entries(node, "charge")]


def spent(node):
    """Epsilon spent, of every level of every budget here."""
    return {(level["product"], level["agreement"], level["analyst"]): level["spent"]["epsilon"] for level in node.json("budget")}


def sound(*nodes):
    for node in nodes:
        assert node.json("ledger", "verify")["ok"], node.name
        for level in node.json("budget"):
            assert level["spent"]["epsilon"] <= level["limit"]["epsilon"] * (1 + 1e-9), f"passed at {node.name}: {level}"


ECG = "      - {name: ecg, physicalName: restecg, logicalType: integer, description: What the electrocardiogram shows}\n"
PAINS = """apiVersion: v3.1.0
kind: DataContract
id: institute/pains
name: Kinds of chest pain
version: 1.0.0
status: active
servers: [{server: files, type: local, path: pains.csv, format: csv}]
schema:
  - name: pains
    logicalType: object
    properties:
      - {name: cp, logicalType: integer, required: true, customProperties: [{property: concordat.domain, value: [1, 2, 3, 4]}]}
      - {name: pain, logicalType: string, required: true,
         customProperties: [{property: concordat.domain, value: [angina, other, none]}]}
customProperties:
  - {property: concordat.public, value: true}
  - {property: concordat.key, value: [cp]}
"""
_five = []


def five_bodies(close=False):
    """Four hospitals and an institute that holds no rows but public ones: one federation for many tests, until it is closed."""
    if close:
        while _five:
            _five.pop().__exit__(None)
        return None
    if not _five:
        def with_ecg(text):
            return text.replace("      - {name: thalach", ECG + "      - {name: thalach")

        m = Federation(*HOSPITALS, OUTSIDER, change={name: with_ecg for name in HOSPITALS}).__enter__()
        _five.append(m)
        (m.path / "pains.csv").write_text("cp,pain\n1,angina\n2,angina\n3,other\n4,none\n")
        (m.path / "pains.odcs.yaml").write_text(PAINS)
        m[OUTSIDER].verb("product", "publish", m.path / "pains.odcs.yaml", "--data", m.path)
        m.agree(parties=HOSPITALS, federation="quorum: 3")
        m.agree("all-four", parties=HOSPITALS)
        m.agree("kill-masks", parties=HOSPITALS, federation="quorum: 3, sums: masks")
        m.agree("kill-encryption", parties=HOSPITALS, federation="quorum: 3, sums: encryption")
        m.agree("pain-study", tables=", pains: [institute/pains@1]", analysts="ana@cleveland, eve@institute")
    return _five[0]
