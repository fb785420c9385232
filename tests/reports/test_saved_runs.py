"""Which folders hold a run: one rule for the index, the terminal and whoever looks one up."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from backtests.records.registry import listed_runs
from reports import saved_runs as module
from reports import write_index
from reports.saved_runs import MEMORY, saved_runs
from reports.whole_files import DRAFT
from tests.support.results import judged, text_of

MANIFEST: dict[str, Any] = dict(judged().manifest)
DAMAGED = {
    "torn": '{"id": ',
    "a list": "[]",
    "no engine": json.dumps({key: MANIFEST[key] for key in MANIFEST.keys() - {"engine"}}),
    "no costs": json.dumps({**MANIFEST, "metrics": {"strategy": {"cagr": 0.1}}}),
    "words for figures": json.dumps(
        {**MANIFEST, "metrics": {"strategy": dict.fromkeys(MANIFEST["metrics"]["strategy"], "x")}}
    ),
    "an article of words": json.dumps({**MANIFEST, "thesis": "T1"}),
    "half a verdict": json.dumps({**MANIFEST, "verdict": {"word": "held up"}}),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {"older": json.dumps(MANIFEST), "newer": json.dumps(MANIFEST), **DAMAGED}
    for number, (name, text) in enumerate(texts.items()):
        path = tmp_path / name / "manifest.json"
        path.parent.mkdir()
        path.write_text(text, encoding="utf-8")
        os.utime(path, (number, number))
    (tmp_path / ".draft").mkdir()
    (tmp_path / ".draft" / "manifest.json").write_text(json.dumps(MANIFEST), encoding="utf-8")
    return tmp_path


def test_runs_come_newest_first_and_what_is_none_is_named(folder: Path) -> None:
    runs, damaged = saved_runs(folder)
    assert [run.folder.name for run in runs] == ["newer", "older"]
    assert [run.folder.name for run in damaged] == list(reversed(DAMAGED))


def test_the_index_and_the_terminal_leave_out_the_same(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert [run.folder.name for run in listed_runs(folder)] == ["newer", "older"]
    named = [line.split(" is damaged")[0] for line in capsys.readouterr().err.splitlines()]
    assert named == [f"newsfolio: {folder / name}" for name in reversed(DAMAGED)]
    page = text_of(write_index(folder).read_text(encoding="utf-8"))
    assert f"Left out because damaged: {', '.join(reversed(DAMAGED))}." in page


def test_half_a_pair_of_surrogates_in_a_label_leaves_the_index_to_the_others(folder: Path) -> None:
    """An earlier build kept such a run, whose pages it could not draw."""
    path = folder / "older" / "manifest.json"
    strategy = {**MANIFEST["strategy"], "label": "half \ud800"}
    path.write_text(json.dumps({**MANIFEST, "strategy": strategy}), encoding="utf-8")
    page = write_index(folder).read_text(encoding="utf-8")
    assert "half \\ud800" in page


# the memory


@pytest.fixture
def many(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Runs of which rows are remembered."""
    monkeypatch.setattr(module, "FEW", 1)
    judged().equity.to_frame().to_parquet(folder / "older" / "equity.parquet")
    (folder / "older" / "verdict.html").write_text("<p>", encoding="utf-8")
    write_index(folder)
    return folder


def page_of(folder: Path) -> str:
    return write_index(folder).read_text(encoding="utf-8")


def page_without_memory(folder: Path) -> str:
    """What the runs themselves say."""
    (folder / MEMORY).unlink(missing_ok=True)
    return page_of(folder)


