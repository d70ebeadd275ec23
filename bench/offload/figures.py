#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Tables of README.md and docs/offload_cost.svg, from paths_costs.tsv, relay_costs.tsv, tcp_costs.tsv and
instructions.tsv. Usage: figures.py; refresh.sh calls it."""

import csv
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "measure"))
import log_chart  # noqa: E402

PICTURE = HERE.parents[1] / "docs/offload_cost.svg"
BARS = {  # name: colour; "name, IPv6" beside it
    "hop": "#9aa5b1",
    "bare peer": "#5b6b7b",
    "peer": "#0b6e4f",
    "bare redirect": "#5b6b7b",
    "redirect": "#0b6e4f",
    "neighbour": "#0b6e4f",
    "ip_forward": "#b5651d",
    "nft dnat": "#7a3b8f",
}
LEFT, TOP, WIDTH, HEIGHT, STEP = 130, 50, 620, 9, 34


def rows(name, **more):
    with open(HERE / name, newline="") as file:
        return list(csv.DictReader((line for line in file if not line.startswith("#")), delimiter="\t", **more))


def promises(name):
    """The lines that speak of ratios, as rows of a table."""
    pattern = re.compile(r"# (.+) to (.+?): ([\d.]+) \(([\d.]+) to ([\d.]+)\), of the least ([\d.]+)"
                         r"(?:, at least ([\d.]+): ([a-z ]+))?(?:; CPU (.+))?")
    for line in open(HERE / name):
        match = pattern.fullmatch(line.strip())
        if match:
            peer, ours, median, low, high, least, promised, holds, cpu = match.groups()
            cells = [f"{peer} to {ours}", median, f"{low} to {high}", least, promised or "–",
                     f"**{holds}**" if holds else ""]
            yield cells + ([cpu] if cpu else [])


def table(head, body):
    body = [list(line) for line in body]
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head)] + body)


def spaced(number):
    return f"{int(number):,}".replace(",", " ")


def tables():
    exact = {(row["case"], row["family"]): row["instructions"] for row in rows("instructions.tsv")}
    empty = {family: int(exact["empty", family]) for family in "46"}
    ratios = ["", "median", "half of the rounds", "least to least", "promised", ""]
    yield "paths", table(
        ["path", "least", "median", "half of the rounds", "instructions"],
        ([row["name"], row["least"], row["median"], f"{row['low']} to {row['high']}",
          spaced(exact.get(("path: " + row["name"], row["family"]), 0))] for row in rows("paths_costs.tsv")))
    yield "path ratios", table(ratios, promises("paths_costs.tsv"))
    yield "relay", table(["way", "least", "median", "half of the rounds"], (
        [row["name"], row["least"], row["median"], f"{row['low']} to {row['high']}"]
        for row in rows("relay_costs.tsv")))
    yield "relay ratios", table(ratios, promises("relay_costs.tsv"))
    yield "tcp", table(["way", "", "least", "median", "half of the rounds"], (
        [row["name"], row["unit"], row["least"], row["median"], f"{row['low']} to {row['high']}"]
        for row in rows("tcp_costs.tsv")))
    yield "tcp ratios", table(ratios + ["CPU per gigabyte"], promises("tcp_costs.tsv"))
    yield "programs", table(["case", "IPv4", "IPv6"], (
        [name, spaced(int(count) - empty["4"]),
         spaced(int(exact[name, "6"]) - empty["6"]) if (name, "6") in exact else "–"]
        for (name, family), count in exact.items()
        if family == "4" and name != "empty" and not name.startswith("path: ")))


def picture():
    costs = {row["name"]: float(row["least"]) for row in rows("paths_costs.tsv")}
    scale = WIDTH / max(costs.values())
    height = TOP + STEP * len(BARS) + 20
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{LEFT + WIDTH + 70}" height="{height}" '
           f'font-family="sans-serif" font-size="13">')
    yield f'<rect width="{LEFT + WIDTH + 70}" height="{height}" fill="white"/>'
    yield log_chart.text(18, 22, "From client to server through a router, nanoseconds a packet (upper: IPv4, lower: "
                         "IPv6)", 'font-size="15"')
    for number, (name, colour) in enumerate(BARS.items()):
        top = TOP + number * STEP
        yield log_chart.text(LEFT - 10, top + 14, name, 'text-anchor="end"')
        for place, key in enumerate((name, name + ", IPv6")):
            if key in costs:
                y, width = top + place * (HEIGHT + 2), costs[key] * scale
                yield (f'<rect x="{LEFT}" y="{y}" width="{width:.1f}" height="{HEIGHT}" fill="{colour}" '
                       f'opacity="{1 - place * 0.4:.1f}"/>')
                yield log_chart.text(LEFT + width + 6, y + HEIGHT, f"{costs[key]:.0f}", 'font-size="11"')
    yield "</svg>"


def main():
    readme = HERE / "README.md"
    words = readme.read_text()
    for name, lines in tables():
        words, count = re.subn(rf"(<!-- {name} -->\n).*?(<!-- end -->)",
                               lambda match: match[1] + lines + "\n" + match[2], words, flags=re.S)
        if count != 1:
            sys.exit(f"README.md has {count} places for {name}")
    readme.write_text(words)
    PICTURE.write_text("\n".join(picture()) + "\n")


if __name__ == "__main__":
    main()
