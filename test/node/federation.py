#!/usr/bin/env python3
"""Questions across members, through the real programs and psql's driver: five bodies, their real sockets, and what befalls them.

  federation.py [NAME…]      the functions named below; all of them by default
  federation.py --kills N    only the deaths in mid-question, N of them; CONCORDAT_SEED repeats their moments
The noise is real, so nothing that is asserted of it is certain: each number is compared within six of its own margins, twelve
standard deviations, which a right program passes but for one run in 10^30.
"""
import collections
import csv
import json
import os
import signal
import sys
import threading
import time

import psycopg2

import federation_kills
import federation_notices
from federation_members import (FILES, HOSPITALS, OUTSIDER, Federation, charges, entries, five_bodies, sound, spent)
from harness import DATA, main
from members import declined, state, wait
from trouble import set_clock
from web import get

QUESTION = "SELECT count(*) FROM patients WHERE age > {}"
GROUPED = "SELECT disease, count(*), avg(age) FROM patients GROUP BY disease ORDER BY disease"
MARGINS = 6  # a margin is for 95 in 100: two standard deviations


def patients(*hospitals):
    """Every row of the files, as its text."""
    for hospital in hospitals or HOSPITALS:
        with open(DATA / f"heart/{FILES[hospital]}.data", newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)


def older(age, *hospitals):
    return sum(float(row["age"]) > age for row in patients(*hospitals))


def near(found, true, margin):
    assert abs(float(found) - true) <= MARGINS * float(margin), f"{found} is not {true} within {MARGINS} × {margin}"


def counts(session, age, *hospitals):
    """Asks how many are older; the answer is the hospitals' own. Of hundreds, so that noise hides none of it below the minimum of people."""
    row = session.table(QUESTION.format(age))[0]
    near(row["count"], older(age, *hospitals), row["count_margin"])
    return row["count"]


def answers_as_one_table():
    m = five_bodies()
    s = m.session(margins="on")
    before = {name: spent(m[name]) for name in HOSPITALS}
    plan = [row[0] for row in s.rows("EXPLAIN " + GROUPED)]
    owners = [line.split()[1].rstrip(":") for line in plan if line.startswith("owner ")]
    assert owners == sorted(HOSPITALS), plan
    assert all("a noise share of 2 counted on, 7 of 8 left" in line for line in plan if line.startswith("owner ")), plan
    assert before == {name: spent(m[name]) for name in HOSPITALS}, "EXPLAIN was charged for"
    rows = s.table(GROUPED)
    ages = collections.defaultdict(list)
    for row in patients():
        ages[row["num"]].append(float(row["age"]))
    assert [list(row) for row in rows] == [["disease", "count", "count_margin", "avg", "avg_margin"]] * 2, rows
    assert [row["disease"] for row in rows] == sorted(ages), rows
    for row in rows:
        true = ages[row["disease"]]
        near(row["count"], len(true), row["count_margin"])
        near(row["avg"], sum(true) / len(true), row["avg_margin"])
    identifier, notice = s.id(), s.notice()
    assert f"answer {identifier} of 4 of 4 owners, receipts of 4" in notice, notice
    for name in HOSPITALS:
        assert f"{name} (7 of 8 left)" in notice, notice
        assert charges(m[name]).count(identifier) == 1, name
        grown = {level: round(now - before[name][level], 2) for level, now in spent(m[name]).items()}
        assert sorted(grown.values())[-2:] == [1, 1], f"{name}: neither product nor agreement was charged 1 once: {grown}"
    after = {name: spent(m[name]) for name in HOSPITALS}
    assert s.table(GROUPED) == rows and "charged nothing: the stored answer" in s.notice(), s.notice()
    assert s.table(GROUPED + " ") == rows, "the same question in other words is another"
    assert after == {name: spent(m[name]) for name in HOSPITALS}, "a stored answer was charged for"
    receipts_hold(m, identifier)
    sound(*m.nodes())


