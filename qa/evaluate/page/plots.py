"""Plots as inline SVG, drawn in the colours of the page that they stand in. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from qa.evaluate.report_data import Bin

_SIZE = 320
_LEFT, _BOTTOM, _TOP, _RIGHT = 52, 44, 12, 14
_TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)

Point = tuple[float, float]


def risk_coverage_plot(points: Sequence[Point], now: Point | None) -> str:
    """Draw the share of wrong answers over the share of questions answered, both 0 to 1.

    Args:
        points: In the order of the coverage.
        now: Where the threshold stands; None where nothing is answered.
    """
    drawn = f'<polyline class="line" points="{" ".join(_at(point) for point in points)}"/>'
    if now is not None:
        drawn += _dot(now, 5, f"at the threshold: {100 * now[0]:.1f} % answered, {100 * now[1]:.1f} % of them wrong")
    said = "Risk-coverage curve." + (
        f" At the threshold {100 * now[0]:.1f} per cent are answered and {100 * now[1]:.1f} per cent of these wrong."
        if now is not None
        else ""
    )
    return _axes(said, "share of questions answered", "share of answers wrong", drawn)


def calibration_plot(bins: Sequence[Bin]) -> str:
    """Draw the share of right answers over confidence, a dot a bin; on the diagonal confidence is what it says."""
    most = max((one.n for one in bins), default=1)
    drawn = f'<polyline class="even" points="{_at((0, 0))} {_at((1, 1))}"/>'
    drawn += f'<polyline class="line" points="{" ".join(_at((one.confidence, one.right)) for one in bins)}"/>'
    for one in bins:
        said = f"confidence {one.confidence:.2f}: {100 * one.right:.1f} % right, n = {one.n:,}"
        drawn += _dot((one.confidence, one.right), 2.5 + 3 * (one.n / most) ** 0.5, said)
    said = f"Calibration: the share of right answers over confidence, in {len(bins)} bins."
    return _axes(said, "confidence", "share right", drawn)


def losses_plot(losses: Sequence[tuple[str, float]]) -> str:
    """Draw what each stage loses, and what is left, as one bar of parts; a part below 0 is left out.

    The others fill the bar: each is as wide as its share of their sum.

    Args:
        losses: Name and share of each part, 0 to 1.
    """
    width, begun, drawn = 640.0, 0.0, ""
    total = sum(share for _, share in losses if share > 0) or 1.0
    for number, (name, share) in enumerate(losses):
        wide = width * max(share, 0.0) / total
        said = escape(f"{name}: {100 * share:.1f}")
        drawn += (
            f'<rect class="part part{number % 4}" x="{begun:.1f}" y="0" width="{wide:.1f}" height="34">'
            f"<title>{said}</title></rect>"
        )
        begun += wide
    label = escape("F1 by stage. " + ", ".join(f"{name} {100 * share:.1f}" for name, share in losses))
    shape = 'viewBox="0 0 640 34" preserveAspectRatio="none"'
    return f'<svg class="bar" role="img" aria-label="{label}" {shape}>{drawn}</svg>'


def _axes(label: str, across: str, up: str, drawn: str) -> str:
    ticks = ""
    for tick in _TICKS:
        (x, y0), (x0, y) = _place((tick, 0)), _place((0, tick))
        ticks += f'<line class="grid" x1="{x0:.1f}" y1="{y:.1f}" x2="{_place((1, 0))[0]:.1f}" y2="{y:.1f}"/>'
        ticks += f'<text x="{x:.1f}" y="{y0 + 16:.1f}" text-anchor="middle">{tick:g}</text>'
        ticks += f'<text x="{x0 - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{tick:g}</text>'
    middle_x, middle_y = _place((0.5, 0.5))
    ticks += f'<text x="{middle_x:.1f}" y="{_SIZE - 6}" text-anchor="middle">{escape(across)}</text>'
    ticks += f'<text transform="translate(13 {middle_y:.1f}) rotate(-90)" text-anchor="middle">{escape(up)}</text>'
    return (
        f'<svg class="plot" role="img" aria-label="{escape(label)}" viewBox="0 0 {_SIZE} {_SIZE}">{ticks}{drawn}</svg>'
    )


def _place(point: Point) -> Point:
    x, y = (min(max(value, 0.0), 1.0) for value in point)
    return _LEFT + x * (_SIZE - _LEFT - _RIGHT), _SIZE - _BOTTOM - y * (_SIZE - _BOTTOM - _TOP)


def _at(point: Point) -> str:
    x, y = _place(point)
    return f"{x:.1f},{y:.1f}"


def _dot(point: Point, radius: float, said: str) -> str:
    x, y = _place(point)
    return f'<circle class="dot" cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"><title>{escape(said)}</title></circle>'
