#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Draws docs/bypass_cost.svg from path_costs.tsv: what a packet's whole path costs over the number of flows.

    bench/bypass/run_paths.sh --only curve --repeat 2000000 >bench/bypass/path_costs.tsv
    bench/bypass/draw_cost.py

Usage: draw_cost.py [TSV [SVG]]"""

import csv
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "measure"))
import log_chart  # noqa: E402

CURVES = {  # name: (text, colour, dashes)
    "nft dnat": ("nftables DNAT", "#7a3b8f", "10 3 2 3"),
    "ip_forward": ("ip_forward", "#b5651d", "7 4"),
    "tc": ("redirect at tc", "#2b6cb0", "4 4"),
    "bare": ("bare XDP program", "#5b6b7b", "2 3"),
    "nat": ("bypass, nat", "#0b6e4f", "none"),
}
TICKS = (50, 100, 200, 500, 1000, 2000)


def read(path):
    """{(family, name): [(flows, nanoseconds)]}"""
    curves = {}
    with open(path, newline="") as file:
        rows = (line for line in file if not line.startswith("#"))
        for row in csv.DictReader(rows, delimiter="\t"):
            curves.setdefault((row["family"], row["name"]), []).append(
                (int(row["flows"]), float(row["least"])))
    return curves


def panel(curves, family):
    flows = {flows for points in curves.values() for flows, _ in points}
    plot = log_chart.Panel(flows, TICKS)
    yield from plot.axes(f"IPv{family}")
    for name, (_, colour, dashes) in CURVES.items():
        points = curves.get((family, name), [])
        if len(points) == 1:
            y = round(plot.y_of(points[0][1]), 1)
            yield log_chart.line(0, log_chart.WIDTH, y, y, colour, dashes)
        elif points:
            yield from plot.curve(points, colour, dashes)
    yield from plot.below("flows, a random one for each packet; straight lines: one flow")


def main():
    source = sys.argv[1] if len(sys.argv) > 1 else HERE / "path_costs.tsv"
    target = pathlib.Path(sys.argv[2]) if len(sys.argv) > 2 else HERE.parents[1] / "docs/bypass_cost.svg"
    curves = read(source)
    lines = log_chart.picture(
        "From client to server through a router, nanoseconds a packet, the generator's share included.",
        [panel(curves, family) for family in ("4", "6")], CURVES.values(), step=190)
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
