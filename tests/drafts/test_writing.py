"""The file that a draft becomes: it runs, and no word of a text is ever code."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from drafts.documents.dateline import Dateline
from drafts.documents.document import Document
from drafts.drafted import ArticleDraft
from drafts.drafting import draft_of
from drafts.language.names import NameTable
from drafts.writing import class_name, source_of
from newsfolio import Article, Strategy
from newsfolio.claims import digest_of
from tests.support.draft_scores import TEXTS, drafted

NAMES = NameTable.known()
PUBLISHED = datetime(2025, 2, 21, 22, 30, tzinfo=UTC)
HOSTILE = (
    "\"\"\"\n'''\\\nimport os; os.system('x') #\r\x0c\x85\u2028\N{RIGHT-TO-LEFT OVERRIDE}{0}{{"
)


def draft(text: str, title: str = "A title", publisher: str = "") -> ArticleDraft:
    return draft_of(Document(text, title, publisher, None), Dateline(PUBLISHED, "", ""), NAMES)


def run(source: str) -> tuple[Article, type[Strategy]]:
    """The article and the strategy of a file, as executing it gives them."""
    space: dict[str, object] = {"__name__": "drafted"}
    exec(compile(source, "drafted.py", "exec"), space)
    (article,) = (value for value in space.values() if isinstance(value, Article))
    (strategy,) = (
        value
        for value in space.values()
        if isinstance(value, type) and issubclass(value, Strategy) and value.__module__ == "drafted"
    )
    return article, strategy


@pytest.mark.parametrize("name", sorted(path.name for path in TEXTS.iterdir()))
def test_the_file_has_the_claims_of_the_draft(name: str) -> None:
    made = drafted(name)
    article, strategy = run(source_of(made, "made.py"))
    assert article == made.article
    assert article.claims == made.article.claims
    assert strategy.thesis is not None
    assert strategy.thesis.article == article
    assert strategy().controls()
    assert {claim.id for claim in strategy.thesis.rests_on()} <= {c.id for c in article.claims}


def test_foreign_words_are_strings_and_nothing_else() -> None:
    text = f"Intro.\n{HOSTILE} Tencent has gained 55% this year, said Ann {HOSTILE[:3]} Example."
    made = draft(text, title=HOSTILE, publisher=HOSTILE)
    article, _ = run(source_of(made, HOSTILE))
    assert (article.title, article.publisher) == (HOSTILE, HOSTILE)
    tree = ast.parse(source_of(made, HOSTILE))
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import)]
    assert imports == []
    calls = {node.func.id for node in ast.walk(tree)
             if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}  # fmt: skip
    assert calls <= {"Article", "Claim", "Fixed", "Gain", "Place", "Reading", "Sleeve", "Thesis",
                     "datetime", "date", "dataclass", "equal"}  # fmt: skip


def test_a_plug_ins_name_is_no_code() -> None:
    made = draft("Tencent has gained 55% this year.")
    claims = tuple(replace(claim, drafter=HOSTILE, todo=(HOSTILE,)) for claim in made.claims)
    article = replace(made.article, drafted_by=HOSTILE)
    back, _ = run(source_of(replace(made, claims=claims, article=article), "x.py"))
    assert back.drafted_by == HOSTILE


def test_the_sentence_is_not_in_the_file() -> None:
    text = "Extravagantly and beyond all measure Tencent has gained 55% this year."
    source = source_of(draft(text), "x.py")
    assert "xtravagant" not in source
    assert digest_of(text) in source


def test_what_is_undecided_stands_as_a_comment() -> None:
    source = source_of(draft("Tencent has gained 55%."), "x.py")
    assert "# TODO: the sentence names no period" in source
    assert "# Reading(Gain('0700.HK'), 'YYYY-MM-DD', 'YYYY-MM-DD', '=', 0.55" in " ".join(
        source.split("    ")
    ).replace("#  Reading", "# Reading")
    article, _ = run(source)
    assert article.claims[0].untestable


@pytest.mark.parametrize("text", ["Nothing to see here.", "Tesla has lost 20% this year."])
def test_a_text_that_speaks_well_of_nothing_has_a_thesis_too(text: str) -> None:
    _, strategy = run(source_of(draft(text), "x.py"))
    assert strategy.universe


@pytest.mark.parametrize(
    ("name", "expected"),
    [("china-tech", "ChinaTech"), ("2025-outlook", "Draft2025Outlook"), ("", "Draft"),
     ("x\nimport os", "XImportOs")],
)  # fmt: skip
def test_a_class_is_named_by_letters_and_digits(name: str, expected: str) -> None:
    assert class_name(name) == expected
