"""A node with one table of made-up people, for clients to connect to: test/node/harness.py runs it."""

import contextlib
import datetime
import os
import pathlib
import random
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "node"))
import harness  # noqa: E402


@contextlib.contextmanager
def people_node():
    """Serves the agreement people-study to ana; its home is removed afterwards."""
    with harness.Node() as node:
        write_people(node.home.parent / "people.csv")
        node.init()
        node.verb("product", "publish", HERE / "people.odcs.yaml", "--data", node.home.parent)
        node.analyst("ana").agree((HERE / "study.yaml").read_text()).start()
        yield node


def environment(node):
    """What libpq and the clients' scripts read."""
    return {"PGHOST": "127.0.0.1", "PGPORT": str(node.port), "PGUSER": "ana", "PGPASSWORD": harness.PASSWORD,
            "PGDATABASE": "people-study", "PGSSLMODE": "require"}


def write_people(path):
    chance = random.Random(20261123)
    with open(path, "w", encoding="utf-8") as out:
        out.write("person,sex,age,income,moved\n")
        for i in range(2000):
            sex = "f" if i % 2 else "m"
            moved = datetime.date(2000, 1, 1) + datetime.timedelta(days=chance.randrange(9000))
            out.write(f"p{i},{sex},{chance.randrange(18, 90)},{chance.randrange(8000, 80000)},{moved}\n")
