"""Linear and generalised linear models of four hospitals and of the census against R's pooled fits, to the eighth digit."""

import csv
import os
import pathlib
import tempfile

import check

DATA = pathlib.Path(os.environ.get("CONCORDAT_DATA", check.HERE.parents[2] / "shared/data"))
HOSPITALS = ["cleveland", "hungarian", "switzerland", "va"]
HEART = [
    {"name": "age", "range": [20, 90]}, {"name": "sex", "levels": ["0", "1"]}, {"name": "cp", "levels": ["1", "2", "3", "4"]},
    {"name": "trestbps", "range": [80, 200]}, {"name": "chol", "range": [80, 610]}, {"name": "thalach", "range": [60, 210]},
    {"name": "exang", "range": [0, 1]}, {"name": "oldpeak", "range": [-3, 7]}, {"name": "num", "levels": ["not_present", "present"]},
    {"name": "weight", "range": [0, 3]}, {"name": "tenths", "range": [0, 70]}, {"name": "wins", "range": [0, 6]}, {"name": "losses", "range": [0, 6]}, {"name": "site()", "levels": HOSPITALS},
]
ADULT = [
    {"name": "age", "range": [17, 90]}, {"name": "education_num", "range": [1, 16]}, {"name": "hours", "range": [1, 99]},
    {"name": "gain", "range": [0, 99999]}, {"name": "sex", "levels": ["Female", "Male"]},
    {"name": "relationship", "levels": ["Husband", "Not-in-family", "Other-relative", "Own-child", "Unmarried", "Wife"]},
    {"name": "race", "levels": ["Amer-Indian-Eskimo", "Asian-Pac-Islander", "Black", "Other", "White"]},
    {"name": "salary", "levels": ["<=50K", ">50K"]},
]
FAMILIES = {"gaussian": "gaussian", "binomial": "binomial", "poisson": "poisson", "gamma": "Gamma",
            "inverse_gaussian": "inverse.gaussian", "negative_binomial": "negative.binomial"}

# Where R finds no start of its own, steps differ from ours, and so does how far the last one was from the maximum.
START = ", start = c(-1, 0)"

# Data, formula, family, link, other options of ours, other arguments of R's.
BINOMIAL = ("logit", "probit", "cauchit", "cloglog")
CASES = [("heart", "num ~ age + sex + chol + thalach + cp", "binomial", link, {"max_rounds": 60}, "") for link in BINOMIAL]
CASES += [("heart", "num ~ site() + age * sex", "binomial", link, {"max_rounds": 60}, "") for link in BINOMIAL]
CASES += [("heart", "cbind(wins, losses) ~ age + sex + cp", "binomial", link, {"max_rounds": 60}, "") for link in BINOMIAL]
CASES += [("heart", "cbind(wins, losses) ~ age + sex + offset(oldpeak / 5)", "binomial", "logit", {"weights": "weight"}, ", weights = weight"),
          ("adult", "cbind(education_num, 16 - education_num) ~ age + sex + hours", "binomial", "logit", {}, "")]
CASES += [("heart", "thalach ~ age + sex + trestbps + site()", "gaussian", link, {}, "") for link in ("identity", "log", "inverse")]
CASES += [("heart", "tenths ~ sex + cp + poly(age, 2, raw = TRUE)", "poisson", "log", {}, "")]
CASES += [("heart", "thalach ~ age + sex + trestbps", "poisson", link, {}, "") for link in ("log", "sqrt", "identity")]
CASES += [("heart", "trestbps ~ age + sex + thalach", "gamma", link, {}, "") for link in ("inverse", "identity", "log")]
CASES += [("heart", "trestbps ~ age + sex + thalach", "inverse_gaussian", link, {}, "") for link in ("1/mu^2", "inverse", "identity", "log")]
CASES += [("heart", "tenths ~ sex + age + cp", "negative_binomial", "log", {"theta": 0.8, "max_rounds": 60}, "")]
CASES += [("heart", "thalach ~ age + sex", "negative_binomial", link, {"theta": 8}, "") for link in ("log", "sqrt")]
CASES += [("heart", "thalach ~ age + sex", "negative_binomial", "identity", {"theta": 40}, "")]
CASES += [("adult", "education_num ~ age + sex", "negative_binomial", link, {"theta": 5}, "") for link in ("log", "sqrt", "identity")]
CASES += [
    ("heart", "num ~ age + sex + offset(oldpeak / 2)", "binomial", "logit", {"weights": "weight"}, ", weights = weight"),
    ("heart", "tenths ~ age + sex + offset(log(age))", "poisson", "log", {}, ""),
    ("heart", "trestbps ~ age + sex", "gamma", "log", {"weights": "weight"}, ", weights = weight"),
    ("heart", "thalach ~ 0 + sex + age", "gaussian", "identity", {"weights": "weight"}, ", weights = weight"),
    ("heart", "exang ~ age", "binomial", "log", {"max_rounds": 60}, START),
]
CASES += [("adult", "salary ~ age + education_num + hours + sex + relationship + race", "binomial", link, {"max_rounds": 60}, "") for link in ("logit", "probit", "cloglog")]
CASES += [("adult", "salary ~ age + education_num + hours + sex", "binomial", "cauchit", {"max_rounds": 60}, "")]
CASES += [("adult", "hours ~ age + education_num + sex + race", family, link, {}, "")
          for family, links in (("gaussian", ("identity", "log", "inverse")), ("poisson", ("log", "sqrt")), ("gamma", ("inverse", "log"))) for link in links]
