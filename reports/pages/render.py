"""What all pages share: the template environment, and how figures are put for people."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from backtests.commands.terminal import figure

TEMPLATES = Path(__file__).parent / "templates"

KINDS: Mapping[str, str] = {
    "held up": "good",
    "did not hold up": "bad",
    "cannot tell yet": "open",
    "simulated": "made",
}
"""How each word of a verdict looks; each has its own sign beside the colour."""


def render(template: str, values: Mapping[str, Any]) -> str:
    """A page from `templates/`: everything but Markup is escaped, a missing value is an error."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=percent,
        ratio=ratio,
        amount=amount,
        moment=moment,
        signed=signed,
        chance=chance,
        figure=figure,
    )
    return environment.get_template(template).render(values)


def verbatim(name: str) -> Markup:
    """A style sheet or script of ours, to stand in a page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())


def defined(value: float | None) -> bool:
    """Whether there is a number to show."""
    return value is not None and math.isfinite(value)


def percent(value: float | None, digits: int = 2) -> str:
    """A fraction as a percentage, n/a where undefined, never a negative zero."""
    if value is None or not math.isfinite(value):
        return "n/a"
    return f"{_rounded(value * 100, digits):,.{digits}f} %"


def ratio(value: float | None, digits: int = 2) -> str:
    """A plain number, n/a where undefined, never a negative zero."""
    if value is None or not math.isfinite(value):
        return "n/a"
    return f"{_rounded(value, digits):,.{digits}f}"


def signed(value: float | None, digits: int = 2) -> str:
    """A difference in percent with its sign, n/a where undefined; zero has none."""
    text = percent(value, digits)
    return f"+{text}" if defined(value) and _rounded((value or 0.0) * 100, digits) > 0 else text


def chance(value: float | None) -> str:
    """A probability or p-value to three digits, n/a where undefined."""
    if value is None or not math.isfinite(value):
        return "n/a"
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def amount(value: float | None, currency: str = "") -> str:
    """Money to the unit, n/a where undefined."""
    return f"{ratio(value, 0)} {currency}".strip() if defined(value) else "n/a"


def moment(text: str) -> str:
    """An ISO instant for people, in UTC."""
    return f"{datetime.fromisoformat(text).astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _rounded(value: float, digits: int) -> float:
    """Rounded, with the sign of a zero gone."""
    return round(value, digits) + 0.0
