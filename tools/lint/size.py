#!/usr/bin/env python3
"""Holds files to 400 lines and functions to 50; tests, which are tables, to 800 and unbounded functions."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILE_LIMIT, TEST_LIMIT, FUNCTION_LIMIT = 400, 800, 50


def functions(lines):
    """(line number, length) of each block that opens after a closing parenthesis at namespace or class level."""
    start, depth_at_start, depth, in_function = 0, 0, 0, False
    for number, line in enumerate(lines, 1):
        code = re.sub(r'"(\\.|[^"\\])*"|\'(\\.|[^\'\\])\'|//.*', "", line)
        opens = re.search(r"\)\s*(const|noexcept|override|final|\s)*(->\s*[\w:<>, ]+)?\s*\{\s*$", code)
        if not in_function and opens and not re.match(r"\s*(namespace|if|for|while|switch)\b", code):
            in_function, start, depth_at_start = True, number, depth
        depth += code.count("{") - code.count("}")
        if in_function and depth <= depth_at_start:
            yield start, number - start + 1
            in_function = False


def main():
    tracked = subprocess.run(["git", "ls-files", "src", "apps", "test", "bench"], cwd=ROOT, check=True,
                             capture_output=True, text=True).stdout.split()
    faults, count = [], 0
    for name in tracked:
        if not name.endswith((".h", ".cc")):
            continue
        count += 1
        lines = (ROOT / name).read_text().splitlines()
        is_test = re.search(r"_test\.cc$|^test/|/testing_", name)
        if len(lines) > (TEST_LIMIT if is_test else FILE_LIMIT):
            faults.append(f"{name}: {len(lines)} lines; split it by job")
        if is_test:
            continue
        for start, length in functions(lines):
            if length > FUNCTION_LIMIT:
                faults.append(f"{name}:{start}: a function of {length} lines; give its parts names")
    print("\n".join(faults) or f"size: {count} files within bounds")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