def receipts_hold(m, identifier):
    """At each owner, the record of its own charge, which anybody checks with nothing but its key; the asker has all of them."""
    asked = m.path / "asked.receipt"
    shown = m["cleveland"].verb("receipt", identifier, "--out", asked)
    for name in HOSPITALS:
        assert f"{name} gave 2 receipts" in shown, shown
        for number in (1, 2):
            m["institute"].verb("receipt", "--check", f"{asked}.{name}.{number}", "--key", m[name].key)
        file = m.path / f"{name}.receipt"
        assert identifier in m[name].verb("receipt", identifier, "--out", file), name
        m["institute"].verb("receipt", "--check", file, "--key", m[name].key)
        declined("", call=lambda f=file: m["institute"].verb("receipt", "--check", f, "--key", m["institute"].key))
        file.write_text(file.read_text().replace("index ", "index 1"))
        declined("", call=lambda n=name, f=file: m["institute"].verb("receipt", "--check", f, "--key", m[n].key))


def refuses_as_one_node_does():
    m = five_bodies()
    before = {name: spent(m[name]) for name in HOSPITALS}
    s = m.session()
    s.refused("SELECT * FROM patients", "row_level_output")
    s.refused("SELECT max(age) FROM patients", "aggregate_not_supported")
    s.refused("SELECT avg(salary) FROM patients", "unknown_column")
    s.refused("SELECT count(*) FROM patients a JOIN patients b USING (age)", "join_not_supported")
    m.session(purpose="'dpv:Marketing'").refused(QUESTION.format(1), "purpose_mismatch")
    s.rows("SET concordat.epsilon = 2")
    s.refused(QUESTION.format(1), "epsilon_too_large")
    m["cleveland"].verb("analyst", "add", "bo", "--password-file", "-", stdin="correct horse 7\n")
    m.agree("bo-study", analysts="bo@cleveland, cy@zurich")
    turned_away(m, "bo-study", "bo", "training_missing", "data-ethics")
    m["cleveland"].verb("analyst", "training", "bo", "data-ethics@2020-01-01")
    turned_away(m, "bo-study", "bo", "training_expired")
    turned_away(m, "no-study", "ana", "agreement_unknown")
    turned_away(m, "bo-study", "ana", "agreement_unknown")  # which does not name her
    m["zurich"].analyst("cy")
    assert before == {name: {level: value for level, value in spent(m[name]).items() if level in before[name]} for name in HOSPITALS}, before
    cy = m.session("bo-study", at="zurich", user="cy", margins="on")  # an analyst of another home asks there
    counts(cy, 41)
    turned_away(m, "bo-study", "cy", "authentication failed")  # and not at Cleveland


def turned_away(m, agreement, user, *parts):
    try:
        m.session(agreement, user=user)
    except psycopg2.OperationalError as error:
        for part in parts:
            assert part in str(error), f"{part!r} is not in {error}"
        return
    raise AssertionError(f"{user} came in under {agreement}")


def a_third_is_dead():
    m = five_bodies()
    all_four = m.session("all-four", margins="on", epsilon=0.5)
    three = m.session(margins="on", epsilon=0.5)
    m["zurich"].kill()
    before = {name: charges(m[name]) for name in HOSPITALS if name != "zurich"}
    counts(three, 45, "cleveland", "budapest", "long-beach")
    assert "of 3 of 4 owners ('zurich': " in three.notice() and "zurich (" not in three.notice(), three.notice()
    identifier = three.id()
    for name, known in before.items():
        assert charges(m[name]) == known + [identifier], name
    plan = "\n".join(row[0] for row in three.rows("EXPLAIN " + QUESTION.format(46)))
    assert "missing 'zurich'" in plan and plan.count("owner ") == 3, plan
    all_four.refused(QUESTION.format(45), "owners_missing", "zurich", "nothing was charged")
    m["zurich"].start()
    assert identifier not in charges(m["zurich"])
    counts(three, 45)  # all four: other rows, so another answer
    assert three.id() != identifier and "of 4 of 4 owners" in three.notice(), three.notice()


