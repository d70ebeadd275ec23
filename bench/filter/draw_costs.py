#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws docs/filter_cost.svg from lookup_costs.tsv: what one lookup costs over the length of the list.

    build/bin/bench_filter lengths >bench/filter/lookup_costs.tsv
    bench/filter/draw_costs.py

Usage: draw_costs.py [TSV [SVG]]"""

import csv
import math
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
CURVES = {  # program: (text, colour, dashes)
    "trie": ("LPM trie", "#b5651d", "7 4"),
    "hash": ("xdp-filter's hash (addresses only)", "#5b6b7b", "2 3"),
    "list": ("this filter's list", "#0b6e4f", "none"),
}
WIDTH, HEIGHT = 420, 300  # of one panel's plot
LEFT, TOP, GAP = 62, 58, 84
LEAST, MOST = 10, 2000  # nanoseconds


def read(path):
    """{(family, program): [(length, nanoseconds)]}, many sources."""
    curves = {}
    with open(path, newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            if row["sources"] == "many" and row["program"] in CURVES:
                curves.setdefault((row["family"], row["program"]), []).append(
                    (int(row["length"]), float(row["net"])))
    return curves


def x_of(length, lengths):
    low, high = math.log10(min(lengths)), math.log10(max(lengths))
    return WIDTH * (math.log10(length) - low) / (high - low or 1)


def y_of(cost):
    return HEIGHT * (1 - math.log10(max(cost, LEAST) / LEAST) / math.log10(MOST / LEAST))


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


def axes(lengths):
    for cost in (10, 20, 50, 100, 200, 500, 1000, 2000):
        y = y_of(cost)
        yield f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield text(-8, y + 4, cost, 'text-anchor="end"')
    for length in lengths:
        yield text(x_of(length, lengths), HEIGHT + 20, f"{length:,}".replace(",", " "), 'text-anchor="middle"')
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>'


def panel(curves, family):
    lengths = sorted({length for (f, _), points in curves.items() if f == family for length, _ in points})
    yield text(0, -12, f"IPv{family}", 'font-weight="bold"')
    yield from axes(lengths)
    for program, (_, colour, dashes) in CURVES.items():
        points = [(x_of(length, lengths), y_of(cost)) for length, cost in curves.get((family, program), [])]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>'
        for x, y in points:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
    yield text(WIDTH / 2, HEIGHT + 42, "prefixes on the list", 'text-anchor="middle"')


def picture(curves):
    width, height = LEFT + 2 * WIDTH + GAP + 52, TOP + HEIGHT + 88
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">')
    yield f'<rect width="{width}" height="{height}" fill="white"/>'
    yield text(LEFT - 44, 22, "One lookup of a source, nanoseconds. 65 536 sources in random order, half of them listed.",
               'font-size="15"')
    for number, family in enumerate(("4", "6")):
        yield f'<g transform="translate({LEFT + number * (WIDTH + GAP)},{TOP})">'
        yield from panel(curves, family)
        yield "</g>"
    for number, (words, colour, dashes) in enumerate(CURVES.values()):
        x, y = LEFT + number * 260, height - 18
        yield f'<line x1="{x}" x2="{x + 34}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2.5" stroke-dasharray="{dashes}"/>'
        yield text(x + 42, y, words)
    yield "</svg>"


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else HERE / "lookup_costs.tsv"
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parents[1] / "docs/filter_cost.svg"
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(picture(read(source))) + "\n")


if __name__ == "__main__":
    main()
