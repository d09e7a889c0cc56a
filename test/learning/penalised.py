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
# Standard errors of a ridge at its own maximum, from its sums: (X'WX + P)^-1 X'WX (X'WX + P)^-1 phi.
errors <- function(name, formula, family, lambda) {
  x <- model.matrix(formula, people)
  y <- model.response(model.frame(formula, people))
  if (is.factor(y)) y <- as.numeric(y) - 1
  n <- nrow(x)
  penalty <- lambda * n * diag(c(0, colMeans(sweep(x, 2, colMeans(x))^2)[-1]))
  b <- coef(glm(y ~ 0 + x, family = family))
  for (i in 1:100) {
    eta <- drop(x %*% b); mu <- family$linkinv(eta)
    w <- family$mu.eta(eta)^2 / family$variance(mu)
    information <- crossprod(x, w * x)
    b <- drop(solve(information + penalty, crossprod(x, w * (eta + (y - mu) / family$mu.eta(eta)))))
  }
  phi <- if (family$family == "gaussian") sum((y - x %*% b)^2) / (n - ncol(x)) else 1
  inverse <- solve(information + penalty)
  show(name, t(cbind(b, sqrt(phi * diag(inverse %*% information %*% inverse)))))
}
"""
RIDGES = [  # formula, family, lambda, method and its options
    ("cost ~ age + sex + region + visits", "gaussian", 0.5, "penalised", {"alpha": 0, "lambda": "0.5, 2"}),
    ("disease ~ age + chol + sex + region", "binomial", 0.05, "penalised", {"alpha": 0, "lambda": 0.05}),
    ("visits ~ age + sex + region", "poisson", 0.1, "penalised", {"alpha": 0, "lambda": "0.1, 0.5"}),
    ("cost ~ age + sex + region + visits", "gaussian", 0.5, "glm", {"ridge": 0.5}),
    ("disease ~ age + chol + sex + region", "binomial", 0.05, "glm", {"ridge": 0.05}),
]
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
    for place, (formula, family, value, _, _) in enumerate(RIDGES):
        code += f'errors("r{place}", {formula}, {family}(), {value})\n'
    shown = check.r(code)
    for place, (formula, family, value, method, options) in enumerate(RIDGES):
        what = f"{method} {formula} {family} ridge {value}"
        found = check.fit(method, formula, family=family, **options)
        if check.true("refused" not in found, f"{what}: {found.get('refused')}"):
            at = found["columns"].index("estimate")
            rows = [row for row in found["rows"] if method == "glm" or row[0] == value]
            ours = [row[at] for row in rows] + [row[at + 1] for row in rows]
            check.near(ours, [number for row in shown[f"r{place}"][1] for number in row], 1e-7, what)
            check.true(all(abs(row[at + 2] - row[at] / row[at + 1]) < 1e-9 and row[at + 4] < row[at] < row[at + 5] for row in rows), f"{what}: {rows}")
    for place, (formula, family, alpha, lambdas) in enumerate(CASES):
        what = f"{formula} {family} {alpha}"
        found = check.fit("penalised", formula, family=family, alpha=alpha, **{"lambda": ", ".join(map(str, lambdas))})
        if not check.true("refused" not in found, f"{what}: {found.get('refused')}"):
            continue
        columns = found["columns"]
        check.equal(columns[:3], ["lambda", "term", "estimate"], what)
        check.true(all((row[3:] == [None] * (len(columns) - 3)) == (alpha > 0) for row in found["rows"]), f"{what}: standard errors of a ridge alone")
        wanted = [number for row in shown[f"p{place}"][1] for number in row]
        ours = [row[2] for row in found["rows"]]
        largest = max(abs(number) for number in wanted)
        check.true(len(ours) == len(wanted), f"{what}: {len(ours)} numbers, not {len(wanted)}")
        for a, b in zip(ours, wanted):
            check.true(abs(a - b) <= 1e-6 * largest, f"{what}: {a!r}, not {b!r}")
            check.true((a == 0) == (b == 0), f"{what}: chooses {a!r} where glmnet has {b!r}")
    check.end(len(CASES) + len(RIDGES))


main()
