#!/usr/bin/env python3
"""Fits as jobs: shown while they run, cancelled, gone on with after kill -9, and what they leave: models, cards, exports.

  fit_jobs.py [NAME…]      the functions named below; all of them by default
"""
import csv
import io
import json
import subprocess
import sys
import threading

import psycopg2

from federation_members import Federation, charges, entries, sound, spent
from fits import COLUMNS, RULES, slow
from harness import PASSWORD, main
from members import connected, wait

TWO = ("cleveland", "budapest")
FIT = "SELECT * FROM concordat.glm('disease ~ age + sex + {}', 'patients', family => 'binomial')"
_two = []


def two():
    """Two hospitals, one of which answers late: a round lasts long enough to die in."""
    if not _two:
        m = Federation(*TWO).__enter__()
        _two.append(m)
        m.agree("fits", allows="fit", protection=RULES)
        m.agree("others", allows="fit", protection=RULES)
        slow(m["budapest"], 100, 400)
    return _two[0]


class Asking(threading.Thread):
    """Asks in a session of its own, and keeps what came of it."""

    def __init__(self, sql, agreement="fits", **settings):
        super().__init__()
        self.session, self.sql = two().session(agreement, **settings), sql
        self.rows = self.error = None
        self.start()

    def run(self):
        try:
            self.rows = self.session.table(self.sql)
        except psycopg2.Error as error:
            self.error = str(error)


def jobs(session, formula):
    return [job for job in session.table("SELECT * FROM concordat.jobs") if formula in (job["formula"] or "")]


def on_record(session, formula, rounds):
    wait(f"{rounds} rounds are on record", lambda: any(job["round"] >= rounds for job in jobs(session, formula)))


def goes_on_after_the_death_of_who_asked():
    m = two()
    sql = FIT.format("thalach")
    asking = Asking(sql)
    s = m.session("fits")
    on_record(s, "thalach", 2)
    assert [job["state"] for job in jobs(s, "thalach")] == ["running"], jobs(s, "thalach")
    m["cleveland"].kill()
    asking.join()
    assert asking.rows is None and asking.error
    m["cleveland"].start()
    s = m.session("fits")
    wait("they reach each other again", lambda: len(connected(m["cleveland"])) == 1)
    job = jobs(s, "thalach")[0]
    assert job["state"] == "interrupted" and ": deviance" in job["said"], job
    reached, before = job["round"], {name: len(charges(m[name])) for name in TWO}
    rows = s.table(sql)
    notice = s.notice()
    rounds = int(notice.split("glm in ")[1].split(" rounds")[0])
    assert f"goes on with round {reached}" in notice, notice
    done = jobs(s, "thalach")[0]
    assert done["state"] == "finished" and done["id"] == job["id"] and done["round"] == rounds, done
    assert done["started"] == job["started"], (done, job)
    for name in TWO:
        asked = [e["body"]["fit"]["round"] for e in entries(m[name], "charge") if "fit" in e["body"]]
        assert len(charges(m[name])) - before[name] == rounds - reached + 1, (name, asked)
        twice = [number for number in range(1, rounds + 1) if asked.count(number) > 1]
        assert twice in ([reached], [reached, reached + 1]), f"{name} was charged twice for {twice}"
    whole = m.session("others").table(sql)
    for row, other in zip(rows, whole):
        assert row == other, f"{row} when it went on, {other} at one go"
    sound(*m.nodes())


NOISY = "SELECT * FROM concordat.glm('disease ~ age + {}', 'patients', family => 'binomial', rounds => 8)"
DP = "mode: {}, epsilon: 12, delta: 1.0e-5, per_query: 3, minimum_people: 5"


def spent_under(node, agreement):
    return next(epsilon for level, epsilon in spent(node).items() if level[1:] == (agreement, ""))


def rounds_charged(node, agreement):
    return [e["body"]["fit"]["round"] for e in entries(node, "charge") if e["body"]["agreement"] == agreement and "fit" in e["body"]]


def dies_in_a_round(m, sql, agreement, rounds, charged=True):
    """The node that asks is killed once so many rounds are on record, and an owner is charged for the next or perhaps nobody. Returns the newest on record."""
    asking = Asking(sql, agreement)
    s = m.session(agreement)
    on_record(s, "age +", rounds)
    if charged:
        wait("the next is charged", lambda: jobs(s, "age +")[0]["round"] < max(rounds_charged(m["budapest"], agreement)))
    m["cleveland"].kill()
    asking.join()
    assert asking.rows is None and asking.error, "it had ended"
    m["cleveland"].start()
    wait("they reach each other again", lambda: len(connected(m["cleveland"])) == 1)
    return jobs(m.session(agreement), "age +")[0]


