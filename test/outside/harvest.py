#!/usr/bin/env python3
"""Reads a node's catalogue with tools that others wrote: harvest.py URL

rdflib reads both forms, pyshacl holds them against dcat-ap.ttl beside this file. Where CONCORDAT_SCHEMAS names a folder with the standards' own files
(dcat-ap-SHACL.ttl, odcs-json-schema-v3.1.0.json, OpenLineage.json), these are held against as well.
"""
import json
import os
import pathlib
import sys
import urllib.request

import jsonschema
import pyshacl
import rdflib
from rdflib.compare import isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SH

HERE = pathlib.Path(__file__).resolve().parent
ODRL = rdflib.Namespace("http://www.w3.org/ns/odrl/2/")
SCHEMAS = os.environ.get("CONCORDAT_SCHEMAS")


def fetch(url, accept="*/*"):
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Accept": accept}), timeout=60) as answer:
        return answer.headers, answer.read().decode()


def shapes(path):
    graph = rdflib.Graph().parse(path)
    for shape in set(graph.objects(None, SH.property)):  # the standard's own file has shapes without a path
        if (shape, SH.path, None) not in graph:
            graph.remove((None, SH.property, shape))
    return graph


def conforms(graph, rules):
    return pyshacl.validate(graph, shacl_graph=rules)[::2]


def read_graph(url):
    """The catalogue, from either form: the same triples."""
    headers, turtle = fetch(url + "/catalogue.ttl")
    assert headers["Content-Type"].startswith("text/turtle"), headers
    graph = rdflib.Graph().parse(data=turtle, format="turtle")
    for address, accept in ((url + "/catalogue.jsonld", "*/*"), (url + "/catalogue", "application/ld+json")):
        headers, text = fetch(address, accept)
        assert headers["Content-Type"] == "application/ld+json", headers
        assert isomorphic(graph, rdflib.Graph().parse(data=text, format="json-ld")), address
    return graph


def find_what_is_missing(graph, rules):
    """Each mandatory property, taken away once, is missed."""
    for kind, names in {DCAT.Catalog: (DCTERMS.title, DCTERMS.description, DCTERMS.publisher), DCAT.Dataset: (DCTERMS.title, DCTERMS.description),
                        DCAT.Distribution: (DCAT.accessURL,), DCAT.DataService: (DCTERMS.title, DCAT.endpointURL), FOAF.Agent: (FOAF.name,),
                        ODRL.Agreement: (ODRL.assigner, ODRL.permission)}.items():
        subject = next(graph.subjects(RDF.type, kind))
        for name in names:
            taken = list(graph.triples((subject, name, None)))
            assert taken, (kind, name)
            for triple in taken:
                graph.remove(triple)
            assert not conforms(graph, rules)[0], f"nobody missed {name} of {kind}"
            for triple in taken:
                graph.add(triple)


def read_contracts(url, graph):
    schema = SCHEMAS and json.loads(pathlib.Path(SCHEMAS, "odcs-json-schema-v3.1.0.json").read_text())
    found = 0
    for dataset in graph.subjects(RDF.type, DCAT.Dataset):
        contract = json.loads(fetch(f"{url}/catalogue/contracts/{str(dataset).split('#')[1]}")[1])
        assert contract["apiVersion"] == "v3.1.0" and "servers" not in contract, contract
        if schema:
            jsonschema.validators.validator_for(schema)(schema).validate(contract)
        found += 1
    return found


def read_lineage(url):
    schema = None
    if SCHEMAS:
        definitions = json.loads(pathlib.Path(SCHEMAS, "OpenLineage.json").read_text())["$defs"]
        schema = jsonschema.Draft202012Validator({"$ref": "#/$defs/RunEvent", "$defs": definitions},
                                                 format_checker=jsonschema.FormatChecker())
    facet = jsonschema.Draft202012Validator(json.loads(fetch(url + "/catalogue/lineage-facet.json")[1]))
    runs = {}
    for line in fetch(url + "/catalogue/lineage.ndjson")[1].splitlines():
        event = json.loads(line)
        facet.validate(event["run"]["facets"]["concordat"])
        if schema:
            schema.validate(event)
        runs.setdefault(event["run"]["runId"], []).append(event["eventType"])
    assert runs and all(types in (["START", "COMPLETE"], ["START", "FAIL"]) for types in runs.values()), runs
    return len(runs)


def main(url):
    graph, rules = read_graph(url), shapes(HERE / "dcat-ap.ttl")
    good, said = conforms(graph, rules)
    assert good, said
    if SCHEMAS:
        good, said = conforms(graph, shapes(pathlib.Path(SCHEMAS, "dcat-ap-SHACL.ttl")))
        assert good, said
    find_what_is_missing(graph, rules)
    print(f"{len(graph)} triples, {read_contracts(url, graph)} contracts, {read_lineage(url)} runs")


if __name__ == "__main__":
    main(sys.argv[1])
