"""The command that drafts: from an article's file to a strategy's."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from newsfolio.errors import CommandError

if TYPE_CHECKING:
    from drafts.documents.dateline import Dateline
    from drafts.drafted import ArticleDraft

SHOWN = 12
"""Decisions that the terminal lists; the file has all."""


def draft(
    article: Path | None = None,
    *,
    published: str = "",
    names: Path | None = None,
    with_: Annotated[str, Parameter(name="--with")] = "",
    with_seconds: float = 120.0,
    out: Path | None = None,
    schema: bool = False,
    quiet: bool = False,
) -> None:
    """Draft a thesis from an article: its claims as data, and a class that runs.

    Parameters
    ----------
    article
        Its text, as .txt, .md or .html.
    published
        When it could be read, 2025-09-21T12:00Z, where it does not say so itself or says it wrong.
    names
        A table of names of your own, with the columns kind,lines,names,note.
    with_
        A program with its arguments that proposes claims too: text in, JSON by --schema out.
    with_seconds
        How long it may take.
    out
        The file to write, or the folder to write it to, instead of the current one.
    schema
        Print the schema of what such a program answers, and stop.
    quiet
        Print the file's path only.
    """
    from drafts.documents.reading import read_document
    from drafts.drafting import draft_of
    from drafts.language.names import NameTable
    from drafts.plugin import name_of, plugin_claims
    from drafts.plugin import schema as schema_of

    if schema:
        print(schema_of(), end="")
        return
    if article is None:
        raise CommandError("name an article's file: newsfolio draft article.txt")
    table = NameTable.known(names)
    document = read_document(article, any_language=bool(with_))
    dateline = _dateline(document.dateline, published, article)
    proposed, refused = (
        plugin_claims(with_, document, dateline.published, with_seconds) if with_ else ([], [])
    )
    drafted = draft_of(document, dateline, table, proposed, name_of(with_) if with_ else "")
    path = _written(drafted, out)
    if quiet:
        print(path)
    else:
        _say(drafted, path, refused)


def _dateline(named: Dateline | None, published: str, article: Path) -> Dateline:
    """The moment that counts: the user's where one is given, else the text's own."""
    from dataclasses import replace

    from drafts.documents.dateline import given

    if published:
        return replace(given(published), reading="given with --published")
    if named is None:
        raise CommandError(
            f"{article}: no date of publication in its head; say when it could be read, "
            "--published 2025-09-21T12:00Z"
        )
    return named


def _written(drafted: ArticleDraft, out: Path | None) -> Path:
    """The file, whole or not at all; one that is there already is not overwritten."""
    from drafts.drafting import slug
    from drafts.writing import source_of
    from reports.whole_files import write_whole

    stem = slug(drafted.article.title, 4).replace("-", "_")
    stem = stem if stem.isidentifier() else f"draft_{stem}"
    path = out if out is not None and out.suffix == ".py" else (out or Path()) / f"{stem}.py"
    if path.exists():
        raise CommandError(f"{path} is there already; remove it or choose another with --out")
    source = source_of(drafted, str(path))
    ast.parse(source, path.name)
    return write_whole(path, source, new_folder=True)


def _say(drafted: ArticleDraft, path: Path, refused: list[str]) -> None:
    """What was drafted, what was left out, and what a person decides next."""
    article, claims = drafted.article, drafted.claims
    stated = sum(bool(drafted_claim.claim.stated) for drafted_claim in claims)
    undecided = [drafted_claim for drafted_claim in claims if drafted_claim.undecided]
    print(f"{article.title} ({article.publisher})")
    print(f"  readable from {article.published:%Y-%m-%d %H:%M} UTC")
    if article.dated_by:
        print(f"  date: {article.dated_by}")
    print(
        f"{drafted.sentences} sentences: {stated} claims to measure, {len(undecided)} to decide, "
        f"{len(claims) - stated - len(undecided)} untestable"
    )
    print(*drafted.notes, *refused, sep="\n", end="\n" if drafted.notes or refused else "")
    for drafted_claim in undecided[:SHOWN]:
        line = drafted.document.line_of(drafted_claim.place.begin)
        claim = drafted_claim.claim
        print(f"  TODO {claim.id} (line {line}): {claim.text}; {drafted_claim.todo[0]}")
    if len(undecided) > SHOWN:
        print(f"  and {len(undecided) - SHOWN} more, see TODO in the file")
    print(f"wrote {path}; read it beside the article, then")
    print(f"  newsfolio claims {path} --data sample\n  newsfolio run {path} --data sample")
