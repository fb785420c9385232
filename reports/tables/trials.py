"""How much was tried, what was frozen and what the ledger is worth, in words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from newsfolio.formatting import percent, signed
from reports.contract.evaluation import EvaluationJson, FalsifiedJson, TrialRecordJson
from reports.contract.manifest import FrozenJson, ManifestJson, VerdictLineJson
from reports.tables.cell import TableCell

NOT_FROZEN = "not frozen"


@dataclass(frozen=True)
class TrialsTable:
    """What the page says of trials.

    sentence: all of it in one. counts: variants of the thesis and of its family. joined: subject,
    variants and why. ledger: sentences, none where it could not be read.
    """

    frozen: str
    sentence: str
    hash: str
    stated: list[tuple[str, str]]
    falsifier: FalsifiedJson | None = None
    counts: tuple[int | None, int | None] | None = None
    joined: tuple[tuple[str, int, str], ...] = ()
    gaps: tuple[str, ...] = ()
    ledger: tuple[str, ...] = ()


def moment(at: str) -> str:
    """UTC as a ledger writes it, to the minute."""
    return f"{at[:16].replace('T', ' ')} UTC"


def frozen_cell(frozen: FrozenJson | None) -> TableCell:
    """For a list of runs: when, and before what."""
    if not frozen:
        return TableCell(NOT_FROZEN)
    return TableCell(f"frozen on {frozen['at'][:10]}", _standing(frozen))


def frozen_sentence(frozen: FrozenJson | None) -> str:
    """Whether the rule was written down before it was run, and what has changed since."""
    if not frozen:
        return NOT_FROZEN
    sentence = f"frozen on {moment(frozen['at'])}, {_before(frozen)}"
    if not frozen["after"]:
        sentence += "; every session that scores was over by then"
    if frozen["times"] > 1:
        sentence += f"; one of {frozen['times']} rules frozen for this thesis"
    if frozen["changed"]:
        sentence += f"; changed since: {'; '.join(frozen['changed'])}"
    return sentence


def _standing(frozen: FrozenJson) -> str:
    late = "" if frozen["after"] else ", no session scored since"
    return _before(frozen) + late + (", changed since" if frozen["changed"] else "")


def _before(frozen: FrozenJson) -> str:
    count = frozen["earlier"]
    if not count:
        return "before the first run"
    return f"after {count:,} {'variant' if count == 1 else 'variants'} had been run"


def at_horizon(verdict: VerdictLineJson | None) -> str:
    """What became of a thesis on the day that its author stated, "" where none was."""
    day = verdict.get("horizon") if verdict else ""
    if not verdict or not day:
        return ""
    chance, ahead = verdict.get("probability"), verdict.get("ahead")
    stated = "" if chance is None else f"; its author's probability was {percent(chance, 0)}"
    if ahead is None:
        return f"open until {day}{stated}"
    word = "ahead of" if ahead else "not ahead of"
    return f"{word} its control on {day}, {signed(verdict.get('at_horizon'))} in all{stated}"


def _came(verdict: VerdictLineJson | None) -> list[tuple[str, str]]:
    text = at_horizon(verdict)
    return [("On its horizon", text[:1].upper() + text[1:])] if text else []


def trials_of(manifest: ManifestJson, evaluation: EvaluationJson | None) -> TrialsTable:
    """What was tried, frozen and stated; without an evaluation, what the manifest says of it."""
    frozen = manifest.get("frozen")
    words = frozen_sentence(frozen) if "frozen" in manifest else ""
    table = TrialsTable(
        frozen=words,
        sentence=_tried(evaluation, words),
        hash=frozen["hash"] if frozen else "",
        stated=[*_stated(frozen), *_came(manifest.get("verdict"))],
        falsifier=evaluation.get("falsifier") if evaluation else None,
    )
    record = evaluation.get("record") if evaluation else None
    if not evaluation or not record:
        return table
    significance = evaluation["significance"]
    return replace(
        table,
        counts=(significance["trials"], significance.get("family")),
        joined=tuple((row["subject"], row["variants"], row["why"]) for row in record["joined"]),
        gaps=tuple(record["gaps"]),
        ledger=_ledger(record),
    )


def _ledger(record: TrialRecordJson) -> tuple[str, ...]:
    """What the ledger holds, and what it cannot vouch for."""
    return (
        f"This ledger has been kept since {moment(record['since'])} and holds, "
        f"this run apart, {record['trials']:,} {'trial' if record['trials'] == 1 else 'trials'} in "
        f"{record['rows']:,} rows." if record["since"] else "This ledger was empty until this run.",
        "The clock of this machine alone vouches for its dates, and it knows nothing of trials in "
        "another ledger, on another machine or by another program.",
        *([f"That clock was set back {record['set_back']:,} times."] if record["set_back"] else []),
        *([f"Its rows are chained by hashes; the last one has {record['link']}."]
          if record["link"] else []),
        *([f"{record['unchained']:,} trials of an earlier build were chained on "
           f"{moment(record['chained'])}; nothing vouches for them before."]
          if record["chained"] else []),
        *([f"Started and never finished: {record['killed']:,} killed or out of sight, "
           f"{record['running']:,} still running; they count."]
          if record["killed"] or record["running"] else []),
    )  # fmt: skip


def _tried(evaluation: EvaluationJson | None, frozen: str) -> str:
    """How many variants there were, and whether the rule came first."""
    count = evaluation["significance"]["trials"] if evaluation else None
    many = "" if count is None else f"{count:,} variant{'' if count == 1 else 's'} tried so far"
    rule = f"the rule was {frozen}" if frozen else ""
    text = "; ".join(part for part in (many, rule) if part) or "Nothing is recorded"
    return f"{text[:1].upper()}{text[1:]}."


def _stated(frozen: FrozenJson | None) -> list[tuple[str, str]]:
    """What the author said when the rule was frozen."""
    if not frozen:
        return []
    chance = frozen["probability"]
    return [
        ("Horizon", frozen["horizon"] or "none stated"),
        ("Falsifier", frozen["falsifier"] or "none stated"),
        ("Probability that it holds up", "none stated" if chance is None else f"{chance:g}"),
    ]
