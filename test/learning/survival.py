"""Proportional hazards, survival curves and the log-rank test against R's survival: coefficients, errors, tests and curves to 1e-9."""

import pathlib
import tempfile

import check

EXACT = {"minimum_rows": 1, "minimum_cell": 1, "parameters_share": 1}
FOLDER = pathlib.Path(tempfile.mkdtemp(prefix="concordat-survival-"))
LUNG = [{"name": "time", "range": [0, 1100]}, {"name": "died", "range": [0, 1]}, {"name": "age", "range": [0, 120]},
        {"name": "sex", "levels": ["1", "2"]}, {"name": "ecog", "range": [0, 5]}, {"name": "karno", "range": [0, 100]},
        {"name": "loss", "range": [-10000, 10000]}, {"name": "inst", "levels": [str(place) for place in range(1, 34)]},
        {"name": "entry", "range": [-50, 1100]}, {"name": "w", "range": [0, 3]}]
VETERAN = [{"name": "time", "range": [0, 1000]}, {"name": "died", "range": [0, 1]}, {"name": "age", "range": [0, 120]},
           {"name": "trt", "levels": ["1", "2"]}, {"name": "karno", "range": [0, 100]}, {"name": "months", "range": [0, 100]},
           {"name": "celltype", "levels": ["squamous", "smallcell", "adeno", "large"]}, {"name": "prior", "range": [0, 10]}]
HEART = [{"name": "start", "range": [0, 2000]}, {"name": "stop", "range": [0, 2000]}, {"name": "event", "range": [0, 1]},
         {"name": "age", "range": [-60, 30]}, {"name": "year", "range": [0, 10]}, {"name": "surgery", "range": [0, 1]},
         {"name": "transplant", "levels": ["0", "1"]}, {"name": "w", "range": [0, 3]}]
SCHEMAS = {"lung": LUNG, "veteran": VETERAN, "heart": HEART}

DATA = """
suppressMessages(library(survival))
lung <- with(survival::lung, data.frame(time, died = status - 1, age, sex = factor(sex), ecog = ph.ecog, karno = ph.karno,
                                        loss = wt.loss, inst = factor(inst)))
# Some are there from the beginning, others are watched from later on, and one row never at an event's time.
lung$entry <- with(lung, ifelse(seq_along(time) %% 3 == 0, -30, floor(time * (seq_along(time) %% 7) / 9)))
lung$w <- 0.4 + (seq_along(lung$time) %% 5) / 2
veteran <- with(survival::veteran, data.frame(time, died = status, age, trt = factor(trt), karno, months = diagtime,
                                              celltype, prior))
heart <- survival::heart[, 1:7]
heart$w <- 1 + (seq_along(heart$stop) %% 3) / 3
coarse <- function(data, by) { data$time <- floor(data$time / by + 0.5) * by; data }
spells <- function(data, by) {  # an event is within its spell
  data <- transform(coarse(data, by), entry = floor(entry / by + 0.5) * by)
  transform(data, entry = ifelse(died == 1 & entry >= time, time - 1, entry))[data$died == 1 | data$entry < data$time, ]
}
"""
WRITE = """
write.csv(lung, "%s/lung.csv", row.names = FALSE, quote = FALSE)
write.csv(veteran, "%s/veteran.csv", row.names = FALSE, quote = FALSE)
write.csv(heart, "%s/heart.csv", row.names = FALSE, quote = FALSE)
"""
COX = """
fit <- coxph(%s, %s, ties = "%s"%s, control = coxph.control(eps = 1e-12, iter.max = 60, toler.chol = 1e-14))
s <- summary(fit)
show("cox%d", rbind(unname(cbind(coef(s)[, c(1, 2, 3, 4, 5), drop = FALSE], confint(fit)))))
show("tests%d", t(c(fit$loglik, s$logtest[1], s$waldtest[1], fit$score, s$logtest[3], fit$n)))
"""
FITTED = [  # formula, data, R's data, options
    ("Surv(time, died) ~ age + sex + ecog", "lung", "lung", {}),
    ("Surv(time, died) ~ age + sex + ecog", "lung", "lung", {"ties": "breslow"}),
    ("Surv(time, died) ~ age * sex + karno + loss", "lung", "lung", {}),
    ("Surv(time, died) ~ age + ecog + strata(sex)", "lung", "lung", {}),
    ("Surv(time, died) ~ age + ecog + strata(sex)", "lung", "lung", {"ties": "breslow"}),
    ("Surv(time, died) ~ age + sex + offset(karno / 50)", "lung", "lung", {}),
    ("Surv(time, died) ~ age + sex + ecog", "lung", "coarse(lung, 30)", {"resolution": 30}),
    ("Surv(time, died) ~ age + sex + ecog", "lung", "coarse(lung, 90)", {"resolution": 90, "ties": "breslow"}),
    ("Surv(time, died) ~ trt + celltype + karno + months + age + prior", "veteran", "veteran", {}),
    ("Surv(time, died) ~ trt + karno + strata(celltype)", "veteran", "veteran", {}),
    ("Surv(time, died) ~ trt + poly(karno, 2, raw = TRUE)", "veteran", "coarse(veteran, 10)", {"resolution": 10}),
    ("Surv(time, died) ~ age + sex + ecog", "lung", "coarse(lung, 30)", {"resolution": 30, "weights": "w"}),
    ("Surv(time, died) ~ age + sex + ecog", "lung", "coarse(lung, 30)", {"resolution": 30, "weights": "w", "ties": "breslow"}),
    ("Surv(time, died) ~ age + ecog + strata(sex) + offset(karno / 50)", "lung", "lung", {"weights": "w"}),
]
FITTED += [(formula, "lung", data, {"ties": ties, **options})
           for formula in ("Surv(entry, time, died) ~ age + sex + ecog", "Surv(entry, time, died) ~ age + ecog + strata(sex)")
           for data, more in (("lung", {}), ("spells(lung, 20)", {"resolution": 20}))
           for ties in ("efron", "breslow") for options in (more, {**more, "weights": "w"})]
