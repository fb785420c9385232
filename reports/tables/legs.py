"""What each leg of a strategy of strategies came to, as rows of text."""

from __future__ import annotations

from newsfolio.formatting import percent
from reports.contract.manifest import LegJson, ManifestJson

KINDS = {
    "moves": "Its own lines, and moves between legs",
    "netting": "Saved by netting orders",
    "rest": "Lots, cash, minimum fees, hours to the fills",
    "whole": "The account",
}


def leg_rows(manifest: ManifestJson) -> list[list[str]]:
    """A row a leg, those of a leg's own behind it; [] for a strategy without legs."""
    return [_row(row) for row in manifest.get("legs", [])]


def _row(row: LegJson) -> list[str]:
    name = KINDS.get(row["kind"], row["name"])
    return [
        f"{'– ' * row['depth']}{name}",
        "" if row["decisions"] is None else f"{row['decisions']:,}",
        _percent(row["share"]),
        _percent(row["total"]),
        _money(row["earned"]),
        _percent(row["turnover"]),
        _money(row["costs"]),
    ]


def _percent(value: float | None) -> str:
    return "" if value is None else percent(value)


def _money(value: float | None) -> str:
    return "" if value is None else f"{round(value) + 0:,}"
