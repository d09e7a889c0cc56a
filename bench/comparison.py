"""What the comparisons of fits with other software share: lines of a table, and four real nodes over rows of the census."""
import csv
import json
import pathlib
import re
import statistics
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "test/node"))
from federation_members import Federation  # noqa: E402
from harness import BIN, DATA  # noqa: E402,F401

CENSUS = {"age": [17, 90], "workclass": None, "fnlwgt": [0, 1500000], "education": None, "education_num": [1, 16], "marital_status": None,
          "occupation": None, "relationship": None, "race": None, "sex": None, "capital_gain": [0, 99999], "capital_loss": [0, 5000],
          "hours_per_week": [1, 99], "native_country": None, "income": None}
RULES = "mode: threshold, minimum_rows: 50, minimum_cell: 5"


class Lines:
    """Figures, ours and others', each with what it is held against."""

    def __init__(self):
        self.lines = []

    def add(self, name, measured, unit, against=None, target=None):
        """`target`: ("<=", number) or (">=", number); `against`: what the other's is in the same run."""
        ok = None if target is None else measured <= target[1] if target[0] == "<=" else measured >= target[1]
        self.lines.append({"name": name, "measured": measured, "unit": unit, "against": against,
                           "target": target and f"{target[0]} {target[1]:.4g}", "ok": ok})
        print(f"{name}: {measured:.4g} {unit}", file=sys.stderr, flush=True)

    def end(self):
        """Prints the table, or with --json the list."""
        if "--json" in sys.argv:
            print(json.dumps(self.lines))
            return
        text = lambda value: "" if value is None else value if isinstance(value, str) else f"{value:.4g}"
        rows = [("", "measured", "against", "target", "")] + [
            (line["name"], f"{line['measured']:.4g} {line['unit']}", text(line["against"]), text(line["target"]),
             {True: "ok", False: "MISSED", None: ""}[line["ok"]]) for line in self.lines]
        widths = [max(len(row[column]) for row in rows) for column in range(5)]
        for row in rows:
            print("  ".join(word.ljust(width) if place == 0 else word.rjust(width) for place, (word, width) in enumerate(zip(row, widths))).rstrip())


def census():
    """Rows as dictionaries; what is unknown is empty."""
    with (DATA / "adult.data").open(encoding="utf-8") as file:
        rows = [row for row in csv.reader(file, skipinitialspace=True) if len(row) == len(CENSUS)][1:]
    return [dict(zip(CENSUS, ["" if word == "?" else word for word in row])) for row in rows]


def levels(rows):
    """Of each column without a range, sorted."""
    return {name: sorted({row[name] for row in rows} - {""}) for name, span in CENSUS.items() if span is None}


class Four(Federation):
    """Four members, the rows of the census dealt out among them, under an agreement `fits` that allows any fit."""

    NAMES = ("brno", "cork", "gent", "lund")

    def __init__(self, rows, words):
        super().__init__(*self.NAMES, holders=self.NAMES)
        self.rows, self.words = rows, words

    def publish(self, node, *_):
        part = self.rows[self.NAMES.index(node.name)::len(self.NAMES)]
        folder = node.home.parent
        with (folder / "census.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(CENSUS))
            writer.writeheader()
            writer.writerows(part)
        (folder / "census.odcs.yaml").write_text(self.contract(node.name), encoding="utf-8")
        node.verb("product", "publish", folder / "census.odcs.yaml", "--data", folder)

    def contract(self, member):
        columns = "".join(
            f"      - {{name: {name}, logicalType: {'integer' if span else 'string'}, customProperties: [{{property: "
            + (f"concordat.range, value: {span}" if span else f"concordat.domain, value: {json.dumps(self.words[name])}") + "}]}\n"
            for name, span in CENSUS.items())
        return (f"apiVersion: v3.1.0\nkind: DataContract\nid: {member}/census\nname: Census\nversion: 1.0.0\nstatus: active\n"
                "servers: [{server: files, type: local, path: census.csv, format: csv}]\nschema:\n  - name: people\n    logicalType: object\n"
                f"    customProperties: [{{property: concordat.unit, value: row}}]\n    properties:\n{columns}"
                "customProperties:\n  - {property: concordat.holdings, value: disjoint}\n  - {property: concordat.budget, value: {epsilon: 20, delta: 1.0e-5}}\n")

    def found(self):
        super().found()
        return self.agree("fits", allows="fit", protection=RULES, owners=[f"{name}/census@1" for name in self.NAMES],
                          table="people", analysts=f"ana@{self.NAMES[0]}")


def fitted(session, text):
    """Runs a fit: its rounds, the seconds it took with all that goes before and after, and its model."""
    begin = time.monotonic()
    session.rows(text)
    took = time.monotonic() - begin
    said = re.search(r"\w+ in (\d+) rounds?(?:, model ([0-9a-f]+))?", session.notice())
    return int(said[1]), took, said[2]


def median(values):
    return statistics.median(values)