FITTED += [("Surv(start, stop, event) ~ age + year + surgery + transplant", "heart", "heart", {"resolution": 0.5, "ties": ties, **weights})
           for ties in ("efron", "breslow") for weights in ({}, {"weights": "w"})]
WEIGHTS = ", weights = w, robust = FALSE"
CURVE = """
fit <- survfit(%s, %s, conf.type = "%s"%s)
s <- summary(fit)
show("curve%d", unname(cbind(s$time, s$n.risk, s$n.event, s$surv, s$std.err, s$lower, s$upper)))
"""
RANK = """
test <- survdiff(%s, %s)
show("rank%d", unname(cbind(test$n, test$obs, test$exp)))
show("chi%d", t(c(test$chisq, length(test$n) - 1)))
"""
CURVES = [
    ("Surv(time, died) ~ 1", "lung", "log"), ("Surv(time, died) ~ sex", "lung", "log"), ("Surv(time, died) ~ sex", "lung", "log-log"),
    ("Surv(time, died) ~ celltype", "veteran", "plain"), ("Surv(time, died) ~ celltype + trt", "veteran", "log"),
]
ENTERED = [  # formula, data, interval, options: no log-rank test goes with these
    ("Surv(entry, time, died) ~ 1", "lung", "log", {}), ("Surv(entry, time, died) ~ sex", "lung", "log-log", {}),
    ("Surv(entry, time, died) ~ sex", "lung", "plain", {"weights": "w"}), ("Surv(time, died) ~ sex", "lung", "log", {"weights": "w"}),
    ("Surv(time, died) ~ 1", "lung", "log-log", {"weights": "w"}), ("Surv(start, stop, event) ~ transplant", "heart", "log", {"resolution": 0.5}),
    ("Surv(start, stop, event) ~ transplant", "heart", "log", {"resolution": 0.5, "weights": "w"}),
]


def fit(data, method, formula, members=4, rules=None, **options):
    call = {"method": method, "formula": formula, "options": options}
    return check.run({"csv": str(FOLDER / f"{data}.csv"), "schema": SCHEMAS[data], "call": call, "members": members,
                      "rules": EXACT if rules is None else rules})


