#!/usr/bin/env python3
"""Logistic regression of seven columns of Adult under epsilon 1, ours and diffprivlib's (PyPI): logistic.py LEARNING_FIT ADULT.DATA [FITS].

AUC of the test rows (place mod 5 = 0) of models of the others, medians over so many fits, as JSON. Columns are the same numbers, scaled by the same
ranges to [-1, 1]. diffprivlib perturbs the objective for pure epsilon 1; ours is epsilon 1 at delta 1e-6 (rho 0.0278), as four members.
"""
import csv
import json
import pathlib
import statistics
import subprocess
import sys
import tempfile
import warnings

import numpy
from diffprivlib.models import LogisticRegression
from sklearn.linear_model import LogisticRegression as Plain
from sklearn.metrics import roc_auc_score

RANGES = {"age": (17, 90), "education": (1, 16), "hours": (1, 99), "gain": (0, 99999), "loss": (0, 4356), "male": (0, 1), "married": (0, 1)}
RHO = 0.0278


def rows(path):
    with open(path, encoding="utf-8") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            yield [int(row["age"]), int(row["education-num"]), int(row["hours-per-week"]), int(row["capital-gain"]), int(row["capital-loss"]),
                   int(row["sex"] == "Male"), int(row["marital-status"] == "Married-civ-spouse"), int(row["Salary"].startswith(">"))]


def ours(program, train, test, truth, fits, options):
    schema = [{"name": name, "range": ends} for name, ends in RANGES.items()] + [{"name": "rich", "range": [0, 1]}]
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "train.csv"
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([[field["name"] for field in schema], *train.tolist()])
        asked = {"csv": str(path), "schema": schema, "members": 4, "noise": {"rho": RHO, "fits": fits},
                 "call": {"method": "glm", "formula": "rich ~ " + " + ".join(RANGES), "options": {"family": "binomial", **options}}}
        done = subprocess.run([program], input=json.dumps(asked), text=True, capture_output=True, check=True)
    areas = []
    for fit in json.loads(done.stdout):
        beta = numpy.array([row[1] for row in fit["rows"]])
        areas.append(roc_auc_score(truth, beta[0] + test @ beta[1:]))
    return areas


def main(program, path, fits=20):
    table = numpy.array(list(rows(path)))
    is_test = numpy.arange(len(table)) % 5 == 0
    train, test = table[~is_test], table[is_test]
    low, high = (numpy.array(ends) for ends in zip(*RANGES.values()))
    scaled = lambda part: 2 * (part[:, :-1] - low) / (high - low) - 1
    x, y, to, truth = scaled(train), train[:, -1], scaled(test), test[:, -1]
    warnings.simplefilter("ignore")
    plain = roc_auc_score(truth, Plain(C=1e6, max_iter=10_000).fit(x, y).decision_function(to))
    others = [roc_auc_score(truth, LogisticRegression(epsilon=1, data_norm=len(RANGES) ** 0.5, max_iter=10_000, random_state=seed).fit(x, y).decision_function(to))
              for seed in range(fits)]
    mine = ours(program, train, test[:, :-1], truth, fits, {})
    told = {"rows": len(train), "no privacy": plain, "diffprivlib": others, "ours": mine}
    print(json.dumps({name: value if not isinstance(value, list) else
                      {"median": statistics.median(value), "least": min(value), "most": max(value)} for name, value in told.items()}))


main(*sys.argv[1:3], *map(int, sys.argv[3:]))
