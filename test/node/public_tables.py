#!/usr/bin/env python3
"""Public tables: joined from psql at their owner, and at another member from a copy that its owner signed for.

  public_tables.py [NAME…]     the functions named below; all of them by default
"""
import os
import pathlib
import subprocess
import sys

from agreements import Members
from harness import PASSWORD, ROOT, Node, Refused, main

SAMPLES = ROOT / "samples"
JOIN = "SELECT level, count(*) FROM people p {}JOIN schooling s USING (education) GROUP BY level ORDER BY level"
# Of the census's 32,561 people.
TRUE = {"none": 51, "primary": 168 + 333, "secondary": 646 + 514 + 933 + 1175 + 433 + 10501, "further": 7291 + 1382 + 1067,
        "degree": 5355 + 1723 + 576 + 413}


def psql(node, database, *commands):
    """What psql prints, or Refused with what it says went wrong."""
    words = ["psql", "-X", "-A", "-t", "-v", "ON_ERROR_STOP=1",
             f"host=127.0.0.1 port={node.port} dbname={database} user=ana sslmode=require"]
    for command in commands:
        words += ["-c", command]
    done = subprocess.run(words, env={**os.environ, "PGPASSWORD": PASSWORD}, text=True, capture_output=True, timeout=60, check=False)
    if done.returncode:
        raise Refused(done.returncode, done.stderr)
    return done.stdout


def refused(reason, node, database, sql):
    try:
        psql(node, database, sql)
    except Refused as error:
        assert f"refused ({reason})" in error.text, error.text
        return error.text
    raise AssertionError(f"was answered: {sql}")


def check_levels(text):
    counts = dict(line.split("|") for line in text.splitlines() if not line.startswith("|"))
    assert set(counts) == set(TRUE), counts
    for level, count in counts.items():  # noise of one column at epsilon 0.1 or more: sigma below 60
        assert abs(int(count or 0) - TRUE[level]) < 600, (level, counts)


def joined_from_psql():
    with Node().init().publish("adult").publish("schooling", data=SAMPLES).analyst("ana") as node:
        document = (SAMPLES / "adult-study.yaml").read_text()
        node.agree(document.replace("tables:\n", "tables:\n  schooling: [lewisham/schooling@1]\n"))
        node.start()
        tables = psql(node, "adult-study", "\\d")
        assert "people" in tables and "schooling" in tables, tables
        assert "joined  schooling by education (public, lewisham/schooling version 1)" in psql(node, "adult-study",
                                                                                         "EXPLAIN " + JOIN.format(""))
        check_levels(psql(node, "adult-study", JOIN.format("")))
        assert psql(node, "adult-study", "SELECT count(*), sum(years) FROM schooling") == "16|136\n"  # exact and free
        refused("join_without_key", node, "adult-study",
                "SELECT count(*) FROM people JOIN schooling ON workclass = level")
        refused("join_not_supported", node, "adult-study", "SELECT count(*) FROM people a JOIN people b USING (age)")
        # New rows of the public table: the stored answer is not that of the old ones.
        folder = pathlib.Path(node.home.parent)
        text = (SAMPLES / "schooling.csv").read_text()
        (folder / "schooling.csv").write_text(text.replace("Doctorate,degree", "Doctorate,none"))
        node.verb("product", "publish", SAMPLES / "schooling.odcs.yaml", "--data", folder)
        again = psql(node, "adult-study", JOIN.format("LEFT "))
        assert "none|" in again, again
        (folder / "schooling.csv").write_text(text.replace("Doctorate,degree", "Preschool,degree"))
        try:
            node.verb("product", "publish", SAMPLES / "schooling.odcs.yaml", "--data", folder)
            raise AssertionError("a key that stands twice was published")
        except Refused as error:
            assert "2 rows share 1 values of the key (education)" in error.text, error.text
        refused("product_unavailable", node, "adult-study", JOIN.format("") + " DESC")


def copied_by_hash():
    with Members() as members:
        lewisham, southwark = members.lewisham, members.southwark
        contract = members.path / "schooling.odcs.yaml"
        contract.write_text((SAMPLES / "schooling.odcs.yaml").read_text().replace("lewisham/", "southwark/"))
        southwark.verb("product", "publish", contract, "--data", SAMPLES)
        document = members.document(name="adult-study")
        document.write_text(document.read_text().replace("[lewisham/adult@1]", "[lewisham/adult@1], schooling: [southwark/schooling@1]"))
        members.agree(document, name="adult-study")
        members.send(southwark, lewisham, name="adult-study")
        lewisham.start()
        southwark.start()
        assert "product fetch" in refused("unknown_table", lewisham, "adult-study", JOIN.format(""))
        reference = "southwark/schooling@1"
        assert "copied southwark/schooling@1, revision 1" in lewisham.verb("product", "fetch", reference, "--from", southwark.web)
        assert "held already" in lewisham.verb("product", "fetch", reference, "--from", southwark.web)
        assert reference in lewisham.verb("product", "copies")
        assert lewisham.json("product", "list")[0]["id"] == "lewisham/adult" and len(lewisham.json("product", "list")) == 1
        assert "schooling" in psql(lewisham, "adult-study", "\\d")
        check_levels(psql(lewisham, "adult-study", JOIN.format("")))
        # By file, changed on the way: not what the owner signed for.
        file = members.path / "schooling.copy"
        southwark.verb("product", "export", "schooling", "--as", "copy", "--out", file)
        file.write_bytes(file.read_bytes().replace(b"Doctorate,degree", b"Doctorate,none  "))
        try:
            lewisham.verb("product", "fetch", reference, "--from", file)
            raise AssertionError("a changed copy was taken in")
        except Refused as error:
            assert "is not the one that its owner published" in error.text, error.text
        lewisham.stop()
        lewisham.start()  # the fold brings it back
        assert reference in lewisham.verb("product", "copies")
        assert "joined  schooling by education (public, southwark/schooling version 1)" in psql(
            lewisham, "adult-study", "EXPLAIN " + JOIN.format("LEFT "))
        copy = next((lewisham.home / "public").iterdir())
        copy.write_bytes(copy.read_bytes() + b"More,none,1\n")
        refused("product_unavailable", lewisham, "adult-study", JOIN.format("LEFT "))
        lewisham.verb("product", "fetch", reference, "--from", southwark.web)  # mends it
        assert "degree|" in psql(lewisham, "adult-study", JOIN.format("LEFT "))
        # A newer revision takes its place; the file of the old one is there until the node starts again.
        changed = members.path / "schooling.csv"
        changed.write_text((SAMPLES / "schooling.csv").read_text().replace("Doctorate,degree", "Doctorate,none"))
        southwark.verb("product", "publish", contract, "--data", members.path)
        assert "revision 2" in lewisham.verb("product", "fetch", reference, "--from", southwark.web)
        assert copy.exists()
        lewisham.stop()
        lewisham.start()
        assert not copy.exists() and len(list((lewisham.home / "public").iterdir())) == 1
        assert "none|" in psql(lewisham, "adult-study", JOIN.format("LEFT "))
        lewisham.verb("ledger", "verify")


if __name__ == "__main__":
    sys.exit(main([joined_from_psql, copied_by_hash]))
