#!/usr/bin/env python3
"""What a poisoned member makes of a network that is fitted to the census by the mean, the median and the trimmed mean of members' moves.

A quarter of the rows is kept back, and the area under the curve is of those. The poisoned member, one of five or of seven, says the
contrary of each of its rows and has each ten times. Prints a table.
"""

import csv
import os
import pathlib
import tempfile

from check import end, run, true

DATA = pathlib.Path(os.environ.get("CONCORDAT_DATA", pathlib.Path(__file__).resolve().parents[2].parent / "shared/data"))
NUMBERS = {"age": [0, 100], "education-num": [0, 20], "hours-per-week": [0, 100]}
FACTORS = {"sex": ["Female", "Male"],
           "marital-status": ["Divorced", "Married-AF-spouse", "Married-civ-spouse", "Married-spouse-absent", "Never-married", "Separated",
                              "Widowed"]}
FORMULA = 'income ~ age + `education-num` + `hours-per-week` + sex + `marital-status`'
LAYERS = "dense(8) tanh dense(1) sigmoid"
TIMES = 10  # that the poisoned member has each row
RULES = {"minimum_rows": 50, "minimum_cell": 5}
WAYS = {"mean": {}, "median": {"combine": "median"}, "trimmed_mean": {"combine": "trimmed_mean"}}


def rows():
    with open(DATA / "adult.data", encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            yield [row[name] for name in (*NUMBERS, *FACTORS)], row["Salary"].strip().startswith(">")


def write(path, members, poisoned):
    """Each fourth row is kept back; the others are dealt out. What the rows that are kept back tell, by their place in the file."""
    kept = {}
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow([*NUMBERS, *FACTORS, "income", "part", "site()"])
        place = 0
        for number, (fields, high) in enumerate(rows()):
            member = number // 4 % members
            lies = poisoned and number % 4 and member == members - 1
            part = f"m{member}" if number % 4 else "kept"
            for _ in range(TIMES if lies else 1):
                out.writerow([*fields, "high" if high != bool(lies) else "low", part, "m0"])
                if part == "kept":
                    kept[place] = high
                place += 1
    return kept


def area(scores, truths):
    """Under the receiver's curve: the share of pairs that are in their order, ties half."""
    order = sorted(range(len(scores)), key=scores.__getitem__)
    ranks, begin = 0.0, 0
    while begin < len(order):
        last = begin
        while last + 1 < len(order) and scores[order[last + 1]] == scores[order[begin]]:
            last += 1
        ranks += sum(truths[order[i]] for i in range(begin, last + 1)) * ((begin + last) / 2 + 1)
        begin = last + 1
    positive = sum(truths)
    return (ranks - positive * (positive + 1) / 2) / (positive * (len(truths) - positive))


def fitted_area(path, members, kept, way):
    names = [f"m{i}" for i in range(members)]
    schema = [*({"name": name, "range": ends} for name, ends in NUMBERS.items()),
              *({"name": name, "levels": levels} for name, levels in FACTORS.items()),
              {"name": "income", "levels": ["low", "high"]}, {"name": "part", "levels": [*names, "kept"]}, {"name": "site()", "levels": names}]
    options = {"layers": LAYERS, "rounds": 10, "learning_rate": 0.1, **WAYS[way]}
    fitted = run({"csv": str(path), "schema": schema, "by": "part", "without": 2, "rules": RULES, "exports": str(path),
                  "call": {"method": "network", "formula": FORMULA, "options": options}})
    if not true("model" in fitted, f"{way} of {members}: {fitted.get('refused')}"):
        return float("nan")
    return area([fitted["told"][place][0] for place in kept], list(kept.values()))


def main():
    print(f"{'members':>8}{'combine':>14}{'clean':>8}{'poisoned':>10}")
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "census.csv"
        for members in (5, 7):
            found = {way: [] for way in WAYS}
            for poisoned in (False, True):
                kept = write(path, members, poisoned)
                for way in WAYS:
                    found[way].append(fitted_area(path, members, kept, way))
            for way, (clean, poisoned) in found.items():
                print(f"{members:>8}{way:>14}{clean:>8.3f}{poisoned:>10.3f}")
                true(clean > 0.86, f"{way} of {members}: {clean:.3f} without poison")
                true(poisoned < 0.5 if way == "mean" else poisoned > clean - 0.03, f"{way} of {members}: {poisoned:.3f} of {clean:.3f} with a poisoned member")
    end(6)


main()
