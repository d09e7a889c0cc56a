"""t_test, chi_square, correlation and anova against R, to 1e-8; one member and four; and what the rules refuse."""

import check

WITHIN = 1e-8
# method, formula, options, R's numbers in the order of our columns of numbers.
T = "with(%s, c(estimate[1] - if (length(estimate) > 1) estimate[2] else 0, stderr, statistic, parameter, p.value, conf.int, " \
    "estimate, if (length(estimate) < 2) NA))"
PAIRS = """local({ x <- na.omit(people[c(%s)]); out <- NULL
for (i in 1:(ncol(x) - 1)) for (j in (i + 1):ncol(x)) { t <- cor.test(x[[i]], x[[j]], conf.level = %s)
  out <- rbind(out, c(t$estimate, t$statistic, t$parameter, t$p.value, t$conf.int)) }
out })"""
CHI = """local({ t <- chisq.test(table(people$%s, people$%s), correct = %s)
cbind(as.vector(t(t$observed)), as.vector(t(t$expected)), as.vector(t(t$residuals)), t$statistic, t$parameter, t$p.value) })"""
ANOVA = """local({ a <- anova(lm(%s, people)); cbind(a$Df, a$`Sum Sq`, a$`Mean Sq`, a$`F value`, a$`Pr(>F)`) })"""
CASES = [
    ("t_test", "cost ~ sex", {}, T % "t.test(cost ~ sex, people)"),
    ("t_test", "chol ~ smoker", {"equal_variances": True}, T % "t.test(chol ~ smoker, people, var.equal = TRUE)"),
    ("t_test", "~ chol", {"mu": 210}, T % "t.test(people$chol, mu = 210)"),
    ("t_test", "log(cost)", {"mu": 4.5, "level": 0.99}, T % "t.test(log(people$cost), mu = 4.5, conf.level = 0.99)"),
    ("t_test", "age ~ disease", {"alternative": "less", "level": 0.9},
     T % "t.test(age ~ disease, people, alternative = 'less', conf.level = 0.9)"),
    ("t_test", "~ chol", {"paired": "cost"}, T % "with(people, t.test(chol, cost, paired = TRUE))"),
    ("t_test", "~ log(cost)", {"paired": "age", "alternative": "less", "mu": -40, "level": 0.9},
     T % "with(people, t.test(log(cost), age, paired = TRUE, alternative = 'less', mu = -40, conf.level = 0.9))"),
    ("t_test", "dose ~ sex", {"alternative": "greater", "mu": 0.1},
     T % "t.test(dose ~ sex, people, alternative = 'greater', mu = 0.1)"),
    ("chi_square", "~ sex + disease", {}, CHI % ("sex", "disease", "TRUE")),
    ("chi_square", "sex + disease", {"correct": False}, CHI % ("sex", "disease", "FALSE")),
    ("chi_square", "~ region + smoker", {}, CHI % ("region", "smoker", "TRUE")),
    ("chi_square", "~ site() + region", {}, CHI % ("site", "region", "TRUE")),
    ("correlation", "~ age + chol", {}, PAIRS % ("'age', 'chol'", "0.95")),
    ("correlation", "~ age + chol + cost + visits", {"level": 0.9}, PAIRS % ("'age', 'chol', 'cost', 'visits'", "0.9")),
    ("anova", "cost ~ region", {}, ANOVA % "cost ~ region"),
    ("anova", "cost ~ age + sex * region", {}, ANOVA % "cost ~ age + sex * region"),
    ("anova", "log(cost) ~ poly(age, 2, raw = TRUE) + disease:smoker", {},
     ANOVA % "log(cost) ~ poly(age, 2, raw = TRUE) + disease:smoker"),
    ("anova", "chol ~ 0 + age + region", {}, ANOVA % "chol ~ 0 + age + region"),
    ("anova", "visits ~ site() + age + I(2 * age) + smoker", {}, ANOVA % "visits ~ site + age + I(2 * age) + smoker"),
]
REFUSED = [
    ("t_test", "cost ~ region", {}, {}, "formula_not_supported"),
    ("t_test", "sex ~ smoker", {}, {}, "formula_not_supported"),
    ("t_test", "cost ~ sex", {}, {"minimum_cell": 250}, "cells_too_small"),
    ("t_test", "cost ~ sex", {}, {"minimum_rows": 500}, "too_few_rows"),
    ("t_test", "cost ~ sex", {"paired": True}, {}, "option_invalid"),
    ("t_test", "cost ~ sex", {"paired": "chol"}, {}, "formula_not_supported"),
    ("t_test", "~ chol", {"paired": "sex"}, {}, "column_not_number"),
    ("t_test", "~ chol", {"paired": "cholo"}, {}, "unknown_column"),
    ("t_test", "cost ~ sex", {"level": 2}, {}, "option_invalid"),
    ("t_test", "cost ~ sexx", {}, {}, "unknown_column"),
    ("t_test", "I(0 * cost) ~ sex", {}, {}, "constant_column"),
    ("t_test", "~ I(cost * exp(-1000 * (chol - 250)^2))", {}, {}, "constant_column"),  # nobody's is so near
    ("t_test", "~ I(cost * exp(-100 * (age - 88)^2))", {}, {}, "leverage_too_high"),
    ("correlation", "~ cost + I(exp(-100 * (age - 88)^2))", {}, {}, "leverage_too_high"),
    ("anova", "I(cost * exp(-100 * (age - 88)^2)) ~ sex", {}, {}, "leverage_too_high"),
    ("anova", "cost ~ I(exp(-100 * (age - 88)^2))", {}, {}, "leverage_too_high"),
    # So small within its range that fourth powers have no digits left.
    ("anova", "cost ~ I(1e-4 * exp(-100 * (age - 88)^2) + (age - age))", {}, {}, "constant_column"),
    ("lm", "cost ~ I(1e-4 * exp(-100 * (age - 88)^2) + (age - age))", {}, {}, "constant_column"),
    ("chi_square", "~ region + smoker", {}, {"minimum_cell": 50}, "cells_too_small"),
    ("chi_square", "~ region + age", {}, {}, "formula_not_supported"),
    ("chi_square", "~ region * smoker", {}, {}, "formula_not_supported"),
    ("correlation", "~ age + sex", {}, {}, "formula_not_supported"),
    ("correlation", "~ age + chol", {}, {"minimum_rows": 500}, "too_few_rows"),
    ("correlation", "~ age + I(0 * chol)", {}, {}, "constant_column"),
    ("anova", "cost ~ region", {}, {"minimum_cell": 150}, "level_too_small"),
    ("anova", "cost ~ region", {}, {"parameters_share": 0.001}, "too_many_parameters"),
    ("anova", "cost ~ 1", {}, {}, "formula_not_supported"),
    ("anova", "cost ~ (region", {}, {}, "formula_syntax"),
    ("nothing", "cost ~ region", {}, {}, "unknown_method"),
]
RULES = {"minimum_cell": 5}


