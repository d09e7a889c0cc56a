"""Fits under noise against R: the same where there is none, near where epsilon is 1 and 3. Prints what docs/statistics.md says of errors."""

import math
import os
import pathlib
import tempfile

import check

FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="concordat-noisy-"))
HEART = pathlib.Path(os.environ.get("CONCORDAT_DATA", check.HERE.parents[2] / "shared" / "data")) / "heart"
RHO = {1: 0.0280, 3: 0.2097}  # of epsilon at delta 1e-6
SEEDS = range(1, 21)
LUNG = [{"name": "time", "range": [0, 1100]}, {"name": "died", "range": [0, 1]}, {"name": "sex", "levels": ["1", "2"]}]
HEARTS = [{"name": "age", "range": [0, 120]}, {"name": "pressure", "range": [60, 240]}, {"name": "rate", "range": [40, 240]},
          {"name": "disease", "levels": ["no", "yes"]}, {"name": "sex", "levels": ["female", "male"]}]
ALL = "~ age + pressure + rate"

DATA = """
suppressMessages(library(survival))
lung <- with(survival::lung, data.frame(time, died = status - 1, sex = factor(sex)))
hearts <- read.csv("%s/hearts.csv")
"""
CURVE = """
lung$time <- ceiling(lung$time / 11) * 11
s <- summary(survfit(Surv(time, died) ~ sex, lung))
show("curve", unname(cbind(s$time, s$n.risk, s$n.event, s$surv, s$std.err, s$lower, s$upper)))
test <- survdiff(Surv(time, died) ~ sex, lung)
show("rank", t(c(test$chisq, test$exp)))
"""
PCA = """
fit <- prcomp(~ age + pressure + rate, data = hearts, scale. = TRUE, na.action = na.omit)
for (k in 1:3) if (fit$rotation[which.max(abs(fit$rotation[, k])), k] < 0) fit$rotation[, k] <- -fit$rotation[, k]
show("pca", unname(rbind(fit$sdev, fit$rotation)))
"""


def write_hearts():
    """Four hospitals' patients in one file; what is unknown stays empty."""
    lines = ["age,pressure,rate,disease,sex"]
    for name in ("cleveland", "hungarian", "switzerland", "va"):
        for line in (HEART / f"{name}.data").read_text(encoding="utf-8").splitlines():
            fields = ["" if field in ("?", "-9") else field for field in line.split(",")]
            if len(fields) == 14 and fields[0] != "age":
                lines.append(",".join([fields[0], fields[3] if fields[3] != "0" else "", fields[7],
                                       "no" if "not" in fields[13] else "yes", "male" if float(fields[1]) else "female"]))
    (FOLDER / "hearts.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")


def fit(data, method, formula, noise, **options):
    schema = LUNG if data == "lung" else HEARTS
    return check.run({"csv": str(FOLDER / f"{data}.csv"), "schema": schema, "noise": noise,
                      "call": {"method": method, "formula": formula, "options": options}})


def columns(found, *names):
    assert "columns" in found, found
    places = [found["columns"].index(name) for name in names]
    return [[row[place] for place in places] for row in found["rows"]]


def flat(rows):
    return [number for row in rows for number in row]


def at(curve, time):
    """Survival of (time, survival) steps at a time."""
    return ([1] + [survival for end, survival in curve if end <= time])[-1]


def survival(shown):
    """Times on the grid of the steps: R's curve without noise; with it, errors at 100 to 500 days, by sex."""
    formula = "Surv(time, died) ~ sex"
    exact = fit("lung", "kaplan_meier", formula, {"exact": True})
    ours = columns(exact, "time", "at_risk", "events", "survival", "standard_error", "lower", "upper")
    theirs = [row for row in shown["curve"][1] if row[3] > 0]
    check.near(flat(ours), flat(theirs), 1e-5, "kaplan_meier without noise")
    rank = fit("lung", "log_rank", formula, {"exact": True})
    check.near([columns(rank, "statistic")[0][0], *flat(columns(rank, "expected"))], shown["rank"][1][0], 1e-5, "log_rank without noise")
    truth = {sex: [(row[1], row[4]) for row in exact["rows"] if row[0] == sex] for sex in ("sex=1", "sex=2")}
    for epsilon, rho in RHO.items():
        errors = []
        for seed in SEEDS:
            noisy = fit("lung", "kaplan_meier", formula, {"rho": rho, "seed": seed})
            for sex, curve in truth.items():
                found = [(row[1], row[4]) for row in noisy.get("rows", []) if row[0] == sex]
                errors += [abs(at(found, time) - at(curve, time)) for time in (100, 200, 300) if found]
        mean = sum(errors) / len(errors)
        print(f"kaplan_meier of lung by sex at epsilon {epsilon}: error {mean:.3f} at 100, 200 and 300 days")
        check.true(mean < (0.12 if epsilon == 1 else 0.05), f"kaplan_meier at epsilon {epsilon}: {mean}")


def turned(a, b):
    """Degrees between directions."""
    return math.degrees(math.acos(min(1, abs(sum(x * y for x, y in zip(a, b))))))


