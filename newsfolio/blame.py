"""Where an error of an author's own code happened, and its text in one short line."""

from __future__ import annotations

import inspect
import re
import sys
from functools import cache
from pathlib import Path

from newsfolio.errors import NewsfolioError, StrategyError

MOST = 300
"""Characters of an error's text that are shown."""

_HOUSE = Path(__file__).parent.parent


def place_of(error: BaseException) -> str:
    """File and line of the innermost frame that is the author's, "" where none is.

    Not that of the library which the author called: its line says nothing of the mistake.
    """
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not is_given(frame.filename)]
    return f"{Path(own[-1].filename).name}, line {own[-1].lineno}" if own else ""


def placed(error: NewsfolioError) -> NewsfolioError:
    """An error that came through the author's code, with his line; as it is where it names it."""
    place = place_of(error)
    return StrategyError(f"{error}{at(place)}") if place and place not in str(error) else error


def said_by(error: BaseException) -> str:
    """Kind and text of an error in one line; a text that cannot be made is left out."""
    kind = type(error).__name__
    try:
        text = writable(" ".join(str(error).split()))
    except Exception:  # an author's own __str__ can raise whatever it likes
        return f"{kind} (its text cannot be shown)"
    return f"{kind}: {shortened(text)}" if text else kind


def writable(text: str) -> str:
    """The text with what no file takes, halves of a surrogate pair, written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def shortened(text: str, most: int = MOST) -> str:
    """The text, cut where it is too long for a line or two."""
    return text if len(text) <= most else f"{text[:most]} ..."


def two_lines(text: str, most: int = 1_000) -> str:
    """At most two lines of a message, and no more of them than a terminal shows."""
    lines = [line.rstrip() for line in text.splitlines() if line.strip()]
    return shortened("\n".join(lines[:2]), most)


def declared_at(cls: type, name: str) -> str:
    """File and line of an attribute or a method in the source of its class, "" where unknown."""
    owner = next((base for base in cls.__mro__ if name in vars(base)), cls)
    try:
        lines, first = inspect.getsourcelines(owner)
        file = Path(inspect.getfile(owner))
    except (OSError, TypeError):
        return ""
    if is_given(str(file)):
        return ""
    pattern = re.compile(rf"\s*(def\s+{re.escape(name)}\b|{re.escape(name)}\s*[:=])")
    offset = next((at for at, line in enumerate(lines) if pattern.match(line)), 0)
    return f"{file.name}, line {first + offset}"


def source_file(cls: type) -> Path | None:
    """The file that a class stands in; None of one that was written in a notebook or a shell.

    There `inspect` names the file that IPython itself was started from.
    """
    if hasattr(sys.modules.get(cls.__module__), "get_ipython"):
        return None
    try:
        return Path(inspect.getfile(cls))
    except (OSError, TypeError):
        return None


def at(place: str) -> str:
    """A place in brackets, to end a sentence with; nothing where it is unknown."""
    return f" ({place})" if place else ""


def is_given(filename: str) -> bool:
    """Whether code is Python's, a library's or ours, and no author's; "" is what has no file."""
    installed = "site-packages" in filename or "dist-packages" in filename
    return installed or not filename or filename.startswith(("<frozen", "<string>", *_given()))


@cache
def _given() -> frozenset[str]:
    """Where code lies that no author of a strategy wrote."""
    import sysconfig

    rooms = (str(_HOUSE / room) for room in ("newsfolio", "markets", "reports", "backtests"))
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return frozenset((*rooms, *map(sysconfig.get_path, names)))
