#!/usr/bin/env python3
"""Holds every #include between modules against the DEPS that the module's CMakeLists.txt declares, and DEPS against cycles."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
SRC = ROOT / "src"
DECLARATION = re.compile(r"concordat_module\(([^)]*)\)", re.S)
KEYWORDS = {"NAME", "DEPS", "LIBS", "TEST_DEPS", "TEST_LIBS"}


def declared():
    """Module name -> (DEPS, TEST_DEPS), as CMake reads them."""
    modules = {}
    for path in sorted(SRC.glob("*/CMakeLists.txt")):
        match = DECLARATION.search(path.read_text())
        if not match:
            continue
        parts, key = {}, None
        for word in match.group(1).split():
            if word in KEYWORDS:
                key = word
                parts[key] = []
            else:
                parts[key].append(word)
        test_deps = [word.removesuffix("_testing") for word in parts.get("TEST_DEPS", [])]
        modules[parts["NAME"][0]] = (set(parts.get("DEPS", [])), set(test_deps))
    return modules


def closure(module, modules, above=()):
    """Everything that `module` stands on; a cycle is a fault."""
    if module in above:
        raise SystemExit("layers: cycle: " + " -> ".join([*above, module]))
    below = set()
    for dep in modules[module][0]:
        below |= {dep} | closure(dep, modules, (*above, module))
    return below


def main():
    modules = declared()
    faults = []
    for module in modules:
        closure(module, modules)
        for path in sorted((SRC / module).glob("**/*")):
            if path.suffix not in (".h", ".cc"):
                continue
            deps, test_deps = modules[module]
            is_test = re.search(r"_(test|fuzz|bench)\.cc$|^testing_", path.name)
            allowed = {module} | deps | (test_deps if is_test else set())
            for number, line in enumerate(path.read_text().splitlines(), 1):
                include = re.match(r'#include "([a-z0-9_]+)/', line)
                if include and include.group(1) in modules and include.group(1) not in allowed:
                    faults.append(f"{path.relative_to(ROOT)}:{number}: {module} includes {include.group(1)}, "
                                  "which its DEPS do not name")
                testing = re.match(r'#include "[a-z]+/testing_', line)
                if testing and not is_test:
                    faults.append(f"{path.relative_to(ROOT)}:{number}: product code includes a testing_ header")
    print("\n".join(faults) or f"layers: {len(modules)} modules, every include declared, no cycle")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
