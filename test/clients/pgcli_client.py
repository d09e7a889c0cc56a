"""pgcli: connects, completes from the catalogue in the background, prints a table."""

import os
import subprocess

import check

environment = dict(os.environ, PAGER="cat")
arguments = ["pgcli", "--no-password", "-h", os.environ["PGHOST"], "-p", os.environ["PGPORT"], "-U", os.environ["PGUSER"],
             "-d", os.environ["PGDATABASE"]]
commands = "\\dt\n\\d people\nSELECT count(*) AS how_many FROM people;\n\\q\n"
done = subprocess.run(arguments, input=commands, text=True, capture_output=True, env=environment, timeout=120, check=False)
for expected in ("people", "double precision", "how_many"):
    check.true(expected in done.stdout, f"{expected} is not in\n{done.stdout}\n{done.stderr}")
