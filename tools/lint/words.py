#!/usr/bin/env python3
"""Holds the tree to the domain's words: one thing, one name, and no name that says nothing."""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]

# In names of files, types and functions.
EMPTY_NAMES = re.compile(r"\b\w*(Manager|Util|Utils|Helper|Helpers|Misc)\b|\bnamespace (common|util|misc|helpers)\b")
EMPTY_FILES = re.compile(r"(^|[/_])(common|util|utils|helper|helpers|misc|manager)([/_.]|$)")
# In prose and messages: the word people must see, and those that mean the same and are not used.
SYNONYMS = {
    r"\bprivacy budgets? remaining\b": "left", r"\bdata ?set owner\b": "steward", r"\bdata provider\b": "member",
    r"\baudit log\b": "ledger", r"\bblockchain\b": "ledger", r"\bdatapoint\b": "row", r"\bwhitelist": "allow-list",
    r"\bblacklist": "deny-list", r"\bTODO\b": "an issue", r"\bFIXME\b": "an issue", r"\bXXX\b": "an issue",
    r"\bfuture work\b": "nothing: build it or leave it out",
}


def main():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, check=True, capture_output=True, text=True).stdout.split()
    faults = []
    for name in tracked:
        if name.startswith("tools/lint/"):
            continue
        if EMPTY_FILES.search(name):
            faults.append(f"{name}: a file name that says nothing")
        if not name.endswith((".h", ".cc", ".md", ".py", ".sh", ".cmake", ".txt", ".yaml", ".test")):
            continue
        for number, line in enumerate((ROOT / name).read_text(errors="replace").splitlines(), 1):
            if name.endswith((".h", ".cc")) and EMPTY_NAMES.search(line):
                faults.append(f"{name}:{number}: a name that says nothing: {EMPTY_NAMES.search(line).group(0)}")
            for pattern, word in SYNONYMS.items():
                if re.search(pattern, line, re.I if pattern.islower() else 0):
                    faults.append(f"{name}:{number}: say '{word}': {line.strip()[:80]}")
    print("\n".join(faults) or f"words: {len(tracked)} files speak the domain's language")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
