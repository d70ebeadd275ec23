#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws docs/filter_cost.svg from lookup_costs.tsv: what one lookup costs over the length of the list.

    build/bin/bench_filter lengths >bench/filter/lookup_costs.tsv
    bench/filter/draw_costs.py

Usage: draw_costs.py [TSV [SVG]]"""

import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "measure"))
import log_chart  # noqa: E402

CURVES = {  # program: (text, colour, dashes)
    "trie": ("LPM trie", "#b5651d", "7 4"),
    "hash": ("xdp-filter's hash (addresses only)", "#5b6b7b", "2 3"),
    "list": ("this filter's list", "#0b6e4f", "none"),
}


def read(path):
    """{(family, program): [(length, nanoseconds)]}, many sources."""
    curves = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["sources"] == "many" and row["program"] in CURVES:
                curves.setdefault((row["family"], row["program"]), []).append(
                    (int(row["length"]), float(row["net"])))
    return curves


def panel(curves, family):
    lengths = {length for (f, _), points in curves.items() if f == family for length, _ in points}
    plot = log_chart.Panel(lengths)
    yield from plot.axes(f"IPv{family}")
    for program, (_, colour, dashes) in CURVES.items():
        yield from plot.curve(curves.get((family, program), []), colour, dashes)
    yield from plot.below("prefixes on the list")


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else HERE / "lookup_costs.tsv"
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parents[1] / "docs/filter_cost.svg"
    curves = read(source)
    lines = log_chart.picture(
        "One lookup of a source, nanoseconds. 65 536 sources in random order, half of them listed.",
        [panel(curves, family) for family in ("4", "6")], CURVES.values())
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
