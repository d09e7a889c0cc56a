#!/usr/bin/env python3
"""Fits across members, through the real programs and psql's driver, held against R on all rows in one place.

  fits.py [NAME…]      the functions named below; all of them by default
"""
import contextlib
import json
import math
import subprocess
import sys
import threading
import time

from federation_members import FILES, HOSPITALS, Federation, charges, entries, sound, spent
from harness import DATA, PASSWORD, main
from members import wait

RULES = "mode: threshold, minimum_rows: 50, minimum_cell: 5"
FIT = "SELECT * FROM concordat.glm('disease ~ age + sex + thalach', 'patients', family => 'binomial')"
RELATIVE = 1e-8
COLUMNS = ["term", "estimate", "standard_error", "statistic", "p_value", "lower", "upper"]

# What the contracts say of the rows: codes of what is missing, levels and ranges; what lies outside of a range is missing.
POOLED = """
read <- function(file) read.csv(file, quote = "\\"", strip.white = TRUE, na.strings = c("?", "-9", "-9.0", ""))
d <- do.call(rbind, lapply(commandArgs(TRUE), function(file) cbind(read(file)[, c("age", "sex", "chol", "trestbps", "thalach", "num")],
                                                                     site = basename(file))))
within <- function(x, low, high) ifelse(x >= low & x <= high, x, NA)
d$age <- within(d$age, 20, 90); d$chol <- within(d$chol, 0, 600)
d$trestbps <- within(d$trestbps, 0, 200); d$thalach <- within(d$thalach, 60, 220)
d$disease <- factor(d$num, levels = c("'present'", "'not_present'"))
show <- function(fit) { s <- summary(fit)$coefficients
  for (i in seq_len(nrow(s))) cat(sprintf("%s\\t%.17g\\t%.17g\\n", rownames(s)[i], s[i, 1], s[i, 2])) }
"""
_four = []


def four():
    """Four hospitals under agreements to fit: one federation for all tests."""
    if not _four:
        m = Federation(*HOSPITALS).__enter__()
        _four.append(m)
        m.agree("fits", allows="glm, lm", protection=RULES)
        m.agree("any-three", allows="fit", protection=RULES, federation="quorum: 3")
        m.agree("alone", allows="fit", protection=RULES, parties=["cleveland"])
        m.agree("noise")
        m.agree("noisy-fits", allows="glm, lm", protection="mode: dp, epsilon: 6, delta: 1.0e-5, per_query: 3, minimum_people: 5")
    return _four[0]


