"""What all pages share: the template environment, and how figures are put for people."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from newsfolio.formatting import amount, chance, figure, moment, percent, ratio, signed

TEMPLATES = Path(__file__).parent.parent / "templates"

KINDS: Mapping[str, str] = {
    "held up": "good",
    "did not hold up": "bad",
    "cannot tell yet": "open",
    "simulated": "made",
}
"""How each word of a verdict looks; each has its own sign beside the colour."""


def render(template: str, values: Mapping[str, Any]) -> str:
    """A page from `templates/`: everything but Markup is escaped, a missing value is an error."""
    return _environment().get_template(template).render(values)


@cache
def _environment() -> Environment:
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
    return environment


def verbatim(name: str) -> Markup:
    """A style sheet or script of ours, to stand in a page as it is."""
    return Markup((TEMPLATES / name).read_text(encoding="utf-8").strip())