def numbers(found, *names):
    """Columns of a table, row by row."""
    places = [found["columns"].index(name) for name in names]
    return [[row[place] for place in places] for row in found["rows"]]


def flat(rows):
    return [number for row in rows for number in row]


def cox(place, formula, data, options, shown):
    found = fit(data, "cox", formula, **options)
    what = f"cox {formula} {options}"
    if not check.true("refused" not in found, f"{what}: {found.get('refused')}"):
        return
    ours = numbers(found, "estimate", "hazard_ratio", "standard_error", "statistic", "p_value", "lower", "upper")
    check.near(flat(ours), flat(shown[f"cox{place}"][1]), 1e-9, what)
    model = found["model"]
    logs = [model["log_likelihood"]["null"], model["log_likelihood"]["fitted"]]
    tests = [model[name]["statistic"] for name in ("likelihood_ratio", "wald", "score")] + [model["likelihood_ratio"]["p"], model["rows"]]
    wanted = shown[f"tests{place}"][1][0]
    check.near(logs + tests[:1] + tests[2:], wanted[:3] + wanted[4:], 1e-9, what + " tests")
    check.near(tests[1:2], wanted[3:4], 5e-3, what + " Wald test")  # R's summary rounds it
    one = fit(data, "cox", formula, members=1, **options)
    check.near(flat(numbers(one, "estimate", "standard_error")), flat(numbers(found, "estimate", "standard_error")), 1e-12, what + " by one")


def joined():
    """Under the rules, the fit is R's of times that are moved back to the starts of the intervals that the model names."""
    for formula, ties in (("Surv(time, died) ~ age + sex + ecog", "efron"), ("Surv(time, died) ~ age + ecog + strata(sex)", "breslow")):
        found = fit("lung", "cox", formula, rules={}, ties=ties)
        if not check.true("refused" not in found, f"joined {formula}: {found.get('refused')}"):
            continue
        cuts = {stratum["stratum"]: [step["time"] for step in stratum["steps"]] for stratum in found["model"]["baseline"]}
        check.true(all(step["events"] >= 10 for stratum in found["model"]["baseline"] for step in stratum["steps"]), "events shown")
        code = DATA + "lung <- na.omit(lung[, c('time', 'died', 'age', 'sex', 'ecog')])\n"
        for name, starts in cuts.items():
            rows = f"lung$sex == '{name.split('=')[1]}'" if name else "rep(TRUE, nrow(lung))"
            code += f"at <- {rows}; starts <- c(0, {', '.join(map(str, starts))})\n"
            code += "lung$time[at] <- starts[findInterval(lung$time[at], starts)]\n"
        shown = check.r(code + COX % (formula, "lung", ties, "", 0, 0))
        check.near(flat(numbers(found, "estimate", "standard_error")), [row[i] for row in shown["cox0"][1] for i in (0, 2)], 1e-9,
                   f"joined {formula}")


def entered(place, formula, data, interval, options, shown):
    """Curves of rows that enter late, or have weights, against R's with Greenwood's errors."""
    found = fit(data, "kaplan_meier", formula, interval=interval.replace("-", "_"), **options)
    what = f"kaplan_meier {formula} {interval} {options}"
    if check.true("refused" not in found, f"{what}: {found.get('refused')}"):
        ours = numbers(found, "time", "at_risk", "events", "survival", "standard_error", "lower", "upper")
        check.near([n for row in ours if row[3] > 1e-12 for n in row],
                   [n for row in shown[f"curve{place}"][1] if row[3] > 1e-12 for n in row], 1e-9, what)
        one = fit(data, "kaplan_meier", formula, members=1, interval=interval.replace("-", "_"), **options)
        check.near(flat(numbers(one, "survival")), flat(numbers(found, "survival")), 1e-12, what + " by one")


