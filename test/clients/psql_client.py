"""psql: every kind of \\d that makes sense here, questions, and errors that leave the session going."""

import os
import subprocess

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
if os.environ.get("CLIENTS_AGAINST") != "postgres":
    _, out, _ = psql(r"\d+ people")
    check.true("range 0 to 110" in out and "domain: f, m" in out and "privacy unit" in out, out)
    _, out, err = psql(r"\dv concordat.*")
    check.true("concordat|budget|view" in out, out + err)
    code, out, err = psql("SELECT * FROM concordat.budget")
    check.true(code == 0 and out, err)
for text, sqlstate in check.REFUSED:
    code, out, err = psql(r"\set VERBOSITY verbose", text)
    check.true(code != 0 and sqlstate in err, f"{text}: {err}")
code, out, err = psql("SELECT count(*) FROM nowhere", "SELECT 1")
check.true(out == "1\n" or code != 0, "the session ended with the error: " + out + err)
