"""Linear mixed models with a random intercept for the site against R's lme4, to 1e-6."""

import csv
import pathlib
import random
import tempfile

import check

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="concordat-mixed-"))
SITES = ["budapest", "cleveland", "long-beach", "zurich", "basel"]
SCHEMA = [{"name": "y", "range": [0, 400]}, {"name": "age", "range": [0, 120]}, {"name": "dose", "range": [0, 50]},
          {"name": "sex", "levels": ["female", "male"]}, {"name": "site()", "levels": SITES}]
EXACT = {"minimum_rows": 10, "minimum_cell": 1, "parameters_share": 1}
MODELS = [("differ", "y ~ age + sex"), ("differ", "y ~ age * sex + dose"), ("differ", "y ~ 1"), ("alike", "y ~ age + sex"),
          ("far", "y ~ age + dose"), ("differ", "y ~ 0 + age + sex")]
CODE = """
suppressMessages(library(lme4))
data <- na.omit(read.csv("%s/%s.csv", check.names = FALSE, stringsAsFactors = TRUE, na.strings = ""))
names(data)[names(data) == "site()"] <- "site"
fit <- suppressMessages(lmer(%s + (1 | site), data, REML = %s,
  control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-11, maxfun = 1e5), calc.derivs = FALSE)))
show("fixed%d", unname(cbind(fixef(fit), sqrt(diag(as.matrix(vcov(fit)))))))
show("sd%d", t(as.data.frame(VarCorr(fit))$sdcor))
show("criterion%d", t(if (%s) REMLcrit(fit) else deviance(fit)))
"""


def write(name, spread):
    """Sites of unlike sizes; each member's rows come in turn, with rows of missing values where it has no more."""
    draw = random.Random(name)
    with open(FOLDER / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow([field["name"] for field in SCHEMA])
        effects = [draw.gauss(0, spread) for _ in SITES]
        for row in range(120):
            for place, site in enumerate(SITES):
                age, dose, sex = draw.uniform(20, 90), draw.expovariate(0.2), draw.random() < 0.4
                y = 150 + 0.8 * age - 1.5 * dose + 9 * sex + effects[place] + draw.gauss(0, 20)
                kept = row < 20 + 25 * place
                out.writerow([y if kept else "", age, dose, "male" if sex else "female", site])


def fit(data, formula, members, **options):
    call = {"method": "mixed", "formula": formula + " + (1 | site())", "options": options}
    return check.run({"csv": str(FOLDER / f"{data}.csv"), "schema": SCHEMA, "call": call, "members": members, "rules": EXACT})


def compare(place, data, formula, reml, shown):
    what = f"mixed {data} {formula} reml={reml}"
    found = fit(data, formula, len(SITES), reml=reml)
    if not check.true("refused" not in found, f"{what}: {found.get('refused')}"):
        return
    rows = [row[1:3] for row in found["rows"]][:-2]
    check.near([n for row in rows for n in row], [n for row in shown[f"fixed{place}"][1] for n in row], 1e-6, what)
    spread = [found["model"]["sd_site"], found["model"]["sd_residual"]]
    for ours, theirs in zip(spread, shown[f"sd{place}"][1][0]):
        check.true(abs(ours - theirs) <= 2e-6 * max(1, theirs), f"{what}: deviation {ours}, not {theirs}")
    check.near([found["model"]["criterion"]], shown[f"criterion{place}"][1][0], 1e-9, what + " criterion")
    one = fit(data, formula, 1, reml=reml)
    check.near([row[1] for row in one["rows"]][:-2], [row[0] for row in rows], 1e-10, what + " by one")


def main():
    write("differ", 15)
    write("alike", 0)
    write("far", 60)
    cases = [(data, formula, reml) for data, formula in MODELS for reml in (True, False)]
    code = ""
    for place, (data, formula, reml) in enumerate(cases):
        flag = str(reml).upper()
        code += CODE % (FOLDER, data, formula, flag, place, place, place, flag)
    shown = check.r(code)
    for place, (data, formula, reml) in enumerate(cases):
        compare(place, data, formula, reml, shown)
    check.end(len(cases))


main()
