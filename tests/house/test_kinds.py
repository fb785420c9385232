"""Every test has one kind, every kind a command."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.conftest import KINDS, ROOT, kind_of


def test_every_test_has_one_kind(request: pytest.FixtureRequest) -> None:
    for item in request.session.items:
        kinds = {marker.name for marker in item.iter_markers()} & set(KINDS)
        assert len(kinds) == 1, item.nodeid


@pytest.mark.parametrize(
    ("path", "markers", "drawn", "kind"),
    [
        ("tests/reports/test_pages.py", (), False, "unit"),
        ("tests/reports/test_pages.py", (), True, "property"),
        ("tests/reports/test_browser.py", (), False, "browser"),
        ("tests/properties/test_engines.py", (), False, "property"),
        ("tests/properties/test_engines.py", ("slow",), False, "slow"),
        ("tests/faults/test_fuzz.py", (), True, "fault"),
    ],
)
def test_the_kind_of_a_test(path: str, markers: tuple[str, ...], drawn: bool, kind: str) -> None:
    item: Any = SimpleNamespace(
        path=ROOT / path,
        obj=SimpleNamespace(is_hypothesis_test=drawn),
        get_closest_marker=lambda name: name in markers,
    )
    assert kind_of(item) == kind


def test_every_kind_is_described_and_has_a_command() -> None:
    settings, commands, guide = (
        (ROOT / name).read_text(encoding="utf-8")
        for name in ("pyproject.toml", "Makefile", "CONTRIBUTING.md")
    )
    assert f"KINDS = {' '.join(KINDS)}\n" in commands
    for kind in KINDS:
        assert f'"{kind}: ' in settings
        assert f"make {kind}" in guide