def joined_spells():
    """Under the rules: spells moved to the starts of intervals, an event's just before its own; case weights over the same intervals."""
    moved = """
lung <- na.omit(lung[, c('time', 'entry', 'died', 'age', 'sex', 'ecog', 'w')])
starts <- c(%s)
place <- findInterval(lung$time, starts)
from <- findInterval(lung$entry, starts)
from <- ifelse(lung$died == 1 & from >= place, place - 1, from)
lung <- transform(lung, time = place, entry = from)[place > from, ]
"""
    for formula, more in (("Surv(entry, time, died) ~ age + sex + ecog", {"ties": "breslow"}), ("Surv(entry, time, died) ~ age + sex + ecog", {"ties": "breslow", "weights": "w"}),
                          ("Surv(entry, time, died) ~ age + sex + ecog", {"ties": "efron"})):
        found = fit("lung", "cox", formula, rules={}, **more)
        if not check.true("refused" not in found, f"joined {formula} {more}: {found.get('refused')}"):
            continue
        steps = found["model"]["baseline"][0]["steps"]
        check.true(len(steps) > 3 and all(step["events"] >= 10 for step in steps), f"events shown: {steps}")
        code = DATA + moved % ", ".join(str(step["time"]) for step in steps)
        shown = check.r(code + COX % (formula, "lung", more["ties"], WEIGHTS if "weights" in more else "", 0, 0))
        check.near(flat(numbers(found, "estimate", "standard_error")), [row[i] for row in shown["cox0"][1] for i in (0, 2)], 1e-9, f"joined {formula} {more}")
    for formula in ("Surv(entry, time, died) ~ 1", "Surv(time, died) ~ 1"):
        found = fit("lung", "kaplan_meier", formula, rules={}, weights="w")
        if not check.true("refused" not in found, f"weighted {formula}: {found.get('refused')}"):
            continue
        code = DATA + moved.replace("na.omit(", "(") % ", ".join(str(time) for [time] in numbers(found, "time"))
        shown = check.r(code + CURVE % (formula, "lung", "log", WEIGHTS, 0))
        check.near(flat(numbers(found, "at_risk", "events", "survival", "standard_error")), [n for row in shown["curve0"][1] for n in row[1:5]], 1e-9, f"weighted {formula}")


def refused():
    """Responses and options that a method does not take are named."""
    for method, formula, options, reason in (
            ("log_rank", "Surv(entry, time, died) ~ sex", {}, "formula_not_supported"), ("log_rank", "Surv(time, died) ~ sex", {"weights": "w"}, "unknown_option"),
            ("glm", "Surv(entry, time, died) ~ sex", {}, "formula_not_supported"), ("cox", "Surv(entry, time, died) ~ age", {"weights": "sex"}, "column_not_number")):
        found = fit("lung", method, formula, **options)
        check.true(found.get("refused", {}).get("reason") == reason, f"{method} {formula} {options}: {found}")


def curve(place, formula, data, interval, shown):
    found = fit(data, "kaplan_meier", formula, interval=interval.replace("-", "_"))
    what = f"kaplan_meier {formula} {interval}"
    if check.true("refused" not in found, f"{what}: {found.get('refused')}"):
        ours = numbers(found, "time", "at_risk", "events", "survival", "standard_error", "lower", "upper")
        check.near([n for row in ours if row[3] > 0 for n in row],
                   [n for row in shown[f"curve{place}"][1] if row[3] > 0 for n in row], 1e-9, what)
    if formula.endswith("~ 1"):
        return
    test = fit(data, "log_rank", formula)
    check.near(flat(numbers(test, "rows", "events", "expected")), flat(shown[f"rank{place}"][1]), 1e-9, "log_rank " + formula)
    check.near(numbers(test, "statistic", "df")[0], shown[f"chi{place}"][1][0], 1e-9, "log_rank " + formula)
    check.near([found["model"]["log_rank"]["statistic"]], shown[f"chi{place}"][1][0][:1], 1e-9, "model of " + formula)


STRATIFIED = """
test <- survdiff(%s, %s)
together <- function(x) if (is.matrix(x)) rowSums(x) else x
show("rank%d", unname(cbind(as.vector(test$n), together(test$obs), together(test$exp))))
show("chi%d", t(c(test$chisq, length(test$n) - 1)))
"""


