"""psql: every kind of \\d that makes sense here, questions, and errors that leave the session going."""

import signal
import subprocess
import time

import check


def psql(*commands):
    arguments = ["psql", "-XAtq"]
    for command in commands:
        arguments += ["-c", command]
    done = subprocess.run(arguments, text=True, capture_output=True, check=False)
    return done.returncode, done.stdout, done.stderr


DESCRIPTIONS = [r"\d", r"\d+", r"\dt", r"\dt+", r"\dn", r"\dn+", r"\d people", r"\d+ people", r"\du", r"\df", r"\dv", r"\di",
                r"\l", r"\l+", r"\dp", r"\dT", r"\dx", r"\db", r"\ds", r"\dD", r"\dS", r"\dm", r"\dC", r"\dd", r"\dX",
                r"\dRp", r"\dy", r"\des", r"\dE", r"\dP", r"\dO", r"\drds", r"\dconfig", r"\d pg_class", r"\dv pg_catalog.*"]
for command in DESCRIPTIONS:
    code, out, err = psql(command)
    check.true(code == 0 and "ERROR" not in err, f"{command}: {err}")

_, out, _ = psql(r"\dt")
check.true("public|people|table" in out, out)
_, out, _ = psql(r"\d people")
check.equal([line.split("|")[:2] for line in out.splitlines()],
            [["person", "text"], ["sex", "text"], ["age", "bigint"], ["income", "double precision"], ["moved", "date"]],
            r"\d people")
_, out, _ = psql("SELECT sex, count(*) FROM people GROUP BY sex ORDER BY sex")
for line in out.splitlines():
    check.near(line.split("|")[1], 1000, line)
check.equal(len(out.splitlines()), 2, "groups")
if check.GOVERNED:
    _, out, _ = psql(r"\d+ people")
    check.true("range 0 to 110" in out and "domain: f, m" in out and "privacy unit" in out, out)
    _, out, err = psql(r"\dv concordat.*")
    check.true("concordat|budget|view" in out, out + err)
    _, out, err = psql(r"\df+ concordat.kaplan_meier")
    check.true("TABLE(group text, time double precision" in out and "survival curves by group" in out, out + err)
    code, out, err = psql("SELECT * FROM concordat.budget")
    check.true(code == 0 and out, err)
_, out, err = psql(r"\set FETCH_COUNT 1", check.GROUPS)
check.equal([line.split("|")[0] for line in out.splitlines()], ["f", "m"], "FETCH_COUNT")
_, out, err = psql(rf"\copy ({check.GROUPS}) TO STDOUT CSV")
check.equal([line.split(",")[0] for line in out.splitlines()], ["f", "m"], r"\copy")
out = subprocess.run(["psql", "-XAtq"], input=check.GROUPS + r" \gdesc", text=True, capture_output=True, check=True).stdout
check.equal(out, "sex|text\nn|bigint\n", r"\gdesc")
if check.GOVERNED:
    check.true("charged" in psql(check.GROUPS)[2], "no NOTICE of the charge")
    check.true("noise" in psql("EXPLAIN " + check.GROUPS)[1], "EXPLAIN")
    check.true("did you mean age?" in psql("SELECT count(agge) FROM people")[2], "no hint")
asking = subprocess.Popen(["psql", "-X", "-c", check.LONG], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
time.sleep(0.5)
asking.send_signal(signal.SIGINT)
out, err = asking.communicate(timeout=30)
check.true("canceling statement due to user request" in err, "Ctrl-C: " + err)
for text, sqlstate in check.REFUSED:
    code, out, err = psql(r"\set VERBOSITY verbose", text)
    check.true(code != 0 and sqlstate in err, f"{text}: {err}")
code, out, err = psql("SELECT count(*) FROM nowhere", "SELECT 1")
check.true(out == "1\n" or code != 0, "the session ended with the error: " + out + err)