def charges_nothing_twice_under_noise():
    """Killed three times: no round on record is charged again, and the epsilon that is shown is what an owner was charged by all four runs."""
    m = two()
    m.agree("noisy", allows="glm", protection=DP.format("dp"))
    slow(m["budapest"], 400, 1500)
    wait("they reach each other again", lambda: len(connected(m["cleveland"])) == 1)
    sql = NOISY.format("chol")
    first = dies_in_a_round(m, sql, "noisy", 2)
    assert first["state"] == "interrupted" and first["round"] >= 2 and first["epsilon"] > 0, first
    second = dies_in_a_round(m, sql, "noisy", first["round"] + 1)
    assert second["id"] == first["id"] and second["round"] > first["round"] and second["started"] == first["started"], (first, second)
    assert second["epsilon"] > first["epsilon"], (first, second)
    third = dies_in_a_round(m, sql, "noisy", second["round"] + 1, charged=False)
    s = m.session("noisy")
    rows = s.table(sql)
    notice = s.notice()
    assert [row["term"] for row in rows] == ["(Intercept)", "age", "chol"] and "glm in 8 rounds" in notice, notice
    assert f"goes on after round {third['round']}" in notice, notice
    done, model = jobs(s, "age +")[0], s.table("SELECT * FROM concordat.models")[0]
    card = json.loads(s.rows(f"SELECT concordat.model_card('{model['id']}')")[0][0])
    assert done["state"] == "finished" and done["round"] == 8 and done["epsilon"] == model["epsilon"] == card["epsilon"], (done, model, card)
    assert f"charged epsilon {done['epsilon']:.3g} at" in notice, (done, notice)
    under_way = {each["round"] + 1 for each in (first, second, third)}
    for name in TWO:
        asked = rounds_charged(m[name], "noisy")
        twice = {number for number in asked if asked.count(number) > 1}
        assert set(asked) == set(range(1, 9)) and twice <= under_way, f"{name} was charged for {asked}; {under_way} were under way"
    # Owners were asked which of the rounds under way they had charged.
    here = {name: spent_under(m[name], "noisy") for name in TWO}
    assert abs(max(here.values()) - done["epsilon"]) < 1e-9, f"spent is {here}, shown is {done}"
    assert done["epsilon"] > 3 * (1 - 1e-6), "two rounds more than was asked for"
    assert s.table(sql) == rows and "the stored answer" in s.notice(), s.notice()
    slow(m["budapest"], 1500, 400)
    sound(*m.nodes())


def fits_where_each_adds_the_whole_noise():
    """Under dp-local a fit goes round as ever, each owner's part with the whole noise in it."""
    m = two()
    m.agree("local", allows="glm", protection=DP.format("dp-local"))
    s = m.session("local", epsilon=3)
    sql = NOISY.format("trestbps").replace("8", "3")
    plan = "\n".join(row[0] for row in s.rows("EXPLAIN " + sql))
    assert "each with the whole noise" in plan and plan.count(": the whole noise, ") == 2, plan
    rows = s.table(sql)
    assert [row["term"] for row in rows] == ["(Intercept)", "age", "trestbps"] and "glm in 3 rounds" in s.notice(), s.notice()
    for name in TWO:
        measured = [e["body"]["measurements"][0] for e in entries(m[name], "charge") if e["body"]["agreement"] == "local"]
        assert [each["scale"] for each in measured] == 3 * [2 ** 20], f"one owner's draw is counted on: {measured}"
        assert 3 * (1 - 1e-3) < spent_under(m[name], "local") <= 3, spent(m[name])
    sound(*m.nodes())


def resumes_at_the_epsilon_that_was_asked():
    """Another epsilon would be another fit, charged from its beginning."""
    m = two()
    m.agree("small", allows="glm", protection=DP.format("dp"))
    node, s = m["cleveland"], m.session("small", epsilon=0.5)
    slow(m["budapest"], 400, 1500)
    wait("they reach each other again", lambda: len(connected(node)) == 1)
    asking = Asking(NOISY.format("chol"), "small", epsilon=0.5)
    on_record(s, "age +", 2)
    job = jobs(s, "age +")[0]
    node.verb("job", "cancel", job["id"])
    asking.join()
    told = node.json("job", "resume", job["id"])["notice"]
    assert "goes on after round" in told and "charged epsilon 0.5" in told.replace("0.500", "0.5"), told
    assert [each["id"] for each in jobs(s, "age +")] == [job["id"]], jobs(s, "age +")
    assert spent_under(m["budapest"], "small") < 0.7, spent_under(m["budapest"], "small")
    before = spent_under(m["budapest"], "small")
    told = node.json("fit", "small", "glm", "disease ~ age", "patients", "family=binomial", "rounds=3", "--epsilon", "0.25")["notice"]
    assert "charged epsilon 0.25" in told and spent_under(m["budapest"], "small") - before < 0.26, told


