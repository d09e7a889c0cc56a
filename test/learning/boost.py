"""Boosted trees against XGBoost: the stock library reads the model and predicts alike, its own trees on the same cuts are
the same, and over four members the census is told apart as well as by XGBoost on all rows in one place.

  boost.py            the tests
  boost.py --bench    the census at full length, with times
"""

import csv
import json
import os
import pathlib
import sys
import tempfile
import time

import numpy
import xgboost

import check

DATA = pathlib.Path(os.environ.get("CONCORDAT_DATA", check.HERE.parents[1].parent / "shared/data"))
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="concordat-boost-"))
EXACT = {"minimum_rows": 10, "minimum_cell": 1, "parameters_share": 100}
NAMES = {"binary": "binary:logistic", "regression": "reg:squarederror", "count": "count:poisson"}
# response, features, options. Features have fewer values than there are bins, so that both cut wherever values differ.
CASES = [
    ("disease", ["age", "visits", "sex", "region"], {"objective": "binary", "depth": 3, "trees": 8}),
    ("disease", ["age", "visits", "region", "smoker"], {"objective": "binary", "depth": 5, "eta": 0.1, "lambda": 3, "trees": 8}),
    ("disease", ["age", "region"], {"objective": "binary", "base_score": 0.3, "gamma": 2, "min_child_weight": 4, "trees": 8}),
    ("cost", ["age", "visits", "sex", "disease"], {"objective": "regression", "depth": 4, "trees": 8, "min_child_weight": 9}),
    ("visits", ["age", "sex", "region"], {"objective": "count", "depth": 3, "trees": 8}),
    ("disease", ["age", "visits", "sex", "region"], {"objective": "binary", "depth": 4, "trees": 8, "monotone": "age:+1, visits:-1"}),
    ("cost", ["age", "visits", "sex", "disease"], {"objective": "regression", "depth": 5, "trees": 8, "min_child_weight": 9, "monotone": "visits:-1, age:1"}),
    ("visits", ["age", "sex", "region"], {"objective": "count", "depth": 4, "trees": 8, "monotone": "age:+1"}),
]
ADULT = {"age": [17, 90], "workclass": None, "fnlwgt": [0, 1500000], "education": None, "education_num": [1, 16],
         "marital_status": None, "occupation": None, "relationship": None, "race": None, "sex": None,
         "capital_gain": [0, 99999], "capital_loss": [0, 5000], "hours_per_week": [1, 99], "native_country": None, "income": None}


def matrix(rows, names, schema):
    """Values as XGBoost takes them: numbers, places of levels, NaN where nothing is known."""
    x = numpy.full((len(rows), len(names)), numpy.nan, dtype=numpy.float32)
    for j, name in enumerate(names):
        levels = schema[name].get("levels")
        for i, row in enumerate(rows):
            if row[name] not in ("", "NA"):
                x[i, j] = levels.index(row[name]) if levels else float(row[name])
    types = ["c" if "levels" in schema[name] else "float" for name in names]
    return lambda y: xgboost.DMatrix(x, y, feature_names=names, feature_types=types, enable_categorical=True)


def asked(path, schema, formula, rules, options):
    return {"csv": str(path), "schema": list(schema.values()), "members": 4, "rules": rules,
            "call": {"method": "boost", "formula": formula, "options": options}}


def read(text):
    """The model by the stock library."""
    booster = xgboost.Booster()
    booster.load_model(bytearray(json.dumps(text).encode()))
    return booster


def trained(data, options, bins=256):
    signs = dict(part.strip().split(":") for part in options.get("monotone", "").split(",") if part)
    tied = {"monotone_constraints": {name: int(sign) for name, sign in signs.items()}} if signs else {}
    base = {"base_score": options["base_score"]} if "base_score" in options else {}
    return xgboost.train({"objective": NAMES[options["objective"]], "max_depth": options.get("depth", 6), "eta": options.get("eta", 0.3),
                          "lambda": options.get("lambda", 1), "gamma": options.get("gamma", 0), "tree_method": "hist",
                          "min_child_weight": options.get("min_child_weight", 1), "max_bin": bins, "subsample": options.get("subsample", 1),
                          "colsample_bytree": options.get("colsample", 1), "seed": options.get("seed", 0), **base, **tied}, data, options["trees"])


