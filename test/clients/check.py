"""What every client must see of the table `people`: 2,000 rows, half of them of sex f, noise of a few."""

import os
import sys

COLUMNS = ["person", "sex", "age", "income", "moved"]

# Texts and their SQLSTATE. PostgreSQL itself, when the scripts are tried against it, answers the first.
REFUSED = [("SELECT * FROM people", "0A000"), ("SELECT count(*) FROM nowhere", "42P01"),
           ("SELECT count(nothing) FROM people", "42703"), ("SELEC 1", "42601")]
if os.environ.get("CLIENTS_AGAINST") == "postgres":
    REFUSED = REFUSED[1:]

# Runs for some seconds at least, over the catalogue alone: something to cancel.
LONG = ("SELECT count(*) FROM pg_attribute a, pg_attribute b, pg_attribute c "
        "WHERE a.attname || b.attname || c.attname = 'x'")


# Of the node alone: PostgreSQL neither charges nor gives these hints.
GOVERNED = os.environ.get("CLIENTS_AGAINST") != "postgres"
GROUPS = "SELECT sex, count(*) AS n FROM people GROUP BY sex ORDER BY sex"

# Under noise: what it comes to is not looked at, but that every client can send the call's parts apart from the text.
FIT = "SELECT term, lower < estimate AS above FROM concordat.lm({}, {}, level => {}) WHERE term = {}"
FIT_VALUES = ("income ~ age + sex", "people", 0.9, "age")


def equal(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: expected {expected!r}, found {found!r}")


def near(found, expected, what, within=120):
    if found is None or abs(float(found) - expected) > within:
        sys.exit(f"{what}: expected about {expected}, found {found!r}")


def true(condition, what):
    if not condition:
        sys.exit(what)
