"""What came of spoilt input: answers, errors by their name, crashes by their place."""

from __future__ import annotations

import contextlib
import io
import traceback
import warnings
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from newsfolio.errors import NewsfolioError


@dataclass
class Counts:
    """How often a target was tried and what came of it; crashes by their place."""

    tries: int = 0
    fine: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    crashes: Counter[str] = field(default_factory=Counter)
    shown: dict[str, str] = field(default_factory=dict)

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something to spoilt input, and count how it ended."""
        self.tries += 1
        try:
            with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
                warnings.simplefilter("ignore")
                with contextlib.redirect_stdout(io.StringIO()):
                    act()
        except NewsfolioError as error:
            self.errors[type(error).__name__] += 1
        except Exception as error:
            at = place(error)
            self.crashes[at] += 1
            self.shown.setdefault(at, traceback.format_exc())
        else:
            self.fine += 1

    def said(self) -> str:
        parts = [f"{self.tries} tries", f"{self.fine} fine"]
        parts += [f"{count} {name}" for name, count in self.errors.most_common()]
        return ", ".join([*parts, f"{self.crashes.total()} crashes"])


def place(error: Exception) -> str:
    """Where a crash came from: its kind and the innermost line of ours."""
    root = str(Path(__file__).parent.parent)
    ours = [at for at in traceback.extract_tb(error.__traceback__) if at.filename.startswith(root)]
    last = ours[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno} ({last.name})"
