# SPDX-License-Identifier: GPL-2.0-only
"""Panels with curves over two logarithmic axes, as SVG: what the pictures of the benchmarks share."""

import math

WIDTH, HEIGHT = 420, 300  # of one panel's plot
LEFT, TOP, GAP = 62, 58, 84
TICKS = (10, 20, 50, 100, 200, 500, 1000, 2000)  # nanoseconds


def text(x, y, words, more=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {more}>{words}</text>'


def line(x1, x2, y1, y2, colour, dashes="none", width=2.5):
    return (f'<line x1="{x1}" x2="{x2}" y1="{y1}" y2="{y2}" stroke="{colour}" stroke-width="{width}" '
            f'stroke-dasharray="{dashes}"/>')


class Panel:
    """One plot; `lengths` are all places on the horizontal axis, the first tick the lowest cost."""

    def __init__(self, lengths, ticks=TICKS):
        self.lengths, self.ticks = sorted(lengths), ticks

    def x_of(self, length):
        low, high = math.log10(self.lengths[0]), math.log10(self.lengths[-1])
        return WIDTH * (math.log10(length) - low) / (high - low or 1)

    def y_of(self, cost):
        low, high = self.ticks[0], self.ticks[-1]
        return HEIGHT * (1 - math.log10(max(cost, low) / low) / math.log10(high / low))

    def axes(self, title):
        yield text(0, -12, title, 'font-weight="bold"')
        for cost in self.ticks:
            y = self.y_of(cost)
            yield f'<line x1="0" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
            yield text(-8, y + 4, cost, 'text-anchor="end"')
        for length in self.lengths:
            yield text(self.x_of(length), HEIGHT + 20, f"{length:,}".replace(",", " "), 'text-anchor="middle"')
        yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="#888"/>'

    def below(self, words):
        yield text(WIDTH / 2, HEIGHT + 42, words, 'text-anchor="middle"')

    def curve(self, points, colour, dashes):
        """`points`: (length, cost), in any order."""
        places = [(self.x_of(length), self.y_of(cost)) for length, cost in sorted(points)]
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        yield (f'<polyline points="{corners}" fill="none" stroke="{colour}" stroke-width="2.5" '
               f'stroke-dasharray="{dashes}"/>')
        for x, y in places:
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'


def picture(title, panels, legend, step=260):
    """`panels`: lists of lines, drawn side by side; `legend`: (words, colour, dashes)."""
    width, height = LEFT + 2 * WIDTH + GAP + 52, TOP + HEIGHT + 88
    yield (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
           f'viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="13">')
    yield f'<rect width="{width}" height="{height}" fill="white"/>'
    yield text(LEFT - 44, 22, title, 'font-size="15"')
    for number, panel in enumerate(panels):
        yield f'<g transform="translate({LEFT + number * (WIDTH + GAP)},{TOP})">'
        yield from panel
        yield "</g>"
    for number, (words, colour, dashes) in enumerate(legend):
        x, y = LEFT + number * step, height - 18
        yield line(x, x + 34, y - 4, y - 4, colour, dashes)
        yield text(x + 42, y, words)
    yield "</svg>"