def a_partition_heals():
    """A node that neither answers nor breaks the line, in mid-question: its answer is waited for."""
    m = five_bodies()
    s = m.session(margins="on", epsilon=0.1)
    for name, moment, age in (("zurich", 0.0, 30), ("budapest", 0.05, 31), ("long-beach", 0.15, 32)):
        found = []
        asking = threading.Thread(target=lambda a=age: found.append((counts(s, a), s.notice())))
        asking.start()
        time.sleep(moment)
        m[name].process.send_signal(signal.SIGSTOP)
        time.sleep(1)
        m[name].process.send_signal(signal.SIGCONT)
        asking.join(60)
        assert found and "of 4 of 4 owners" in found[0][1], found


def sums_in_either_way():
    """The agreement's say: masks, encryption with a member that discloses nothing, and whole noise without secrecy."""
    m = five_bodies()
    m.agree("masked", federation="sums: masks").agree("sealed", federation="sums: encryption")
    m.agree("quiet", federation="non_disclosing: [budapest]").agree("local", mode="dp-local")
    for name in ("masked", "sealed", "quiet", "local"):
        s = m.session(name, margins="on", epsilon=0.5)
        counts(s, 50)
        assert "of 4 of 4 owners" in s.notice(), s.notice()
    plan = "\n".join(row[0] for row in s.rows("EXPLAIN " + QUESTION.format(50)))
    assert plan.count(": the whole noise") == 4, plan
    m.session("quiet").refused("SELECT ecg, count(*) FROM patients GROUP BY ecg", "non_disclosing", "'budapest'")
    assert "federation" in declined("masks", call=lambda: m.agree("loud", federation="sums: masks, non_disclosing: [budapest]"))


def finds_groups_that_nobody_declared():
    m = five_bodies()
    s = m.session(margins="on")
    rows = s.table("SELECT ecg, count(*) FROM patients GROUP BY ecg ORDER BY ecg")
    true = collections.Counter(int(float(row["restecg"])) for row in patients() if row["restecg"] not in ("?", "-9", "-9.0"))
    assert {row["ecg"] for row in rows} <= set(true) | {None}, rows
    assert {0, 1, 2} >= {row["ecg"] for row in rows} - {None} and len(rows) >= 2, rows
    for row in rows:
        if row["ecg"] is not None:
            assert row["count"] <= true[row["ecg"]] + MARGINS * row["count_margin"], (row, true)


def joins_a_public_table_at_every_owner():
    m = five_bodies()
    for name in HOSPITALS:
        wait(f"the copy is at {name}", lambda n=name: "institute/pains@1" in m[n].verb("product", "copies"))
    s = m.session("pain-study", margins="on")
    rows = s.table("SELECT pain, count(*) FROM patients JOIN pains USING (cp) GROUP BY pain ORDER BY pain")
    true = collections.Counter({"1": "angina", "2": "angina", "3": "other", "4": "none"}[row["cp"][0]] for row in patients())
    assert {row["pain"] for row in rows} == set(true), rows
    for row in rows:
        near(row["count"], true[row["pain"]], row["count_margin"])
    assert s.rows("SELECT count(*) FROM pains") == [(4,)]  # exact, and free
    assert "nothing charged" in s.notice(), s.notice()


