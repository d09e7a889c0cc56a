#!/usr/bin/env python3
"""What changes under questions across members: a member that is removed while they go, contracts that say otherwise. The real programs.

  federation_changes.py [NAME…]      the functions named below; all of them by default
"""
import itertools
import sys
import threading

import psycopg2

from federation_members import Federation, charges, entries, sound
from harness import main
from members import wait

ASKERS = 3
HOLDERS = ("cleveland", "budapest", "zurich")


class Asking(threading.Thread):
    """A session that asks one new question after the other until one is refused."""

    numbers = itertools.count()

    def __init__(self, federation, agreement):
        super().__init__()
        self.session, self.agreement = federation.session(agreement, epsilon=0.01), agreement
        self.answers, self.refusal = [], None

    def run(self):
        try:
            while True:
                self.session.rows(f"SELECT count(*) FROM patients WHERE age + {next(self.numbers)} > 0")
                self.answers.append(self.session.id())
        except psycopg2.Error as error:
            self.refusal = str(error)


def removed_while_questions_go():
    """Zurich removes the member that asks; then the member that asks removes Budapest."""
    with Federation(*HOLDERS) as m:
        m.agree("all-three").agree("two-do", federation="quorum: 2")
        for remover, removed, answering in (("zurich", "cleveland", 2), ("cleveland", "budapest", 1)):
            absent = {remover, removed} - {"cleveland"}
            remove_in_mid_question(m, remover, removed, "all-three" if answering == 2 else "two-do")
            before = {name: charges(m[name]) for name in HOLDERS}
            text = m.session("all-three").refused("SELECT count(*) FROM patients WHERE age > 33", "owners_missing",
                                                  *(f"'{name}': " for name in absent), "nothing was charged")
            assert before == {name: charges(m[name]) for name in HOLDERS}, text
            if answering == 2:
                s = m.session("two-do", epsilon=0.1)
                s.rows("SELECT count(*) FROM patients WHERE age > 34")
                assert "of 2 of 3 owners ('zurich': " in s.notice() and "zurich (" not in s.notice(), s.notice()
        sound(*m.nodes())


def remove_in_mid_question(m, remover, removed, agreement):
    """Every session ends with a refusal that names who is missing; what was not asked before the removal is not charged after it."""
    asking = [Asking(m, agreement) for _ in range(ASKERS)]
    for session in asking:
        session.start()
    wait("some are answered", lambda: sum(len(session.answers) for session in asking) > ASKERS)
    m[remover].verb("member", "remove", removed, "--reason", "left")
    for session in asking:
        session.join(170)
        assert not session.is_alive(), f"a question never ended after {remover} removed {removed}"
        away = removed if remover == "cleveland" else remover
        assert "refused (" in session.refusal and away in session.refusal, session.refusal
    after = False
    late = []
    for entry in m[remover].json("ledger", "show", "--first", "0"):
        after = after or (entry["kind"] == "member.removed" and entry["body"]["name"] == removed)
        if after and remover != "cleveland" and entry["kind"] == "charge":
            late.append(entry)
    assert after and len(late) <= ASKERS, f"charged for a member that was removed: {late}"  # the calls that were under way
    recorded = {entry["body"]["question"] for entry in entries(m["cleveland"], "release") if entry["body"]["outcome"] == "answered"}
    assert {identifier for session in asking for identifier in session.answers} <= recorded, "answers without an entry"


STAYS = """apiVersion: v3.1.0
kind: DataContract
id: {member}/{name}
name: Stays
version: 1.0.0
status: active
servers: [{{server: files, type: local, path: stays.csv, format: csv}}]
schema:
  - name: stays
    logicalType: object
    properties:
      - {{name: person, logicalType: integer, required: true, customProperties: [{{property: concordat.unit, value: true}}]}}
      - {{name: ward, logicalType: string, required: true,
         customProperties: [{{property: concordat.domain, value: [heart, lung]}}]}}
      - {{name: cost, logicalType: number, required: true,
         customProperties: [{{property: concordat.range, value: [0, 100]}}, {{property: concordat.resolution, value: 0.01}}]}}
customProperties:
  - {{property: concordat.rows_per_unit, value: 4}}
  - {{property: concordat.groups_per_unit, value: 2}}
  - {{property: concordat.holdings, value: disjoint}}
  - {{property: concordat.budget, value: {{epsilon: 20, delta: 1.0e-5}}}}
"""
ASKED = "SELECT ward, count(*), sum(cost) FROM stays GROUP BY ward"
# What Budapest's contract says otherwise, and what the analyst reads: of whom, which field, there and here.
OTHERWISE = {
    "rows": ("rows_per_unit, value: 4", "rows_per_unit, value: 6", "rows_per_unit 6, here 4"),
    "groups": ("groups_per_unit, value: 2", "groups_per_unit, value: 1", "groups_per_unit 1, here 2"),
    "wards": ("[heart, lung]", "[heart, lung, skin]", 'column ward domain ["heart","lung","skin"], here ["heart","lung"]'),
    "order": ("[heart, lung]", "[lung, heart]", 'column ward domain ["lung","heart"], here ["heart","lung"]'),
    "none": (", required: true,\n         customProperties: [{property: concordat.domain, value: [heart, lung]}]", ", required: true",
             'no column ward domain, which is ["heart","lung"] here'),
    "range": ("[0, 100]", "[0, 90]", "column cost range [0,90], here [0,100]"),
    "cents": ("value: 0.01", "value: 0.1", "column cost resolution 0.1, here 0.01"),
    "holdings": ("disjoint", "overlapping", "holdings overlapping, here disjoint"),
    "unit": ("name: person, logicalType: integer", "name: person, logicalType: string", "unit text, here bigint"),
}


def plans_that_differ():
    """Each field by itself: the analyst reads whose contract differs and in what, and nothing is charged."""
    with Federation("cleveland", "budapest", holders=()) as m:
        (m.path / "stays.csv").write_text("person,ward,cost\n" + "".join(f"{i // 2},{'heart' if i % 2 else 'lung'},{i % 90}.5\n" for i in range(400)))
        publish_stays(m, "cleveland", "stays")
        publish_stays(m, "budapest", "alike")
        for name, (here, there, _) in OTHERWISE.items():
            publish_stays(m, "budapest", name, (here, there))
        for name in ("alike", *OTHERWISE):
            m.agree(f"{name}-study", owners=["cleveland/stays@1", f"budapest/{name}@1"], table="stays")
        before = {node.name: charges(node) for node in m.nodes()}
        for name, (_, _, words) in OTHERWISE.items():
            s = m.session(f"{name}-study")
            s.refused(ASKED, "plans_differ", "budapest", words, "nothing was charged")
            plan = "\n".join(row[0] for row in s.rows("EXPLAIN " + ASKED))
            assert "owner   budapest: plans otherwise" in plan and words in plan, (name, plan)
        assert before == {node.name: charges(node) for node in m.nodes()}
        s = m.session("alike-study")
        s.rows(ASKED)
        assert "of 2 of 2 owners" in s.notice(), s.notice()
        sound(*m.nodes())


def publish_stays(m, member, name, change=None):
    text = STAYS.format(member=member, name=name)
    if change:
        assert change[0] in text, change
        text = text.replace(*change)
    file = m.path / f"{name}.odcs.yaml"
    file.write_text(text)
    m[member].verb("product", "publish", file, "--data", m.path)


if __name__ == "__main__":
    sys.exit(main([removed_while_questions_go, plans_that_differ]))
