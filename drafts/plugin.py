"""A program that drafts claims: run without a shell, bounded, and checked like our own rules.

It gets the text on its standard input and answers JSON by `plugin.schema.json`. Who fails, hangs,
or answers something else is named in a PluginError; claims that do not hold up are left out, each
with its reason.
"""

from __future__ import annotations

import json
import math
import os
import re
import shlex
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from importlib import resources
from pathlib import Path
from typing import TypedDict

from drafts.documents.document import Document
from drafts.drafted import DraftedClaim
from newsfolio.assets import Sleeve
from newsfolio.blame import shortened
from newsfolio.claims import Claim, Place, Reading, Says, day_of
from newsfolio.errors import CommandError
from newsfolio.listings import asset_of
from newsfolio.quantities import (
    Drawdown,
    FromLow,
    FromPeak,
    Gain,
    IntradayRise,
    Level,
    Quantity,
    Touch,
)

SECONDS = 120.0
MAX_OUTPUT = 4_000_000
"""Bytes of an answer."""

COPIED = 8
"""Words in a row that a claim may not share with the article: it is told in other words."""


class PluginError(CommandError):
    """A program that drafts claims did not answer as it should."""

    exit_code = 1


class PluginReading(TypedDict, total=False):
    """A reading as a program answers it."""

    quantity: str
    lines: list[str]
    against: list[str]
    to: str
    says: Says
    number: float
    tolerance: float
    label: str
    decides: bool


class PluginClaim(TypedDict, total=False):
    """A claim as a program answers it."""

    begin: int
    end: int
    text: str
    quoted: str
    untestable: str
    probability: float
    horizon: str
    readings: list[PluginReading]


def schema() -> str:
    """The published schema of an answer, as JSON."""
    return resources.files("drafts").joinpath("plugin.schema.json").read_text(encoding="utf-8")


def name_of(command: str) -> str:
    """What a draft calls a program: its file's name with its arguments."""
    words = _words(command)
    return " ".join([Path(words[0]).name, *words[1:]])[:100]


def plugin_claims(
    command: str, document: Document, published: datetime, seconds: float = SECONDS
) -> tuple[list[DraftedClaim], list[str]]:
    """The claims of a program that hold up, and a line for each that does not."""
    name = name_of(command)
    answer = _answer(_output(command, document.text, published, seconds), name)
    claims: list[DraftedClaim] = []
    refused: list[str] = []
    for number, answered in enumerate(answer, 1):
        try:
            claims.append(_checked(answered, document, name))
        except CommandError as error:
            refused.append(f"{name}: claim {number} is left out: {error}")
    return claims, refused


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise CommandError(f"--with {command!r}: {error}") from None
    if not words:
        raise CommandError('--with "": name a program, as in --with "my-drafter --fast"')
    return words


def _output(command: str, text: str, published: datetime, seconds: float) -> bytes:
    """What a program writes; its whole group of processes ends with the time that it has."""
    words, name = _words(command), name_of(command)
    environment = {**os.environ, "NEWSFOLIO_PUBLISHED": published.isoformat()}
    with tempfile.TemporaryFile() as given:
        given.write(text.encode())
        given.seek(0)
        try:
            process = subprocess.Popen(  # noqa: S603
                words, stdin=given, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=environment, start_new_session=True,
            )  # fmt: skip
        except OSError as error:
            raise PluginError(f"--with {name}: cannot be started: {error.strerror}") from None
        try:
            return _read(process, seconds, name)
        finally:
            _end(process)


def _read(process: subprocess.Popen[bytes], seconds: float, name: str) -> bytes:
    """The output of a process, up to the bounds; PluginError for one that goes beyond them."""
    pieces: list[bytes] = []
    reader = threading.Thread(target=_collect, args=(process, pieces), daemon=True)
    reader.start()
    deadline = time.monotonic() + seconds
    reader.join(seconds)
    try:
        if sum(map(len, pieces)) > MAX_OUTPUT:
            raise PluginError(f"--with {name}: its answer has more than {MAX_OUTPUT:,} bytes")
        if reader.is_alive():
            raise subprocess.TimeoutExpired(name, seconds)
        code = process.wait(max(deadline - time.monotonic(), 0.01))
    except subprocess.TimeoutExpired:
        raise PluginError(
            f"--with {name}: no answer after {seconds:g} seconds; it was ended. --with-seconds "
            "gives it more"
        ) from None
    if code:
        how = f"exit code {code}" if code > 0 else f"signal {-code}"
        raise PluginError(f"--with {name}: it ended with {how}; try it on its own")
    return b"".join(pieces)


