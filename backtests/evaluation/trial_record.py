"""What the trial ledger says of a run, as its evaluation keeps it."""

from __future__ import annotations

from backtests.evaluation.schema import JoinedTrials, TrialRecord
from backtests.records.ledger import Tried


def record_of(tried: Tried) -> TrialRecord:
    ledger = tried.ledger
    return TrialRecord(
        joined=tuple(JoinedTrials(one.subject, one.variants, one.why) for one in tried.joined),
        killed=sum(run.running is not True for run in tried.unfinished),
        running=sum(run.running is True for run in tried.unfinished),
        since=ledger.since,
        trials=ledger.trials,
        rows=ledger.chain.rows,
        link=ledger.chain.link,
        gaps=ledger.chain.gaps,
        chained=ledger.chained,
        unchained=ledger.before,
    )
