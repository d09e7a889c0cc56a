#!/usr/bin/env python3
"""The catalogue of a running node: products found, asked for, deprecated and retired."""
import json
import sys
import time
import urllib.error
import urllib.request

from harness import DATA, Node, Refused, answer_id, main


def post(node, path, body, token):
    """(status, answer) of one request with a token."""
    request = urllib.request.Request(node.web + path, data=json.dumps(body).encode(),
                                     headers={"Content-Type": "application/json", "Authorization": "Bearer " + token})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)


def refused(reason, *words, node, **options):
    try:
        node.verb(*words, **options)
    except Refused as error:
        assert reason in error.text, f"'{reason}' is not in: {error.text}"
        return
    raise AssertionError(f"nothing was refused ({reason})")


def until(what, seconds=30):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)


def asked_for_by_who_found_it():
    """From a search to the first answer, by a request of an analyst's own token."""
    with Node().init().publish("adult").analyst("ana").start() as node:
        found = node.json("product", "search", "educ INCOME")
        assert [hit["product"] for hit in found["hits"]] == ["lewisham/adult"], found
        assert "did you mean 'income'?" in node.verb("product", "search", "incmoe")
        token = node.json("token", "create", "--role", "analyst", "--name", "ana")["token"]
        wish = {"products": ["adult"], "purpose": "dpv:ScientificResearch", "question": "Do hours and income go together?"}
        status, made = post(node, "/v1/requests", wish, token)
        assert (status, made["state"], made["document"]["analysts"]) == (200, "draft", ["ana@lewisham"]), made
        assert post(node, "/v1/requests", {**wish, "analyst": "ben", "name": "x"}, token)[0] == 403
        status, again = post(node, "/v1/requests", wish, token)
        assert status != 200 and "there is an agreement ana-adult already" in again["detail"], again
        refused("agreement_not_active", "ask", "ana-adult", "SELECT count(*) FROM adult", "--as", "ana", node=node)
        text = node.verb("agreement", "show", "ana-adult", "--document")
        refused("legal_basis_open", "agreement", "propose", "-", node=node, stdin=text)
        node.verb("agreement", "propose", "-", "--approve", stdin=text.replace("dpv:LegalBasis", "dpv-gdpr:A6-1-e"))
        count = float(node.json("ask", "ana-adult", "SELECT count(*) FROM adult", "--as", "ana")["rows"][0][0])
        assert abs(count - 32561) < 2000, count


def through_its_life():
    with Node().init().publish("adult").analyst("ana").agree("adult-study").start() as node:
        sql = "SELECT count(*) FROM people WHERE age > {}"
        node.verb("product", "deprecate", "adult", "--until", "2099-01-01", "--reason", "see adult-2")
        assert "deprecated, retired on 2099-01-01: see adult-2" in node.verb("product", "show", "adult")
        with node.connect() as connection:
            with connection.cursor() as cursor:
                cursor.execute(sql.format(30))
                assert answer_id(connection)
                assert "is deprecated: it is retired on 2099-01-01 (see adult-2)" in connection.notices[-1], connection.notices
                refused("date_passed", "product", "deprecate", "adult", "--until", "2020-01-01", node=node)
                node.verb("product", "activate", "adult")
                node.verb("product", "retire", "adult", "--reason", "see adult-2")
                try:
                    cursor.execute(sql.format(31))
                    raise AssertionError("a retired product answered")
                except Exception as error:
                    assert "refused (product_retired): lewisham/adult is retired: see adult-2" in str(error), error
        refused("step_not_allowed", "product", "activate", "adult", node=node)
        assert "retired" in node.verb("product", "list")
        assert node.json("product", "search", "income")["hits"] == []
        node.stop()
        node.start()
        assert node.json("product", "show", "adult")["stage"] == "retired"
        node.verb("ledger", "verify")


def measured_under_an_agreement():
    """Completeness, against the file itself: shares within four times their margins (all hold but once in 10^13 runs)."""
    with Node().init().publish("adult").start() as node:
        assert "not measured" in node.verb("product", "quality", "adult")
        refused("on which legal basis", "product", "measure", "adult", node=node)
        node.verb("product", "measure", "adult", "--basis", "dpv-gdpr:A6-1-e")
        refused("agreement_not_active", "ask", "quality-adult", "SELECT count(*) FROM t", "--as", "concordat.quality", node=node)
        node.verb("agreement", "approve", "quality-adult")
        node.stop()
        node.start()  # the first round comes at once
        until(lambda: "measured" in node.json("product", "quality", "adult"))
        measured = node.json("product", "quality", "adult")["measured"]
        rows = [line.split(", ") for line in (DATA / "adult.data").read_text().splitlines() if line]
        places = {"workclass": 1, "occupation": 6, "native_country": 13}  # where a question mark means unknown
        assert {name for name, share, margin in measured["columns"]} == set(places), measured
        for name, share, margin in measured["columns"]:
            real = sum(row[places[name]] != "?" for row in rows) / len(rows)
            assert abs(share - real) <= 4 * margin < 0.2, (name, share, real, margin)
        assert "is measured already" in node.verb("product", "measure", "adult")
        assert "quality-adult" in node.verb("budget")
        spent = [row for row in node.json("budget") if row["agreement"] == "quality-adult"]
        assert 0 < spent[0]["spent"]["epsilon"] <= 0.05, spent


if __name__ == "__main__":
    sys.exit(main([asked_for_by_who_found_it, through_its_life, measured_under_an_agreement]))
