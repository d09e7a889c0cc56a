#!/usr/bin/env python3
"""Regressions under noise of the census (Adult), ours and diffprivlib's (PyPI), fitted in the same run: logistic.py [--json] [--fits 20].

Logistic: AUC of every fifth row (place mod 5 = 0) by models of the others at epsilon 1, as a user gets them who gives nothing but formula, table and
family: of seven columns, and of 66 (5 numbers, all levels of 7 factors, and whether born in the United States). Linear: R^2 of hours of work on the same rows.
Ours is of four members that the rows are dealt to, two of whom may collude, at epsilon 1 and delta 1e-6 (rho 0.0278); diffprivlib's is pure epsilon 1 in one place, a stronger promise, with the norm and the bounds
that the same declared ranges give. Needs learning_fit (CONCORDAT_BIN says where; build/release/bin otherwise), the census (CONCORDAT_DATA) and
bench/requirements.txt.
"""
import argparse
import csv
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import warnings

import numpy
from diffprivlib.models import LinearRegression, LogisticRegression
from sklearn.linear_model import LinearRegression as PlainLinear
from sklearn.linear_model import LogisticRegression as PlainLogistic
from sklearn.metrics import r2_score, roc_auc_score

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = pathlib.Path(os.environ.get("CONCORDAT_BIN", HERE.parent / "build/release/bin")) / "learning_fit"
CENSUS = pathlib.Path(os.environ.get("CONCORDAT_DATA", HERE.parents[1] / "shared/data")) / "adult.data"
RHO = 0.0278
HONEST = 2  # of four members: two may collude, so the noise is sized as if the other two alone had added theirs (src/dp/shares.proof.md)
RANGES = {"age": (17, 90), "education-num": (1, 16), "hours-per-week": (1, 99), "capital-gain": (0, 99999), "capital-loss": (0, 4356)}
FACTORS = ["workclass", "education", "marital-status", "occupation", "relationship", "race", "sex"]


class Data:
    """One table and a formula's columns: as text with a schema for ours, as a matrix in [-1, 1] and [0, 1] for theirs."""

    def __init__(self, rows, response, numbers, factors, flags):
        self.rows = rows
        self.is_test = numpy.arange(len(rows)) % 5 == 0
        self.response, (self.y, self.ends) = response, numbers[response] if response in numbers else flags[response]
        numbers = {name: held for name, held in numbers.items() if name != response}
        flags = {name: held for name, held in flags.items() if name != response}
        self.columns = {**{name: values for name, (values, _) in {**numbers, **flags}.items()}, **{name: [row[name] for row in rows] for name in factors}}
        self.levels = {name: sorted(set(self.columns[name])) for name in factors}
        self.schema = [{"name": name, "range": list(ends)} for name, (_, ends) in {**numbers, **flags}.items()]
        self.schema += [{"name": name, "levels": levels} for name, levels in self.levels.items()]
        scaled = [2 * (values - low) / (high - low) - 1 for values, (low, high) in numbers.values()]
        shown = [numpy.array([value == level for value in self.columns[name]], float) for name in factors for level in self.levels[name]]
        self.x = numpy.column_stack([*scaled, *(values for values, _ in flags.values()), *shown])
        self.norm = (len(numbers) + len(flags) + len(factors)) ** 0.5  # most that ranges and levels let a row be
        self.train, self.test = (self.x[~self.is_test], self.y[~self.is_test]), (self.x[self.is_test], self.y[self.is_test])

    def ours(self, method, fits, **options):
        """Linear predictors of the test rows, a fit each: from the model's coefficients by term."""
        formula = f'"{self.response}" ~ ' + " + ".join(f'"{field["name"]}"' for field in self.schema)
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "train.csv"
            names = [field["name"] for field in self.schema]
            with path.open("w", newline="", encoding="utf-8") as out:
                writer = csv.writer(out, quoting=csv.QUOTE_MINIMAL)
                writer.writerow([*names, self.response])
                writer.writerows(row for row, test in zip(zip(*(self.columns[name] for name in names), self.y), self.is_test) if not test)
            asked = {"csv": str(path), "members": 4, "schema": [*self.schema, {"name": self.response, "range": list(self.ends)}],
                     "noise": {"rho": RHO * HONEST, "fits": fits}, "call": {"method": method, "formula": formula, "options": options}}
            told = json.loads(subprocess.run([PROGRAM], input=json.dumps(asked), text=True, capture_output=True, check=True).stdout)
        return [self.predicted({row[0]: row[1] for row in fit["rows"]}) for fit in told]

    def predicted(self, terms):
        plain = {term.replace("`", "").replace('"', ""): value for term, value in terms.items()}
        eta = numpy.full(len(self.rows), plain.pop("(Intercept)"))
        for name, values in self.columns.items():
            if name in self.levels:
                by_level = {level: plain.pop(name + level, None) for level in self.levels[name]}
                assert [level for level, value in by_level.items() if value is None] == self.levels[name][:1], by_level
                eta += numpy.array([by_level[value] or 0 for value in values])
            else:
                eta += plain.pop(name) * values
        assert not plain, plain
        return eta[self.is_test]