def in_r(call, *hospitals):
    """Coefficients and standard errors by R, of all rows pooled, by the term."""
    files = [DATA / f"heart/{FILES[hospital]}.data" for hospital in hospitals or HOSPITALS]
    done = subprocess.run(["Rscript", "-e", f"{POOLED}\nshow({call})", *map(str, files)], text=True, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    return {term: (float(estimate), float(error)) for term, estimate, error in rows}


def alike(rows, expected):
    assert [row["term"] for row in rows] == list(expected), rows
    for row in rows:
        for found, true in zip((row["estimate"], row["standard_error"]), expected[row["term"]]):
            assert abs(found - true) <= RELATIVE * abs(true), f"{row['term']}: {found} here, {true} in R"


BINOMIAL = "glm(disease ~ age + sex + thalach, binomial, d, epsilon = 1e-14, maxit = 100)"


def fits_as_one_table():
    m = four()
    before = {name: len(charges(m[name])) for name in HOSPITALS}
    s = m.session("fits")
    started = time.monotonic()
    rows = s.table(FIT)
    took = time.monotonic() - started
    assert list(rows[0]) == COLUMNS, rows[0]
    alike(rows, in_r(BINOMIAL))
    notice, identifier = s.notice(), s.id()
    rounds = int(notice.split("glm in ")[1].split(" rounds")[0])
    print(f"    {rounds} rounds in {took:.2f} s: {took / rounds:.3f} s a round", file=sys.stderr)
    assert f"answer {identifier} of 4 of 4 owners, receipts of 4" in notice and "exact sums at" in notice, notice
    for name in HOSPITALS:
        mine = entries(m[name], "charge", "release")[-2:] if name != "cleveland" else None
        assert len(charges(m[name])) == before[name] + rounds, name
        if mine:
            assert [e["kind"] for e in mine] == ["charge", "release"] and mine[0]["body"]["measurements"] == [], mine
            assert mine[0]["body"]["question"] == identifier and mine[0]["body"]["analyst"] == "ana@cleveland", mine
            fit = mine[0]["body"]["fit"]
            assert fit == mine[1]["body"]["fit"] and fit["method"] == "glm" and fit["round"] == rounds, mine
            assert len(fit["model"]) == 64 and "job" not in fit, fit
    assert s.table(FIT) == rows and "the stored answer" in s.notice(), s.notice()
    assert m["cleveland"].verb("receipt", identifier), identifier
    sound(*m.nodes())


def gives_what_is_asked_of_the_table():
    s = four().session("fits")
    rows = s.table(FIT)
    some = s.table(FIT.replace("*", "term, round(estimate, 3) AS about") + " WHERE p_value < 0.5 AND term <> 'sex' ORDER BY estimate DESC LIMIT 2")
    expected = sorted((r for r in rows if r["p_value"] < 0.5 and r["term"] != "sex"), key=lambda r: -r["estimate"])[:2]
    assert some == [{"term": r["term"], "about": round(r["estimate"], 3)} for r in expected], some
    named = s.rows(FIT.replace("SELECT *", "SELECT f.term") + " AS f WHERE f.term = 'age'")
    assert named == [("age",)], named
    # Nothing is fitted anew for another rest of the statement: not a round, not a model.
    known = {name: len(charges(four()[name])) for name in HOSPITALS}
    assert s.rows(FIT.replace("*", "exp(estimate) AS odds") + " WHERE term = 'sex'") == [(math.exp(rows[2]["estimate"]),)]
    assert "charged nothing: the stored fit" in s.notice(), s.notice()
    assert known == {name: len(charges(four()[name])) for name in HOSPITALS}
    assert s.rows("SELECT count(*) FROM concordat.models WHERE formula = 'disease ~ age + sex + thalach'") == [(1,)]


def fits_other_models():
    s = four().session("fits")
    alike(s.table("SELECT * FROM concordat.lm('thalach ~ age + I(age^2) + disease', 'patients')"),
          in_r("lm(thalach ~ age + I(age^2) + disease, d)"))
    alike(s.table("SELECT * FROM concordat.glm('age ~ thalach + sex', data => 'patients', family => 'gamma', link => 'log')"),
          in_r('glm(age ~ thalach + sex, Gamma("log"), d, epsilon = 1e-14, maxit = 100)'))
    # A deviance of some 10^17, past the whole numbers that doubles tell apart, is kept with the model.
    alike(s.table("SELECT * FROM concordat.lm('I(thalach * 1000000) ~ age', 'patients')"), in_r("lm(I(thalach * 1e6) ~ age, d)"))


def fits_hazards():
    """The rate at which exercise hurts, as by coxph over all rows: every column under its name."""
    rows = four().session("any-three").table("SELECT * FROM concordat.cox('Surv(thalach, exang) ~ age + sex', 'patients', ties => 'breslow', "
                                             "resolution => 10)")
    assert list(rows[0]) == [*COLUMNS[:2], "hazard_ratio", *COLUMNS[2:]], rows[0]
    for row in rows:
        assert abs(row["hazard_ratio"] - math.exp(row["estimate"])) < 1e-12, row
        assert abs(row["statistic"] - row["estimate"] / row["standard_error"]) < 1e-9, row
        assert row["lower"] < row["estimate"] < row["upper"] and 0 <= row["p_value"] <= 1, row


def grows_trees():
    """A small ensemble by exact sums: a row a feature, and a progress that names trees."""
    s = four().session("any-three")
    rows = s.table("SELECT * FROM concordat.boost('disease ~ age + sex + thalach', 'patients', trees => 2, depth => 2, bins => 16) ORDER BY share DESC")
    assert list(rows[0]) == ["feature", "splits", "gain", "share"] and len(rows) == 3, rows
    assert sum(row["splits"] for row in rows) == 6 and abs(sum(row["share"] for row in rows) - 1) < 1e-12, rows
    assert rows[0]["gain"] > rows[1]["gain"] > 0, rows
    notice = s.notice()
    assert "boost in 5 rounds" in notice, notice
    trees = four()["cleveland"].verb("model", "export", notice.split(", model ")[1][:8], "--as", "xgboost")
    assert len(json.loads(trees)["learner"]["gradient_booster"]["model"]["trees"]) == 2, trees
    s.refused("SELECT * FROM concordat.boost('disease ~ age * sex', 'patients')", "formula_not_supported")
    s.refused("SELECT * FROM concordat.boost('disease ~ age', 'patients', trees => 1000)", "too_many_parameters")


def fits_a_network():
    m = four()
    s = m.session("any-three")
    call = "SELECT * FROM concordat.network('disease ~ age + sex + thalach', 'patients', layers => 'dense(4) tanh dense(1) sigmoid', {})"
    rows = s.table(call.format("rounds => 4, epochs => 5"))
    assert [row["round"] for row in rows] == list(range(5)) and list(rows[0]) == ["round", "loss", "accuracy"], rows
    assert rows[-1]["loss"] < rows[0]["loss"] and rows[-1]["accuracy"] > 0.65, rows
    notice = s.notice()
    assert "network in 6 rounds" in notice, notice
    model = notice.split(", model ")[1][:8]
    written = m["cleveland"].home / "network.onnx"
    m["cleveland"].verb("model", "export", model, "--as", "onnx", "--out", str(written))
    assert b"onnx" in written.read_bytes() or written.stat().st_size > 100, written
    s.refused("SELECT * FROM concordat.network('disease ~ age', 'patients', layers => 'dense(400) tanh dense(1) sigmoid')", "too_many_parameters", "largest")
    s.refused("SELECT * FROM concordat.network('disease ~ age', 'patients', layers => 'dense(4) -> dense(4)')", "layers_syntax", "cycle")


def fits_the_rows_of_one_owner():
    s = four().session("alone")
    alike(s.table(FIT), in_r(BINOMIAL, "cleveland"))
    assert "of 1 of 1 owners" in s.notice(), s.notice()


def asks_from_the_command_line():
    m = four()
    told = m["cleveland"].json("ask", "fits", FIT)
    assert [column["name"] for column in told["columns"]] == COLUMNS, told
    plan = m["cleveland"].verb("ask", "fits", FIT, "--explain")
    assert "fit     glm reads" in plan and plan.count("without noise, nothing is charged") == 4, plan


def describes_itself_in_psql():
    """The extended protocol asks for columns before it runs anything."""
    m = four()
    known = len(charges(m["cleveland"]))
    login = f"host=127.0.0.1 port={m['cleveland'].port} dbname=fits user=ana password='{PASSWORD}' sslmode=require"
    described = subprocess.run(["psql", "-XAtq", login], input=FIT.replace("SELECT *", "SELECT term, estimate") + " \\gdesc\n", text=True,
                               capture_output=True, check=True).stdout
    assert described == "term|text\nestimate|double precision\n", described
    assert len(charges(m["cleveland"])) == known, "describing it ran it"
    shown = subprocess.run(["psql", "-XAtq", login, "-c", FIT], text=True, capture_output=True, check=True)
    assert shown.stdout.startswith("(Intercept)|") and shown.stdout.count("\n") == 4, shown


def refuses_in_words():
    m = four()
    s = m.session("fits")
    known = {name: charges(m[name]) for name in HOSPITALS}
    s.refused("SELECT count(*) FROM patients", "analysis_not_allowed")
    s.refused("SELECT * FROM concordat.glm('disease ~ salary', 'patients', family => 'binomial')", "unknown_column", "salary")
    s.refused("SELECT * FROM concordat.glm('disease ~', 'patients')", "formula_syntax")
    pointed = s.refused("SELECT * FROM concordat.glm('disease ~ I(''a'' + factor(age))', 'patients')", "formula_syntax")
    assert pointed.splitlines()[2].index("^") == pointed.splitlines()[1].index("''a''"), f"it points elsewhere: {pointed}"
    s.refused("SELECT concordat.glm('disease ~ age', 'patients')", "fit_not_alone", "SELECT * FROM concordat.glm(")
    s.refused("SELECT * FROM lm('disease ~ age', 'patients')", "fit_not_alone", "its schema's name")
    s.refused("SELECT * FROM concordat.glm('disease ~ age', 'patients', level => '0.9')", "option_invalid", "without quotes")
    s.refused("SELECT * FROM concordat.gml('disease ~ age', 'patients')", "analysis_not_allowed")
    s.refused("SELECT * FROM concordat.glm('disease ~ age', 'people')", "unknown_table", "people")
    s.refused("SELECT * FROM concordat.glm('disease ~ age')", "fit_arguments")
    s.refused("SELECT * FROM concordat.glm('disease ~ age' || '', 'patients')", "fit_arguments", "written out")
    s.refused("SELECT count(*) FROM concordat.glm('disease ~ age', 'patients', family => 'binomial')", "fit_aggregated")
    s.refused("SELECT * FROM concordat.glm('disease ~ age', 'patients') g, patients p", "fit_not_alone")
    s.refused("SELECT * FROM (SELECT * FROM concordat.glm('disease ~ age', 'patients')) AS g", "fit_not_alone")
    s.refused("SELECT wages FROM concordat.glm('disease ~ age', 'patients', family => 'binomial')", "unknown_column", "wages")
    s.refused("SELECT b FROM concordat.glm('disease ~ age', 'patients', family => 'binomial')", "unknown_column", "the fit has term, estimate")
    m.session("any-three").refused("SELECT * FROM concordat.gml('disease ~ age', 'patients')", "unknown_method", "glm")
    m.session("noise").refused(FIT, "analysis_not_allowed")
    assert known == {name: charges(m[name]) for name in HOSPITALS}, "a refusal was charged"


def an_owner_dies_between_rounds():
    """Under a quorum of three too: totals of four and of three owners would differ by the fourth's own numbers."""
    m = four()
    slow(m["zurich"], 100, 10000)
    known = len(charges(m["cleveland"]))

    def come_back():
        time.sleep(8)  # the fit waits meanwhile
        assert len(charges(m["cleveland"])) <= known + 3, "it went on without zurich"
        m["zurich"].start()

    with killed_in_second_round(m["zurich"], come_back):
        s = m.session("any-three")
        alike(s.table(FIT.replace("thalach", "trestbps")), in_r(BINOMIAL.replace("thalach", "trestbps")))
    assert "of 4 of 4 owners" in s.notice(), s.notice()
    rounds = int(s.notice().split("glm in ")[1].split(" rounds")[0])
    assert len(charges(m["cleveland"])) > known + rounds, "a round was asked again, of all"
    slow(m["zurich"], 10000, 100)
    sound(*m.nodes())


NOISY = "SELECT * FROM concordat.{}('{}', 'patients'{})"


def measured(node, known):
    """Measurements of an owner's charges after so many."""
    return [entry["body"]["measurements"] for entry in entries(node, "charge")[known:]]


def left(m, name):
    """Of an agreement, at each owner."""
    return {owner: 6 - next(epsilon for level, epsilon in spent(m[owner]).items() if level[1:] == (name, "")) for owner in HOSPITALS}


def fits_under_noise():
    """Each round is charged at all four, the whole costs what was said, and the same fit again is free."""
    m = four()
    s = m.session("noisy-fits", epsilon=3)
    known = {name: len(charges(m[name])) for name in HOSPITALS}
    call = NOISY.format("glm", "disease ~ age + sex", ", family => 'binomial', rounds => 4")
    plan = "\n".join(row[0] for row in s.rows("EXPLAIN " + call))
    assert "charge  epsilon 3 at delta 1e-05" in plan and plan.count("a noise share of 2 counted on, 3 of 6 left") == 4, plan
    rows = s.table(call)
    assert list(rows[0]) == COLUMNS and [row["term"] for row in rows] == ["(Intercept)", "age", "sex"], rows
    exact = in_r("glm(disease ~ age + sex, binomial, d)")
    for row in rows:  # the error counts noise and sampling: 6 of them are past any chance
        assert abs(row["estimate"] - exact[row["term"]][0]) < 6 * row["standard_error"] and row["standard_error"] > exact[row["term"]][1], row
    notice = s.notice()
    assert "glm in 4 rounds" in notice and "charged epsilon 3 at budapest (3 of 6 left)" in notice, notice
    all_measured = [measured(m[name], known[name]) for name in HOSPITALS]
    assert all(each == all_measured[0] for each in all_measured) and len(all_measured[0]) == 4, all_measured
    steps = [each[0]["sensitivity"] for each in all_measured[0]]
    assert all(len(each) == 1 and each[0]["mechanism"] == "discrete_gaussian" for each in all_measured[0]), all_measured
    assert steps[2] == steps[3] and abs(steps[2] / steps[0] - (0.46 / 0.03) ** 0.5) < 1e-3, f"shares 0.03, 0.05, 0.46, 0.46: {steps}"
    for name, rest in left(m, "noisy-fits").items():
        assert 3 <= rest < 3.01, (name, rest)
    assert s.table(call) == rows and "the stored answer" in s.notice(), s.notice()
    assert s.rows(call.replace("*", "term, estimate") + " WHERE term <> 'sex' ORDER BY term DESC") == [
        (row["term"], row["estimate"]) for row in (rows[1], rows[0])]
    assert "the stored fit" in s.notice(), s.notice()
    assert len(charges(m["zurich"])) == known["zurich"] + 4, "a stored answer was charged"
    sound(*m.nodes())


def trains_a_network_under_noise():
    """Rounds over a sample of the people: each charge says the rate, and together they cost what was said."""
    m = four()
    m.agree("noisy-network", allows="network", protection="mode: dp, epsilon: 6, delta: 1.0e-5, per_query: 3, minimum_people: 5")
    s = m.session("noisy-network", epsilon=3)
    known = {name: len(charges(m[name])) for name in HOSPITALS}
    rows = s.table(NOISY.format("network", "disease ~ age + sex", ", layers => 'dense(2) tanh dense(1) sigmoid', rounds => 6, sample => 0.25"))
    assert rows, rows
    notice = s.notice()
    assert "charged epsilon 3 at" in notice or "charged epsilon 2.9" in notice, notice
    all_measured = [measured(m[name], known[name]) for name in HOSPITALS]
    assert all(each == all_measured[0] for each in all_measured) and len(all_measured[0]) >= 6, all_measured
    assert all(each[0]["rate"] == 2 ** 30 for each in all_measured[0]), all_measured[0]
    for name, rest in left(m, "noisy-network").items():
        assert 3 <= rest < 3.1, (name, rest)
    sound(*m.nodes())


def refuses_under_noise_what_is_too_much():
    m = four()
    m.agree("little-noise", allows="glm, lm", protection="mode: dp, epsilon: 4, delta: 1.0e-5, per_query: 3, minimum_people: 5")
    s = m.session("little-noise", epsilon=3)
    known = {name: charges(m[name]) for name in HOSPITALS}
    before = left(m, "little-noise")
    s.refused(NOISY.format("glm", "chol ~ age", ", family => 'gamma'"), "no_noisy_form", "binomial")
    s.refused(NOISY.format("cox", "chol ~ age", ""), "analysis_not_allowed")
    s.refused(NOISY.format("lm", "thalach ~ age", ", weights => 'sex'"), "formula_not_supported")
    m.session("little-noise", pure="on").refused(NOISY.format("lm", "thalach ~ age", ""), "setting_not_for_fits")
    assert left(m, "little-noise") == before
    s.rows(NOISY.format("lm", "thalach ~ age", ""))
    text = s.refused(NOISY.format("lm", "thalach ~ sex", ""), "budget_exhausted")
    assert "nothing was charged" in text, text
    assert {name: len(each) + 5 for name, each in known.items()} == {name: len(charges(m[name])) for name in HOSPITALS}, "a refusal was charged"
    sound(*m.nodes())


def an_owner_dies_in_a_noisy_fit():
    """No sum that lacks an owner's noise is opened: the fit waits, the round is asked again of all, and charged again."""
    m = four()
    m.agree("noisy-kills", allows="glm", protection="mode: dp, epsilon: 6, delta: 1.0e-5, per_query: 3, minimum_people: 5")
    slow(m["zurich"], 100, 1500)
    known = len(charges(m["cleveland"]))

    def come_back():
        time.sleep(4)  # the fit waits meanwhile
        assert len(charges(m["cleveland"])) <= known + 3, "it went on without zurich"
        m["zurich"].start()

    s = m.session("noisy-kills", epsilon=3)
    with killed_in_second_round(m["zurich"], come_back):
        assert s.table(NOISY.format("glm", "disease ~ age", ", family => 'binomial', rounds => 3"))
    assert len(charges(m["cleveland"])) > known + 3, "a round was asked again, of all"
    for name, rest in left(m, "noisy-kills").items():
        assert 0 < rest <= 3, (name, rest)
    assert min(left(m, "noisy-kills").values()) < 2.99, "what was asked again was charged again"
    slow(m["zurich"], 1500, 100)
    sound(*m.nodes())


def slow(node, before, grid):
    """Its answers leave at multiples of so many milliseconds."""
    node.kill()
    settings = node.home / "node.yaml"
    settings.write_text(settings.read_text().replace(f"answer_grid_ms: {before} ", f"answer_grid_ms: {grid} "))
    node.start()


@contextlib.contextmanager
def killed_in_second_round(node, then=lambda: None):
    """Kills it once it was charged for two rounds more than before."""
    known = len(charges(node))

    def watch():
        wait(f"{node.name} is in the second round", lambda: len(charges(node)) >= known + 2)
        node.kill()
        then()

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield
    finally:
        watcher.join()


TESTS = [fits_as_one_table, gives_what_is_asked_of_the_table, fits_other_models, fits_hazards, grows_trees, fits_a_network, fits_the_rows_of_one_owner,
         asks_from_the_command_line, describes_itself_in_psql,
         refuses_in_words, an_owner_dies_between_rounds, fits_under_noise, trains_a_network_under_noise, refuses_under_noise_what_is_too_much, an_owner_dies_in_a_noisy_fit]


if __name__ == "__main__":
    try:
        sys.exit(main(TESTS))
    finally:
        while _four:
            _four.pop().__exit__(None)