CASES += [("adult", "hours ~ education_num + sex", family, "identity", {}, "") for family in ("poisson", "gamma")]  # no start of R's with more
CASES += [("adult", "hours ~ age + education_num + sex", "negative_binomial", "log", {"theta": 3}, "")]
CASES += [("adult", "age ~ education_num + sex", "inverse_gaussian", link, {"max_rounds": 60}, "") for link in ("1/mu^2", "inverse", "identity", "log")]
CASES += [("adult", "salary ~ sex", "binomial", "log", {"max_rounds": 60}, START)]
LINEAR = [
    ("heart", "thalach ~ age * sex + cp + site()", {}, ""),
    ("heart", "thalach ~ age + sex + cp", {"weights": "weight"}, ", weights = weight"),
    ("heart", "chol ~ 0 + sex + age", {}, ""),
    ("adult", "hours ~ poly(age, 3, raw = TRUE) + education_num + sex + relationship", {}, ""),
]
CODE = """
heart <- read.csv("%(heart)s", check.names = FALSE)
names(heart)[names(heart) == "site()"] <- "site"
for (each in c("sex", "cp", "num", "site")) heart[[each]] <- factor(heart[[each]])
adult <- read.csv("%(adult)s", stringsAsFactors = TRUE)
suppressMessages(library(MASS))
tell <- function(name, fit) {
  s <- summary(fit)
  table <- coef(s)
  reach <- table[, 2] * (if (colnames(table)[3] == "t value") qt(0.975, df.residual(fit)) else qnorm(0.975))
  show(name, t(cbind(table, table[, 1] - reach, table[, 1] + reach)))
  show(paste0(name, "vcov"), vcov(fit))
}
tight <- glm.control(epsilon = 1e-14, maxit = 200)
fits <- function(name, fit) {
  fit <- tryCatch(fit, error = function(e) stop(name, ": ", e))
  tell(name, fit)
  show(paste0(name, "more"), t(c(fit$deviance, fit$null.deviance, fit$df.residual, fit$df.null, fit$aic, summary(fit)$dispersion)))
}
linear <- function(name, fit) {
  s <- summary(fit)
  show(name, t(cbind(coef(s), confint(fit))))
  show(paste0(name, "vcov"), vcov(fit))
  show(paste0(name, "more"), t(c(s$sigma, s$r.squared, s$adj.r.squared, s$fstatistic, df.residual(fit), AIC(fit))))
}
"""


