"""Our packages are found by where they lie, whatever else bears their names.

A user's own `reports/` or `markets/` in the working folder comes first on Python's path, in a
script, a notebook and under pytest. Ours would then import from theirs. So a finder before all
others answers for these names with our folders, and joins theirs behind: `import reports.monthly`
still gets the user's module, and a name that ours lacks is asked of theirs. Where both have a
module of one name ours is imported, and one warning says so. docs/decisions has the reasons.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from types import ModuleType
from typing import Any

HOUSE = Path(__file__).resolve().parents[2]
"""The folder in which our packages lie side by side."""


def resolve_own(*names: str) -> None:
    """From now on these packages are ours, in this process; once is enough."""
    if any(isinstance(finder, OwnPackages) for finder in sys.meta_path):
        return
    finder = OwnPackages(names)
    sys.meta_path.insert(0, finder)
    for name in names:
        loaded = sys.modules.get(name)
        if loaded is not None and not _is_ours(loaded):
            finder.theirs[name] = sys.modules.pop(name)
            _forget_twins(name)


class OwnPackages(MetaPathFinder):
    """Finds our packages by our own location. theirs: a user's package of the same name."""

    def __init__(self, names: Sequence[str]) -> None:
        self.names = frozenset(names)
        self.theirs: dict[str, ModuleType] = {}

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname not in self.names:
            return None
        ours = PathFinder.find_spec(fullname, [str(HOUSE)])
        if ours is None or ours.loader is None:
            return None
        other = self._other(fullname)
        if other is not None:
            folders = list(other.submodule_search_locations or ())
            ours.submodule_search_locations = [str(HOUSE / fullname), *folders]
            _warn_of_twins(fullname, folders)
            ours.loader = _Joined(ours.loader, self, other)
        return ours

    def _other(self, name: str) -> ModuleSpec | None:
        """A package or a module of this name that a user would get without us."""
        loaded = self.theirs.get(name)
        if loaded is not None:
            return loaded.__spec__
        elsewhere = [place for place in sys.path if not _is_newsfolio(Path(place).resolve())]
        return PathFinder.find_spec(name, elsewhere)

    def their_module(self, spec: ModuleSpec) -> ModuleType:
        """The user's package, run once; its own modules are found behind ours."""
        if spec.name not in self.theirs:
            module = module_from_spec(spec)
            self.theirs[spec.name] = module
            if spec.loader is not None:
                spec.loader.exec_module(module)
        return self.theirs[spec.name]


class _Joined(Loader):
    """Loads our package, which asks the user's for names that it lacks."""

    def __init__(self, loader: Any, finder: OwnPackages, other: ModuleSpec) -> None:
        self._loader = loader
        self._finder = finder
        self._other = other

    def __getattr__(self, name: str) -> object:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        self._loader.exec_module(module)

        def ask_theirs(name: str) -> object:
            if name.startswith("__"):
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            return getattr(self._finder.their_module(self._other), name)

        module.__dict__["__getattr__"] = ask_theirs


def _is_newsfolio(folder: Path) -> bool:
    """Whether our packages lie in it: these, or those of another copy."""
    return (folder / "backtests" / "public" / Path(__file__).name).is_file()


def _is_ours(module: ModuleType) -> bool:
    spec = module.__spec__
    return spec is not None and HOUSE in Path(spec.origin or "").resolve().parents


def _forget_twins(name: str) -> None:
    """Modules of a user's package that ours has too: whoever imported them keeps them."""
    for full, module in list(sys.modules.items()):
        _, _, inner = full.partition(f"{name}.")
        twin = HOUSE / name / inner.partition(".")[0]
        if full.startswith(f"{name}.") and not _is_ours(module) and _exists(twin):
            del sys.modules[full]


def _warn_of_twins(name: str, folders: Sequence[str]) -> None:
    twins = sorted(
        entry.stem
        for folder in map(Path, folders)
        if folder.is_dir()
        for entry in folder.iterdir()
        if entry.stem.isidentifier() and _exists(HOUSE / name / entry.stem)
    )
    twins = [twin for twin in twins if twin != "__init__" and twin != "__pycache__"]
    if twins:
        warnings.warn(
            f"newsfolio has a {name}.{twins[0]} of its own, which hides yours in {folders[0]}: "
            "rename yours to import it",
            stacklevel=2,
        )


def _exists(module: Path) -> bool:
    return module.with_suffix(".py").is_file() or (module / "__init__.py").is_file()
