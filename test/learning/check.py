"""What the scripts here share: data, a fit through learning_fit, R, and comparing the two."""

import json
import os
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
PEOPLE = HERE / "people.csv"
FIT = pathlib.Path(os.environ["CONCORDAT_BIN"]) / "learning_fit"
SCHEMA = [
    {"name": "age", "range": [0, 120]}, {"name": "chol", "range": [0, 600]}, {"name": "dose", "range": [0, 50]},
    {"name": "sex", "levels": ["female", "male"]}, {"name": "region", "levels": ["north", "south", "west"]},
    {"name": "smoker", "levels": ["no", "yes"]}, {"name": "disease", "levels": ["no", "yes"]},
    {"name": "visits", "range": [0, 20]}, {"name": "cost", "range": [0, 5000]}, {"name": "days", "range": [0, 3000]},
    {"name": "died", "range": [0, 1]}, {"name": "share", "range": [0, 5]},
    {"name": "site()", "levels": ["budapest", "cleveland", "zurich"]},
]
failures = []


def run(description, *flags):
    """What learning_fit prints for a description; data, schema and members are these unless it says others."""
    asked = {"csv": str(PEOPLE), "schema": SCHEMA, **description}
    done = subprocess.run([FIT, *flags], input=json.dumps(asked), text=True, capture_output=True, timeout=120, check=False)
    if done.returncode != 0:
        raise SystemExit(f"learning_fit failed: {done.stderr}\n{description}")
    return json.loads(done.stdout)


def score(csv, model):
    """What learning_score prints: what the model says of the file's rows in SQL."""
    done = subprocess.run([FIT.with_name("learning_score")], input=json.dumps({"csv": str(csv), "model": model}), text=True, capture_output=True,
                          timeout=120, check=False)
    if done.returncode != 0:
        raise SystemExit(f"learning_score failed: {done.stderr}")
    return json.loads(done.stdout)


def fit(method, formula, members=4, rules=None, **options):
    """A table of what was fitted: {"columns": …, "rows": …, "said": …, "model": …}, or {"refused": …}."""
    return run({"call": {"method": method, "formula": formula, "options": options}, "members": members, "rules": rules or {}})


# Before R code: `people` with declared levels, site as "site", and show(name, x), which prints all digits.
PREAMBLE = """
options(warn = 1)
people <- read.csv("%s", check.names = FALSE, stringsAsFactors = FALSE)
names(people)[names(people) == "site()"] <- "site"
for (each in list(%s)) people[[each[1]]] <- factor(people[[each[1]]], levels = each[-1])
show <- function(name, x) {
  x <- as.matrix(x)
  cat("==", name, "\\n", sep = "\\t")
  if (!is.null(colnames(x))) cat("names", colnames(x), sep = "\\t")
  cat("\\n")
  for (i in seq_len(nrow(x))) cat(sprintf("%%.17g", x[i, ]), sep = "\\t", fill = FALSE, "\\n")
}
"""


def r(code):
    """Runs R and returns what it showed: name -> (names of columns, rows of numbers)."""
    factors = ", ".join("c(" + ", ".join(json.dumps(word) for word in [field["name"].replace("()", ""), *field["levels"]]) + ")"
                        for field in SCHEMA if "levels" in field)
    done = subprocess.run(["Rscript", "--vanilla", "-"], input=PREAMBLE % (PEOPLE, factors) + code, text=True,
                          capture_output=True, timeout=240, check=False)
    if done.returncode != 0:
        raise SystemExit(f"R failed (tools/setup clients installs it): {done.stderr[-3000:]}")
    shown, rows = {}, None
    for line in done.stdout.splitlines():
        words = line.strip("\n").split("\t")
        if words[0] == "==":
            rows = []
            shown[words[1]] = [[], rows]
            name = words[1]
        elif words[0] == "names":
            shown[name][0] = words[1:]
        elif line.strip():
            rows.append([float(word) if word != "NA" else float("nan") for word in words if word.strip()])
    return shown


def near(found, wanted, within, what):
    """Numbers, within a share of their size (or of 1 where they are smaller)."""
    true(len(found) == len(wanted), f"{what}: {len(found)} numbers, not {len(wanted)}")
    for place, (a, b) in enumerate(zip(found, wanted)):
        if a is None:
            a = float("nan")
        both_missing = a != a and b != b
        if not (both_missing or abs(a - b) <= within * max(1e-300 if abs(b) > 1e-6 else 1, abs(b))):
            return true(False, f"{what}: at {place} {a!r}, not {b!r}")
    return True


def equal(found, wanted, what):
    """The very same."""
    return true(found == wanted, f"{what}: {found!r}, not {wanted!r}")


def true(holds, what):
    """Remembers what does not hold."""
    if not holds:
        failures.append(what)
    return holds


def end(cases):
    """The script's exit."""
    for failure in failures[:40]:
        print("FAILED", failure[:500])
    print(f"{cases} cases, {len(failures)} failures")
    sys.exit(bool(failures))
