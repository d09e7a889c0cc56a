#!/usr/bin/env python3
"""Runs every example of docs/statistics.md: the blocks that are marked sql, on four hospitals.

  statistics.py [NAME…]      the functions named below; all of them by default

An example is asked of `patients` under an agreement to fit exactly; where the block begins with `-- under NAME`, under that one of
AGREEMENTS; one that begins with `-- needs TABLE` is asked only where TABLE is among TABLES, and named on the error stream otherwise.
"""
import re
import sys

import psycopg2

from federation_members import HOSPITALS, Federation, sound
from harness import ROOT, main

PAGE = ROOT / "docs/statistics.md"
# What `agree` is told; made when an example first asks for it.
AGREEMENTS = {
    "exact": {"protection": "mode: threshold, minimum_rows: 50, minimum_cell: 5"},
    "noise": {"mode": "dp", "epsilon": 8},
}
TABLES = {"patients"}
_four = []


def four(agreement):
    if not _four:
        _four.append((Federation(*HOSPITALS).__enter__(), set()))
    m, known = _four[0]
    if agreement not in known:
        m.agree(agreement, allows="fit", **AGREEMENTS[agreement])
        known.add(agreement)
    return m


def sections():
    """Title of each part of the page, and its text."""
    parts = re.split(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(parts[1::2], parts[2::2]))


def examples():
    """Of each example its part's title, the agreement or none where it needs a table that is not here, and the statement."""
    for title, text in sections().items():
        for block in re.findall(r"^```sql\n(.*?)^```", text, flags=re.M | re.S):
            mark = re.match(r"-- (under|needs) (\S+)", block)
            agreement = mark[2] if mark and mark[1] == "under" else "exact"
            if mark and mark[1] == "needs" and mark[2] not in TABLES:
                agreement = None
            for statement in re.sub(r"--.*", "", block).split(";"):
                if statement.strip():
                    yield title, agreement, statement.strip()


def columns_said(title):
    """Names that the part sets in code, with those of the part on glm where it refers to that one's columns."""
    parts = sections()
    text = parts[title] + (parts["glm"] if "`glm`" in parts[title] else "")
    return set(re.findall(r"`([a-z_]+)`", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)))


def runs_every_example():
    asked = 0
    for title, agreement, statement in examples():
        if agreement is None:
            print(f"    not asked, for want of its table: {statement}", file=sys.stderr)
            continue
        try:
            rows = four(agreement).session(agreement).table(statement)
        except psycopg2.Error as error:
            raise AssertionError(f"{title}: {statement}\n{error}") from error
        assert rows, f"{title}: no rows: {statement}"
        unsaid = set(rows[0]) - columns_said(title)
        assert not unsaid, f"{title}: the page does not name {unsaid} of {statement}"
        asked += 1
    print(f"    {asked} examples", file=sys.stderr)
    assert asked >= 13, asked
    sound(*_four[0][0].nodes())


def has_an_example_of_every_method():
    told = four("exact").session("exact").refused("SELECT * FROM concordat.glmm('disease ~ age', 'patients')", "unknown_method")
    methods = re.search(r"[Tt]here are ([a-z_, ]+)", told)[1].split(", ")
    shown = {name for _, _, statement in examples() for name in re.findall(r"concordat\.(\w+)\(", statement)}
    assert len(methods) >= 13 and not set(methods) - shown, f"without an example: {set(methods) - shown}"


TESTS = [runs_every_example, has_an_example_of_every_method]


if __name__ == "__main__":
    try:
        sys.exit(main(TESTS))
    finally:
        while _four:
            _four.pop()[0].__exit__(None)
