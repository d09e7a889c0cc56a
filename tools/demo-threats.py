#!/usr/bin/env python3
"""Two bodies' threat lists as their own systems would export them: demo-threats.py LISTS FOLDER.

The police hold the addresses that stand on three lists or more, the council those on four or more, which it
gives to everybody as its block list."""
import csv
import pathlib
import sys

lists, folder = map(pathlib.Path, sys.argv[1:])
four = set((lists / "ipsum_level4.txt").read_text().split())
three = (lists / "ipsum_level3.txt").read_text().split()
for member, addresses in (("police", three), ("council", sorted(four))):
    with open(folder / f"{member}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["address", "first_octet", "lists"])
        writer.writerows([address, address.split(".")[0], 4 if address in four else 3] for address in addresses)
(folder / "blocklist.csv").write_text("address\n" + "".join(f"{each}\n" for each in sorted(four)), encoding="utf-8")
