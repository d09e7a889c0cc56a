#!/usr/bin/env python3
"""kill -9 at random points under load: nothing that was answered is uncharged, nothing is overspent, the node comes back.

  crash.py [TRIALS]     default 200; 10,000 with CONCORDAT_SOAK=1
Two nodes die side by side, each until its budget is spent; then a new home takes its place. Every fifth kill, and every
home's last, is followed by a look at all that is on the ledger. The moments are random but repeatable: the seed is printed
and can be given as CONCORDAT_SEED.
"""
import os
import random
import signal
import sys
import threading
import time

import psycopg2

from harness import Node, answer_id

# The budget is for about two hundred questions: every home comes to the end of it, where overspending would show.
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
protection: {mode: dp, epsilon: 7, delta: 1.0e-6, per_query: 1, minimum_people: 1}
needs: {approvals: {lewisham: 1}, training: [data-ethics], assessment: none}
valid: {from: 2026-01-01, until: 2036-01-01}
retention_days: 90
"""
ASKERS = 4
SPENT = psycopg2.errors.lookup("53400")


class Asker(threading.Thread):
    """Asks ever new questions until the node is gone; keeps the answers that reached it."""

    def __init__(self, home, number):
        super().__init__()
        self.home, self.number = home, number
        self.answered = threading.Event()  # or over, for other reasons
        self.surprises = []

    def run(self):
        try:
            self.ask()
        except SPENT:
            self.home.spent = True  # refusals are right from here on
        except psycopg2.OperationalError:
            pass  # the node died under us
        except (psycopg2.Error, AssertionError) as error:
            self.surprises.append(f"{type(error).__name__}: {error}")
        finally:
            self.answered.set()

    def ask(self):
        connection = self.home.node.connect()
        with connection.cursor() as cursor:
            cursor.execute("SET concordat.epsilon = 0.5")
            if self.number == 0 and self.home.answers:
                self.ask_again(connection, cursor)
            while True:
                sql = f"SELECT count(*) FROM people WHERE age + {self.home.next_question()} > 0"
                cursor.execute(sql)
                value = cursor.fetchall()[0][0]
                self.home.answers.append((sql, value, answer_id(connection)))
                self.answered.set()

    def ask_again(self, connection, cursor):
        """What was answered before the node died is answered the same, and free."""
        sql, value, identifier = self.home.answers[-1]
        cursor.execute(sql)
        again = cursor.fetchall()[0][0]
        assert (again, answer_id(connection)) == (value, identifier), f"{sql}: {again} after the kill, {value} before"
        assert "charged nothing" in connection.notices[-1], connection.notices


class Home:
    """A node, killed again and again, and what it has answered."""

    def __init__(self):
        self.node = Node()
        self.node.init()
        settings = self.node.home / "node.yaml"
        settings.write_text(settings.read_text().replace("answer_grid_ms: 100", "answer_grid_ms: 10"))
        self.node.publish("adult").analyst("ana").agree(AGREEMENT)
        self.answers = []
        self.spent = False
        self.question = 0
        self.lock = threading.Lock()

    def next_question(self):
        with self.lock:
            self.question += 1
            return self.question

    def die(self, moment):
        """One trial. `moment` in [0, 1): an eighth of them while the node starts, an eighth while it is asked first."""
        if moment < 0.125:
            self.node.spawn()
            time.sleep(moment * 8 * 0.2)
            self.node.kill()
            return
        self.node.start()
        askers = [Asker(self, number) for number in range(ASKERS)]
        for asker in askers:
            asker.start()
        if moment > 0.25:
            askers[-1].answered.wait(30)
        time.sleep((moment * 8 % 1) * 0.2)
        self.node.kill()
        for asker in askers:
            asker.join()
            assert not asker.surprises, asker.surprises

    def check(self):
        """With the node down: the log verifies, every answer seen is charged and recorded, no level is overspent."""
        verified = self.node.json("ledger", "verify")
        assert verified["ok"], verified
        charged, recorded = set(), set()
        for entry in self.node.json("ledger", "show", "--first", "0"):
            if entry["kind"] == "charge":
                charged.add(entry["body"]["question"])
            elif entry["kind"] == "release" and entry["body"]["outcome"] == "answered":
                recorded.add(entry["body"]["question"])
        seen = {identifier for _, _, identifier in self.answers}
        assert seen <= charged, f"answers without a charge: {seen - charged}"
        assert seen <= recorded, f"answers without an entry: {seen - recorded}"
        assert recorded <= charged, f"entries without a charge: {recorded - charged}"
        for level in self.node.json("budget"):
            assert level["spent"]["epsilon"] <= level["limit"]["epsilon"], f"overspent: {level}"
        return len(charged)


class Camp(threading.Thread):
    """One of the nodes that die side by side, and those that take its place."""

    def __init__(self, seed, trials):
        super().__init__()
        self.moments, self.trials = random.Random(seed), trials
        self.done, self.answers, self.charges, self.homes = 0, 0, 0, 0
        self.failure = None

    def run(self):
        try:
            while self.done < self.trials:
                self.live()
        except Exception as error:  # told by the main thread, whatever it is
            self.failure = f"{type(error).__name__} after {self.done} kills: {error}"

    def live(self):
        home = Home()
        with home.node:
            while self.done < self.trials and not home.spent:
                home.die(self.moments.random())
                self.done += 1
                if self.done % 5 == 0:
                    home.check()
            charges = home.check()
            home.node.start()
            home.node.kill(signal.SIGTERM)
            assert home.check() == charges, "a start changed what is charged"
        self.answers += len(home.answers)
        self.charges += charges
        self.homes += home.spent


def main():
    trials = int(sys.argv[1]) if sys.argv[1:] else 10_000 if os.environ.get("CONCORDAT_SOAK") == "1" else 200
    seed = int(os.environ.get("CONCORDAT_SEED", time.time_ns()))
    print(f"seed {seed}, {trials} trials", flush=True)
    begin = time.monotonic()
    camps = [Camp(seed + number, (trials + number) // 2) for number in range(2)]
    for camp in camps:
        camp.start()
    for camp in camps:
        while camp.is_alive():
            camp.join(60)
            print(f"{sum(c.done for c in camps)} kills after {time.monotonic() - begin:.0f} s", flush=True)
    failures = [camp.failure for camp in camps if camp.failure]
    for failure in failures:
        print(f"FAILED  {failure}")
    answers, charges, homes = (sum(getattr(camp, what) for camp in camps) for what in ("answers", "charges", "homes"))
    print(f"{answers} answers reached a client, all charged and recorded; {charges} charges, so {charges - answers} died on the way; "
          f"{homes} budgets were spent to the end")
    if not failures:
        assert answers > trials, "too few questions were answered: the trials showed nothing"
        assert charges > answers, "no kill ever fell between charge and answer: the trials showed nothing"
    print(f"{trials - len(failures)} passed, {len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
