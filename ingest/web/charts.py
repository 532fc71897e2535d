"""Bars as numbers: heights and widths in percent, for the templates to draw as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: `total` in all, of which `part` are marked; the places in percent of the drawing, from top left."""

    label: str
    total: int
    part: int
    x: float
    width: float
    y: float
    height: float
    part_y: float
    part_height: float


def bars(values: Sequence[tuple[str, int, int]], *, gap: float = 0.25) -> list[Bar]:
    """Upright bars side by side, for (label, total, part); `gap` is the share of the space between two."""
    most = max((total for _, total, _ in values), default=0) or 1
    step = 100 / max(len(values), 1)
    drawn = []
    for number, (label, total, part) in enumerate(values):
        height, part_height = 100 * total / most, 100 * part / most
        drawn.append(
            Bar(
                label,
                total,
                part,
                x=round(step * (number + gap / 2), 3),
                width=round(step * (1 - gap), 3),
                y=round(100 - height, 3),
                height=round(height, 3),
                part_y=round(100 - part_height, 3),
                part_height=round(part_height, 3),
            )
        )
    return drawn


def share(value: int, of: int) -> float:
    """A length in percent; what is there at all can be seen."""
    return 0.0 if not value or not of else round(max(1.0, 100 * value / of), 2)