def hearts(folder):
    """The four hospitals in one file, as a careful analyst would have them: what is not known is missing."""
    path = folder / "heart.csv"
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([field["name"] for field in HEART])
        count = 0
        for hospital in HOSPITALS:
            for row in csv.DictReader((DATA / "heart" / f"{hospital}.data").open(), quotechar="'"):
                value = {name: "" if word in ("?", "-9", "-9.0") else word for name, word in row.items()}
                for name in ("sex", "cp"):
                    value[name] = value[name] and str(int(float(value[name])))
                for name in ("chol", "trestbps"):
                    value[name] = "" if value[name] and float(value[name]) == 0 else value[name]
                oldpeak = value["oldpeak"]
                value["tenths"] = round(abs(float(oldpeak)) * 10) if oldpeak else ""
                value["weight"] = count % 3 + (count % 5 > 0)
                value["wins"] = count % 4 + (value["num"] == "present")
                value["losses"] = 0 if count % 7 == 0 else (count // 4) % 5
                value["site()"] = hospital
                writer.writerow([value[field["name"]] for field in HEART])
                count += 1
    return path


def adults(folder):
    """The census with names that a formula can say."""
    names = {"education-num": "education_num", "hours-per-week": "hours", "capital-gain": "gain", "Salary": "salary"}
    path = folder / "adult.csv"
    with path.open("w", newline="") as out:
        rows = csv.DictReader((DATA / "adult.data").open(), skipinitialspace=True)
        writer = csv.writer(out)
        writer.writerow([field["name"] for field in ADULT])
        for row in rows:
            value = {names.get(name, name): word for name, word in row.items()}
            writer.writerow([value[field["name"]] for field in ADULT])
    return path


def r_family(family, link, options):
    """R's expression of a family."""
    theta = f"{options['theta']}, " if "theta" in options else ""
    return f'{FAMILIES[family]}({theta}link = "{link}")'


def gap(found, wanted):
    """The largest relative difference."""
    return max(abs(a - b) / abs(b) for a, b in zip(found, wanted))


def compare(what, found, shown, name, more, closest=1e-8):
    """A fit of ours with what R showed; the largest relative difference of coefficients and standard errors."""
    if not check.true("refused" not in found, f"{what}: {found.get('refused')}"):
        return 0
    names, rows = shown[name]
    check.equal([row[0].replace("site()", "site") for row in found["rows"]], names, what)
    ours = [list(column) for column in zip(*found["rows"])][1:]
    for part, (mine, theirs) in enumerate(zip(ours, rows)):
        within = closest if part < 2 else 1e-6
        for a, b in zip(mine, theirs):
            check.true(abs(a - b) <= within * max(abs(b), 1e-300 if part < 2 else 1e-9), f"{what}: {found['columns'][part + 1]} {a!r}, not {b!r}")
    check.near([n for row in found["model"]["covariance"] for n in row], [n for row in shown[name + "vcov"][1] for n in row], 1e-7, what + " covariance")
    for key, value in zip(more, shown[name + "more"][1][0]):
        mine = found["model"][key] if not isinstance(key, tuple) else found["model"][key[0]][key[1]]
        check.true(abs(mine - value) <= 1e-8 * max(1e-3, abs(value)), f"{what}: {key} {mine!r}, not {value!r}")
    return max(gap(ours[0], rows[0]), gap(ours[1], rows[1]))


def main():
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        data = {"heart": {"csv": str(hearts(folder)), "schema": HEART, "by": "site()"},
                "adult": {"csv": str(adults(folder)), "schema": ADULT, "members": 4}}
        code = CODE % {name: each["csv"] for name, each in data.items()}
        for place, (where, formula, family, link, options, more) in enumerate(CASES):
            code += f'fits("g{place}", glm({formula.replace("site()", "site")}, {r_family(family, link, options)}, {where}{more}, control = tight))\n'
        for place, (where, formula, _, more) in enumerate(LINEAR):
            code += f'linear("l{place}", lm({formula.replace("site()", "site")}, {where}{more}))\n'
        shown = check.r(code)
        worst = {}
        for place, (where, formula, family, link, options, given) in enumerate(CASES):
            call = {"method": "glm", "formula": formula, "options": {"family": family, "link": link, **options}}
            found = check.run({**data[where], "call": call})
            apart = compare(f"{where} {formula} {family} {link}", found, shown, f"g{place}",
                            ["deviance", "null_deviance", "df_residual", "df_null", "aic", "dispersion"], 1e-7 if given == START else 1e-8)
            worst[family] = max(apart if given != START else 0, worst.get(family, 0))
        for place, (where, formula, options, _) in enumerate(LINEAR):
            found = check.run({**data[where], "call": {"method": "lm", "formula": formula, "options": options}})
            apart = compare(f"{where} {formula} lm", found, shown, f"l{place}",
                            ["sigma", "r_squared", "adjusted_r_squared", "f_statistic", ("f_df", 0), ("f_df", 1), "df_residual", "aic"])
            worst["lm"] = max(apart, worst.get("lm", 0))
    for family, apart in worst.items():
        print(f"{family}: coefficients and standard errors within {apart:.1e} of R's")
    check.end(len(CASES) + len(LINEAR))


main()
