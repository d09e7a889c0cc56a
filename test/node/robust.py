#!/usr/bin/env python3
"""Networks whose members' moves are combined by median or trimmed mean, through the real programs: five hospitals, one of them poisoned.

  robust.py [NAME…]      the functions named below; all of them by default

The rows are those of the four hospitals of samples/heart, dealt out among five. The fifth says the contrary of each of its patients, and
has each of them eight times.
"""
import csv
import re
import sys
import time

from federation_members import FILES, Federation, entries, sound
from harness import DATA, ROOT, main

NAMES = ("cleveland", "budapest", "zurich", "long-beach", "geneva")
RULES = "mode: threshold, minimum_rows: 50, minimum_cell: 5"
POISONED, TIMES = "geneva", 8
ROUNDS = 12
CALL = ("SELECT * FROM concordat.network('disease ~ age + sex + thalach + exang', 'patients', layers => 'dense(4) tanh dense(1) sigmoid', "
        f"rounds => {ROUNDS}, epochs => 3, learning_rate => 0.3{{}}) ORDER BY round")
_five = []


def rows():
    """Of all hospitals, in one order for all runs: the header, and rows of text."""
    read = []
    for file in FILES.values():
        with open(DATA / f"heart/{file}.data", encoding="utf-8", newline="") as lines:
            header, *others = [[field.strip() for field in line] for line in csv.reader(lines)]
            read.append(others)
    longest = max(map(len, read))
    return header, [part[i] for i in range(longest) for part in read if i < len(part)]


class Dealt(Federation):
    """Each member has every fifth of all rows."""

    def publish(self, node, change=None, data=DATA):
        header, all_rows = rows()
        own = all_rows[NAMES.index(node.name)::len(NAMES)]
        if node.name == POISONED:
            other = {"'present'": "'not_present'", "'not_present'": "'present'"}
            own = [[other.get(field, field) for field in row] for row in own] * TIMES
        folder = node.home.parent / "heart"
        folder.mkdir()
        (folder / "rows.data").write_text("\n".join(",".join(row) for row in [header, *own]) + "\n", encoding="utf-8")
        text = (ROOT / "samples/heart/zurich.odcs.yaml").read_text(encoding="utf-8")
        text = text.replace("id: zurich/heart", f"id: {node.name}/heart").replace("switzerland.data", "rows.data")
        text = text.replace("concordat.people, value: 120", f"concordat.people, value: {len(own)}")
        contract = node.home.parent / "heart.odcs.yaml"
        contract.write_text(text, encoding="utf-8")
        node.verb("product", "publish", contract, "--data", node.home.parent)


def five():
    if not _five:
        m = Dealt(*NAMES, holders=list(NAMES)).__enter__()
        _five.append(m)
        m.agree("plain", allows="fit", protection=RULES)
        m.agree("robust", allows="network, robust", protection=RULES)
        m.agree("healthy", allows="network, robust", protection=RULES, parties=list(NAMES[:4]))
        m.agree("noise", allows="fit", protection="mode: dp, epsilon: 6, delta: 1.0e-5, per_query: 3, minimum_people: 5")
    return _five[0]


def last(session, options):
    """What the last round tells, the number of rounds that the fit took, and the time a round."""
    begin = time.monotonic()
    table = session.table(CALL.format(options))
    seconds = time.monotonic() - begin
    took = int(session.notice().split("network in ")[1].split(" rounds")[0])
    return table[-1], took, seconds / took


def is_not_wrecked():
    """Told of rows of all, the poisoned among them: who learned from it tells most of those right, and few of the others."""
    s = five().session("robust")
    share = TIMES / (TIMES + 4)
    mean, took, pace = last(s, "")
    assert took == ROUNDS + 2, took
    assert mean["accuracy"] > 0.6, f"the mean follows the poisoned member, which has {share:.2f} of all rows: {mean}"
    print(f"    mean: accuracy {mean['accuracy']:.3f}, {1000 * pace:.0f} ms a round")
    for combine, steps in (("median", 4), ("trimmed_mean", 5)):
        told, took, pace = last(s, f", combine => '{combine}'")
        assert took == ROUNDS * steps + 2, took
        assert told["accuracy"] < 0.5, f"{combine} goes with the four: {told}"
        print(f"    {combine}: accuracy {told['accuracy']:.3f}, {took} rounds, {1000 * pace:.0f} ms each")
    sound(*five().nodes())


def runs_the_example_of_the_page():
    m = five()
    m.agree("example", allows="fit, robust", protection=RULES, table="five_hospitals")
    page = (ROOT / "docs/statistics.md").read_text(encoding="utf-8")
    example = re.search(r"^```sql\n-- needs five_hospitals\n(.*?)^```", page, flags=re.M | re.S)[1]
    table = m.session("example").table(example.strip().rstrip(";"))
    assert len(table) == 11 and list(table[0]) == ["round", "loss", "accuracy"], table


def is_on_record():
    """Every step of a round is charged for, with its state."""
    m = five()
    before = len(entries(m["zurich"], "charge"))
    m.session("robust").table(CALL.format(", combine => 'median', seed => 2"))
    charged = entries(m["zurich"], "charge")[before:]
    assert len(charged) == ROUNDS * 4 + 2, len(charged)
    assert len({entry["body"]["fit"]["state"] for entry in charged}) == len(charged)


def refuses_in_words():
    m = five()
    asked = CALL.format(", combine => 'median'")
    m.session("plain").refused(asked, "analysis_not_allowed", "robust")
    m.session("healthy").refused(asked, "too_few_members", "combine => 'mean'")
    m.session("robust").refused(CALL.format(", combine => 'median', method => 'scaffold'"), "not_robust")
    m.session("noise").refused(CALL.format(", combine => 'median'").replace(", epochs => 3", ""), "no_noisy_form", "combine")
    said = "\n".join(str(row) for row in m.session("robust").rows("EXPLAIN " + asked))
    assert "counts  members too" in said, said


TESTS = [is_not_wrecked, runs_the_example_of_the_page, is_on_record, refuses_in_words]


if __name__ == "__main__":
    try:
        sys.exit(main(TESTS))
    finally:
        while _five:
            _five.pop().__exit__(None)
