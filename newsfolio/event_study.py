"""Event studies: how lines moved around dated events, less what their market explains."""

from __future__ import annotations

from dataclasses import dataclass

from newsfolio.assets import Sleeve
from newsfolio.errors import CommandError
from newsfolio.facts import Facts


@dataclass(frozen=True)
class EventStudy:
    """A basket's abnormal returns after events, by the market model (MacKinlay 1997).

    lines: the basket, in equal parts. market: the line that stands for what would have happened
    anyway. days: the events (day 0 is the first session of the basket on or after each), or
    facts: a table whose `known` dates are the events. windows: first and last session counted from
    day 0, both included.
    """

    name: str
    lines: Sleeve
    market: str
    days: tuple[str, ...] = ()
    facts: Facts | None = None
    windows: tuple[tuple[int, int], ...] = ((1, 5), (1, 20), (1, 60))

    def __post_init__(self) -> None:
        if bool(self.days) == (self.facts is not None):
            raise CommandError(f"event study {self.name!r}: give days, or a table of facts")
        for first, last in self.windows:
            if not 0 <= first <= last:
                raise CommandError(f"event study {self.name!r}: window {first} to {last}")