def read():
    with CENSUS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    flag = lambda test: (numpy.array([test(row) for row in rows], float), (0, 1))
    numbers = {name: (numpy.array([float(row[name]) for row in rows]), ends) for name, ends in RANGES.items()}
    rich = {"rich": flag(lambda row: row["Salary"].startswith(">"))}
    seven = {"male": flag(lambda row: row["sex"] == "Male"), "married": flag(lambda row: row["marital-status"] == "Married-civ-spouse")}
    american = {"american": flag(lambda row: row["native-country"] == "United-States")}
    return {"7 columns": Data(rows, "rich", numbers, [], {**seven, **rich}), "66 columns": Data(rows, "rich", numbers, FACTORS, {**american, **rich}),
            "hours": Data(rows, "hours-per-week", numbers, [], seven)}


def logistic(data, fits):
    x, y = data.train
    to, truth = data.test
    theirs = [LogisticRegression(epsilon=1, data_norm=data.norm, max_iter=10_000, random_state=seed).fit(x, y).decision_function(to) for seed in range(fits)]
    plain = PlainLogistic(C=1e6, max_iter=10_000).fit(x, y).decision_function(to)
    return {who: [float(roc_auc_score(truth, each)) for each in all_of] for who, all_of in
            {"no privacy": [plain], "diffprivlib": theirs, "ours": data.ours("glm", fits, family="binomial")}.items()}


def linear(data, fits):
    x, y = data.train
    to, truth = data.test
    bounds = (numpy.where(data.x.min(0) < 0, -1.0, 0.0), numpy.ones(x.shape[1]))
    theirs = [LinearRegression(epsilon=1, bounds_X=bounds, bounds_y=data.ends, random_state=seed).fit(x, y).predict(to) for seed in range(fits)]
    plain = PlainLinear().fit(x, y).predict(to)
    return {who: [float(r2_score(truth, each)) for each in all_of] for who, all_of in
            {"no privacy": [plain], "diffprivlib": theirs, "ours": data.ours("lm", fits)}.items()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--fits", type=int, default=20)
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    told = []
    for name, data in read().items():
        found = linear(data, asked.fits) if name == "hours" else logistic(data, asked.fits)
        what = "R^2 of lm under noise, hours of work" if name == "hours" else f"AUC of glm under noise, {name}"
        means = {who: statistics.mean(values) for who, values in found.items()}
        spread = {who: statistics.stdev(values) for who, values in found.items() if len(values) > 1}
        told.append({"name": what, "measured": means["ours"], "unit": what.split()[0], "against": means["diffprivlib"],
                     "target": "no less", "ok": means["ours"] >= means["diffprivlib"]})
        if not asked.json:
            print(f"{what}, epsilon 1, {asked.fits} fits each: " + ", ".join(
                f"{who} {mean:.4f}" + (f" +- {spread[who]:.4f} (least {min(found[who]):.4f})" if who in spread else "") for who, mean in means.items()))
    if asked.json:
        print(json.dumps(told))


main()
