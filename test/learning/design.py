"""Formulas: terms, matrices, weights and offsets against R's model.matrix, to 1e-12."""

import check

FORMULAS = [
    "~ age", "~ age + sex", "~ sex", "~ region", "~ region + sex", "~ 0 + region", "~ region - 1", "~ sex + region - 1",
    "~ age * sex", "~ age:sex", "~ age + age:sex", "~ region * sex", "~ region:sex", "~ region + region:sex", "~ sex:region - 1",
    "~ 0 + age + region:sex", "~ (age + sex + region)^2", "~ (age + sex + region)^2 - age:sex", "~ region * sex * smoker - region",
    "~ age * region - age", "~ region / age", "~ (sex + smoker) / region", "~ I(age^2) + log(dose)", "~ exp(age / 100) + sqrt(chol)",
    "~ poly(age, 3, raw = TRUE)", "~ poly(age,2,raw=TRUE) * sex", "~ poly(age, degree = 1, raw = TRUE)",
    "~ bs(age, knots = c(40, 60), degree = 3, Boundary.knots = c(0, 120))",
    "~ bs(age, knots = 50, degree = 2, Boundary.knots = c(30, 70)) * sex",
    "~ bs(age, degree=1, intercept=TRUE, Boundary.knots=c(0,120)) - 1",
    "~ bs(dose, knots = c(1, 2.5, 5), degree = 4, Boundary.knots = c(0.5, 8))",
    "~ ns(age, knots = c(35, 50, 65), Boundary.knots = c(20, 85))", "~ ns(age, knots = 40, intercept = TRUE, Boundary.knots = c(30, 60))",
    "~ ns(age, Boundary.knots = c(10, 100))", "~ ns(log(dose), knots = c(0, 1), Boundary.knots = c(-2, 3)):sex",
    "~ site + age", "~ 1", "~ region:age + smoker + age", "~ smoker:age:sex + region", "~ sex:smoker + region",
    "~ I((age - 50) / 10) + I(-dose^2 * 2.5e-05) + log1p(visits) + abs(chol - 2e+02)", "~ -1 + age", "~ 0 + sex:age",
    "cost ~ age + offset(log(dose))", "log(cost) ~ age", "visits ~ age + offset(dose) + offset(age / 2) + sex",
    "disease ~ `age` + sex", "I(cost / dose) ~ region", "~ age + sex + age:sex + 1", "~ log2(dose) + log10(dose) + expm1(dose / 50)",
    "~ (region + sex):smoker", "~ region^2", "~ age - 1 + 1",
]
# R has no splines of a column whose range is declared: ours without a boundary is R's with that range.
DECLARED = [("~ bs(age, knots = c(40, 60))", "~ bs(age, knots = c(40, 60), Boundary.knots = c(0, 120))"),
            ("~ ns(age, knots = 60)", "~ ns(age, knots = 60, Boundary.knots = c(0, 120))")]

CODE = """
library(splines)
suppressWarnings({
%s
})
"""
ONE = """
frame <- model.frame(%s, people, weights = share, na.action = na.omit)
frame <- frame[apply(model.matrix(attr(frame, "terms"), frame), 1, function(x) all(is.finite(x))), , drop = FALSE]
x <- model.matrix(attr(frame, "terms"), frame)
show("x%d", x)
show("assign%d", t(attr(x, "assign")))
y <- model.response(frame)
if (is.factor(y)) y <- as.numeric(y != levels(y)[1])
show("y%d", t(if (is.null(y)) numeric(0) else y))
show("w%d", t(model.weights(frame)))
o <- model.offset(frame)
show("o%d", t(if (is.null(o)) rep(0, nrow(frame)) else o))
"""


def compare(place, ours, theirs, shown):
    """One formula in both."""
    found = check.run({"call": {"formula": ours.replace("site ", "site() ")}, "weights": "share"}, "--design")
    if not check.true("refused" not in found, f"{ours}: {found.get('refused')}"):
        return
    names, rows = shown[f"x{place}"]
    wanted = [name.replace("site", "site()") for name in names]
    if ours == theirs:
        check.equal(found["terms"], [name.replace("`age`", "age") for name in wanted], ours)
    check.equal(len(found["x"]), len(rows), ours + " rows")
    check.near([n for row in found["x"] for n in row], [n for row in rows for n in row], 1e-12, ours + " matrix")
    check.near(found["assign"], shown[f"assign{place}"][1][0], 0, ours + " assign")
    for key, letter in (("weights", "w"), ("offset", "o")):
        check.near(found[key], shown[letter + str(place)][1][0], 1e-12, f"{ours} {key}")
    response = shown[f"y{place}"][1]
    check.near(found["y"], response[0] if response else [], 1e-12, ours + " y")
    restored(found, ours)


def restored(found, what):
    """Coefficients of scaled columns, turned back, predict the same: scaled is x times unscale."""
    back = found["unscale"]
    for row, scaled in list(zip(found["x"], found["scaled"]))[:20]:
        check.near([sum(row[i] * back[i][j] for i in range(len(row))) for j in range(len(row))], scaled, 1e-9, what + " scaled")


def main():
    pairs = [(formula, formula) for formula in FORMULAS] + DECLARED
    shown = check.r(CODE % "".join(ONE % (theirs, *[place] * 5) for place, (_, theirs) in enumerate(pairs)))
    for place, (ours, theirs) in enumerate(pairs):
        compare(place, ours, theirs, shown)
    check.end(len(pairs))


main()
