"""What the gate doubts about the prices of a run, and how much of the portfolio it touches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from newsfolio.formatting import percent
from reports.contract.manifest import FindingJson, ManifestJson

MANY, NAMED = 5, 3
"""Lines that share one row, and how many of them it names."""


@dataclass(frozen=True)
class Doubts:
    """Doubts and mere notes; lines: in doubt, each once; share: of the average portfolio.

    What is said of MANY lines in the same words is one row with their shares added up.
    """

    rows: tuple[FindingJson, ...]
    noted: tuple[FindingJson, ...]
    lines: tuple[str, ...]
    share: float

    @property
    def named(self) -> str:
        """The lines in doubt, of many the first."""
        return named(self.lines)

    def __str__(self) -> str:
        count = len(self.rows)
        if not count:
            return "no doubts"
        where = f"{percent(self.share, 0)} of the portfolio" if self.share else "what is not held"
        return f"{count} doubt{'s' * (count != 1)}, on {where}"

    def __repr__(self) -> str:
        rows = (f"  {row['ticker']}: {row['told']}" for row in self.rows)
        return "\n".join([f"<{self}>", *rows])


def doubts_of(manifest: ManifestJson) -> Doubts:
    """Of a run; of older ones nothing is known."""
    findings = manifest.get("findings", [])
    rows = tuple(row for row in findings if row["severity"] != "note")
    shares = {row["ticker"]: row["share"] for row in rows}
    noted = tuple(row for row in findings if row["severity"] == "note")
    return Doubts(_grouped(rows), _grouped(noted), tuple(shares), sum(shares.values(), 0.0))


def _grouped(rows: Sequence[FindingJson]) -> tuple[FindingJson, ...]:
    alike: dict[tuple[str, ...], list[FindingJson]] = {}
    for row in rows:
        alike.setdefault(_words(row), []).append(row)
    grouped = []
    for row in rows:
        group = alike[_words(row)]
        if len(group) < MANY:
            grouped.append(row)
        elif row is group[0]:
            lines = named([row["ticker"] for row in group])
            grouped.append({**row, "ticker": lines, "share": sum(row["share"] for row in group)})
    return tuple(grouped)


def _words(row: FindingJson) -> tuple[str, ...]:
    return row["severity"], row["rule"], row["told"], row["remedy"]


def named(lines: Sequence[str]) -> str:
    """Some tickers, of MANY the first."""
    if len(lines) < MANY:
        return ", ".join(lines)
    return f"{', '.join(lines[:NAMED])} and {len(lines) - NAMED} more"
