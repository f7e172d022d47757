"""Draws what a request and an event cost as an SVG, readable in light and in dark.

It does not know what else was measured. Costs span four powers of ten, so the axis is logarithmic and a
figure is a dot and not a bar; the line through it goes from the best to the worst round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log10
from statistics import median

from bench.report.numbers import shown
from bench.report.result import Result, values

_WIDTH, _ROW, _TOP, _BOTTOM = 920, 30, 76, 44
_LABELS, _RIGHT, _GAP = 190, 70, 40
_OURS = "vanguard"
_PANELS = (
    ("CPU ms per 1,000 JSON requests", "json.cpu_us"),
    ("CPU µs per streamed event", "paced.cpu_us"),
)
_STYLE = """\
  text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; fill: #3d444d; }
  .card { fill: #ffffff; stroke: #d8dee4; }
  .head { font-weight: 600; font-size: 15px; fill: #1f2328; }
  .tick { font-size: 11px; fill: #6e7781; text-anchor: middle; }
  .note { font-size: 11px; fill: #6e7781; }
  .name { text-anchor: end; }
  .ours { font-weight: 700; fill: #1a56db; }
  .grid { stroke: #e6eaef; stroke-width: 1; }
  .range { stroke: #8c959f; stroke-width: 5; stroke-linecap: round; opacity: .35; }
  .dot { fill: #6e7781; }
  .range.ours { stroke: #1a56db; }
  .dot.ours { fill: #1a56db; }
  @media (prefers-color-scheme: dark) {
    text { fill: #c9d1d9; }
    .card { fill: #0d1117; stroke: #30363d; }
    .head { fill: #f0f6fc; }
    .tick, .note { fill: #9198a1; }
    .ours { fill: #79b8ff; }
    .grid { stroke: #21262d; }
    .range { stroke: #9198a1; }
    .dot { fill: #b1bac4; }
    .range.ours { stroke: #79b8ff; }
    .dot.ours { fill: #79b8ff; }
  }
"""


@dataclass(frozen=True)
class Panel:
    """One axis: its title, its left and right edge, and each candidate's figures."""

    title: str
    left: float
    right: float
    rows: list[tuple[str, list[float]]]

    @property
    def decades(self) -> tuple[int, int]:
        """The powers of ten between which everything lies."""
        every = [value for _, found in self.rows for value in found if value > 0]
        if not every:
            return 0, 1
        low, high = floor(log10(min(every))), ceil(log10(max(every)))
        return low, max(high, low + 1)

    def x(self, value: float) -> float:
        """Where a figure lies."""
        low, high = self.decades
        share = (log10(value) - low) / (high - low)
        return self.left + share * (self.right - self.left)


def svg(result: Result) -> str:
    """The whole picture."""
    names = sorted(result.names(), key=lambda name: _order(result, name))
    half = (_WIDTH - _LABELS - _GAP - 2 * _RIGHT) / 2
    panels = []
    for number, (title, figure) in enumerate(_PANELS):
        left = _LABELS + number * (half + _RIGHT + _GAP)
        rows = [(name, values(result, name, figure)) for name in names]
        panels.append(Panel(title, left, left + half, rows))
    height = _TOP + len(names) * _ROW + _BOTTOM
    size = f'width="{_WIDTH}" height="{height}" role="img" aria-labelledby="title"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" {size}>',
        f'<title id="title">{escape(_words(panels))}</title>',
        f"<style>\n{_STYLE}</style>",
        f'<rect class="card" x=".5" y=".5" width="{_WIDTH - 1}" height="{height - 1}" rx="10"/>',
    ]
    for number, name in enumerate(names):
        mark = " ours" if name == _OURS else ""
        label = escape(f"{name} {result.versions[name]}")
        y = _TOP + number * _ROW + _ROW / 2 + 4
        lines.append(f'<text class="name{mark}" x="{_LABELS - 18}" y="{y:g}">{label}</text>')
    for panel in panels:
        lines += _drawn(panel, len(names))
    lines.append(
        f'<text class="note" x="20" y="{height - 14}">logarithmic; a dot is the median, its band'
        f" the range over {len(result.rounds)} rounds; less is better</text>"
    )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _order(result: Result, name: str) -> float:
    found = values(result, name, "json.cpu_us")
    return median(found) if found else float("inf")


def _drawn(panel: Panel, count: int) -> Iterator[str]:
    low, high = panel.decades
    bottom = _TOP + count * _ROW
    yield f'<text class="head" x="{panel.left:g}" y="32">{escape(panel.title)}</text>'
    for power in range(low, high + 1):
        x = panel.x(10.0**power)
        yield f'<line class="grid" x1="{x:.1f}" y1="{_TOP - 8}" x2="{x:.1f}" y2="{bottom}"/>'
        yield f'<text class="tick" x="{x:.1f}" y="{_TOP - 16}">{shown(10.0**power)}</text>'
    for number, (name, found) in enumerate(panel.rows):
        y = _TOP + number * _ROW + _ROW / 2
        mark = " ours" if name == _OURS else ""
        if not found or min(found) <= 0:
            yield f'<text class="note" x="{panel.left + 8:g}" y="{y + 4:g}">not measured</text>'
            continue
        begin, middle, end = map(panel.x, (min(found), median(found), max(found)))
        yield (
            f'<line class="range{mark}" x1="{begin:.1f}" y1="{y:g}" x2="{end + 0.1:.1f}" y2="{y:g}"/>'
        )
        yield f'<circle class="dot{mark}" cx="{middle:.1f}" cy="{y:g}" r="5.5"/>'
        text = f"{max(end, middle) + 12:.1f}"
        yield f'<text class="{mark.strip()}" x="{text}" y="{y + 4:g}">{shown(median(found))}</text>'


def _words(panels: list[Panel]) -> str:
    """The picture for those who cannot see it."""
    return ". ".join(
        panel.title
        + ": "
        + ", ".join(f"{name} {shown(median(found))}" for name, found in panel.rows if found)
        for panel in panels
    )
