#!/usr/bin/env python3
"""The exact answer to the demo's question, straight from the file: what the noisy answer is compared with."""
import collections
import csv
import sys

hours = collections.defaultdict(list)
with open(sys.argv[1], newline="") as file:
    for row in csv.DictReader(file, skipinitialspace=True):
        hours[row["education"]].append(int(row["hours-per-week"]))
print(f"{'education':>14} | {'count':>6} | avg(hours_per_week)")
for education, values in sorted(hours.items(), key=lambda item: -len(item[1])):
    print(f"{education:>14} | {len(values):>6} | {sum(values) / len(values):.2f}")
