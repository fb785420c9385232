"""How much was tried, as an evaluation keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from backtests.records.ledger import Tried


@dataclass(frozen=True)
class TrialCounts:
    """Distinct variants that were tried, this run's own included; None: nobody knows."""

    thesis: int | None
    family: int | None
    everything: int | None


@dataclass(frozen=True)
class JoinedTrials:
    """Variants of another thesis, or of a strategy without one, that are counted with this one."""

    subject: str
    variants: int
    why: str

    @property
    def sentence(self) -> str:
        return f"{self.subject} ({self.variants:,}): {self.why}"


@dataclass(frozen=True)
class TrialRecord:
    """What the ledger said when the run was judged.

    joined: the other theses of the family. killed, running: runs of the family that were started
    and have no end; a process that cannot be seen from here counts as killed. since: when the
    ledger's first row was written. trials: runs and sets, of all theses. chained: from when rows
    have been chained where `unchained` are older, "" all are. link: hash of the last row. gaps:
    what is not as it was written. set_back: how often the clock was.
    """

    joined: tuple[JoinedTrials, ...]
    killed: int
    running: int
    since: str
    trials: int
    rows: int
    link: str
    gaps: tuple[str, ...]
    chained: str = ""
    unchained: int = 0
    set_back: int = 0


def record_of(tried: Tried | None) -> TrialRecord | None:
    """None where the ledger could not be read."""
    if tried is None:
        return None
    ledger = tried.ledger
    return TrialRecord(
        joined=tuple(
            JoinedTrials(trial.subject, trial.variants, trial.why) for trial in tried.joined
        ),
        killed=sum(run.running is not True for run in tried.unfinished),
        running=sum(run.running is True for run in tried.unfinished),
        since=ledger.since,
        trials=ledger.trials,
        rows=ledger.chain.rows,
        link=ledger.chain.link,
        gaps=ledger.chain.gaps,
        chained=ledger.chained,
        unchained=ledger.before,
        set_back=ledger.chain.set_back,
    )
