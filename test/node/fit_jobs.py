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

from federation_members import Federation, charges, entries, sound
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

    def __init__(self, sql, agreement="fits"):
        super().__init__()
        self.session, self.sql = two().session(agreement), sql
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


TESTS = [goes_on_after_the_death_of_who_asked, cancels_as_postgresql_does, begins_anew_when_rows_changed, keeps_models]


if __name__ == "__main__":
    try:
        sys.exit(main(TESTS))
    finally:
        while _two:
            _two.pop().__exit__(None)
