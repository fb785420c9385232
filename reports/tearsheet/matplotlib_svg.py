"""Drawings as parts of a page: matplotlib's SVG made safe to inline, and its noise kept away."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import escape
from typing import Any

_STYLE: Mapping[Any, Any] = {
    "svg.hashsalt": "newsfolio",
    "text.parse_math": False,
    "axes.axisbelow": True,
    "axes.edgecolor": "white",
    "axes.grid": True,
    "axes.labelcolor": ".15",
    "axes.labelsize": 13.2,
    "axes.linewidth": 1.25,
    "axes.titlesize": 13.2,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["Arial", "DejaVu Sans", "Liberation Sans", "sans-serif"],
    "font.size": 13.2,
    "grid.color": "#dddddd",
    "grid.linewidth": 0.5,
    "legend.fontsize": 12.1,
    "lines.solid_capstyle": "round",
    "patch.edgecolor": "w",
    "patch.force_edgecolor": True,
    "text.color": "#333333",
    "xtick.bottom": False,
    "xtick.color": "#666666",
    "xtick.labelsize": 12.1,
    "ytick.color": "#666666",
    "ytick.labelsize": 12.1,
    "ytick.left": False,
}
"""What the library sets when it is imported, and only then: given here, reports are alike."""

_SVG = re.compile(r"(?:<\?xml[^>]*>\s*<!DOCTYPE[^>]*>\s*)?(<svg.*?</svg>)", re.DOTALL)


@contextmanager
def matplotlib_defaults() -> Iterator[None]:
    """Draw inside: Agg, one fixed style, no font or deprecation noise; all put back after.

    A backend that nobody had chosen before stays Agg: matplotlib cannot return to undecided.
    """
    import matplotlib

    fonts = logging.getLogger("matplotlib.font_manager")
    level, chosen = fonts.level, matplotlib.get_backend(auto_select=False)
    matplotlib.use("agg")
    fonts.setLevel(logging.CRITICAL)
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


def inline_svgs(page: str, labels: Mapping[str, str]) -> str:
    """A page whose drawings are inline elements: named, ids their own, no date, no prologue.

    labels: by the id of the place that a drawing stands in, what it shows.
    """
    places = re.compile(r'<figure id="(\w+)">(.*?)</figure>', re.DOTALL)

    def placed(match: re.Match[str]) -> str:
        name, inside = match.groups()
        drawn = _SVG.search(inside)
        if drawn is None:
            return ""
        return f'<figure id="{name}">{_inline(drawn[1], name, labels[name])}</figure>'

    return places.sub(placed, page)


def _inline(svg: str, name: str, label: str) -> str:
    svg = re.sub(r"<!--.*?-->|<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r' xmlns(?::\w+)?="[^"]*"', "", svg)
    svg = re.sub(r'\bid="', f'id="{name}-', svg)
    svg = re.sub(r'(url\(|href=")#', rf"\1#{name}-", svg)
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(label)}"', 1).strip()
