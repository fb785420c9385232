"""A program that drafts: what it gets, what counts of its answer, and how it may fail."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import fastjsonschema
import pytest

from drafts.documents.document import Document
from drafts.plugin import MAX_OUTPUT, PluginError, name_of, plugin_claims, schema

TEXT = "Gold has only begun, they say. Nobody knows why the yellow metal rose by so very much."
DOCUMENT = Document(TEXT, "Gold", "", None)
PUBLISHED = datetime(2025, 3, 14, 6, 0, tzinfo=UTC)
READING = {
    "quantity": "difference", "lines": ["GLD"], "against": ["SPY"], "from": "2024-12-31",
    "to": "2025-03-13", "says": ">", "number": 0,
}  # fmt: skip
CLAIM = {"begin": 0, "end": 30, "text": "Gold beat shares this year", "readings": [READING]}


def command(folder: Path, code: str) -> str:
    path = folder / "drafter.py"
    path.write_text(code, encoding="utf-8")
    return f"{shlex.quote(sys.executable)} {shlex.quote(str(path))} --fast"


def answering(folder: Path, *claims: dict[str, object]) -> str:
    answer = json.dumps({"version": 1, "claims": list(claims)})
    return command(folder, f"import sys\nsys.stdin.read()\nprint({answer!r})")


def is_running(pid: int) -> bool:
    """Whether a process runs: one that waits to be reaped does not."""
    status = Path(f"/proc/{pid}/status")
    try:
        return "State:\tZ" not in status.read_text()
    except OSError:
        return False


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether something comes true within some seconds."""
    return any(condition() or Event().wait(0.02) for _ in range(500))


def test_its_claims_are_ours(tmp_path: Path) -> None:
    claims, refused = plugin_claims(answering(tmp_path, CLAIM), DOCUMENT, PUBLISHED)
    (drafted,) = claims
    assert refused == []
    assert drafted.claim.stated[0].of.lines == ("GLD", "SPY")
    assert drafted.place.holds_in(TEXT)
    assert drafted.drafter == f"{Path(sys.executable).name} {tmp_path / 'drafter.py'} --fast"[:100]


def test_its_chances_are_its_own(tmp_path: Path) -> None:
    claim = CLAIM | {"probability": 0.8, "horizon": "2025-03-13"}
    ((drafted,), _) = plugin_claims(answering(tmp_path, claim), DOCUMENT, PUBLISHED)
    assert (drafted.claim.probability, f"{drafted.claim.horizon}") == (0.8, "2025-03-13")
    assert "drafter.py" in drafted.claim.probability_of


def test_it_gets_the_text_and_the_moment(tmp_path: Path) -> None:
    code = (
        "import json, os, sys\n"
        "text = sys.stdin.buffer.read().decode()\n"
        "said = os.environ['NEWSFOLIO_PUBLISHED'] + ' ' + str(len(text))\n"
        "print(json.dumps({'claims': [{'begin': 0, 'end': 9, 'text': said, "
        "'untestable': 'no price'}]}))"
    )
    claims, _ = plugin_claims(command(tmp_path, code), DOCUMENT, PUBLISHED)
    assert claims[0].claim.text == f"2025-03-14T06:00:00+00:00 {len(TEXT)}"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"begin": 30, "end": 30}, "place 30 to 30"),
        ({"end": 4000}, "place 0 to 4000"),
        ({"text": "nobody knows why the yellow metal rose by so"}, "other"),
        ({"readings": [READING | {"lines": ["not a ticker"]}]}, "ticker"),
        ({"readings": [READING | {"from": "2025-04-01"}]}, "turn them round"),
        ({"readings": [READING | {"to": "soon"}]}, "'soon' is no day"),
        ({"readings": [{k: v for k, v in READING.items() if k != "against"}]}, "against"),
        ({"readings": [READING | {"quantity": "level", "lines": ["GLD", "SPY"]}]}, "one line"),
        ({"readings": []}, "readings to measure"),
        ({"untestable": "both"}, "readings to measure"),
        ({"horizon": "soon"}, "'soon' is no day"),
        ({"horizon": "2025-03-01"}, "after its horizon of 2025-03-01"),
    ],
)
def test_a_claim_that_does_not_hold_up_is_left_out(
    tmp_path: Path, change: dict[str, object], expected: str
) -> None:
    claims, refused = plugin_claims(answering(tmp_path, CLAIM | change, CLAIM), DOCUMENT, PUBLISHED)
    assert len(claims) == 1
    assert len(refused) == 1
    assert "claim 1 is left out" in refused[0]
    assert expected in refused[0]


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("print('Sure! Here are the claims:')", "not JSON by the schema"),
        ('print(\'{"claims": [{"begin": -1}]}\')', "not JSON by the schema"),
        ("print('[' * 100000)", "not JSON by the schema"),
        ("print('NaN')", "not JSON by the schema"),
        (
            'print(\'{"claims": [{"begin": 0, "end": 9, "text": "rises", "untestable": '
            '"x", "probability": 70}]}\')',
            "probability must be smaller than or equal to 1",
        ),
        ("import os; os.write(1, b'\\xff\\xfe')", "not JSON by the schema"),
        (f"print('x' * {MAX_OUTPUT + 10})", "more than"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "signal 15"),
    ],
)
def test_a_program_that_fails_is_named(tmp_path: Path, code: str, expected: str) -> None:
    with pytest.raises(PluginError, match="--with") as caught:
        plugin_claims(command(tmp_path, code), DOCUMENT, PUBLISHED)
    assert expected in str(caught.value)
    assert "drafter.py" in str(caught.value)


def test_a_program_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    code = (
        "import subprocess, sys, time, pathlib\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        f"pathlib.Path({str(tmp_path / 'child')!r}).write_text(str(child.pid))\n"
        "time.sleep(60)"
    )
    with pytest.raises(PluginError, match="no answer after 2 seconds"):
        plugin_claims(command(tmp_path, code), DOCUMENT, PUBLISHED, seconds=2)
    written = tmp_path / "child"
    if written.exists():  # on a slow machine it was ended before it had a child
        assert eventually(lambda: not is_running(int(written.read_text() or 0)))


def test_no_shell_sees_the_command(tmp_path: Path) -> None:
    with pytest.raises(PluginError, match="cannot be started"):
        plugin_claims(f"true; touch {tmp_path / 'made'}", DOCUMENT, PUBLISHED)
    assert not (tmp_path / "made").exists()


def test_a_command_that_cannot_be_read_is_named() -> None:
    for text in ("", "'open", "   "):
        with pytest.raises(ValueError, match="--with"):
            name_of(text)


def test_the_schema_is_one() -> None:
    check = fastjsonschema.compile(json.loads(schema()))
    check({"claims": [CLAIM]})
    with pytest.raises(fastjsonschema.JsonSchemaException):
        check({"claims": [CLAIM | {"more": 1}]})
