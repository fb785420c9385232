"""Articles by id, from a file, or from all files of a folder: a bad one stops no other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from backtests import strategy_loader
from newsfolio.articles import ARTICLES
from newsfolio.assets import Asset
from newsfolio.errors import CommandError, NewsfolioError
from newsfolio.listings import asset_of
from newsfolio.thesis import Article

MOST_FILES = 2_000
MOST_CLAIMS = 20_000
TEXTS = (".txt", ".md", ".markdown", ".html", ".htm", ".xhtml")


@dataclass(frozen=True)
class ArticleFiles:
    """Articles to check together. declared: lines that their files declare.

    problems: what cannot be checked and why, a line each. notes: what was passed over. name: what
    a page of them is called by, "" for all that are shipped.
    """

    articles: tuple[Article, ...]
    declared: Mapping[str, Asset] = field(default_factory=dict)
    problems: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    name: str = ""


def articles_at(address: str | None) -> ArticleFiles:
    """What an address means: None all that are shipped, an id, path/file.py[:NAME], or a folder.

    Raises a NewsfolioError for an id or a file that is no good, and for a folder without any that
    is.
    """
    if address is None:
        return ArticleFiles(ARTICLES)
    folder = Path(address).expanduser()
    if address not in {article.id for article in ARTICLES} and folder.is_dir():
        return _in_folder(folder)
    if folder.suffix.lower() in TEXTS and folder.is_file():
        raise CommandError(
            f"{address} is a text; newsfolio draft {address} makes a file of its claims"
        )
    articles = strategy_loader.find_article(address)
    return ArticleFiles(articles, strategy_loader.declared_at(address), name=articles[0].id)


def _in_folder(folder: Path) -> ArticleFiles:
    """The articles of all Python files of a folder, in the order of their names."""
    try:
        files = sorted(path for path in folder.iterdir() if path.is_file())
    except OSError as error:
        raise CommandError(f"cannot read {folder}: {error.strerror}") from None
    modules = [path for path in files if path.suffix == ".py" and path.name[0] not in "._"]
    texts = [path.name for path in files if path.suffix.lower() in TEXTS]
    if len(modules) > MOST_FILES:
        raise CommandError(
            f"{folder}: {len(modules):,} files; at most {MOST_FILES:,} are checked at once"
        )
    reader = _Reader()
    for path in modules:
        reader.read(path)
    if not reader.articles:
        raise CommandError(_nothing(folder, modules, texts, reader.problems))
    claims = sum(len(article.claims) for article in reader.articles.values())
    if claims > MOST_CLAIMS:
        raise CommandError(
            f"{folder}: {claims:,} claims; at most {MOST_CLAIMS:,} are checked at once"
        )
    return ArticleFiles(
        tuple(reader.articles.values()),
        {ticker: asset for ticker, (asset, _) in reader.declared.items()},
        tuple(reader.problems),
        tuple(_notes(reader.without, texts)),
        folder.resolve().name or "folder",
    )


def _nothing(folder: Path, modules: list[Path], texts: list[str], problems: list[str]) -> str:
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        return f"{folder}: no article can be checked: {problems[0]}{more}"
    if texts and not modules:
        return f"{folder}: texts, but no article; newsfolio draft {folder / texts[0]} makes one"
    return f"{folder}: no file with an article in it; write ARTICLE = Article(...)"


def _notes(without: list[str], texts: list[str]) -> Iterator[str]:
    if without:
        yield f"no article in {_some(without)}"
    if texts:
        yield f"texts, which newsfolio draft makes articles of: {_some(texts)}"


def _some(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


class _Reader:
    """Reads file after file, and keeps what fits together."""

    def __init__(self) -> None:
        self.articles: dict[str, Article] = {}
        self.declared: dict[str, tuple[Asset, str]] = {}
        self.problems: list[str] = []
        self.without: list[str] = []
        self._files: dict[str, str] = {}

    def read(self, path: Path) -> None:
        """The articles of a file; what is wrong with it becomes a line of `problems`."""
        try:
            module = strategy_loader.module_of(path)
            own = dict.fromkeys(v for v in vars(module).values() if isinstance(v, Article))
            declared = strategy_loader.declared_at(str(path))
            self._agree(path.name, declared)
            for article in own:
                self._check(article, path.name, declared)
        except NewsfolioError as error:
            self.problems.append(_named(path.name, str(error)))
            return
        if not own:
            self.without.append(path.name)
        for article in own:
            self.articles[article.id] = article
            self._files.setdefault(article.id, path.name)
        self.declared |= {ticker: (asset, path.name) for ticker, asset in declared.items()}

    def _agree(self, name: str, declared: Mapping[str, Asset]) -> None:
        """All are measured on one load, so a ticker means one line."""
        for ticker, asset in declared.items():
            other, file = self.declared.get(ticker, (asset, name))
            if other != asset:
                raise CommandError(
                    f"{ticker} is declared otherwise in {file}; check one of them by itself"
                )

    def _check(self, article: Article, name: str, declared: Mapping[str, Asset]) -> None:
        other = self.articles.get(article.id, article)
        if other != article:
            raise CommandError(
                f"its article is called {article.id!r} like that of {self._files[article.id]}; "
                "give it another id"
            )
        for claim in article.claims:
            for line in claim.lines:
                try:
                    asset_of(declared.get(line, line))
                except CommandError as error:
                    raise CommandError(f"claim {claim.id}: {error}") from None


def _named(name: str, text: str) -> str:
    return text if text.startswith(name) else f"{name}: {text}"
