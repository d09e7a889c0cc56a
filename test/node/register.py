#!/usr/bin/env python3
"""The public register of a running node: pages without scripts, feed, JSON; a person's own page and objection. No psql."""
import html.parser
import json
import re
import sys
import urllib.parse
import urllib.request
import xml.etree.ElementTree as xml

from harness import Node, Refused, main
from web import get

SEALED = """concordat: agreement/1
name: inquiry
parties: {lewisham: self}
tables: {care: [lewisham/unpaid-care@1]}
purpose: dpv:FraudPreventionAndDetection
legal_basis: dpv-gdpr:A6-1-e
question: "Is <b>support</b> claimed twice?"
analysts: [ana@lewisham]
allows: [sql]
protection: {mode: dp, epsilon: 2, delta: 1.0e-6, per_query: 0.5, minimum_people: 10}
conditions: {sealed_days: 30}
needs: {approvals: {lewisham: 1}, training: [data-ethics]}
valid: {from: 2026-01-01, until: 2036-01-01}
retention_days: 90
"""
OPEN = SEALED.replace("name: inquiry", "name: support").replace("conditions: {sealed_days: 30}\n", "")
AREA, ANOTHER = "E01003189", "E01003190"
VOID = {"meta", "link", "input"}


class Reader(html.parser.HTMLParser):
    """Text and links of a page, and whether every element is closed in its turn."""

    def __init__(self, page):
        super().__init__()
        self.open, self.words, self.links, self.labels, self.fields = [], [], [], set(), []
        self.feed(page)
        assert not self.open, self.open
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        assert tag not in ("script", "img", "iframe", "b"), tag
        assert not any(name.startswith("on") or name == "style" for name in attributes), attributes
        if tag not in VOID:
            self.open.append(tag)
        if tag in ("a", "link"):
            self.links.append(attributes["href"])
        if tag == "label":
            self.labels.add(attributes["for"])
        if tag == "input" and attributes.get("type") != "hidden":
            self.fields.append(attributes["id"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.words.append(data)


def page(address, **form):
    body = urllib.parse.urlencode(form).encode() if form else None
    status, headers, text = get(address, method="POST" if form else "GET", body=body)
    assert "script-src" not in headers.get("Content-Security-Policy", "") and headers["X-Content-Type-Options"] == "nosniff"
    if headers["Content-Type"].startswith("text/html"):
        assert headers["Content-Security-Policy"].startswith("default-src 'none'"), headers
        reader = Reader(text)
        assert set(reader.fields) <= reader.labels, (reader.fields, reader.labels)
        return status, reader
    return status, text


def asked_node(node):
    node.init().publish("unpaid-care").analyst("ana").agree(SEALED).agree(OPEN).start()
    with node.connect("support") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) AS \"<script>alert(1)</script>\" FROM care")
        cursor.execute("SELECT count(*) FROM care WHERE carers_most > %s", (20,))
    with node.connect("inquiry") as connection, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM care WHERE bad_health > 41")
    return node


def pages_for_everybody():
    with Node() as node:
        asked_node(node)
        status, first = page(node.web + "/register")
        assert status == 200 and "Is <b>support</b> claimed twice?" in first.text, first.text
        assert "Fraud prevention and detection" in first.text and "GDPR Article 6(1)(e)" in first.text
        assert "2 asked, 2 answered" in first.text and "1 asked, 1 answered" in first.text
        every = json.loads(get(node.web + "/register.json")[2])
        assert [use["name"] for use in every["in_force"]] == ["inquiry", "support"], every
        texts = {}
        for use in every["in_force"]:
            path = "/register/agreement/" + use["id"]
            assert path in first.links, first.links
            texts[use["name"]] = page(node.web + path)[1].text
        assert "<script>alert(1)</script>" in texts["support"] and "carers_most > 20" in texts["support"], texts["support"]
        assert "bad_health" not in texts["inquiry"] and "Sealed until" in texts["inquiry"], texts["inquiry"]
        for link in first.links:
            assert get(node.web + link)[0] == 200 or link.startswith("#"), link
        assert get(node.web + "/register/agreement/0000")[0] == 404
        for wrong in ("1.5", "-1", "x", "", "1e3", "99999999999999999999"):
            for address in (path, "/register/asked.json"):
                assert get(f"{node.web}{address}?before={wrong}")[0] == 400, (address, wrong)
            assert page(node.web + "/register/mine", token="any", before=wrong)[0] == 400, wrong
        everything = json.loads(get(node.web + "/register/asked.json")[2])["asked"]
        assert len(everything) == 3 and sum("text" in asked for asked in everything) == 2, everything
        tag = get(node.web + "/register.json")[1]["ETag"]
        assert get(node.web + "/register.json", if_none_match=tag)[0] == 304


