#!/usr/bin/env python3
"""clang-tidy over the product's sources, a module's together as build/lint compiles them.

A unit's verdict holds until one of its sources, a header of ours or the rules change.

  tidy.py          with DEEP=1 in the environment also clang's path-sensitive analyzer
"""
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = ROOT / "build/lint"
DEEP = "--checks=clang-analyzer-*,-clang-analyzer-optin.*,-clang-analyzer-cplusplus.NewDeleteLeaks"
EXTRA = [DEEP] if os.environ.get("DEEP") else []


def tracked(*patterns):
    return subprocess.run(["git", "ls-files", *patterns], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()


def sources():
    return {name for name in tracked("src/**/*.cc", "apps/**/*.cc") if not re.search(r"_(test|fuzz|bench)\.cc$|/testing_", name)}


def units(wanted):
    """What is compiled at once, and the sources in it."""
    found = {}
    for command in json.loads((BUILD / "compile_commands.json").read_text()):
        file = pathlib.Path(command["file"])
        inside = re.findall(r'#include "(.*\.cc)"', file.read_text()) if "/Unity/" in str(file) else [file]
        names = [str(pathlib.Path(name).relative_to(ROOT)) for name in inside if pathlib.Path(name).is_relative_to(ROOT)]
        if any(name in wanted for name in names):
            found[str(file)] = names
    return found


def hash_of(names):
    return hashlib.sha256(b"".join(hashlib.sha256((ROOT / name).read_bytes()).digest() for name in sorted(names))).hexdigest()[:16]


def check(unit, names, stamps):
    stamp = stamps / hash_of(names)
    if stamp.exists():
        return True
    done = subprocess.run(["clang-tidy-16", "--quiet", *EXTRA, "-p", str(BUILD), unit], cwd=ROOT, check=False, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL, text=True)
    if done.returncode == 0:
        stamp.touch()
    else:
        print(done.stdout, flush=True)
    return done.returncode == 0


def main():
    wanted = sources()
    found = units(wanted)
    missing = wanted - {name for names in found.values() for name in names}
    for name in sorted(missing):
        print(f"tidy: {name} is compiled by no target")
    rules = hashlib.sha256((" ".join(EXTRA) + hash_of([".clang-tidy", *tracked("src/**/*.h", "apps/**/*.h")])).encode()).hexdigest()[:16]
    stamps = ROOT / "build/tidy" / rules
    stamps.mkdir(parents=True, exist_ok=True)
    largest_first = sorted(found.items(), key=lambda unit: -len(unit[1]))
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        clean = list(pool.map(lambda unit: check(*unit, stamps), largest_first))
    if missing or not all(clean):
        return 1
    print(f"tidy: {len(wanted)} files")
    return 0


if __name__ == "__main__":
    sys.exit(main())
