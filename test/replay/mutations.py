#!/usr/bin/env python3
"""Puts each known bug back and requires that the test which docs/mutations.md names catches it. mutations.py FOLDER_OF_TESTS…"""
import concurrent.futures
import os
import pathlib
import re
import shlex
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
SWITCH = re.compile(r'\bMutated\("([a-z_]+)"\)')
LIMIT_S = 300


def in_sources():
    """Switch -> files of src that have it."""
    switches = {}
    for path in sorted((ROOT / "src").rglob("*.cc")):
        for name in SWITCH.findall(path.read_text()):
            switches.setdefault(name, set()).add(str(path.relative_to(ROOT / "src")))
    return switches


def on_page():
    """Switch -> (places, command that catches it)."""
    listed = {}
    for line in (ROOT / "docs/mutations.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if len(cells) != 5 or not cells[1].startswith("`"):
            continue
        listed[cells[1].strip("`")] = (set(re.findall(r"`([a-z_/]+\.cc)`", cells[2])), cells[4].strip("`"))
    return listed


def passes(folders, command, mutation):
    environment = {name: value for name, value in os.environ.items() if name != "CONCORDAT_MUTATION"}
    if mutation:
        environment["CONCORDAT_MUTATION"] = mutation
    words = shlex.split(command)
    started = time.monotonic()
    program = next(folder / words[0] for folder in folders if (folder / words[0]).exists())
    done = subprocess.run([program, *words[1:]], env=environment, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S, check=False)
    return done.returncode == 0, time.monotonic() - started, done.stdout


def main():
    folders = [pathlib.Path(folder) for folder in sys.argv[1:]]
    switches, listed = in_sources(), on_page()
    faults = [f"{name}: docs/mutations.md does not list it" for name in switches if name not in listed]
    for name, (places, _) in listed.items():
        if places != switches.get(name, set()):
            faults.append(f"{name}: docs/mutations.md says {sorted(places)}, the sources say {sorted(switches.get(name, []))}")
    runs = [(command, None) for command in sorted({command for _, command in listed.values()})]
    runs += [(command, name) for name, (_, command) in listed.items() if name in switches]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda run: passes(folders, *run), runs)
        for (command, name), (passed, seconds, output) in zip(runs, results):
            if passed and name:
                faults.append(f"{name}: {command} does not catch it")
            elif not passed and not name:
                faults.append(f"{command} fails without any bug:\n{output[-2000:]}")
            print(f"{seconds:6.1f} s  {name or 'no bug'}: {command} {'passes' if passed else 'fails'}", flush=True)
    print("\n".join(faults) or f"{len(switches)} bugs put back, {len(switches)} caught")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