def compare(response, features, options):
    """With XGBoost's own reading of the model, and with its own trees."""
    schema = {field["name"]: field for field in check.SCHEMA}
    name = f"{response} ~ {' + '.join(features)} {options}"
    with check.PEOPLE.open() as file:
        rows = list(csv.DictReader(file))
    for rules in (EXACT, {"minimum_rows": 50, "minimum_cell": 8, "parameters_share": 1}):
        found = check.run(asked(check.PEOPLE, schema, f"{response} ~ {' + '.join(features)}", rules, {"bins": 256, **options}), "--xgboost")
        if not check.true("refused" not in found, f"{name}: {found.get('refused')}"):
            return
        data = matrix(rows, features, schema)
        theirs = [float(p) for p in read(found["xgboost"]).predict(data(None))]
        check.near(theirs, found["predictions"], 1e-6, f"{name}, read by XGBoost")
        check.near(check.score(check.PEOPLE, found["model"])["scores"], theirs, 1e-5, f"{name}, in SQL")
        check.true("sum_hessian" in json.dumps(found["xgboost"]) and all(not any(tree["sum_hessian"]) for tree in
                   found["xgboost"]["learner"]["gradient_booster"]["model"]["trees"]), f"{name}: hessians show")
        if rules is EXACT:
            levels = schema[response].get("levels")
            known = [place for place, row in enumerate(rows) if row[response] != "NA"]
            y = [levels.index(rows[i][response]) if levels else float(rows[i][response]) for i in known]
            base = float(found["xgboost"]["learner"]["learner_model_param"]["base_score"])
            theirs = trained(matrix([rows[i] for i in known], features, schema)(y), {**options, "base_score": base})
            check.near([found["predictions"][i] for i in known],
                       [float(p) for p in theirs.predict(matrix([rows[i] for i in known], features, schema)(None))], 1e-5, f"{name}, trained by XGBoost")
            gains = read(found["xgboost"]).get_score(importance_type="total_gain")
            check.near([row[2] for row in found["rows"]], [gains.get(row[0], 0) for row in found["rows"]], 1e-4, f"{name}: gains")


def area(y, p):
    """Under the curve of sensitivity and specificity, ties by half."""
    _, places, counts = numpy.unique(p, return_inverse=True, return_counts=True)
    ranks = (numpy.cumsum(counts) - (counts - 1) / 2)[places]
    ones = y.sum()
    return (ranks[y == 1].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones))


def census():
    """Rows, three quarters to fit and one to judge by, and the schema."""
    with (DATA / "adult.data").open() as file:
        rows = [[word.strip() for word in row] for row in csv.reader(file) if len(row) == 15][1:]
    rows = [dict(zip(ADULT, ["" if word == "?" else word for word in row])) for row in rows]
    schema = {name: {"name": name, "range": span} if span else
              {"name": name, "levels": sorted({row[name] for row in rows} - {""})} for name, span in ADULT.items()}
    order = numpy.random.default_rng(1994).permutation(len(rows))
    cut = len(rows) * 3 // 4
    return [rows[i] for i in order[:cut]], [rows[i] for i in order[cut:]], schema


def rho(epsilon, delta=1e-6):
    """What zCDP an epsilon is worth: Canonne, Kamath, Steinke (2020), corollary 13, by halves."""
    def needed(r):
        orders = 1 + numpy.logspace(-3, 4, 4000)
        bound = (orders - 1) * (orders * r - epsilon) + orders * numpy.log1p(-1 / orders) - numpy.log(orders - 1)
        return bound.min() <= numpy.log(delta)
    low, high = 0.0, epsilon
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if needed(middle) else (low, middle)
    return low


def written(name, rows):
    path = FOLDER / f"{name}.csv"
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, list(ADULT))
        writer.writeheader()
        writer.writerows(rows)
    return path


def census_in_sql(judged, found, told):
    """Of rows that the fit did not see, with levels that are missing and some that it never met."""
    path = written("judged", judged)
    started = time.monotonic()
    scored = check.score(path, found["model"])
    if check.true("scores" in scored, f"census in SQL: {scored.get('refused')}"):
        check.near(scored["scores"], [float(p) for p in told], 1e-5, "census in SQL")
        print(f"census in SQL: {len(judged)} rows in {time.monotonic() - started:.1f} s, a document of {len(json.dumps(scored['document'], separators=(',', ':')))} bytes")