def begins_anew_when_rows_changed():
    m = two()
    sql = FIT.format("trestbps")
    asking = Asking(sql)
    s = m.session("fits")
    on_record(s, "trestbps", 1)
    job = jobs(s, "trestbps")[0]
    assert s.rows(f"SELECT concordat.cancel('{job['id'][:8]}')") == [(True,)]
    asking.join()
    assert "refused (cancelled)" in asking.error, asking.error
    assert jobs(s, "trestbps")[0]["state"] == "cancelled", jobs(s, "trestbps")
    s.refused(f"SELECT concordat.cancel('{job['id']}')", "job_ended", "cancelled")
    s.refused("SELECT concordat.cancel('0000000000000000')", "job_unknown")
    m.publish(m["budapest"], data=with_a_row_less(m))
    rows = s.table(sql)
    assert "begins anew: owners' rows are others than in round" in s.notice() and len(rows) == 4, s.notice()


def with_a_row_less(m):
    """A copy of the data without budapest's last row."""
    import shutil

    from harness import DATA
    folder = m.path / "changed"
    shutil.copytree(DATA / "heart", folder / "heart")
    file = folder / "heart/hungarian.data"
    lines = file.read_text().splitlines(keepends=True)
    file.write_text("".join(lines[:-1]))
    return folder


def cancels_as_postgresql_does():
    m = two()
    asking = Asking(FIT.format("chol"))
    s = m.session("fits")
    on_record(s, "chol", 1)
    asking.session.connection.cancel()
    asking.join()
    assert "canceling statement due to user request" in asking.error, asking.error
    assert jobs(s, "chol")[0]["state"] == "cancelled"
    node = m["cleveland"]
    identifier = jobs(s, "chol")[0]["id"]
    told = node.json("job", "resume", identifier[:6])
    assert [column["name"] for column in told["columns"]] == COLUMNS, told
    shown = node.json("job", "show", identifier)
    assert shown["state"] == "finished" and shown["sql"] == FIT.format("chol"), shown
    refusal = node.verb("job", "cancel", identifier, expect=1)
    assert "does not run" in refusal, refusal


def keeps_models():
    m = two()
    node = m["cleveland"]
    text = node.verb("fit", "others", "lm", "thalach ~ age + sex", "patients", "level=0.9")
    assert "(Intercept)" in text and "lm in " in text, text
    again = node.json("fit", "others", "lm('thalach ~ age + sex', 'patients', level => 0.9)")
    assert "the stored answer" in again["notice"], again
    s = m.session("others")
    model = next(row for row in s.table("SELECT * FROM concordat.models") if row["method"] == "lm")
    assert model["members"] == "budapest, cleveland" and model["purpose"] == "dpv:ScientificResearch" and model["receipts"] == 2, model
    assert model["epsilon"] == 0 and model["rows"] > 500 and model["formula"] == "thalach ~ age + sex", model
    kept = json.loads(s.rows(f"SELECT concordat.model('{model['id'][:12]}')")[0][0])
    assert kept["terms"] == ["(Intercept)", "age", "sex"], kept
    card = json.loads(s.rows(f"SELECT concordat.model_card('{model['answer']}') AS card")[0][0])
    assert card["id"] == model["id"] and sorted(product["product"] for product in card["data"]) == ["budapest/heart@1", "cleveland/heart@1"], card
    assert card["protection"]["mode"] == "threshold" and card["call"]["options"] == {"level": 0.9}, card
    assert card["exports"] == ["model", "csv", "json"] and card["diagnostics"]["rows"] == model["rows"], card
    assert card == node.json("model", "card", model["id"]), "the shell's card is another"
    readable = node.verb("model", "card", model["id"][:12])
    assert "thalach ~ age + sex" in readable and "budapest/heart@1" in readable, readable
    rows = list(csv.DictReader(io.StringIO(node.verb("model", "export", model["id"], "--as", "csv"))))
    assert [row["term"] for row in rows] == kept["terms"], rows
    assert [float(row["estimate"]) for row in rows] == kept["coefficients"], rows
    assert model["id"] in [row["id"] for row in node.json("model", "list", "--agreement", "others")]
    m.session("fits").refused(f"SELECT concordat.model('{model['id']}')", "model_unknown")
    s.refused("SELECT concordat.forget('it')", "unknown_function")
    login = f"host=127.0.0.1 port={node.port} dbname=others user=ana password='{PASSWORD}' sslmode=require"
    shown = subprocess.run(["psql", "-XAtq", login, "-c", "SELECT count(*) FROM concordat.models"], text=True, capture_output=True, check=True)
    assert int(shown.stdout) >= 1, shown
    described = subprocess.run(["psql", "-XAtq", login], input="SELECT concordat.model('x') AS m \\gdesc\n", text=True, capture_output=True, check=True)
    assert described.stdout == "m|text\n", described.stdout


TESTS = [goes_on_after_the_death_of_who_asked, charges_nothing_twice_under_noise, fits_where_each_adds_the_whole_noise, cancels_as_postgresql_does, begins_anew_when_rows_changed,
         resumes_at_the_epsilon_that_was_asked, keeps_models]


if __name__ == "__main__":
    try:
        sys.exit(main(TESTS))
    finally:
        while _two:
            _two.pop().__exit__(None)