def test_runs_that_have_not_changed_are_not_read(
    many: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, rows = page_of(many), [run.row for run in saved_runs(many)[0]]
    read: list[str] = []
    reading = module._manifest
    monkeypatch.setattr(module, "_manifest", lambda run: read.append(run.name) or reading(run))
    assert page_of(many) == page
    assert [run.row for run in saved_runs(many)[0]] == rows
    assert rows[1]["path"] == str(many / "older")
    assert sorted(set(read)) == sorted(DAMAGED)


def test_rows_that_a_list_has_read_are_not_read_for_the_page(folder: Path) -> None:
    """The other way round: a list of runs draws nothing."""
    page = page_of(folder)
    assert [run.drawn for run in saved_runs(folder)[0]] == [b"", b""]
    assert page_of(folder) == page


def broken(path: Path, how: str) -> None:
    content = path.read_bytes()
    head, _, rows = content.partition(b"\n")
    path.unlink()
    if how == "a folder":
        path.mkdir()
    elif how == "a pipe":
        os.mkfifo(path)
    elif how == "a link":
        path.symlink_to(path.parent / "nowhere")
    elif how != "missing":
        newer = module._sealed(head[9:].replace(b"runs 1", b"runs 2"))
        path.write_bytes(
            {
                "empty": b"", "foreign": b"SQLite format 3\0" * 99, "text": "é".encode("latin-1"),
                "newer": newer + b"\n" + rows,
                "half": content[: len(content) // 2], "no end": content[:-1],
                "flipped": content.replace(b"not judged", b"held up up"),
                "doubled": content + content,
                "mixed": content[:-40] + content,
            }[how]
        )  # fmt: skip


@pytest.mark.parametrize(
    "how",
    ["missing", "empty", "foreign", "text", "newer", "half", "no end", "flipped", "doubled",
     "mixed", "a folder", "a pipe", "a link"],
)  # fmt: skip
def test_a_memory_that_is_not_ours_or_not_whole_is_passed_over(many: Path, how: str) -> None:
    page, rows = page_of(many), [run.row for run in saved_runs(many)[0]]
    broken(many / MEMORY, how)
    assert [run.row for run in saved_runs(many)[0]] == rows
    assert page_of(many) == page
    if how != "a folder":
        assert set(module._remembered(many)) == {"older", "newer"}


def told_otherwise(path: Path) -> None:
    """The same number of bytes at the same age."""
    about = path.stat()
    path.write_text(path.read_text().replace('"SPY"', '"QQQ"').replace("0", "1"), encoding="utf-8")
    os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


CHANGES: dict[str, Callable[[Path], object]] = {
    "added": lambda folder: shutil.copytree(folder / "older", folder / "third"),
    "copied at its age": lambda folder: shutil.copytree(
        folder / "newer", folder / "third", copy_function=shutil.copy2
    ),
    "removed": lambda folder: shutil.rmtree(folder / "older"),
    "renamed": lambda folder: (folder / "older").rename(folder / "oldest"),
    "two that change places": lambda folder: [
        (folder / document).rename(folder / other)
        for document, other in (("older", "x"), ("newer", "older"), ("x", "newer"))
    ],
    "damaged": lambda folder: (folder / "older" / "manifest.json").write_text("{"),
    "mended": lambda folder: (folder / "torn" / "manifest.json").write_text(json.dumps(MANIFEST)),
    "edited": lambda folder: told_otherwise(folder / "older" / "manifest.json"),
    "a page more": lambda folder: (folder / "newer" / "verdict.html").write_text("<p>"),
    "a page less": lambda folder: (folder / "older" / "verdict.html").unlink(),
    "no curve": lambda folder: (folder / "older" / "equity.parquet").write_bytes(b""),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_what_happens_to_runs_is_seen(many: Path, change: Callable[[Path], object]) -> None:
    before = page_of(many)
    change(many)
    rows, page = [run.row for run in saved_runs(many)[0]], page_of(many)
    assert page == page_without_memory(many) != before
    assert rows == [run.row for run in saved_runs(many)[0]]


def test_writers_at_once_leave_one_whole_memory_and_no_draft(many: Path) -> None:
    def writing(number: int) -> str:
        shutil.copytree(many / "older", many / f"run {number}")
        return page_of(many)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(writing, range(8)))
    page = page_of(many)
    assert page.count("no page was written") == 1
    assert page.count("verdict.html") == 9
    assert page == page_without_memory(many)
    assert sorted(path.name for path in many.iterdir() if path.is_file()) == [MEMORY, "index.html"]


def test_drafts_of_the_dead_are_swept_and_those_of_the_living_stay(many: Path) -> None:
    old, new = many / f"{MEMORY}.1", many / f"{DRAFT}1.html"
    for path in (old, new):
        path.write_text("")
    os.utime(old, (1, 1))
    write_index(many)
    assert (old.exists(), new.exists()) == (False, True)


def test_of_few_runs_nothing_is_remembered(folder: Path) -> None:
    (folder / MEMORY).write_text("of many that were here before")
    write_index(folder)
    assert not (folder / MEMORY).exists()


def test_another_build_draws_anew(many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = page_of(many)
    monkeypatch.setattr(module, "LAYOUT", 2)
    read: list[str] = []
    reading = module._manifest
    monkeypatch.setattr(module, "_manifest", lambda run: read.append(run.name) or reading(run))
    assert page_of(many) == page
    assert {"older", "newer"} <= set(read)
