"""What would show that a thesis is wrong, said before anything is known."""

from __future__ import annotations

import operator
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, get_args

from newsfolio.errors import CommandError

Figure = Literal["excess", "total_return", "sharpe", "volatility", "max_drawdown"]
"""Of the sessions that score; excess is growth ahead of the control in all, a drawdown negative."""

Beyond = Literal["<", "<=", ">", ">="]

_BEYOND = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge}
_WRITTEN = re.compile(
    r"\s*(\w+)\s*(<=|>=|<|>)\s*([-+]?[\d.]+)\s*(%?)\s+by\s+(\d{4}-\d{2}-\d{2})\s*"
)
_EXAMPLE = '"excess < -5% by 2026-12-31"'


@dataclass(frozen=True)
class Falsifier:
    """The thesis is wrong if a figure is beyond a number on a day.

    number: a fraction, -0.05 for -5 %. by: the figure is that of the sessions up to this day.

    >>> str(Falsifier("excess", "<", -0.05, date(2026, 12, 31)))
    'excess < -5% by 2026-12-31'
    """

    figure: Figure
    says: Beyond
    number: float
    by: date

    def __post_init__(self) -> None:
        for value, words in ((self.figure, get_args(Figure)), (self.says, get_args(Beyond))):
            if value not in words:
                raise CommandError(
                    f"a falsifier says {value!r}; write one of {', '.join(words)}, as in {_EXAMPLE}"
                )

    @classmethod
    def read(cls, text: str) -> Falsifier:
        """As it is written: figure, operator, number (5% or 0.05), by, day."""
        parts = _WRITTEN.fullmatch(text)
        if parts is None:
            raise CommandError(f"{text!r} is no falsifier; write it as in {_EXAMPLE}")
        figure, says, number, percent, day = parts.groups()
        try:
            value, by = float(number) / (100 if percent else 1), date.fromisoformat(day)
        except ValueError as error:
            raise CommandError(f"{text!r} is no falsifier: {error}; see {_EXAMPLE}") from None
        return cls(figure, says, value, by)  # type: ignore[arg-type]

    def met(self, value: float) -> bool:
        """Whether a figure shows that the thesis is wrong."""
        return bool(_BEYOND[self.says](value, self.number))

    def __str__(self) -> str:
        plain = self.figure == "sharpe"
        number = f"{self.number:g}" if plain else f"{self.number * 100:.10g}%"
        return f"{self.figure} {self.says} {number} by {self.by}"
