#!/usr/bin/env python3
"""A demo's answer, as CSV on standard input, beside the exact one from the files themselves: what their owners alone can see.

  demo-truth.py GROUP COLUMN VALUE FILE…     GROUP: of the answer; COLUMN and VALUE: the same, and what is averaged, in the files
"""
import collections
import csv
import sys

group, column, value, *files = sys.argv[1:]
true = collections.defaultdict(list)
for name in files:
    with open(name, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file, skipinitialspace=True):
            true[row[column]].append(float(row[value]))

within = total = 0
print(f"{group:>14} | {'count':>6} {'±':>6} {'true':>6} | {'avg':>7} {'±':>6} {'true':>6}")
for row in csv.DictReader(sys.stdin):
    values = true.pop(row[group])
    mean = sum(values) / len(values)
    print(f"{row[group]:>14} | {row['count']:>6} {float(row['count_margin']):>6.1f} {len(values):>6}"
          f" | {float(row['avg']):>7.2f} {float(row['avg_margin']):>6.2f} {mean:>6.2f}")
    within += abs(float(row["count"]) - len(values)) <= float(row["count_margin"])
    within += abs(float(row["avg"]) - mean) <= float(row["avg_margin"])
    total += 2
if true or not total:
    sys.exit(f"the answer lacks {', '.join(true) or 'everything'}")
print(f"{within} of {total} true values lie within the margin; 95 in 100 are to be expected.")