def feed_for_readers():
    with Node() as node:
        asked_node(node)
        status, headers, text = get(node.web + "/register/feed.atom")
        assert status == 200 and headers["Content-Type"].startswith("application/atom+xml")
        atom = "{http://www.w3.org/2005/Atom}"
        feed = xml.fromstring(text)
        entries = feed.findall(atom + "entry")
        for element in [feed, *entries]:  # what RFC 4287 section 4.1 says that each must have
            assert all(element.find(atom + name) is not None for name in ("id", "title", "updated")), xml.tostring(element)
        ids = [entry.find(atom + "id").text for entry in entries]
        assert len(set(ids)) == len(ids) == 7, ids  # three questions, two agreements proposed and approved
        dates = [entry.find(atom + "updated").text for entry in entries]
        assert dates == sorted(dates, reverse=True) and feed.find(atom + "updated").text == dates[0]
        assert "bad_health" not in text and "Sealed until" in text
        assert [entry.find(atom + "id").text for entry in xml.fromstring(get(node.web + "/register/feed.atom")[2]).findall(atom + "entry")] == ids


def data_about_me():
    with Node() as node:
        asked_node(node)
        given = node.json("subject", "token", "--unit", f"unpaid-care={AREA}")
        token = given["token"]
        status, form = page(node.web + "/register/mine")
        assert status == 200 and form.fields == ["token"]
        assert page(node.web + "/register/mine", token="csub_00")[0] == 403
        status, mine = page(node.web + "/register/mine", token=token)
        assert status == 200 and "You have not objected" in mine.text and "inquiry" in mine.text and "support" in mine.text
        assert "carers_most > 20" in mine.text and AREA not in mine.text
        answer = "SELECT count(*) FROM care"
        with node.connect("support") as connection, connection.cursor() as cursor:
            cursor.execute(answer)
            before = list(connection.notices)
            objection = {"token": token, "product": "lewisham/unpaid-care"}
            status, mine = page(node.web + "/register/mine/objection", **objection, stand="object")
            assert status == 200 and "Your objection is on record" in mine.text and "You objected" in mine.text
            cursor.execute(answer)  # not the stored answer: that one counts the area
            assert "charged epsilon" in connection.notices[-1] and len(connection.notices) > len(before), connection.notices
            assert "stands already" in page(node.web + "/register/mine/objection", **objection, stand="object")[1].text
            for wrong in ({**objection, "stand": "maybe"}, {**objection, "product": "lewisham/adult", "stand": "object"}):
                assert page(node.web + "/register/mine/objection", **wrong)[0] == 400, wrong
            assert page(node.web + "/register/mine/objection", **{**objection, "token": "x"}, stand="object")[0] == 403
        node.kill()
        node.start()
        assert node.json("subject", "list")["objections"] == {"lewisham/unpaid-care": 1}
        assert "withdrawn" in page(node.web + "/register/mine/objection", **objection, stand="withdraw")[1].text
        node.verb("subject", "end", given["id"])
        assert page(node.web + "/register/mine", token=token)[0] == 403
        size = node.json("ledger", "head")["size"]
        with urllib.request.urlopen(f"{node.web}/ledger/tile/entries/000.p/{size}") as bundle:
            leaves = bundle.read()
        assert b"subject.objected" in leaves and AREA.encode() not in leaves and token.encode() not in leaves


def erasure_shown():
    with Node() as node:
        asked_node(node)
        asked = json.loads(get(node.web + "/register/asked.json")[2])["asked"]
        entry = next(one["entry"] for one in asked if "carers_most" in one.get("text", ""))
        node.verb("ledger", "erase", entry, "--reason", "erasure request 2026-31")
        again = json.loads(get(node.web + "/register/asked.json")[2])["asked"]
        assert len(again) == 3 and "text" not in next(one for one in again if one["entry"] == entry), again
        support = next(use for use in json.loads(get(node.web + "/register.json")[2])["in_force"] if use["name"] == "support")
        assert "Erased" in page(f"{node.web}/register/agreement/{support['id']}")[1].text
        assert node.json("ledger", "erase", "--due")["erased"] == 0
        assert node.json("ledger", "verify")["ok"]
        for words, said in (((0, "--reason", "x"), "entry_needed"), ((9999, "--reason", "x"), "there is no entry 9999"),
                            (("one", "--reason", "x"), "is not the number of an entry"), ((entry,), "a reason"),
                            ((entry, "--reason", "again"), "has no secret part")):
            try:
                node.verb("ledger", "erase", *words)
                raise AssertionError(f"{words} went through")
            except Refused as refused:
                assert said in refused.text, refused.text


def stewards_word():
    with Node() as node:
        node.init().publish("unpaid-care", "adult")
        node.verb("subject", "object", "unpaid-care", "--unit", ANOTHER)
        for words, reason in (
            (("subject", "object", "unpaid-care", "--unit", ANOTHER), "objection_stands"),
            (("subject", "withdraw", "unpaid-care", "--unit", AREA), "objection_unknown"),
            (("subject", "end", "0000"), "token_unknown"),
            (("subject", "object", "adult", "--unit", "1"), "product_names_nobody"),
            (("subject", "token", "--unit", "unpaid-care"), "is not PRODUCT=UNIT"),
            (("subject", "token", "--unit", "nothing=1"), "there is no product"),
            (("subject", "token", "--unit", f"unpaid-care={AREA}", "--days", "9999"), "from 1 to 366 days"),
        ):
            try:
                node.verb(*words)
                raise AssertionError(f"{words} went through")
            except Refused as refused:
                assert reason in refused.text, refused.text
                assert re.search(r"\n  \S", refused.text), f"no word of what to do: {refused.text}"


if __name__ == "__main__":
    sys.exit(main([pages_for_everybody, feed_for_readers, data_about_me, erasure_shown, stewards_word]))
