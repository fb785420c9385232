"""What a reader must hear before any figure of a run: why it may prove nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from newsfolio.formatting import amount
from reports.contract.evaluation import EvaluationJson
from reports.contract.manifest import ManifestJson
from reports.tables.doubts import doubts_of

LOOKED: dict[str, str] = {
    "cheats": "It looks ahead",
    "not certifiable": "Look-ahead is not ruled out",
    "not checked": "Not checked for look-ahead",
}
"""What is said of a certificate that is not honest."""

CHOSEN = "Nothing chosen afterwards"
"""The condition of the verdict that a run fails whose window, costs or control were chosen."""


@dataclass(frozen=True)
class Caveat:
    """One of them. label: what it is, in a few words, "" where the text says it all.

    section: of the verdict page, to lead to.
    """

    label: str
    text: str
    section: str = ""

    def __str__(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


def caveats(manifest: ManifestJson, evaluation: EvaluationJson | None) -> list[Caveat]:
    """All of them, what voids every figure first; simulated prices have a banner of their own."""
    return [
        *_ruined(manifest),
        *_look_ahead(manifest, evaluation),
        *_chosen(evaluation),
        *_ledger(evaluation),
        *_prices(manifest),
        *(_whole(sentence) for sentence in manifest.get("gross", [])),
        *(_whole(sentence) for sentence in manifest.get("unallocated", [])),
    ]


def _ruined(manifest: ManifestJson) -> Iterator[Caveat]:
    if manifest["ruined"]:
        yield Caveat(
            f"Ruined on {manifest['ruined']}",
            "equity at or below zero; everything was sold and no decision followed",
        )
    if "dry" in manifest:
        dry, base = manifest["dry"], manifest["settings"]["currency"]
        yield Caveat(
            f"Ran dry on {dry['session']}",
            f"the withdrawal of {amount(dry['withdrawal'], base)} is not below the equity of "
            f"{amount(dry['equity'], base)}; it was not paid, everything was sold and no decision "
            "followed",
        )


def _look_ahead(manifest: ManifestJson, evaluation: EvaluationJson | None) -> Iterator[Caveat]:
    """Of a plain strategy the manifest says it; of all others their certificate."""
    warning = manifest.get("lookahead", "")
    if warning:
        first, _, rest = warning.partition(": ")
        honesty, _, reason = ("not checked", "", rest) if "not" in first else rest.partition("; ")
        yield Caveat(LOOKED[honesty], reason)
    elif evaluation is not None:
        certificate = evaluation["certificate"]
        label = LOOKED.get(certificate["honesty"])
        if label and "lookahead" not in manifest:
            yield Caveat(label, certificate["reason"].rstrip("."), "certificate")


def _chosen(evaluation: EvaluationJson | None) -> Iterator[Caveat]:
    for condition in evaluation["verdict"]["conditions"] if evaluation else ():
        if condition["name"] == CHOSEN and condition["met"] is False:
            yield Caveat("Chosen afterwards", condition["found"], "rule")


def _ledger(evaluation: EvaluationJson | None) -> Iterator[Caveat]:
    record = evaluation.get("record") if evaluation else None
    for gap in record["gaps"] if record else ():
        yield Caveat("The ledger is not whole", gap, "trials")


def _prices(manifest: ManifestJson) -> Iterator[Caveat]:
    """The gate's doubts as one sentence, the first of them named."""
    doubts = doubts_of(manifest)
    if not doubts.rows:
        return
    first, count = doubts.rows[0], len(doubts.rows)
    more = f", and {count - 1} more" if count > 1 else ""
    yield Caveat(str(doubts), f"{first['ticker']}: {first['told']}{more}", "doubts")


def _whole(sentence: str) -> Caveat:
    return Caveat("", f"{sentence[:1].upper()}{sentence[1:]}")
