#!/usr/bin/env python3
"""The demo's answer, as CSV on standard input, beside the exact one from the file itself: what only the owner can see."""
import collections
import csv
import sys

hours = collections.defaultdict(list)
with open(sys.argv[1], newline="", encoding="utf-8") as file:
    for row in csv.DictReader(file, skipinitialspace=True):
        hours[row["education"]].append(int(row["hours-per-week"]))

within = total = 0
print(f"{'education':>14} | {'count':>6} {'±':>6} {'true':>6} | {'avg':>7} {'±':>6} {'true':>6}")
for row in csv.DictReader(sys.stdin):
    values = hours.pop(row["education"])
    mean = sum(values) / len(values)
    print(f"{row['education']:>14} | {row['count']:>6} {row['count_margin']:>6} {len(values):>6}"
          f" | {float(row['avg']):>7.2f} {float(row['avg_margin']):>6.2f} {mean:>6.2f}")
    within += abs(float(row["count"]) - len(values)) <= float(row["count_margin"])
    within += abs(float(row["avg"]) - mean) <= float(row["avg_margin"])
    total += 2
if hours:
    sys.exit(f"the answer has no group {', '.join(hours)}")
print(f"{within} of {total} true values lie within the margin; 95 in 100 are to be expected.")
