"""Finding a strategy by its address: `name`, `module:Class` or `path/file.py:Class`."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType

import newsfolio
from newsfolio.articles import ARTICLES
from newsfolio.assets import Asset
from newsfolio.blame import at, place_of, placed, said_by
from newsfolio.blame import declared_at as line_of
from newsfolio.declaration import check_made
from newsfolio.declared import declared_in
from newsfolio.errors import CommandError, NewsfolioError, StrategyError, UnknownName
from newsfolio.parameters import Parameter, name_of, parameters
from newsfolio.strategy import Strategy
from newsfolio.thesis import Article
from newsfolio.trees import changed, specs_of

_USER = "newsfolio_user_"
"""Begins the name of a module that was loaded from a file."""

SHIPPED = Path(newsfolio.__file__).parent.parent / "strategies"


def shipped() -> dict[str, type[Strategy]]:
    """The strategies that come with the project, by name."""
    strategies: dict[str, type[Strategy]] = {}
    for path in sorted(SHIPPED.glob("[!_]*.py")):
        strategies |= _strategies(load_file(path, f"strategies.{path.stem}"))
    return dict(sorted(strategies.items()))


def is_address(text: str) -> bool:
    """Whether it is written as a strategy is, not as a saved run: a file, a class, a name."""
    return ":" in text or text.endswith(".py") or text in shipped()


def find(address: str) -> type:
    """The class behind an address: a newsfolio Strategy or a plain backtrader one.

    Raises UnknownName for one that is not there, StrategyError for a file that does not import.
    """
    place, _, name = address.partition(":")
    if place.endswith(".py"):
        path = Path(place).expanduser()
        if not path.is_file():
            raise CommandError(f"no strategy file {place}; `newsfolio new NAME` writes one")
        return _pick(load_file(path.resolve(), f"{_USER}{path.stem}"), name, place)
    if name:
        return _pick(_module(place), name, place)
    strategies = shipped()
    if address not in strategies:
        raise UnknownName("strategy", address, strategies, _remedy(address))
    return strategies[address]


def _remedy(address: str) -> str:
    """Where else to look: a file of that name is named as one."""
    near = (f"{name}.py" for name in (address, address.replace("-", "_")))
    file = next(filter(os.path.isfile, near), "")
    return f"There is a file {file}: write {file}." if file else "`newsfolio list` shows them all."


def find_article(address: str) -> tuple[Article, ...]:
    """The articles behind an address: an id, or the ones of a file (path/file.py[:NAME])."""
    place, _, name = address.partition(":")
    if not place.endswith(".py"):
        articles = {article.id: article for article in ARTICLES}
        if address not in articles:
            raise UnknownName("article", address, articles, f"There are {', '.join(articles)}.")
        return (articles[address],)
    path = Path(place).expanduser()
    if not path.is_file():
        raise CommandError(f"no file {place}; give an article's id or the path of its file")
    module = module_of(path)
    own = {key: value for key, value in vars(module).items() if isinstance(value, Article)}
    if name and name not in own:
        raise UnknownName(f"article in {place}", name, own)
    if not own:
        raise CommandError(f"{place}: no article in it; write ARTICLE = Article(...)")
    return (own[name],) if name else tuple(dict.fromkeys(own.values()))


def module_of(path: Path) -> ModuleType:
    """A user's file, imported; StrategyError for one that does not import."""
    return load_file(path.resolve(), f"{_USER}{path.stem}")


def declared_at(address: str) -> dict[str, Asset]:
    """The lines that the file of an article declares; none for a shipped one."""
    place = Path(address.partition(":")[0]).expanduser()
    module = sys.modules.get(f"{_USER}{place.stem}") if place.suffix == ".py" else None
    return declared_in(module.__name__) if module else {}


def build(cls: type, values: Mapping[str, str]) -> Strategy:
    """A strategy with parameters from text; ParameterError names what is wrong."""
    specs = {spec.name: spec for spec in parameters(cls)}
    own = {name: text for name, text in values.items() if "." not in name}
    chosen = _parsed(own, specs, cls)
    try:
        strategy = cls(**chosen)
        check_made(strategy)
        below = {name: text for name, text in values.items() if name not in own}
        if below:
            strategy = changed(strategy, _parsed(below, specs_of(strategy), cls))
    except NewsfolioError as error:
        raise placed(error) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # sys.exit() in a strategy ends no command
        place = place_of(error) or line_of(cls, "__init__")
        raise StrategyError(
            f"{cls.__name__} cannot be made: {said_by(error)}{at(place)}"
        ) from error
    return strategy  # type: ignore[no-any-return]


