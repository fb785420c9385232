"""Drawings as parts of a page: matplotlib's SVG made safe to inline, and its noise kept away."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

from markupsafe import Markup

_STYLE: Mapping[Any, Any] = {
    "svg.hashsalt": "newsfolio",
    "font.family": ["sans-serif"],
    "font.size": 11.0,
    "axes.facecolor": "white",
    "figure.facecolor": "white",
    "axes.axisbelow": True,
    "axes.grid": True,
    "axes.edgecolor": "#bbbbbb",
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "lines.linewidth": 1.5,
    "text.color": "#333333",
    "text.parse_math": False,
    "xtick.color": "#555555",
    "ytick.color": "#555555",
}


@contextmanager
def matplotlib_defaults() -> Iterator[None]:
    """Draw inside: Agg, one fixed style, no font or deprecation noise; all put back after.

    A backend that nobody had chosen before stays Agg: matplotlib cannot return to undecided.
    """
    import matplotlib

    fonts = logging.getLogger("matplotlib.font_manager")
    level, chosen = fonts.level, matplotlib.get_backend(auto_select=False)
    matplotlib.use("agg")
    fonts.setLevel(logging.ERROR)
    try:
        with matplotlib.rc_context(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        fonts.setLevel(level)
        if chosen:
            matplotlib.use(chosen)


def fixed_style() -> None:
    """The same look and the same bytes, whatever the user's or an import's settings say."""
    import matplotlib

    matplotlib.rcdefaults()
    matplotlib.rcParams.update(_STYLE)


def inline_svg(drawing: str, name: str, label: str) -> Markup:
    """An SVG file as an inline element: named for screen readers, ids its own, no date in it."""
    svg = drawing[drawing.index("<svg") :]
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", svg)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(url\(|href=")#', rf"\1#{name}-", svg)
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1)
    return Markup(svg.strip())
