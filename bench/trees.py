#!/usr/bin/env python3
"""Boosted trees over four real nodes against XGBoost (PyPI, xgboost-cpu) on all rows in one place: trees.py [--json]

Adult, all 14 columns; rows whose place is divisible by 5 judge, the others are dealt out among four nodes of their own homes and processes on
this machine. Both grow as many trees, as deep, at the same eta and over as many bins; factors are factors to both. Ours is read by the stock library, from the
model's export, and judged by its predictions; its time is of the whole fit, planning, reading, receipts and the answer included. CONCORDAT_BIN has the programs, CONCORDAT_DATA the rows.
"""
import time

import numpy
import xgboost

from comparison import CENSUS, Four, Lines, census, fitted, levels

SETTINGS = ({"trees": 100, "depth": 6, "eta": 0.1, "bins": 64}, {"trees": 100, "depth": 6, "eta": 0.1, "bins": 256},
            {"trees": 200, "depth": 4, "eta": 0.2, "bins": 256})
FEATURES = list(CENSUS)[:-1]
CALL = "SELECT feature FROM concordat.boost('income ~ " + " + ".join(FEATURES) + "', 'people', {})"


def matrix(rows, words, responses=False):
    x = numpy.full((len(rows), len(FEATURES)), numpy.nan, dtype=numpy.float32)
    for j, name in enumerate(FEATURES):
        for i, row in enumerate(rows):
            if row[name]:
                x[i, j] = words[name].index(row[name]) if name in words else float(row[name])
    y = numpy.array([row["income"] == ">50K" for row in rows])
    kinds = ["c" if name in words else "float" for name in FEATURES]
    return xgboost.DMatrix(x, y if responses else None, feature_names=FEATURES, feature_types=kinds, enable_categorical=True)


def area(y, p):
    """Under the curve of sensitivity and specificity, ties by half."""
    _, places, counts = numpy.unique(p, return_inverse=True, return_counts=True)
    ranks = (numpy.cumsum(counts) - (counts - 1) / 2)[places]
    ones = y.sum()
    return (ranks[y].sum() - ones * (ones + 1) / 2) / (ones * (len(y) - ones))


def pooled(rows, words, settings):
    data = matrix(rows, words, responses=True)
    begin = time.monotonic()
    model = xgboost.train({"objective": "binary:logistic", "max_depth": settings["depth"], "eta": settings["eta"], "max_bin": settings["bins"],
                           "tree_method": "hist", "max_cat_to_onehot": 1}, data, settings["trees"])
    return model, time.monotonic() - begin


def together(four, settings):
    """The same over four nodes: the model as the stock library reads it, seconds."""
    options = ", ".join(f"{name} => {value}" for name, value in settings.items())
    _, took, model = fitted(four.session("fits"), CALL.format(options))
    booster = xgboost.Booster()
    booster.load_model(bytearray(four[four.NAMES[0]].verb("model", "export", model, "--as", "xgboost").encode()))
    return booster, took


def main():
    rows = census()
    words = levels(rows)
    fit, judge = [row for i, row in enumerate(rows) if i % 5], rows[::5]
    truth, judged = numpy.array([row["income"] == ">50K" for row in judge]), matrix(judge, words)
    lines = Lines()
    with Four(fit, words) as four:
        for settings in SETTINGS:
            theirs, their_time = pooled(fit, words, settings)
            ours, our_time = together(four, settings)
            their_area, our_area = (area(truth, model.predict(judged)) for model in (theirs, ours))
            what = "{trees} trees of depth {depth} at eta {eta} over {bins} bins".format(**settings)
            lines.add(f"{what}: area, XGBoost on all rows in one place", their_area, "")
            lines.add(f"{what}: area, four nodes", our_area, "", their_area, (">=", their_area - 0.001))
            lines.add(f"{what}: a tree, XGBoost on all rows in one place", their_time / settings["trees"], "s")
            lines.add(f"{what}: a tree, four nodes", our_time / settings["trees"], "s", their_time / settings["trees"], ("<=", 0.1))
    lines.end()


if __name__ == "__main__":
    main()