def _parsed(
    values: Mapping[str, str], specs: Mapping[str, Parameter], cls: type
) -> dict[str, object]:
    for name in values:
        if name not in specs:
            raise UnknownName(f"parameter of {name_of(cls)}", name, specs)
    return {name: specs[name].parse(text, cls) for name, text in values.items()}


def is_plain(cls: type) -> bool:
    """Whether the class is a backtrader strategy that knows nothing of newsfolio."""
    return not issubclass(cls, Strategy) and any(
        (base.__module__, base.__name__) == ("backtrader.strategy", "Strategy")
        for base in cls.__mro__
    )


def _module(name: str) -> ModuleType:
    """A module of an installed package or of the working folder."""
    _open_folder(Path.cwd())
    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise StrategyError(f"the module {name} does not import: {error}") from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise StrategyError(
            f"the module {name} raised {said_by(error)}; --debug shows where"
        ) from error


def load_file(path: Path, name: str) -> ModuleType:
    """A module from its file, whatever else is called the same; registered for pickling."""
    loaded = sys.modules.get(name)
    if loaded is not None and getattr(loaded, "__file__", None) == str(path):
        return loaded
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise StrategyError(f"{path} is not a Python file")
    _open_folder(path.parent)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except KeyboardInterrupt:
        sys.modules.pop(name, None)
        raise
    except BaseException as error:
        sys.modules.pop(name, None)
        line = getattr(error, "lineno", None) or _line(error, path)
        where = f" (line {line})" if line else ""
        raise StrategyError(
            f"{path.name}{where} raised {said_by(error)}; --debug shows the traceback"
        ) from error
    return module


_OPENED: list[Path] = []
"""Folders whose modules can be imported because a strategy was looked for there."""


def beside(path: Path) -> bool:
    """Whether a file lies in a folder whose modules a strategy may import."""
    return path.parent in _OPENED


def _open_folder(folder: Path) -> None:
    """Let files of a folder be imported, after everything that is installed.

    Of two folders with a module of one name each strategy gets its own: the other is forgotten,
    which those who have imported it do not notice.
    """
    if folder == SHIPPED or str(folder) in sys.path:
        return
    for path in folder.glob("*.py"):
        file = getattr(sys.modules.get(path.stem), "__file__", None)
        if file and beside(Path(file)):
            del sys.modules[path.stem]
    for other in map(str, _OPENED):
        if other in sys.path:
            sys.path.remove(other)
    _OPENED.append(folder)
    sys.path.append(str(folder))


def _line(error: BaseException, path: Path) -> int | None:
    frames, trace = [], error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            frames.append(trace.tb_lineno)
        trace = trace.tb_next
    return frames[-1] if frames else None


def _strategies(module: ModuleType) -> dict[str, type[Strategy]]:
    """The strategies that a module defines itself, by name, in the order of the file."""
    return {
        name_of(cls): cls
        for cls in vars(module).values()
        if isinstance(cls, type)
        and issubclass(cls, Strategy)
        and cls.__module__ == module.__name__
        and not cls.__name__.startswith("_")
    }


def _pick(module: ModuleType, name: str, place: str) -> type:
    """The class asked for, or the only one that there is."""
    own = {
        cls.__name__: cls
        for cls in vars(module).values()
        if isinstance(cls, type)
        and cls.__module__ == module.__name__
        and (issubclass(cls, Strategy) or is_plain(cls))
    }
    if name in own:
        return own[name]
    if name:
        raise UnknownName(f"strategy class in {place}", name, own)
    if len(own) != 1:
        which = f"one of {', '.join(own)}" if own else "a subclass of newsfolio.Strategy in it"
        raise CommandError(f"{place}: say which class to run, {place}:NAME ({which})")
    return next(iter(own.values()))
