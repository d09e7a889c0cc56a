#!/usr/bin/env python3
"""Networks that other programs read: onnxruntime tells the same of every row as what was fitted, and safetensors reads the same weights."""

import pathlib
import tempfile

import numpy as np
import onnxruntime
from check import PEOPLE, end, run, score, true
from safetensors.numpy import load_file

COLUMNS = "age + chol + dose + visits"
CASES = [
    ("disease ~ age + chol + sex + region", "dense(8) relu dropout(0.1) dense(1) sigmoid"),
    ("disease ~ age + sex + region", "embedding(3) layer_norm dense(4) tanh dense(1) sigmoid"),
    ("region ~ age + chol + sex", "dense(6) group_norm(2) sigmoid dense(3) softmax"),
    ("cost ~ age + chol + sex", "dense(5) tanh dense(1)"),
    (f"disease ~ {COLUMNS} + sex + smoker", "sequence(2, 3) conv1d(3, 2) relu group_norm(3) dense(1) sigmoid"),
    (f"region ~ {COLUMNS}", "image(1, 2, 2) conv2d(3, 1) conv2d(4, 2) tanh dense(3) softmax"),
    (f"disease ~ {COLUMNS} + poly(age, 2, raw = TRUE)", "image(1, 2, 3) conv2d(2, 2, 1) dense(1) sigmoid"),
    (f"cost ~ {COLUMNS} + poly(age, 2, raw = TRUE) + sex", "sequence(1, 7) conv1d(4, 3, 2) tanh dropout(0.2) conv1d(2, 2) dense(1)"),
    ("disease ~ age + sex + region", "embedding(4) sequence(3, 3) conv1d(4, 2) layer_norm relu dense(1) sigmoid"),
]
RULES = {"minimum_rows": 20, "minimum_cell": 5, "parameters_share": 10}


def in_sql(model, told, what):
    """As questions have it: the number, within its declared range, or how likely the first level is not; nothing where something is missing."""
    scored = score(PEOPLE, model)
    if not true("scores" in scored, f"{what}: {scored}"):
        return False
    known = np.array([p for p in scored["scores"] if p is not None])
    wanted = told[:, 0] if told.shape[1] == 1 else 1 - told[:, 0]
    if "half" in model["response"]:
        centre, half = model["response"]["centre"], model["response"]["half"]
        wanted = np.clip(wanted, centre - half, centre + half)
    if not true(len(known) >= len(wanted) > 0, f"{what}: {len(known)} scores, {len(wanted)} told"):
        return False
    # The fit leaves out rows without a response too: their scores stand between those of the others.
    place, scale = 0, max(1.0, np.abs(wanted).max())
    for each in known:
        if place < len(wanted) and abs(each - wanted[place]) <= 1e-5 * scale:
            place += 1
    return true(place == len(wanted), f"{what}: {place} of {len(wanted)} scores are those of onnxruntime")


def main():
    with tempfile.TemporaryDirectory() as folder:
        for place, (formula, layers) in enumerate(CASES):
            path = str(pathlib.Path(folder) / str(place))
            options = {"layers": layers, "rounds": 4, "learning_rate": 0.3}
            asked = {"call": {"method": "network", "formula": formula, "options": options}, "rules": RULES, "exports": path}
            fitted = run(asked)
            true("model" in fitted, f"{formula}, {layers}: {fitted.get('refused')}")
            design = run({"call": {"formula": fitted["model"]["formula"]}}, "--design")
            matrix = np.array(design["x"], dtype=np.float32)[:, 1:]
            session = onnxruntime.InferenceSession(path + ".onnx", providers=["CPUExecutionProvider"])
            told = session.run(["y"], {"x": matrix})[0]
            here = np.array(fitted["told"])
            scale = max(1.0, np.abs(here).max())
            true(told.shape == here.shape, f"{layers}: {told.shape} there, {here.shape} here")
            true(np.abs(told - here).max() <= 1e-5 * scale, f"{layers}: off by {np.abs(told - here).max()} of {scale}")
            tensors = load_file(path + ".safetensors")
            true(sum(tensor.size for tensor in tensors.values()) == fitted["model"]["parameters"], f"{layers}: {tensors.keys()}")
            true(np.ptp(here) > 0, f"{layers}: tells the same of every row")
            in_sql(fitted["model"], told, f"{formula}, {layers}")
    end(len(CASES))


main()