def income(options, rules=None, noise=None):
    """Areas of XGBoost on all rows in one place and of a fit over four members, on rows that neither saw; seconds of both."""
    rows, judged, schema = census()
    path = written("census", rows)
    names = list(ADULT)[:-1]
    y = numpy.array([row["income"] == ">50K" for row in judged])
    data, judge = matrix(rows, names, schema)([row["income"] == ">50K" for row in rows]), matrix(judged, names, schema)(None)
    started = time.monotonic()
    theirs = trained(data, {"objective": "binary", "trees": 100, "eta": 0.1, **options}, options.get("bins", 64))
    middle = time.monotonic()
    found = check.run({**asked(path, schema, "income ~ " + " + ".join(names), rules or {}, options), **({"noise": noise} if noise else {})},
                      "--xgboost")
    took = time.monotonic() - middle
    if not check.true("refused" not in found, f"census: {found.get('refused')}"):
        return None
    if not noise:
        census_in_sql(judged, found, read(found["xgboost"]).predict(judge))
    return area(y, theirs.predict(judge)), area(y, read(found["xgboost"]).predict(judge)), middle - started, took, len(found["said"])


def hours(objective, noise):
    """Share of the variance of hours a week that a noisy fit explains, on rows that it did not see."""
    rows, judged, schema = census()
    path = written("hours", rows)
    names = [name for name in ADULT if name not in ("hours_per_week", "fnlwgt")]
    found = check.run({**asked(path, schema, "hours_per_week ~ " + " + ".join(names), {}, {"objective": objective}), "noise": noise}, "--xgboost")
    if not check.true("refused" not in found, f"hours: {found.get('refused')}"):
        return 0
    truth = numpy.array([float(row["hours_per_week"]) for row in judged])
    told = read(found["xgboost"]).predict(matrix(judged, names, schema)(None))
    return 1 - ((truth - told) ** 2).sum() / ((truth - truth.mean()) ** 2).sum()


def main():
    if "--bench" in sys.argv:
        for options in ({"trees": 100, "depth": 6, "eta": 0.1}, {"trees": 100, "depth": 4, "eta": 0.2}, {"trees": 100, "depth": 6, "eta": 0.3}):
            theirs, ours, their_time, took, rounds = income({"objective": "binary", "bins": 64, **options})
            print(f"{options}: XGBoost {theirs:.4f} in {their_time:.1f} s, four members {ours:.4f} in {rounds} rounds, {took:.1f} s in one process")
        for epsilon in (1, 3):
            for seed in (1, 2, 3):
                # Four owners, two of whom are counted on: as much noise as of half the budget.
                theirs, ours, *_ = income({"seed": seed}, noise={"rho": rho(epsilon) / 2, "seed": seed})
                print(f"epsilon {epsilon} (rho {rho(epsilon):.4f}), seed {seed}: {ours:.4f}, XGBoost without noise {theirs:.4f}")
        return
    for case in CASES:
        compare(*case)
    theirs, ours, *_ = income({"objective": "binary", "trees": 30, "depth": 4, "bins": 64, "eta": 0.2}) or (1, 0)
    print(f"census: area {ours:.4f} over four members, {theirs:.4f} by XGBoost")
    check.true(ours >= theirs - 0.001, f"census: area {ours}, and XGBoost's is {theirs}")
    # Rows and features are drawn by other generators than XGBoost's: areas wander by some 0.002 with the seed.
    drawn = {"objective": "binary", "trees": 30, "depth": 4, "bins": 64, "eta": 0.2, "subsample": 0.5, "colsample": 0.5}
    theirs, ours, *_ = income(drawn) or (1, 0)
    print(f"census, half of rows and features a tree: area {ours:.4f} over four members, {theirs:.4f} by XGBoost")
    check.true(ours >= theirs - 0.005, f"census, drawn: area {ours}, and XGBoost's is {theirs}")
    # The area at epsilon 1 is 0.90, give or take 0.003 by the noise's seed: below 0.88 not once in a million.
    theirs, noisy, *_ = income({"seed": 1}, noise={"rho": rho(1) / 2, "seed": 1}) or (1, 0)
    print(f"census at epsilon 1: area {noisy:.4f}")
    check.true(noisy >= 0.88, f"census at epsilon 1: area {noisy}")
    # 0.20 and 0.15 at epsilon 1; XGBoost without noise explains 0.27.
    for objective, least in (("regression", 0.15), ("count", 0.1)):
        explained = hours(objective, {"rho": rho(1) / 2, "seed": 1})
        print(f"hours a week at epsilon 1, {objective}: {explained:.3f} explained")
        check.true(explained >= least, f"hours, {objective}: {explained}")
    check.end(len(CASES) * 2 + 5)


main()