def _collect(process: subprocess.Popen[bytes], pieces: list[bytes]) -> None:
    """Reads until the end or until there is too much."""
    if process.stdout is None:
        return
    size = 0
    while size <= MAX_OUTPUT and (piece := process.stdout.read1(65_536)):  # type: ignore[attr-defined]
        pieces.append(piece)
        size += len(piece)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends it and all that it has started."""
    with suppress(OSError):
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    process.wait()
    if process.stdout is not None:
        process.stdout.close()


def _answer(output: bytes, name: str) -> list[PluginClaim]:
    """The claims of an answer that has the shape of the schema."""
    import fastjsonschema

    try:
        data = json.loads(output.decode("utf-8"))
        fastjsonschema.validate(json.loads(schema()), data)
    except (ValueError, RecursionError) as error:  # JsonSchemaException is a ValueError too
        why = shortened(" ".join(str(error).split()), 160)
        raise PluginError(
            f"--with {name}: its answer is not JSON by the schema ({why}). "
            "newsfolio draft --schema prints it"
        ) from None
    claims: list[PluginClaim] = data["claims"]
    return claims


def _checked(answered: PluginClaim, document: Document, name: str) -> DraftedClaim:
    """A claim as ours are: its place in the text, its lines known, its words its own."""
    begin, end = answered["begin"], answered["end"]
    if not begin < end <= len(document.text):
        raise CommandError(f"place {begin} to {end} is not in a text of {len(document.text)}")
    if end - begin > 3000:
        raise CommandError(f"place {begin} to {end} is no sentence")
    for words in (answered["text"], answered.get("untestable", "")):
        if _is_copied(words, document.text):
            raise CommandError("it repeats the article's words; say it in others")
    readings = tuple(_reading(reading) for reading in answered.get("readings", []))
    claim = Claim(
        "?",
        _one_line(answered["text"]),
        readings,
        untestable=answered.get("untestable", ""),
        place=Place.of(document.text, begin, end),
        quoted=_one_line(answered.get("quoted", "")),
        probability=answered.get("probability"),
        probability_of=name if "probability" in answered else "",
        horizon=day_of(answered["horizon"]) if "horizon" in answered else None,
    )
    return DraftedClaim(claim, claim.lines, drafter=name)


def _reading(answered: PluginReading) -> Reading:
    start, end = answered["from"], answered["to"]  # type: ignore[typeddict-item]
    number, tolerance = float(answered["number"]), 0.01
    if answered["says"] == "=":
        tolerance = float(answered.get("tolerance", tolerance))
    if not (math.isfinite(number) and math.isfinite(tolerance)):
        raise CommandError("a number that is none")
    for day in (start, end):
        day_of(day)
    return Reading(
        _quantity(answered),
        start,
        end,
        answered["says"],
        number,
        tolerance,
        answered.get("label", ""),
        answered.get("decides", True),
    )


def _quantity(answered: PluginReading) -> Quantity:
    quantity, of = answered["quantity"], _side(answered["lines"])
    if quantity in ("difference", "ratio"):
        if "against" not in answered:
            raise CommandError(f"a {quantity} without against")
        ours, theirs = Gain(of), Gain(_side(answered["against"]))
        return ours / theirs if quantity == "ratio" else ours - theirs
    if quantity == "gain":
        return Gain(of)
    if not isinstance(of, str):
        raise CommandError(f"{quantity} is of one line, not of {len(of.tickers)}")
    kinds: dict[str, Quantity] = {
        "level": Level(of), "touch": Touch(of), "rise": Touch(of, rise=True),
        "from peak": FromPeak(of), "from low": FromLow(of), "drawdown": Drawdown(of),
        "intraday": IntradayRise(of),
    }  # fmt: skip
    return kinds[quantity]


def _side(lines: list[str]) -> str | Sleeve:
    tickers = tuple(dict.fromkeys(asset_of(line).ticker for line in lines))
    return tickers[0] if len(tickers) == 1 else Sleeve(" and ".join(tickers[:3]), tickers)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _is_copied(words: str, text: str) -> bool:
    """Whether several words in a row stand in the text."""
    answered, written = list(_runs(words)), set(_runs(text))
    return any(run in written for run in answered)


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", text.lower())
    return zip(*(words[offset:] for offset in range(COPIED)), strict=False)