def stratified():
    """Groups compared within strata; kaplan_meier takes strata for groups, as survfit does."""
    cases = [("Surv(time, died) ~ sex + strata(ecog3)", "lung"), ("Surv(time, died) ~ trt + strata(celltype)", "veteran"),
             ("Surv(time, died) ~ celltype + strata(trt)", "veteran")]
    code = DATA + "lung$ecog3 <- cut(lung$ecog, c(-1, 0, 1, 5), labels = c('a', 'b', 'c'))\n"
    code += f'write.csv(lung, "{FOLDER}/lung.csv", row.names = FALSE, quote = FALSE)\n'
    SCHEMAS["lung"] = [*LUNG, {"name": "ecog3", "levels": ["a", "b", "c"]}]
    shown = check.r(code + "".join(STRATIFIED % (formula, data, place, place) for place, (formula, data) in enumerate(cases)))
    for place, (formula, data) in enumerate(cases):
        for members in (1, 4):
            test = fit(data, "log_rank", formula, members=members)
            if check.true("refused" not in test, f"log_rank {formula}: {test.get('refused')}"):
                check.near(flat(numbers(test, "rows", "events", "expected")), flat(shown[f"rank{place}"][1]), 1e-9, "log_rank " + formula)
                check.near(numbers(test, "statistic", "df")[0], shown[f"chi{place}"][1][0], 1e-9, "log_rank " + formula)
    few = fit("lung", "log_rank", cases[0][0], rules={**EXACT, "minimum_rows": 60})
    check.true(few.get("refused", {}).get("reason") == "too_few_rows", f"a stratum of 51 rows: {few}")
    alone = fit("lung", "log_rank", "Surv(time, died) ~ strata(sex)")
    check.true(alone.get("refused", {}).get("reason") == "groups_needed", f"strata alone: {alone}")


def shown_steps():
    """Steps with fewer events than a cell may show are joined; the curve at those that are shown stays R's."""
    found = fit("lung", "kaplan_meier", "Surv(time, died) ~ sex", rules={})
    shown = check.r(DATA + CURVE % ("Surv(time, died) ~ sex", "lung", "log", "", 0))["curve0"][1]
    exact = {(row[0], row[3]): row for row in shown}
    for time, survival, error in numbers(found, "time", "survival", "standard_error"):
        near = [row for row in exact.values() if row[0] == time and abs(row[3] - survival) < 1e-9]
        check.true(len(near) == 1 and abs(near[0][4] - error) < 1e-9, f"a step that is no step of R's at {time}")
    check.true(all(events >= 10 for [events] in numbers(found, "events")), "a step with few events")
    check.near([sum(events for [events] in numbers(found, "events"))], [sum(row[2] for row in shown)], 0, "events in all")


def main():
    code = DATA + WRITE % (FOLDER, FOLDER, FOLDER)
    for place, (formula, _, data, options) in enumerate(FITTED):
        code += COX % (formula, data, options.get("ties", "efron"), WEIGHTS if "weights" in options else "", place, place)
    for place, (formula, data, interval) in enumerate(CURVES):
        code += CURVE % (formula, data, interval, "", place)
        if not formula.endswith("~ 1"):
            code += RANK % (formula, data, place, place)
    for place, (formula, data, interval, options) in enumerate(ENTERED, len(CURVES)):
        code += CURVE % (formula, data, interval, WEIGHTS if "weights" in options else "", place)
    shown = check.r(code)
    for place, (formula, data, _, options) in enumerate(FITTED):
        cox(place, formula, data, options, shown)
    for place, (formula, data, interval) in enumerate(CURVES):
        curve(place, formula, data, interval, shown)
    for place, (formula, data, interval, options) in enumerate(ENTERED, len(CURVES)):
        entered(place, formula, data, interval, options, shown)
    joined()
    joined_spells()
    shown_steps()
    stratified()
    refused()
    check.end(len(FITTED) + len(CURVES) + len(ENTERED) + 13)


main()
