"""Lasso, ridge and elastic net over members against glmnet."""

import check

# glmnet scales a gaussian response to unit variance first, which weighs a lasso against a ridge otherwise: alpha and lambda are turned into its own.
CODE = """
suppressMessages(library(glmnet))
paths <- function(name, formula, family, alpha, lambda) {
  x <- model.matrix(formula, people)[, -1]
  y <- model.response(model.frame(formula, people))
  scale <- 1
  if (family == "gaussian") { y <- as.numeric(y); scale <- sqrt(mean((y - mean(y))^2)); y <- y / scale }
  both <- alpha / scale + 1 - alpha
  fit <- glmnet(x, y, family, alpha = alpha / scale / both, lambda = lambda * both, thresh = 1e-20, maxit = 1e7)
  show(name, t(as.matrix(coef(fit))) * scale)
}
"""
CASES = [
    ("cost ~ age + chol + sex + region + visits", "gaussian", 1, [200, 50, 10, 1]),
    ("cost ~ age * sex + region + visits", "gaussian", 0.5, [2, 0.02]),
    ("cost ~ age + sex + region + visits", "gaussian", 0, [0.5, 0.01]),
    ("disease ~ age + chol + sex + region", "binomial", 1, [0.1, 0.02, 0.001]),
    ("disease ~ age + chol + sex + region", "binomial", 0.3, [0.1, 0.01]),
    ("visits ~ age + sex + region", "poisson", 1, [0.1, 0.01]),
]


def main():
    code = CODE
    for place, (formula, family, alpha, lambdas) in enumerate(CASES):
        code += f'paths("p{place}", {formula}, "{family}", {alpha}, c({", ".join(map(str, lambdas))}))\n'
    shown = check.r(code)
    for place, (formula, family, alpha, lambdas) in enumerate(CASES):
        what = f"{formula} {family} {alpha}"
        found = check.fit("penalised", formula, family=family, alpha=alpha, **{"lambda": ", ".join(map(str, lambdas))})
        if not check.true("refused" not in found, f"{what}: {found.get('refused')}"):
            continue
        columns = found["columns"]
        check.equal(columns[:3], ["lambda", "term", "estimate"], what)
        check.true(all(row[3:] == [None] * (len(columns) - 3) for row in found["rows"]), f"{what}: no standard errors")
        wanted = [number for row in shown[f"p{place}"][1] for number in row]
        ours = [row[2] for row in found["rows"]]
        largest = max(abs(number) for number in wanted)
        check.true(len(ours) == len(wanted), f"{what}: {len(ours)} numbers, not {len(wanted)}")
        for a, b in zip(ours, wanted):
            check.true(abs(a - b) <= 1e-6 * largest, f"{what}: {a!r}, not {b!r}")
            check.true((a == 0) == (b == 0), f"{what}: chooses {a!r} where glmnet has {b!r}")
    check.end(len(CASES))


main()