def numbers(found):
    """All numbers of a table, row by row."""
    kept = [place for place, name in enumerate(found["columns"]) if name not in ("term", "first", "second")]
    return [row[place] for row in found["rows"] for place in kept]


def compare(place, case, shown):
    """R's, and that it makes no difference who has the rows."""
    method, formula, options, _ = case
    name = f"{method} {formula}"
    found = check.fit(method, formula, rules=RULES, **options)
    if not check.true("refused" not in found, f"{name}: {found.get('refused')}"):
        return
    wanted = [n for row in shown[f"c{place}"][1] for n in row]
    finite = [None if n in (float("inf"), float("-inf")) else n for n in wanted]
    check.near(numbers(found), [float("nan") if n is None else n for n in finite], WITHIN, name)
    alone = check.fit(method, formula, members=1, rules=RULES, **options)
    check.near(numbers(found), [float("nan") if n is None else n for n in numbers(alone)], 1e-12, name + " alone")


def main():
    shown = check.r("".join(f'x <- {code}\nshow("c{place}", if (is.matrix(x)) unname(x) else t(unname(x)))\n'
                            for place, (*_, code) in enumerate(CASES)))
    for place, case in enumerate(CASES):
        compare(place, case, shown)
    for method, formula, options, rules, reason in REFUSED:
        found = check.fit(method, formula, rules=rules, **options)
        check.equal(found.get("refused", {}).get("reason"), reason, f"{method} {formula} {options} {rules}")
        check.true(found.get("refused", {}).get("hint"), f"{method} {formula}: no hint")
    check.end(len(CASES) + len(REFUSED))


main()
