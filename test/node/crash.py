#!/usr/bin/env python3
"""kill -9 at random points under load: nothing that was answered is uncharged, nothing is overspent, the node comes back.

  crash.py [TRIALS]     default 200
The moments are random but repeatable: the seed is printed and can be given as CONCORDAT_SEED.
"""
import os
import random
import sys
import threading
import time

import psycopg2

from harness import Node, answer_id

AGREEMENT = """
concordat: agreement/1
name: adult-study
parties: {lewisham: self}
tables: {people: [lewisham/adult@1]}
purpose: dpv:ScientificResearch
legal_basis: dpv-gdpr:A6-1-e
question: Does the budget hold when the node dies?
analysts: [ana@lewisham]
allows: [sql]
protection: {mode: dp, epsilon: 8, delta: 1.0e-6, per_query: 1, minimum_people: 1}
needs: {approvals: {lewisham: 1}, training: [data-ethics], assessment: none}
valid: {from: 2026-01-01, until: 2036-01-01}
retention_days: 90
"""


class Asker(threading.Thread):
    """Asks ever new questions until the node is gone; keeps the ids of answers that reached it."""

    def __init__(self, node, trial, number, answered):
        super().__init__()
        self.node, self.trial, self.number, self.answered = node, trial, number, answered
        self.surprises = []

    def run(self):
        try:
            connection = self.node.connect()
            with connection.cursor() as cursor:
                cursor.execute("SET concordat.epsilon = 0.02")
                for question in range(1000):
                    cursor.execute(f"SELECT count(*) FROM people WHERE age + {self.trial * 4000 + self.number * 1000 + question} > 0")
                    cursor.fetchall()
                    self.answered.append(answer_id(connection))
        except psycopg2.errors.lookup("53400"):
            pass  # the budget is spent: refusals are right from here on
        except psycopg2.OperationalError:
            pass  # the node died under us
        except psycopg2.Error as error:
            self.surprises.append(str(error))


def check(node, answered):
    """With the node down: the log verifies, every answer that was seen is charged and recorded, no level is overspent."""
    verified = node.json("ledger", "verify")
    assert verified["ok"], verified
    charged = {entry["body"]["question"] for entry in node.json("ledger", "show", "--first", "0") if entry["kind"] == "charge"}
    missing = [identifier for identifier in answered if identifier not in charged]
    assert not missing, f"answers without a charge: {missing}"
    for level in node.json("budget"):
        assert level["spent"]["epsilon"] <= level["limit"]["epsilon"], f"overspent: {level}"


def main():
    trials = int(sys.argv[1]) if sys.argv[1:] else 200
    seed = int(os.environ.get("CONCORDAT_SEED", time.time_ns()))
    print(f"seed {seed}, {trials} trials", flush=True)
    moments = random.Random(seed)
    answered = []
    with Node() as node:
        node.init().publish("adult").analyst("ana").agree(AGREEMENT)
        for trial in range(trials):
            node.start()
            askers = [Asker(node, trial, number, answered) for number in range(3)]
            for asker in askers:
                asker.start()
            time.sleep(moments.uniform(0.0, 0.5))
            node.kill()
            for asker in askers:
                asker.join()
                assert not asker.surprises, asker.surprises
            if trial % 10 == 9 or trial == trials - 1:
                check(node, answered)
                print(f"trial {trial + 1}: {len(answered)} answers, all charged", flush=True)
    assert answered, "no question was ever answered: the trials showed nothing"
    print(f"{trials} passed, 0 failed")


if __name__ == "__main__":
    main()
