"""kill -9 of real processes in the middle of questions across members: what holds on every ledger afterwards."""
import os
import random
import re
import threading
import time

import psycopg2

from federation_members import HOSPITALS, charges, entries, five_bodies, sound

AGREEMENTS = "kill-masks", "kill-encryption"  # one question each at a time
LASTS = 0.5  # seconds that a question takes, about
CHECKED = 12  # after so many deaths, and at the end


class Asker(threading.Thread):
    """Asks two new questions, and keeps what was answered, and by whom."""

    def __init__(self, deaths, agreement):
        super().__init__()
        self.deaths, self.agreement = deaths, agreement
        self.surprises = []

    def run(self):
        try:
            session = self.deaths.federation.session(self.agreement, epsilon=0.02)
            session.rows(f"SELECT count(*) FROM patients WHERE age + {self.deaths.next()} > 0")
            included = re.findall(r"([a-z-]+) \([^)]*left[^)]*\)", session.notice())
            self.deaths.answers.append((session.id(), included))
        except psycopg2.Error as error:
            if "budget_exhausted" in str(error):
                self.deaths.spent = True
            elif isinstance(error, psycopg2.OperationalError) and "refused (" not in str(error):
                pass  # the node that was asked died under us
            elif "owners_missing" not in str(error):
                self.surprises.append(str(error))
        except (AssertionError, TypeError) as error:
            self.surprises.append(f"{type(error).__name__}: {error}")


class Deaths:
    """One federation, whose members die one at a time while they are asked."""

    def __init__(self, federation, seed):
        self.federation, self.moments = federation, random.Random(seed)
        self.answers, self.asked, self.spent = [], 0, False
        self.lock = threading.Lock()

    def next(self):
        with self.lock:
            self.asked += 1
            return self.asked

    def die(self):
        """One death, at a moment of its own; the dead node is back at once, and has forgotten what it was at."""
        victim = self.federation[self.moments.choice(HOSPITALS)]
        askers = [Asker(self, agreement) for agreement in AGREEMENTS]
        for asker in askers:
            asker.start()
        time.sleep(self.moments.random() * LASTS)
        victim.kill()
        victim.start()
        for asker in askers:
            asker.join(150)
            assert not asker.is_alive(), "a question never ended"
            assert not asker.surprises, asker.surprises

    def check(self):
        """Everything that was answered is charged at whoever is in it, once, and nothing was overspent."""
        sound(*self.federation.nodes())
        charged = {name: charges(self.federation[name]) for name in HOSPITALS}
        for name, ids in charged.items():
            assert len(set(ids)) == len(ids), f"charged twice at {name}"
        for identifier, included in self.answers:
            assert len(included) >= 3, (identifier, included)
            for name in included:
                assert identifier in charged[name], f"answer {identifier} is not charged at {name}"
        recorded = {entry["body"]["question"] for entry in entries(self.federation["cleveland"], "release")
                    if entry["body"]["outcome"] == "answered"}
        assert {identifier for identifier, _ in self.answers} <= recorded, "answers without an entry"
        return sum(map(len, charged.values()))

    def alive(self):
        """All are back: a question is answered by all four."""
        for agreement in AGREEMENTS:
            session = self.federation.session(agreement, epsilon=0.02)
            session.rows(f"SELECT count(*) FROM patients WHERE age + {self.next()} > 0")
            assert "of 4 of 4 owners" in session.notice(), session.notice()


def run(federation, trials, seed):
    """Kills `trials` times, or until the agreement's budget is spent; returns how often."""
    deaths = Deaths(federation, seed)
    print(f"seed {seed}", flush=True)
    died = 0
    for died in range(1, trials + 1):
        deaths.die()
        if deaths.spent:
            break
        if died % CHECKED == 0:
            deaths.check()
    charged = deaths.check()
    if not deaths.spent:
        deaths.alive()
    print(f"{died} deaths, {deaths.asked} questions, {len(deaths.answers)} answers, {charged} charges at four owners", flush=True)
    assert len(deaths.answers) * 3 <= charged, "fewer charges than answers"
    assert len(deaths.answers) * 4 > trials, "hardly anything was answered: the trials showed nothing"
    return died


def soak(trials):
    """Federations one after the other, each until its budget is spent."""
    seed = int(os.environ.get("CONCORDAT_SEED", time.time_ns()))
    done = 0
    while done < trials:
        try:
            done += run(five_bodies(), min(trials - done, 200), seed + done)
        finally:
            five_bodies(close=True)
        print(f"{done} of {trials} deaths", flush=True)
    return 0
