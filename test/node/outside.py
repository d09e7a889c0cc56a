#!/usr/bin/env python3
"""Tools that others wrote look at a running node: promtool, an OpenAPI validator, schemathesis, Go's note and tlog, rdflib and pyshacl, curl."""
import os
import pathlib
import re
import subprocess
import sys

from harness import DATA, ROOT, Node, main

TOOLS = ROOT / "build/clients/outside/bin"
PROMTOOL = ROOT / "build/clients/promtool/usr/bin/promtool"
OPENAPI = ROOT / "docs/openapi.yaml"
SQL = "SELECT sex, count(*) FROM people GROUP BY sex"


def run(*words, stdin=None, folder=ROOT, **environment):
    done = subprocess.run([str(word) for word in words], input=stdin, text=True, capture_output=True, timeout=900, check=False,
                          cwd=folder, env={**os.environ, **environment})
    assert done.returncode == 0, f"{words[0]} ended with {done.returncode}\n{done.stdout[-12000:]}\n{done.stderr[-2000:]}"
    return done.stdout


def served():
    """A node with a product, an agreement and an analyst."""
    return Node().init().publish("adult", data=DATA).analyst("ana").agree("adult-study").start()


def token(node, role, name):
    return node.json("token", "create", "--role", role, "--name", name)["token"]


def promtool_reads_the_metrics():
    with served() as node:
        node.verb("ask", "adult-study", SQL)
        text = run("curl", "-sf", node.web + "/metrics")
        assert 'concordat_questions_total{outcome="answered",reason=""} 1' in text, text
        said = run(PROMTOOL, "check", "metrics", stdin=text)
        assert said == "", said


def alerts_fire_where_they_should():
    """deploy/alerts.yml: promtool's rule tests; every metric is one of the node's, every alert has its page."""
    run(PROMTOOL, "check", "rules", ROOT / "deploy/alerts.yml")
    run(PROMTOOL, "test", "rules", ROOT / "deploy/alerts_test.yml")
    rules, known = (ROOT / "deploy/alerts.yml").read_text(), (ROOT / "docs/http.md").read_text()
    for name in set(re.findall(r"\bconcordat_[a-z_]+", rules)):
        assert f"`{name}`" in known or f"`{name}{{" in known, name
    pages = {line[4:].strip().lower() for line in (ROOT / "docs/operations.md").read_text().splitlines() if line.startswith("### ")}
    alerts = {name.lower() for name in re.findall(r"alert: (\w+)", rules)}
    assert alerts == pages & alerts, alerts - pages


def openapi_is_valid():
    assert "OK" in run(TOOLS / "openapi-spec-validator", OPENAPI)


# It would revoke its own token, and remove the analyst who asks; whether it may do what it sends is for the roles to say.
RUNS = {
    "operator": ("--exclude-operation-id", "revokeToken"),
    "steward": ("--include-tag", "products", "--include-tag", "agreements"),
    "analyst": ("--include-tag", "questions"),
}


def schemathesis_finds_nothing():
    with served() as node:
        for role, chosen in RUNS.items():
            run(TOOLS / "schemathesis", "run", OPENAPI, "--url", node.web, "--header",
                "Authorization: Bearer " + token(node, role, "ana" if role == "analyst" else role), "--phases",
                "examples,coverage,fuzzing", "--max-examples", "5", "--seed", "7", "--rate-limit", "45/s", "--no-color",
                "--generation-database", "none", "--suppress-health-check", "all", "--checks", "all", "--exclude-checks",
                "positive_data_acceptance", *chosen, folder=node.home.parent)
        assert node.process.poll() is None
        node.verb("ledger", "verify")


def go_reads_the_log():
    with served() as node:
        answer = node.json("ask", "adult-study", SQL)["id"]
        before = run("curl", "-sf", node.web + "/ledger/checkpoint")
        bearer = "Authorization: Bearer " + token(node, "operator", "olga")
        for number in range(260):
            body = f'{{"person":"p{number}","roles":["auditor"]}}'
            run("curl", "-sf", "-H", bearer, "-H", "Content-Type: application/json", "-d", body, node.web + "/v1/people")
        node.verb("receipt", answer, "--out", node.home.parent / "answer.tlog-proof")
        run("go", "test", "-count=1", "-run", "TestReadsARunningNode", "-v", "./tamper", folder=ROOT / "test/outside",
            OUTSIDE_URL=node.web + "/ledger", OUTSIDE_KEY=node.json("ledger", "head")["key"], OUTSIDE_BEFORE=before,
            OUTSIDE_RECEIPT=(node.home.parent / "answer.tlog-proof").read_text())


def harvesters_read_the_catalogue():
    with served() as node:
        node.verb("ask", "adult-study", SQL)
        print("        " + run(TOOLS / "python", ROOT / "test/outside/harvest.py", node.web).strip())


def curl_asks_oddly():
    """Methods, conditions and bodies at the edge, by curl's own means."""
    with served() as node:
        bearer = ("-H", "Authorization: Bearer " + token(node, "auditor", "dash"))

        def status(*words, stdin=None):
            return run("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", *words, stdin=stdin)

        address = node.web + "/v1/agreements"
        assert status(address) == "401"
        assert status(*bearer, address) == "200"
        assert status(*bearer, "-I", address) == "200"
        tag = run("curl", "-s", "-o", "/dev/null", "-w", "%header{etag}", *bearer, address)
        assert status(*bearer, "-H", "If-None-Match: " + tag, address) == "304"
        assert status(*bearer, "-H", 'If-None-Match: "other", W/' + tag, address) == "304"
        assert status(*bearer, "-H", 'If-None-Match: "other"', address) == "200"
        for method in ("PUT", "PATCH", "DELETE", "TRACE", "OPTIONS", "BREW"):
            head = run("curl", "-s", "-D", "-", "-o", "/dev/null", *bearer, "-X", method, address)
            assert head.startswith("HTTP/1.1 405") and "Allow: GET, HEAD, POST" in head, (method, head)
            assert "Access-Control" not in head, head
        assert status(*bearer, "--http1.0", address) == "200"
        assert status(*bearer, "-d", "{}", node.web + "/v1/ledger/verify") == "415"  # curl says it is a form
        assert status(*bearer, "-H", "Content-Type: application/json", "-d", "{}", node.web + "/v1/ledger/verify") == "200"
        assert status(*bearer, "--path-as-is", node.web + "/v1/../v1/agreements") == "400"
        assert status("--path-as-is", node.web + "//healthz") == "400"
        assert status("-H", "X: " + "a" * 20000, node.web + "/healthz") == "431"
        assert status("-d", "@-", node.web + "/witness/add-checkpoint", stdin="a" * (1 << 20 | 1)) == "413"


if __name__ == "__main__":
    sys.exit(main([promtool_reads_the_metrics, alerts_fire_where_they_should, openapi_is_valid, curl_asks_oddly, go_reads_the_log, harvesters_read_the_catalogue,
                   schemathesis_finds_nothing]))
