#!/usr/bin/env python3
"""Finds what the compiler loses: members already made when TRY leaves a braced initialiser, and temporaries that a loop walks a part of."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SILENT = re.compile(r'R"\((?:.|\n)*?\)"|"(?:\\.|[^"\\\n])*"|(?<!\w)\'(?:\\.|[^\'\\\n])+\'|//[^\n]*|/\*(?:.|\n)*?\*/')
# at() and protobuf's list() give references.
TEMPORARY = re.compile(r"\bfor \([^;{}]*:\s[^;{}]*\b(?!at\(|list\()\w+\((?:[^()]|\([^()]*\))*\)\.items\(\)")


def left_behind(code):
    """The offset of each TRY that stands in a braced initialiser after its first member. Braces that hold a semicolon are a block."""
    found, open_brackets = [], []
    for mark in re.finditer(r"\bTRY\(|[][(){},;]", code):
        token = mark.group(0)
        if token in ("TRY(", "(", "[", "{"):
            tries = [(mark.start(), False)] if token == "TRY(" else []
            open_brackets.append({"brace": token == "{", "block": False, "later": False, "tries": tries})
        elif not open_brackets:
            continue
        elif token == ",":
            open_brackets[-1]["later"] = True
        elif token == ";":
            open_brackets[-1]["block"] = True
        else:
            closed = open_brackets.pop()
            if closed["brace"] and closed["block"]:
                continue
            found += [at for at, late in closed["tries"] if late and closed["brace"]]
            if open_brackets:
                late = open_brackets[-1]["brace"] and open_brackets[-1]["later"]
                open_brackets[-1]["tries"] += [(at, late) for at, was_late in closed["tries"] if not (was_late and closed["brace"])]
    return found


def main():
    names = subprocess.run(["git", "ls-files", "src", "apps", "test", "bench"], cwd=ROOT, check=True, capture_output=True,
                           text=True).stdout.split()
    names = [name for name in names if name.endswith((".h", ".cc"))]
    faults = []
    for name in names:
        code = SILENT.sub(lambda text: re.sub(r"[^\n]", "_", text.group(0)), (ROOT / name).read_text())
        places = [(at, "TRY in a braced initialiser after its first member: name its value before") for at in left_behind(code)]
        places += [(loop.start(), "a loop over the items() of a temporary: name it before") for loop in TEMPORARY.finditer(code)]
        faults += [f"{name}:{code.count(chr(10), 0, at) + 1}: {fault}" for at, fault in places]
    print("\n".join(faults) or f"lifetimes: {len(names)} files")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