def asks_without_data_of_its_own():
    m = five_bodies()
    m[OUTSIDER].analyst("eve")
    s = m.session("pain-study", at=OUTSIDER, user="eve", margins="on", epsilon=0.5)
    counts(s, 55)
    identifier = s.id()
    assert "of 4 of 4 owners, receipts of 4" in s.notice(), s.notice()
    for name in HOSPITALS:
        assert identifier in charges(m[name]), name
    assert charges(m[OUTSIDER]) == []
    assert identifier in m[OUTSIDER].verb("receipt", identifier)
    wrong = s.rows("EXPLAIN " + QUESTION.format(56))
    assert sum(row[0].startswith("owner ") for row in wrong) == 4, wrong
    counts(s, 55)
    (row,) = s.table("SELECT * FROM concordat.releases")
    said = row.pop("notice")
    assert row.pop("time") and row == {"answer": identifier, "product": "patients", "outcome": "answered", "repeats": 1,
                                       "owners": ", ".join(sorted(HOSPITALS)), "receipts": 4}, row
    assert all(f"{name} (" in said for name in HOSPITALS) and "charged epsilon 0.5" in said, said
    is_on_the_registers(m)


def is_on_the_registers(m):
    """What was asked from here of others is on this member's register; each owner's says together with whom it was answered."""
    def shown(node):
        use = next(use for use in json.loads(get(node.web + "/register.json")[2])["in_force"] if use["name"] == "pain-study")
        return use, get(f"{node.web}/register/agreement/{use['id']}")[2]

    use, page = shown(m[OUTSIDER])
    assert use["counts"]["asked"] == use["counts"]["answered"] == 1 and use["counts"]["repeated"] == 1, use
    assert "answered by " + ", ".join(sorted(HOSPITALS)) in page, page
    for name in HOSPITALS:
        use, page = shown(m[name])
        together = use["counts"]["together"]
        assert together > 0 and use["counts"]["asked"] == together + use["counts"]["answered"], (name, use)  # alone: the public table
        others = sorted(set(HOSPITALS) - {name})
        assert [table.get("together") for table in use["tables"] if table["product"] == f"{name}/heart@1"] == [others], use
        assert f"{together} answered together with {', '.join(others)}" in page, page
        assert f"by questions that were answered together with {', '.join(others)}" in page and "% used" in page, page
        asked = json.loads(get(f"{m[name].web}/register/asked.json?agreement={use['id']}")[2])["asked"]
        assert len(asked) == use["counts"]["asked"] and asked[0]["outcome"] == "contributed", asked
        assert asked[0]["owners"] == sorted(HOSPITALS), asked


def two_of_one_name_have_a_level_each():
    """Ana of Cleveland visits Zurich, which has an ana of its own: neither spends what the agreement gives the other."""
    m = five_bodies()
    m.agree("two-anas", per_analyst=0.5, analysts="ana@cleveland, ana@zurich")
    m["zurich"].analyst("ana")
    for home, other in (("cleveland", "zurich"), ("zurich", "cleveland")):
        s = m.session("two-anas", at=home, margins="on", epsilon=0.4)
        counts(s, 57 if home == "zurich" else 58)
        s.refused(QUESTION.format(59), "budget_exhausted", "analyst ana")
        own = s.rows("SELECT spent FROM concordat.budget WHERE level = 'analyst'")
        assert [round(row[0], 2) for row in own] == [0.4], own  # hers, not that of who visits
        assert levels(m[other])[f"ana@{home}"] == 0.4, levels(m[other])
    each = {"cleveland": ["ana", "ana@zurich"], "zurich": ["ana", "ana@cleveland"], "budapest": ["ana@cleveland", "ana@zurich"]}
    for name, analysts in each.items():
        assert levels(m[name]) == dict.fromkeys(analysts, 0.4), (name, levels(m[name]))
    m["zurich"].kill()
    m["zurich"].start()
    assert levels(m["zurich"]) == dict.fromkeys(each["zurich"], 0.4), levels(m["zurich"])
    m.session("two-anas", at="zurich", epsilon=0.4).refused(QUESTION.format(60), "budget_exhausted", "analyst ana")
    sound(*m.nodes())


def levels(node):
    """What each analyst under `two-anas` has spent here."""
    return {analyst: round(epsilon, 2) for (_, agreement, analyst), epsilon in spent(node).items() if analyst and agreement == "two-anas"}


