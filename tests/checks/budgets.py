#!/usr/bin/python3
"""Sizes and names of DESIGN.md section 7. Usage: budgets.py [--list N]: also the N longest functions.

Needs universal-ctags. Tests keep the longest function and the names, but may be long lists of cases:
they have no limit per file and do not count in the medians."""

import pathlib
import re
import shutil
import statistics
import subprocess
import sys

TOP = pathlib.Path(__file__).parents[2]
FUNCTION_LIMIT = {"user": (50, 80), "kernel": (40, 60)}  # 95th percentile, longest
FILE_LIMIT = {".c": 400, ".h": 150}
FILE_MEDIAN = 200
FORBIDDEN_NAME = re.compile(r"(^|_)(utils?|misc|helpers?|common)(_|\.)")


def c_files():
    for path in sorted(TOP.rglob("*.[ch]")):
        file = path.relative_to(TOP)
        if not re.match(r"build|\.", file.parts[0]):
            yield file


def is_test(file):
    return "tests" in file.parts


def functions(files):
    """(lines, file, name) of every function, its signature's last line to its brace."""
    out = subprocess.run(
        ["ctags", "-x", "--_xformat=%F\t%N\t%n\t%{end}", "--kinds-C=f", "--languages=C",
         "--langmap=C:.c.h", "-L", "-"],
        input="\n".join(map(str, files)), capture_output=True, text=True, check=True, cwd=TOP).stdout
    for line in out.splitlines():
        file, name, first, last = line.split("\t")
        if last:
            yield int(last) - int(first) + 1, pathlib.Path(file), name


def percentile_95(values):
    return sorted(values)[-(len(values) // 20) - 1]


def check_functions(files, complaints):
    found = sorted(functions(files), reverse=True)
    if not found:
        complaints.append("ctags found no functions")
    for side, (most, longest) in FUNCTION_LIMIT.items():
        mine = [f for f in found if (".bpf." in f[1].name) == (side == "kernel")]
        complaints += [f"{file}: {name}() has {lines} lines, limit {longest}"
                       for lines, file, name in mine if lines > longest]
        sizes = [lines for lines, file, _ in mine if not is_test(file)]
        if not sizes:
            continue
        print(f"{side} side: {len(sizes)} functions, median {statistics.median(sizes):.0f}, "
              f"95th percentile {percentile_95(sizes)}, longest {max(sizes)}")
        if percentile_95(sizes) > most:
            complaints.append(f"{side} side: 95th percentile {percentile_95(sizes)}, limit {most}")
    return found


def check_files(files, complaints):
    sizes = []
    for file in files:
        lines = (TOP / file).read_text().count("\n")
        limit = FILE_LIMIT[file.suffix]
        if lines > limit and not is_test(file):
            complaints.append(f"{file}: {lines} lines, limit {limit}")
        if FORBIDDEN_NAME.search(file.name):
            complaints.append(f"{file}: a name that says nothing")
        if file.suffix == ".c" and not is_test(file):
            sizes.append(lines)
    if sizes:
        print(f".c files: {len(sizes)}, median {statistics.median(sizes):.0f} lines")
        if statistics.median(sizes) > FILE_MEDIAN:
            complaints.append(f".c files: median {statistics.median(sizes)}, limit {FILE_MEDIAN}")


def main():
    if not shutil.which("ctags"):
        print("SKIP: ctags is not installed")
        sys.exit(77)
    complaints = []
    files = list(c_files())
    found = check_functions(files, complaints)
    check_files(files, complaints)
    if sys.argv[1:2] == ["--list"]:
        for lines, file, name in found[:int(sys.argv[2])]:
            print(f"{lines:4} {file}: {name}()")
    for complaint in complaints:
        print(complaint)
    sys.exit(1 if complaints else 0)


main()