def components(shown):
    exact = fit("hearts", "pca", ALL, {"exact": True}, scale=True, clip=100)
    deviations, *loadings = shown["pca"][1]
    check.near(flat(columns(exact, "standard_deviation"))[::3], deviations, 1e-5, "pca without noise")
    check.near(flat(columns(exact, "loading")), [loadings[j][k] for k in range(3) for j in range(3)], 1e-5, "pca without noise")
    first = [loadings[j][0] for j in range(3)]
    for epsilon, rho in RHO.items():
        fits = [fit("hearts", "pca", ALL, {"rho": rho, "seed": seed}, scale=True) for seed in SEEDS]
        angles = [turned(flat(columns(noisy, "loading"))[:3], first) for noisy in fits]
        errors = [abs(flat(columns(noisy, "standard_deviation"))[0] - deviations[0]) for noisy in fits]
        mean = sum(angles) / len(angles)
        print(f"pca of hearts at epsilon {epsilon}: first component turned by {mean:.1f} degrees, its deviation off by "
              f"{sum(errors) / len(errors):.3f} of {deviations[0]:.3f}")
        check.true(mean < (25 if epsilon == 1 else 10), f"pca at epsilon {epsilon}: {mean}")


def within(rows, centres, weights):
    """Sum of squares around the nearest centres."""
    return sum(min(sum(w * (x - c) ** 2 for x, c, w in zip(row, centre, weights)) for centre in centres) for row in rows)


def clusters():
    lines = (FOLDER / "hearts.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = [[float(number) for number in line.split(",")[:3]] for line in lines if all(line.split(",")[:3])]
    exact = fit("hearts", "kmeans", ALL, {"exact": True}, k=3, scale=True, rounds=60)
    least = within(rows, exact["model"]["centres"], exact["model"]["weights"])
    check.near([exact["model"]["within_sum_of_squares"]], [least], 1e-5, "kmeans without noise: its own sum of squares")
    middle = [[sum(column) / len(rows) for column in zip(*rows)]]
    whole = within(rows, middle, exact["model"]["weights"])
    for epsilon, rho in RHO.items():
        shares = []
        for seed in SEEDS:
            noisy = fit("hearts", "kmeans", ALL, {"rho": rho, "seed": seed}, k=3, scale=True)
            found = within(rows, noisy["model"]["centres"], exact["model"]["weights"]) if "refused" not in noisy else whole
            shares.append((whole - found) / (whole - least))
        mean = sum(shares) / len(shares)
        print(f"kmeans of hearts at epsilon {epsilon}: {mean:.0%} of the sum of squares that the exact three clusters explain")
        check.true(mean > (0.3 if epsilon == 1 else 0.6), f"kmeans at epsilon {epsilon}: {mean}")


TESTS = """
show("t", with(t.test(pressure ~ disease, data = hearts), t(c(estimate[1] - estimate[2], stderr, parameter, p.value, conf.int))))
show("chi", with(chisq.test(table(hearts$sex, hearts$disease), correct = FALSE), t(c(statistic, p.value))))
show("cor", with(cor.test(hearts$age, hearts$rate), t(c(estimate, statistic, p.value, conf.int))))
"""


def tests(shown):
    """Each without noise, and how far off estimates are with it."""
    mean = fit("hearts", "t_test", "pressure ~ disease", {"exact": True})
    check.near(columns(mean, "estimate", "standard_error", "df", "p_value", "lower", "upper")[0], shown["t"][1][0], 1e-5, "t_test")
    table = fit("hearts", "chi_square", "~ sex + disease", {"exact": True})
    check.near(columns(table, "statistic", "p_value")[0], shown["chi"][1][0], 1e-5, "chi_square")
    both = fit("hearts", "correlation", "~ age + rate", {"exact": True}, clip=100)
    check.near(columns(both, "correlation", "statistic", "p_value", "lower", "upper")[0], shown["cor"][1][0], 1e-5, "correlation")
    for epsilon, rho in RHO.items():
        noise = [{"rho": rho, "seed": seed} for seed in SEEDS]
        off = [abs(columns(fit("hearts", "t_test", "pressure ~ disease", each), "estimate")[0][0] - shown["t"][1][0][0]) for each in noise]
        apart = [abs(columns(fit("hearts", "correlation", "~ age + rate", each), "correlation")[0][0] - shown["cor"][1][0][0])
                 for each in noise]
        print(f"t_test of hearts at epsilon {epsilon}: difference of pressure off by {sum(off) / len(off):.2f} of {shown['t'][1][0][0]:.2f}; "
              f"correlation off by {sum(apart) / len(apart):.3f} of {shown['cor'][1][0][0]:.3f}")
        check.true(sum(apart) / len(apart) < (0.15 if epsilon == 1 else 0.05), f"correlation at epsilon {epsilon}")


def main():
    write_hearts()
    shown = check.r(DATA % FOLDER + f'write.csv(lung, "{FOLDER}/lung.csv", row.names = FALSE, quote = FALSE)\n' + CURVE + PCA + TESTS)
    survival(shown)
    components(shown)
    clusters()
    tests(shown)
    check.end(14)


main()