def paused_and_removed_on_one_side():
    m = five_bodies()
    three = m.session(margins="on", epsilon=0.1)
    m["zurich"].verb("member", "pause", "cleveland", "--reason", "inquiry 7")
    before = charges(m["zurich"])
    counts(three, 35, "cleveland", "budapest", "long-beach")
    assert "of 3 of 4 owners ('zurich': " in three.notice(), three.notice()
    assert charges(m["zurich"]) == before
    m["zurich"].verb("member", "resume", "cleveland")
    counts(three, 36)
    assert "of 4 of 4 owners" in three.notice(), three.notice()
    m["cleveland"].verb("member", "pause", "zurich", "--reason", "inquiry 8")
    counts(three, 37, "cleveland", "budapest", "long-beach")
    m["cleveland"].verb("member", "resume", "zurich")
    counts(three, 38)
    assert "of 4 of 4 owners" in three.notice(), three.notice()


def revocation_stops_running_questions():
    """Four sessions ask on and on while Long Beach revokes: who knows of it neither answers nor contributes."""
    m = five_bodies()
    m.agree("short-study", federation="quorum: 3")
    numbers, answers, surprises = iter(range(100_000)), [], []
    over = threading.Event()

    def ask():
        s = m.session("short-study", epsilon=0.01)
        try:
            while not over.is_set():
                s.rows(f"SELECT count(*) FROM patients WHERE age + {next(numbers)} > 0")
                answers.append(s.id())
            surprises.append("never refused")
        except psycopg2.Error as error:
            if "refused (agreement_not_active)" not in str(error) or "revoked" not in str(error):
                surprises.append(str(error))

    asking = [threading.Thread(target=ask) for _ in range(4)]
    for thread in asking:
        thread.start()
    wait("some are answered", lambda: len(answers) > 4 or surprises)
    said = m["long-beach"].verb("agreement", "revoke", "short-study", "--reason", "the ethics board")
    assert "cleveland knows" in said, said
    for thread in asking:
        thread.join(60)
    over.set()
    assert not surprises, surprises
    for node in m.nodes():
        revoked, late = None, []
        for entry in node.json("ledger", "show", "--first", "0"):
            if entry["kind"].startswith("agreement.") and "revoke" in str(entry) and revoked is None and "short-study" in str(entry["body"]):
                revoked = entry["index"]
            if entry["kind"] == "release" and entry["body"].get("agreement") == "short-study":
                if entry["body"]["outcome"] in ("answered", "contributed") and revoked is not None:
                    late.append(entry)
        if node.name != OUTSIDER:
            assert revoked is not None and not late, (node.name, revoked, late)
    for identifier in answers:
        assert any(e["body"]["question"] == identifier for e in entries(m["cleveland"], "release")), identifier
    sound(*m.nodes())


def dies_in_mid_question():
    federation_kills.run(five_bodies(), trials=10, seed=int(os.environ.get("CONCORDAT_SEED", time.time_ns())))


def contracts_that_differ():
    """Zurich and Long Beach publish other contracts, as versions that another agreement names."""
    m = five_bodies()
    m.publish(m["zurich"], lambda text: text.replace("[0, 600]", "[0, 500]").replace("[0, 200]", "[0, 250]"))
    s = m.session(epsilon=0.1, margins="on")
    s.refused(QUESTION.format(70), "product_superseded", "'zurich'", "version 2")  # a refusal is not an absence
    m.session("all-four").refused(QUESTION.format(70), "product_superseded", "'zurich'")
    owners = [f"{name}/heart@{2 if name == 'zurich' else 1}" for name in HOSPITALS]
    m.agree("mixed", owners=owners, federation="quorum: 3")
    before = {name: charges(m[name]) for name in HOSPITALS}
    mixed = m.session("mixed")
    text = mixed.refused("SELECT avg(chol), avg(trestbps) FROM patients WHERE chol > 0", "plans_differ", "zurich", "600", "500",
                         "chol", "trestbps", "nothing was charged")
    assert before == {name: charges(m[name]) for name in HOSPITALS}, text
    plan = "\n".join(row[0] for row in mixed.rows("EXPLAIN SELECT avg(chol) FROM patients"))
    assert "owner   zurich: plans otherwise" in plan, plan


