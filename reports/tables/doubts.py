"""What the gate doubts about the prices of a run, and how much of the portfolio it touches."""

from __future__ import annotations

from dataclasses import dataclass

from newsfolio.formatting import percent
from reports.contract.manifest import FindingJson, ManifestJson


@dataclass(frozen=True)
class Doubts:
    """Doubts and mere notes; lines: in doubt, each once; share: of the average portfolio."""

    rows: tuple[FindingJson, ...]
    noted: tuple[FindingJson, ...]
    lines: tuple[str, ...]
    share: float

    def __str__(self) -> str:
        count = len(self.rows)
        where = f"{percent(self.share, 0)} of the portfolio" if self.share else "what is not held"
        return f"{count} doubt{'s' * (count != 1)}, on {where}"


def doubts_of(manifest: ManifestJson) -> Doubts:
    """Of a run; of older ones nothing is known."""
    findings = manifest.get("findings", [])
    rows = tuple(row for row in findings if row["severity"] != "note")
    shares = {row["ticker"]: row["share"] for row in rows}
    noted = tuple(row for row in findings if row["severity"] == "note")
    return Doubts(rows, noted, tuple(shares), sum(shares.values(), 0.0))
