"""Bars and lines on logarithmic axes as SVG, by hand: two pictures need no library."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_WIDTH, _ROW, _LEFT, _RIGHT = 720, 30, 190, 90
_STYLE = (
    "<style>text{font:13px system-ui,sans-serif;fill:#24292f}.q{fill:#57606a;font-size:11px}"
    ".a{fill:#1f6feb}.b{fill:#8c959f}"
    ".l{stroke:#d0d7de}.c{stroke:#1f6feb;fill:none;stroke-width:2}.d{stroke:#8250df;fill:none;stroke-width:2}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.q{fill:#8d96a0}.l{stroke:#30363d}}</style>"
)


def bars(title: str, rows: Mapping[str, float], *, ours: str, unit: str = "s") -> str:
    """Seconds by name on a logarithmic axis; names that begin with `ours` are marked."""
    values = [max(value, 1e-3) for value in rows.values()]
    low = 10 ** math.floor(math.log10(min(values)))
    high = 10 ** math.ceil(math.log10(max(values) * 1.0001))
    height = 60 + _ROW * len(rows)
    body = [f'<text x="12" y="24" font-weight="600">{escape(title)}</text>']
    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        x = _at(10.0**power, low, high)
        body.append(f'<line class="l" x1="{x:.1f}" y1="36" x2="{x:.1f}" y2="{height - 20}"/>')
        body.append(
            f'<text class="q" x="{x:.1f}" y="{height - 6}" text-anchor="middle">{10.0**power:g} {escape(unit)}</text>'
        )
    for index, (name, value) in enumerate(rows.items()):
        y = 42 + _ROW * index
        end = _at(max(value, low), low, high)
        kind = "a" if name.startswith(ours) else "b"
        body.append(f'<text x="{_LEFT - 8}" y="{y + 15}" text-anchor="end">{escape(name)}</text>')
        body.append(
            f'<rect class="{kind}" x="{_LEFT}" y="{y}" width="{max(1.0, end - _LEFT):.1f}" height="20" rx="2"/>'
        )
        body.append(f'<text x="{end + 6:.1f}" y="{y + 15}">{value:.3g} {escape(unit)}</text>')
    return _svg(height, body, title)


def growth(title: str, sizes: Sequence[int], lines: Mapping[str, Sequence[float]]) -> str:
    """Seconds by size, both logarithmic: what grows linearly is a straight line."""
    height = 320
    values = [max(value, 1e-3) for series in lines.values() for value in series]
    low, high = 10 ** math.floor(math.log10(min(values))), 10 ** math.ceil(math.log10(max(values) * 1.0001))
    body = [f'<text x="12" y="24" font-weight="600">{escape(title)}</text>']

    def across(size: float) -> float:
        return 80 + 540 * math.log(size / sizes[0]) / max(1e-9, math.log(sizes[-1] / sizes[0]))

    def up(value: float) -> float:
        return 280 - 230 * math.log(max(value, low) / low) / math.log(high / low)

    for power in range(round(math.log10(low)), round(math.log10(high)) + 1):
        y = up(10.0**power)
        body.append(f'<line class="l" x1="80" y1="{y:.1f}" x2="620" y2="{y:.1f}"/>')
        body.append(f'<text class="q" x="72" y="{y + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    body += [
        f'<text class="q" x="{across(size):.1f}" y="300" text-anchor="middle">{size:,} lines</text>' for size in sizes
    ]
    for kind, (name, series) in zip("cd", lines.items(), strict=False):
        points = " ".join(f"{across(size):.1f},{up(value):.1f}" for size, value in zip(sizes, series, strict=True))
        body.append(f'<polyline class="{kind}" points="{points}"/>')
        body.append(f'<text x="628" y="{up(series[-1]) + 4:.1f}">{escape(name)}</text>')
    return _svg(height, body, title)


def _at(value: float, low: float, high: float) -> float:
    return _LEFT + (_WIDTH - _LEFT - _RIGHT) * math.log(value / low) / math.log(high / low)


def _svg(height: int, body: Sequence[str], title: str) -> str:
    size = f'viewBox="0 0 {_WIDTH} {height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{escape(title)}">'
    return "\n".join([head, _STYLE, *body, "</svg>"]) + "\n"