def a_product_is_retired():
    m = five_bodies()
    m["long-beach"].verb("product", "retire", "heart", "--reason", "the hospital closes")
    m.session("all-four").refused(QUESTION.format(71), "product_retired", "'long-beach'")


def two_in_trouble():
    """Two that need each other, one non-disclosing by its own word: clocks apart, no budget left, a full disk."""
    poor = {"budapest": lambda text: text.replace("epsilon: 20", "epsilon: 1")}
    with Federation("cleveland", "budapest", change=poor, flags={"budapest": ("--non-disclosing",)}) as m:
        m.agree("pair", epsilon=1).agree("plain", mode="dp-local", epsilon=1).agree("masks", federation="sums: masks", epsilon=1)
        s = m.session("pair", margins="on", epsilon=0.1)
        counts(s, 50, "cleveland", "budapest")
        for name in ("plain", "masks"):
            m.session(name, epsilon=0.1).refused(QUESTION.format(50), "non_disclosing", "'budapest'")
        a_clock_is_wrong(m)
        a_disk_is_full(m)
        a_budget_is_spent(m)
        sound(*m.nodes())


def a_clock_is_wrong(m):
    budapest = m["budapest"]
    known = charges(budapest)
    for offset in ("+1h", None):
        budapest.kill(signal.SIGTERM)
        set_clock(budapest, offset)
        budapest.start()
        s = m.session("pair", margins="on", epsilon=0.1)
        if offset:
            s.refused(QUESTION.format(51), "clock_skewed", "'budapest'")
            assert charges(budapest) == known
    # Its ledger's time stays ahead; the machine's own is what questions are held against.
    counts(s, 51, "cleveland", "budapest")


def a_disk_is_full(m):
    budapest = m["budapest"]
    budapest.kill(signal.SIGTERM)
    budapest.start(limit=(budapest.home / "store.db").stat().st_size + 100_000)
    s = m.session("pair", epsilon=0.01)
    refused, asked = None, 0
    while refused is None and asked < 100:
        try:
            s.rows(f"SELECT count(*) FROM patients WHERE age + {asked} > 0")
            asked += 1
        except psycopg2.Error as error:
            refused = str(error)
    assert refused and "budapest" in refused, (refused, asked)
    budapest.kill()
    budapest.start()
    counts(m.session("pair", margins="on", epsilon=0.1), 52, "cleveland", "budapest")


def a_budget_is_spent(m):
    s = m.session("pair", epsilon=0.2)
    before = None
    for age in range(30):
        before = {node.name: charges(node) for node in m.nodes()}
        try:
            s.rows(f"SELECT count(*) FROM patients WHERE age - {age} > 0")
        except psycopg2.Error as error:
            assert "refused (budget_exhausted)" in str(error) and error.pgcode == "53400", error
            assert before == {node.name: charges(node) for node in m.nodes()}, "charged although one had nothing left"
            return
    raise AssertionError("the budget never ended")


TESTS = [answers_as_one_table, refuses_as_one_node_does, sums_in_either_way, finds_groups_that_nobody_declared,
         joins_a_public_table_at_every_owner, asks_without_data_of_its_own, two_of_one_name_have_a_level_each, a_third_is_dead,
         a_partition_heals, paused_and_removed_on_one_side, revocation_stops_running_questions, dies_in_mid_question,
         *federation_notices.TESTS,
         contracts_that_differ, a_product_is_retired, two_in_trouble]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--kills"]:
        sys.exit(federation_kills.soak(int(sys.argv[2])))
    try:
        sys.exit(main(TESTS))
    finally:
        five_bodies(close=True)
